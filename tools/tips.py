"""Links the first use of each of the glossary's terms on a page to its entry.

The definition is at hand there for assets/tips.js.

The plugins that know a glossary mark every use, and no Korean ones, where a particle follows. This
runs after the page's text has gone into the index, so that it is on the page alone.
"""

import html
import re
from functools import cache
from typing import NamedTuple

from tools import search

# The sections whose entries define a word; the others are there for the search.
DEFINED = {"structure", "training", "architecture", "data"}
# Words that pages use in an everyday sense as well, and those that whoever has met PyTorch knows.
ORDINARY = {"term-path", "term-tensor", "term-dataset"}
AFTER_NOUN = (
    "(?:들|은|는|이|가|을|를|과|와|의|에|에서|에게|으로|로|도|만|까지|부터|처럼|보다|마다|이?나|뿐|밖에"
    "|인|일|이?[다라며면고지]|이?었다|였다)*"
)
VERB = "[하한할함합해했되된될됨됩돼됐][가-힣]*"  # after the noun of 등록하다 or freeze된
TAG = re.compile(r"(<pre\b.*?</pre>|<[^>]*>)", re.DOTALL)  # a block as one, which has no places
NO_NAME = re.compile(r"[^\w-]")
VOID = {"br", "hr", "img", "input", "wbr"}
# No place for a link, or no running text.
SKIPPED = re.compile("a|button|caption|code|dt|figure|h[1-6]|label|math|summary|svg|table")
ASIDE = re.compile(r' lang="|class="(?:admonition-title|behind|question)"')


class Entry(NamedTuple):
    """An entry of a glossary."""

    anchor: str  # the same in both languages
    names: list  # without those in code font
    meaning: str  # in Markdown; empty for an entry that gets no tip
    link: str = ""  # to the section that explains it, from the glossary


def entries(glossary, locale):
    """All entries of a glossary's Markdown, in their order."""
    found = []
    for term in search.entries(glossary):
        sides = term.headword.split(" · ")
        own = search.names_in(sides[-1 if locale == "ko" else 0])
        english = next(filter(str.isascii, own), own[0]).partition(" (")[0].lower()
        anchor = "term-" + re.sub("[^a-z0-9]+", "-", english).strip("-")
        names = search.names_in(sides[0])
        for which, others in term.others:
            names += others if which in search.ALSO_CALLED else []
        names = [re.sub(r"^to |[()]", "", name) for name in names if not name.startswith("`")]
        # A word that no page explains is one that readers bring along.
        defines = term.section in DEFINED and anchor not in ORDINARY and term.link
        meaning, link = (term.meaning, term.link) if defines else ("", "")
        found.append(Entry(anchor, names, " ".join(meaning.split()), link))
    return found


def in_text(name, locale):
    """A pattern for a name in running text: with a particle, inflected, capitalized, in plural."""
    pattern = re.escape(name).replace(r"\ ", r"\s+")
    if locale == "ko":
        if re.search("[가-힣](?:다|된)$|[a-z](?:하다|된)$", name):
            return re.sub("하?다$|된$", "", pattern) + VERB
        return pattern + rf"(?={AFTER_NOUN}(?![가-힣A-Za-z]))"
    if name[0].islower():
        pattern = f"[{name[0].upper()}{name[0]}]{pattern[1:]}"
    stem = pattern.removesuffix("e") if name.endswith("e") else pattern
    return rf"(?:{pattern}(?:s|es|d|ed)?|{stem}ing)(?![\w-])"


@cache
def pattern(glossary, locale):
    """(pattern, entries) of a glossary; longer names come first.

    A match's last group is the number of its entry.
    """
    known = entries(glossary, locale)
    names = sorted(
        ((name, number) for number, entry in enumerate(known) for name in entry.names),
        key=lambda pair: -len(pair[0]),
    )
    # By their first letters, so that few are tried at a word.
    begins: dict[str, list[str]] = {}
    for place, (name, number) in enumerate(names):
        group = f"(?P<e{place}_{number}>{in_text(name, locale)})"
        begins.setdefault(name[0].lower(), []).append(group)
    every = "|".join(
        f"(?=[{re.escape(first + first.upper())}])(?:{'|'.join(groups)})"
        for first, groups in begins.items()
    )
    return re.compile(rf"(?<![\w.-])(?:{every})"), known


def marked(content, glossary, locale, address):
    """The HTML of a page, with a link at the first use of each term to the glossary's address."""
    find, known = pattern(glossary, locale)
    seen, open_tags, pieces = set(), [], TAG.split(content)
    within = False  # what gets no mark

    def mark(match):
        number = int(match.lastgroup.rpartition("_")[2])
        entry = known[number]
        if number in seen or not entry.meaning:
            return match[0]
        seen.add(number)
        where, meaning = f"{address}#{entry.anchor}", html.escape(entry.meaning)
        return f'<a class="term" href="{where}" data-meaning="{meaning}">{match[0]}</a>'

    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            if piece and not within:
                pieces[place] = find.sub(mark, piece)
            continue
        name = NO_NAME.split(piece.lstrip("</"), 1)[0].lower()
        if name == "pre":
            continue
        if piece.startswith("</"):
            while open_tags and open_tags.pop()[0] != name:
                pass
        elif name and name not in VOID and not piece.endswith("/>"):
            skipped = SKIPPED.fullmatch(name) or ASIDE.search(piece)
            open_tags.append((name, within or bool(skipped)))
        within = open_tags[-1][1] if open_tags else False
    return "".join(pieces)


def with_anchors(content: str, glossary: str, locale: str) -> str:
    """The HTML of a glossary, with an address for each of its entries."""
    anchors = iter(entries(glossary, locale))
    return re.sub("<dt>", lambda _: f'<dt id="{next(anchors).anchor}">', content)

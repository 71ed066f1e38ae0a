"""Links the first use of each of the glossary's terms on a page to its entry.

The definition is at hand there for assets/tips.js.

The plugins that know a glossary mark every use, and no Korean ones, where a particle follows. This
runs after the page's text has gone into the index, so that it is on the page alone.
"""

import html
import re
from functools import cache
from typing import NamedTuple

from tools.search import ALSO_CALLED, EXPLAINED, OTHER_NAMES, TERM, names_in

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
SKIPPED = {
    "a",
    "button",
    "caption",
    "code",
    "dt",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "label",
    "math",
    "summary",
    "svg",
    "table",
}
ASIDE = re.compile(r' lang="|class="(?:admonition-title|behind|question)"')


class Entry(NamedTuple):
    """An entry of a glossary."""

    anchor: str  # the same in both languages
    names: list  # without those in code font
    meaning: str  # in Markdown; empty for an entry that gets no tip
    link: str = ""  # to the section that explains it, from the glossary


def entries(glossary, locale):
    """All entries of a glossary's Markdown, in their order."""
    found, section = [], ""
    for term in TERM.finditer(glossary):
        if term["heading"]:
            section = term["heading"]
            continue
        sides = term["names"].split(" · ")
        own = names_in(sides[-1 if locale == "ko" else 0])
        english = next(filter(str.isascii, own), own[0])
        anchor = "term-" + re.sub("[^a-z0-9]+", "-", re.sub(r" \(.*", "", english).lower()).strip(
            "-"
        )
        names = names_in(sides[0])
        for others in OTHER_NAMES.finditer(term["meaning"]):
            names += others["names"].split(", ") if others["which"] in ALSO_CALLED else []
        names = [re.sub(r"^to |[()]", "", name) for name in names if not name.startswith("`")]
        meaning = OTHER_NAMES.sub("", term["meaning"]).partition("→")[0].strip()
        # A word that no page explains is one that readers bring along.
        defines = (
            section in DEFINED and anchor not in ORDINARY and EXPLAINED.search(term["meaning"])
        )
        link = defines["link"] if defines else ""
        found.append(Entry(anchor, names, " ".join(meaning.split()) if defines else "", link))
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
    first = re.escape("".join({char for name, _ in names for char in (name[0], name[0].upper())}))
    every = "|".join(
        f"(?P<e{place}_{number}>{in_text(name, locale)})"
        for place, (name, number) in enumerate(names)
    )
    # Most words begin like none of the names: the first look saves trying them all.
    return re.compile(rf"(?<![\w.-])(?=[{first}])(?:{every})"), known


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
            open_tags.append((name, within or name in SKIPPED or bool(ASIDE.search(piece))))
        within = open_tags[-1][1] if open_tags else False
    return "".join(pieces)


def with_anchors(content: str, glossary: str, locale: str) -> str:
    """The HTML of a glossary, with an address for each of its entries."""
    anchors = iter(entries(glossary, locale))
    return re.sub("<dt>", lambda _: f'<dt id="{next(anchors).anchor}">', content)

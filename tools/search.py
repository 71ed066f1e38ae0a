"""The index of each language's search: sections of the pages, and the terms of the glossary.

The search plugin makes one for all languages, and parsing the pages takes it a quarter of the
build. assets/search.js reads it when the reader turns to search. The terms are other words for a
thing, in every language, with the section that explains it. The messages are what PyTorch says,
from the sections that have one in their heading; docs/data/asked.yml has what people ask.
"""

import html
import json
import keyword
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.page import Page
from tools.site import LOCALES, Mistake, data, say, words

TERM = re.compile(
    r"^## .* \{ #(?P<heading>[\w-]+) \}$|^(?P<names>\S.*)\n:   (?P<meaning>.*)$", re.MULTILINE
)
LABELS = [words(locale)["glossary"] for locale in LOCALES]
NOT_USED, ALSO_CALLED = (
    {label[which] for label in LABELS} for which in ("not_used", "also_called")
)
OTHER_LABELS = [label for labels in LABELS for label in labels.values()]
OTHER_NAMES = re.compile(
    rf"(?P<which>{'|'.join(map(re.escape, OTHER_LABELS))}): (?P<names>[^.]*)\."
)
EXPLAINED = re.compile(r"→ \[.*?\]\((?P<link>[^)\s]+)\)")
CODE = re.compile(r"<code[^>]*>(.*?)</code>", re.DOTALL)
BLOCK = re.compile(r"<pre>.*?</pre>", re.DOTALL)
# Drawings, notes to the reader, and sections that only list others, by data-search-exclude.
NOT_SAID = re.compile(
    r'<svg.*?</svg>|<p class="behind">.*?</p>'
    r"|<h\d[^>]* data-search-exclude.*?(?=<h\d|\Z)",
    re.DOTALL,
)
# Whatever attributes it has, in any order: its id, its language if it has one, its title.
HEADING = re.compile(
    r'<h[1-6]\b(?=[^>]* id="([^"]+)")(?=(?:[^>]* lang="(\w+)")?)[^>]*>'
    r'(.*?)(?:<a class="headerlink".*?)?</h[1-6]>',
    re.DOTALL,
)
MESSAGE = re.compile(r"(?!.* [-+*]?= )(?:.*?\b[A-Za-z_]{2,}\b){3}")  # code of fewer words is a name
Sections = list[list[str]]


def one_line(text: str) -> str:
    """HTML as one line of text."""
    text = re.sub(r"</?(?:a|code|em|span|strong|m[a-z]+)\b[^>]*>", "", text)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))).strip()


def parts(content: str) -> list[tuple[str, str, str, str]]:
    """The HTML of a page, cut at its headings: anchor, language, heading, and what is below it."""
    _, *pieces = HEADING.split(NOT_SAID.sub("", content))
    return list(zip(*(pieces[place::4] for place in range(4))))


def messages_in(content: str) -> list[str]:
    """What of the code in a piece of HTML is an error message."""
    return [*filter(MESSAGE.match, map(one_line, CODE.findall(content)))]


def sections(content: str, address: str) -> Sections:
    """For each section of a page its address, title and page's title, prose, and names in code.

    First those in the code of its prose, then those in its blocks. A section in another language
    than its page has that language at the end.
    """
    found: Sections = []
    cut = parts(content)
    title = one_line(cut[0][2])
    for anchor, language, heading, text in cut:
        prose = BLOCK.sub(" ", text)
        named = dict.fromkeys(map(one_line, CODE.findall(heading + prose)))
        # Nobody reads a check, and what is about a message is found by it.
        unread = anchor == "check" or messages_in(heading)
        blocks = "" if unread else html.unescape(one_line(" ".join(BLOCK.findall(text))))
        where = f"{address}#{anchor}" if found else address
        titles, told = (one_line(heading), title), one_line(prose)
        said = {*re.findall(r"\w+", " ".join([titles[0], told, *named])), *keyword.kwlist, "print"}
        used = sorted(set(re.findall(r"[A-Za-z_]\w{2,}", blocks)) - said)
        texts = told, " ".join(named), " ".join(used)
        found.append([where, *titles, *texts, *filter(None, [language])])
    return found


def messages(content: str, address: str) -> dict[str, list[str]]:
    """The error messages that the sections of a page are about, by the section's address.

    A section is about a message if its heading has one in code; those in its prose are the same
    message as other releases, or other layers, put it.
    """
    found = {}
    for anchor, _, heading, text in parts(content):
        if said := messages_in(heading):
            found[f"{address}#{anchor}"] = [*said, *messages_in(BLOCK.sub(" ", text))]
    return found


def names_in(headword: str) -> list[str]:
    """The names in a headword: two in `인자 · argument`, and in `서브 모듈(submodule)`."""
    return re.split(r", | · ", re.sub(r"(?<=[가-힣])\(([^)]*)\)", r" · \1", headword))


class Term(NamedTuple):
    """An entry of the glossary, as its page has it."""

    line: int  # of its headword
    section: str  # the anchor of the section that it stands in
    headword: str  # as in `인자 · argument`
    others: list[tuple[str, list[str]]]  # its other names, each list with its label
    meaning: str  # without those and the link
    link: str  # to the section that explains it; empty if none does


def entries(glossary: str) -> Iterator[Term]:
    """The entries of a glossary's Markdown, in their order."""
    section = ""
    for match in TERM.finditer(glossary):
        if match["heading"]:
            section = match["heading"]
            continue
        line, meaning = glossary.count("\n", 0, match.start()) + 1, match["meaning"]
        others = [(one["which"], one["names"].split(", ")) for one in OTHER_NAMES.finditer(meaning)]
        told = OTHER_NAMES.sub("", meaning).partition("→")[0].strip()
        link = EXPLAINED.search(meaning)
        yield Term(line, section, match["names"], others, told, link["link"] if link else "")


def terms(glossary: Page, addresses: set[str]) -> list[list[Any]]:
    """For each entry its names, the names in its code, and the address that explains it.

    Raises Mistake where a link leads to no section.
    """
    found = []
    for term in entries(glossary.text):
        names = names_in(term.headword) + [name for _, others in term.others for name in others]
        target = term.link or f"glossary.md#{term.section}"
        page, _, anchor = target.partition("#")
        page = page.removesuffix("index.md").removesuffix(".md").rstrip("/") + "/"
        # The text below a page's own title stands in the index without an anchor.
        address = next((a for a in (f"{page}#{anchor}", page) if a in addresses), None)
        if address is None:
            raise Mistake(glossary.say(term.line + 1, "explains-nothing", target=target))
        code = re.findall(r"`([A-Za-z_][\w.]*)[^`]*`", term.meaning)
        code = [name for name in code if not keyword.iskeyword(name)]
        found.append([[name.strip("` ") for name in names], code, address])
    return found


def asked(locale: str, addresses: set[str]) -> dict[str, list[str]]:
    """What people ask in their own words, by the address of the section that answers it.

    Raises Mistake where there is no such section.
    """
    found = data("asked")
    for address in found.keys() - addresses:
        raise Mistake(say("docs/data/asked.yml:1", "asked-nowhere", address=address))
    return {address: texts.get(locale, []) for address, texts in found.items()}


def index(pages: dict[str, Sections], glossary: Page, said: dict[str, list[str]]) -> str:
    """The index of a language as JSON, from the sections and messages of its pages by address."""
    own = [section for address in sorted(pages) for section in pages[address]]
    addresses = {section[0] for section in own}
    whole = {
        "sections": own,
        "terms": terms(glossary, addresses),
        "messages": said,
        "asked": asked(glossary.locale, addresses),
        "synonyms": data("synonyms"),
        "worth": list(data("search").items()),
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

"""The two texts of each section, and which of them is behind: read by the hook `behind.py`, by the tests, by `make translations`.

docs/translations.yml has a hash of either text, as they were when a person last said that the two are in step. Both
languages are sources: whichever side has changed since then, the other is behind.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2]
RECORD = "translations.yml"
LOCALES = ("ko", "en")
HEADING = re.compile(r"^(?P<mark>#{1,6}) (?P<title>.*?)(?: \{ #(?P<anchor>[\w-]+) \})?$")
OLD_ADDRESS = re.compile(r'<a id="([\w-]+)"></a>')
INCLUDE = re.compile(r'^--8<-- "([^"]+)"$', re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
RECORDED = re.compile(r"(?P<page>[a-z0-9/-]+):$|  (?P<anchor>[\w-]+): (?:(?P<gone>gone)|\{ko: (?P<ko>\w+), en: (?P<en>\w+)\})$")
# What is the same in both languages: the checks compare it, so the hash need not. And comments, which no reader sees.
SHARED = re.compile(r'(?<=^--8<--) ".*"$|(?<=\]\()(?![a-z]+:)[^)\s]+(?=\))|<!--.*?-->|<a id="[\w-]+"></a>| \{ #[\w-]+ \}$', re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """From a heading to the next. What stands before the first heading of a page belongs to that one."""

    line: int  # of the heading
    anchor: str | None
    before: str
    heading: str
    body: str

    @property
    def text(self) -> str:
        return self.before + self.heading + self.body

    @property
    def digest(self) -> str:
        """Changes with the words, and with the number of snippets; not with white space or what the languages share."""
        return hashlib.sha256(" ".join(SHARED.sub("", self.text).split()).encode()).hexdigest()[:12]

    @property
    def includes(self) -> list[str]:
        """The snippets that it shows."""
        return INCLUDE.findall(self.text)

    @property
    def links(self) -> list[str]:
        """Targets of the links into the site, without those to another host."""
        return [link for link in LINK.findall(re.sub(r"`[^`]*`", "", self.text)) if not re.match(r"[a-z]+:", link)]


def scan(text: str) -> list[tuple[int, str, str | None]]:
    """Each line outside of fenced code, with its number; the line that opens a fence has the fence's info string as well."""
    found, fence = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(`{3,}|~{3,})\s*(.*)", line)
        if mark and not fence:
            fence = mark[1]
            found.append((number, line, mark[2]))
        elif mark and mark[1].startswith(fence) and not mark[2]:
            fence = ""
        elif not fence:
            found.append((number, line, None))
    return found


def sections(text: str) -> list[Section]:
    """A page, cut at its headings; the front matter belongs to the first."""
    lines = text.splitlines(keepends=True)
    heads = [(number, match) for number, line, info in scan(text) if info is None and (match := HEADING.match(line))]
    ends = [number - 1 for number, _ in heads[1:]] + [len(lines)]
    return [
        Section(number, match["anchor"], "" if place else "".join(lines[:number - 1]), lines[number - 1], "".join(lines[number:end]))
        for place, ((number, match), end) in enumerate(zip(heads, ends))]


def read(page: str, locale: str, docs: Path = DOCS) -> list[Section]:
    """The sections of a page in one language; none if it is not written in that language."""
    file = docs / locale / f"{page}.md"
    return sections(file.read_text(encoding="utf-8-sig", errors="replace")) if file.exists() else []


@dataclass(frozen=True)
class State:
    """A section of a page in both languages, and which of the two texts are behind."""

    page: str  # nn-module/parameters
    anchor: str
    texts: dict[str, Section]  # by language
    recorded: dict[str, str]  # a hash for each language; none if they were never said to be in step
    why: str  # "in step", "moved", "both moved", "never compared", "only here" (new) or "taken out" (of the other language)
    behind: tuple[str, ...]  # the languages to bring up to date

    @property
    def moved(self) -> list[str]:
        """The languages whose text is another one than the recorded."""
        return [locale for locale, section in self.texts.items() if self.recorded and section.digest != self.recorded[locale]]


def state(page: str, anchor: str, texts: dict[str, Section], recorded: dict[str, str]) -> State:
    """Compare what stands in the two languages with what is recorded of it."""
    moved = State(page, anchor, texts, recorded, "", ()).moved
    if len(texts) == 1:
        why, behind = ("taken out", texts) if recorded else ("only here", [locale for locale in LOCALES if locale not in texts])
    elif not recorded:
        why, behind = "never compared", []
    else:
        why = ("in step", "moved", "both moved")[len(moved)]
        behind = moved if len(moved) == 2 else [locale for locale in LOCALES if moved and locale not in moved]
    return State(page, anchor, texts, recorded, why, tuple(behind))


def record(docs: Path = DOCS) -> dict[str, dict[str, dict[str, str] | str]]:
    """What is recorded, as {page: {anchor: {language: hash}}}; "gone" in place of the hashes if no language has the section.

    Line by line and not as YAML, so that marks left of a merge do not keep every other line from being read.
    """
    found = {}
    for line in (docs / RECORD).read_text(encoding="utf-8", errors="replace").splitlines() if (docs / RECORD).exists() else ():
        if match := RECORDED.match(line):
            page = found if match["page"] else found[next(reversed(found))]
            page[match["page"] or match["anchor"]] = {} if match["page"] else "gone" if match["gone"] else {"ko": match["ko"], "en": match["en"]}
    return found


def pages(docs: Path = DOCS) -> list[str]:
    """The names of all pages that are written in either language."""
    return sorted({path.relative_to(docs / locale).as_posix()[:-3] for locale in LOCALES for path in (docs / locale).rglob("*.md")})


def states(page: str, docs: Path = DOCS, known: dict | None = None) -> list[State]:
    """One for each section of a page that is written in either language, in the order of the page."""
    known = (record(docs) if known is None else known).get(page, {})
    texts = {locale: {section.anchor: section for section in read(page, locale, docs) if section.anchor} for locale in LOCALES}
    order = list(texts[LOCALES[0]])
    for before, anchor in zip([None, *texts[LOCALES[1]]], texts[LOCALES[1]]):
        if anchor not in order:  # comes after the one that it comes after in its own language
            order.insert(order.index(before) + 1 if before else 0, anchor)
    return [
        state(
            page, anchor, {locale: own[anchor] for locale, own in texts.items() if anchor in own},
            known[anchor] if isinstance(known.get(anchor), dict) else {})
        for anchor in order]

"""The texts of each section in all languages: which are behind, and what a reader is shown then.

docs/data/translations.yml has a hash of each text, as they were when a person last said that they
are in step. Every language is a source: whichever side has changed since, the others are behind.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.page import Page, Section
from tools.site import DOCS, LOCALES, pages

RECORD = "data/translations.yml"
HEAD = """\
# Written by `make in-step PAGE=…`, and by nothing else: a hash of each of the two texts of a \
section, when they were last
# in step. "gone" is a section that neither language has any more; its address still has to lead \
somewhere.
"""
PAGE_LINE = re.compile(r"([a-z0-9/-]+):$")
SECTION_LINE = re.compile(r"  ([\w-]+): (?:gone|\{(\w+: \w+(?:, \w+: \w+)*)\})$")


@dataclass(frozen=True)
class State:
    """A section of a page in all languages, and which of its texts are behind."""

    page: str  # nn-module/parameters
    anchor: str
    texts: dict[str, Section]  # by language
    recorded: dict[str, str]  # a hash by language; none if they were never said to be in step

    def place(self, locale: str) -> str:
        """Where its text in a language stands: the file and the line."""
        return f"docs/{locale}/{self.page}.md:{self.texts[locale].line}"

    @property
    def moved(self) -> list[str]:
        """The languages whose text is another one than the recorded."""
        return [
            locale
            for locale, text in self.texts.items()
            if locale in self.recorded and text.digest != self.recorded[locale]
        ]

    @property
    def why(self) -> str:
        """What has happened to it, as docs/data/words.yml names it."""
        missing = [locale for locale in LOCALES if locale not in self.texts]
        if missing:  # in a language that has had it, or never
            return "taken out" if self.recorded.keys() & missing else "only here"
        if self.recorded.keys() != self.texts.keys():
            return "never compared"
        if not self.moved:
            return "in step"
        return "both moved" if len(self.moved) == len(self.texts) else "moved"

    @property
    def behind(self) -> list[str]:
        """The languages to bring up to date."""
        return {
            "taken out": list(self.texts),
            "only here": [locale for locale in LOCALES if locale not in self.texts],
            "both moved": list(self.texts),
            "moved": [locale for locale in self.texts if locale not in self.moved],
        }.get(self.why, [])


def read_record(docs: Path = DOCS) -> dict[str, dict[str, dict[str, str]]]:
    """What is recorded, as {page: {anchor: {language: hash}}}; no hashes if all have lost it.

    Line by line and not as YAML, so that marks left of a merge keep no other line from being
    read.
    """
    file, found, page = docs / RECORD, {}, None
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    for line in text.splitlines():
        if match := PAGE_LINE.match(line):
            page = found.setdefault(match[1], {})
        elif (match := SECTION_LINE.match(line)) and page is not None:
            page[match[1]] = dict(re.findall(r"(\w+): (\w+)", match[2] or ""))
    return found


def write_record(record: dict[str, dict[str, dict[str, str]]], docs: Path) -> None:
    """Write a line a section, so that two people at two sections are not in each other's way."""
    lines = [HEAD]
    for page, sections in sorted(record.items()):
        lines.append(f"{page}:\n")
        for anchor, hashes in sections.items():
            pairs = ", ".join(f"{one}: {hashes[one]}" for one in LOCALES if one in hashes)
            lines.append(f"  {anchor}: " + (f"{{{pairs}}}\n" if pairs else "gone\n"))
    (docs / RECORD).write_text("".join(lines), encoding="utf-8", newline="\n")


def states(page: str, docs: Path = DOCS, record: dict | None = None) -> list[State]:
    """One for each section of a page that any language has, in the order of the page."""
    recorded = (read_record(docs) if record is None else record).get(page, {})
    texts = {
        locale: {one.anchor: one for one in Page.read(locale, page, docs).sections if one.anchor}
        for locale in LOCALES
    }
    return [
        State(
            page,
            anchor,
            {one: sections[anchor] for one, sections in texts.items() if anchor in sections},
            recorded.get(anchor, {}),
        )
        for anchor in merged(texts.values())
    ]


def merged(texts: Iterable[Iterable[Any]]) -> list[Any]:
    """The anchors of several texts in one order: each after the one that it follows in its text."""
    order: list[Any] = []
    for anchors in texts:
        place = 0
        for anchor in anchors:
            if anchor not in order:
                order.insert(place, anchor)
            place = order.index(anchor) + 1
    return order


def out_of_step(page: str | None = None, docs: Path = DOCS) -> list[State]:
    """The states of all sections, or of one page's, but for those in step."""
    record = read_record(docs)
    wanted = [one for one in pages(docs) if page in (None, one)]
    return [
        state for one in wanted for state in states(one, docs, record) if state.why != "in step"
    ]


def with_note(section: Section, note: str, language: str | None = None) -> str:
    """A section with a note to the reader; marked, if its language is not that of its page."""
    note = f"\n{note}\n{{: .behind }}\n" if note else ""
    if not language:
        return section.before + section.heading + note + section.body
    heading = section.heading.rstrip().removesuffix(" }") + f' lang="{language}" }}\n'
    # More slashes than a folded block inside has.
    body = f'//////// html | div[lang="{language}"]\n{section.body}\n////////\n'
    return f"{section.before}{heading}{note}\n{body}"


def as_shown(page: Page, record: dict, note) -> str:
    """The Markdown of a page as a reader gets it: told what is behind, and with what it lacks.

    `note(why, language, anchor)` is what to tell, with a link to the other language's text.
    """
    others = [Page.read(other, page.name, page.docs) for other in LOCALES if other != page.locale]
    if not page.text:
        other = next(one for one in others if one.text)
        first, *rest = other.sections
        parts = [with_note(first, note("page", other.locale, ""), other.locale)]
        return "\n".join([*parts, *(with_note(section, "", other.locale) for section in rest)])
    states_of_page = states(page.name, page.docs, record)
    behind = {one.anchor: one for one in states_of_page if page.locale in one.behind}
    if not behind:
        return page.text

    def told(anchor: str) -> str:
        languages = [other.locale for other in others]
        ahead = [one for one in languages if one not in behind[anchor].behind] or languages
        return note(behind[anchor].why, ahead[0], anchor)

    parts = {
        section.anchor: with_note(section, told(section.anchor))
        if section.anchor in behind
        else section.text
        for section in page.sections
    }
    orders = [list(parts)]
    for other in others:
        for section in other.sections:
            if section.anchor in behind and section.anchor not in parts:
                parts[section.anchor] = with_note(section, told(section.anchor), other.locale)
        orders.append([section.anchor for section in other.sections if section.anchor in parts])
    return "\n\n".join(parts[anchor].strip("\n") for anchor in merged(orders)) + "\n"

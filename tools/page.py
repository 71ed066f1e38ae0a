"""A page, cut once: into lines and fences, headings and their sections, includes and links."""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tools.site import DOCS, LOCALES, SNIPPETS, Mistake, message, say

FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,})\s*(?P<info>.*)")
HEADING = re.compile(
    r"^(?P<mark>#{1,6}) (?P<title>.*?)(?: \{ (?:[^}#]+ )?#(?P<anchor>[\w-]+)(?: [^}]+)? \})?$"
)
OLD_ADDRESS = re.compile(r'<a id="([\w-]+)"></a>')
INCLUDE = re.compile(r'^--8<-- "(?P<path>[^":]+)(?::(?P<section>[\w-]+))?"$')
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FOLD = re.compile(
    r"^(?P<mark>/{3,}) details \| (?P<title>.+)\n(?P<text>(?:(?!(?P=mark)$).*\n)*)(?P=mark)$",
    re.MULTILINE,
)
FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>(?:.*\n)*?)---\n")
# What is the same in both languages: the checks compare it, so the hash need not. And comments,
# which no reader sees.
SHARED = re.compile(
    r'(?<=^--8<--) ".*"$|(?<=\]\()(?![a-z]+:)[^)\s]+(?=\))|<!--.*?-->|<a id="[\w-]+"></a>'
    r"| \{ #[\w-]+ \}$|^\{\{ question\(.*\) \}\}$",
    re.MULTILINE,
)


class Line(NamedTuple):
    """A line outside of fenced code; the one that opens a fence has its info string as well."""

    number: int
    text: str
    info: str | None


class Include(NamedTuple):
    """A line that shows a snippet, or only a section of one."""

    line: int
    path: str
    section: str | None

    @property
    def target(self) -> str:
        """As the line has it: `nn-module/exercises/1-mlp/solution.md:answer`."""
        return f"{self.path}:{self.section}" if self.section else self.path

    def wrong(self, locale: str) -> str:
        """Why the snippet cannot be shown, and what to do; nothing if it can."""
        file, path = SNIPPETS / self.path, f"snippets/{self.path}"
        if not file.is_file():
            like = difflib.get_close_matches(file.name, [p.name for p in file.parent.glob("*.md")])
            what = "snippet-renamed" if like else "no-snippet"
            return message(what, locale, path=path, like="".join(like[:1]))
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return say(path, "not-utf8", locale)
        if self.section and f"--8<-- [start:{self.section}]" not in text:
            return message("no-part", locale, path=path, part=self.section)
        return ""


@dataclass(frozen=True)
class Section:
    """From a heading to the next; what stands before the first heading belongs to that one."""

    line: int  # of the heading
    level: int
    title: str
    anchor: str | None
    before: str
    heading: str
    body: str

    @property
    def text(self) -> str:
        return self.before + self.heading + self.body

    @cached_property
    def digest(self) -> str:
        """Changes with the words and the number of snippets, not with white space."""
        words = " ".join(SHARED.sub("", self.text).split())
        return hashlib.sha256(words.encode()).hexdigest()[:12]

    @property
    def includes(self) -> list[str]:
        """The snippets that it shows."""
        return [include.target for include in includes(self.text)]

    @property
    def links(self) -> list[str]:
        """Targets of its links into the site."""
        return [link for _, link in links(enumerate(self.text.splitlines(), self.line))]


def includes(text: str) -> list[Include]:
    """The snippets that a text shows."""
    found = ((n, INCLUDE.match(line)) for n, line in enumerate(text.splitlines(), 1))
    return [Include(number, *match.group("path", "section")) for number, match in found if match]


def links(lines) -> list[tuple[int, str]]:
    """The targets of links into the site in numbered lines, without those to another host."""
    return [
        (number, target)
        for number, line in lines
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line))
        if not re.match(r"[a-z]+:", target)
    ]


@dataclass(frozen=True)
class Page:
    """A page in one language: `docs/ko/nn-module/modes.md`."""

    locale: str
    name: str  # nn-module/modes
    text: str
    docs: Path = DOCS

    @classmethod
    def read(cls, locale: str, name: str, docs: Path = DOCS) -> Page:
        """A page as it stands in its file; one that is not written has no text."""
        path = docs / locale / f"{name}.md"
        text = path.read_text(encoding="utf-8-sig", errors="replace") if path.is_file() else ""
        return cls(locale, name, text, docs)

    @classmethod
    def as_written(cls, locale: str, name: str) -> Page:
        """A page in a language, or in the first that it is written in."""
        pages = (cls.read(one, name) for one in (locale, *LOCALES))
        return next((page for page in pages if page.text), cls(locale, name, ""))

    @property
    def path(self) -> Path:
        return self.docs / self.locale / f"{self.name}.md"

    @property
    def file(self) -> str:
        """The path of the page, for messages."""
        return f"docs/{self.locale}/{self.name}.md"

    @cached_property
    def scan(self) -> list[Line]:
        """Its lines but for what is in fences."""
        found, fence = [], ""
        for number, line in enumerate(self.text.splitlines(), 1):
            mark = FENCE.match(line)
            if mark and not fence:
                fence = mark["mark"]
                found.append(Line(number, line, mark["info"]))
            elif mark and mark["mark"].startswith(fence) and not mark["info"]:
                fence = ""
            elif not fence:
                found.append(Line(number, line, None))
        return found

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The numbered lines that are no code."""
        return [(line.number, line.text) for line in self.scan if line.info is None]

    @cached_property
    def sections(self) -> list[Section]:
        """The page, cut at its headings; the front matter belongs to the first."""
        lines = self.text.splitlines(keepends=True)
        heads = [(number, match) for number, line in self.lines if (match := HEADING.match(line))]
        ends = [number - 1 for number, _ in heads[1:]] + [len(lines)]
        return [
            Section(
                number,
                len(match["mark"]),
                match["title"],
                match["anchor"],
                "" if place else "".join(lines[: number - 1]),
                lines[number - 1],
                "".join(lines[number:end]),
            )
            for place, ((number, match), end) in enumerate(zip(heads, ends))
        ]

    @property
    def addresses(self) -> set[str | None]:
        """The anchors that links may lead to: those of headings, and older ones that are kept."""
        old = {anchor for _, line in self.lines for anchor in OLD_ADDRESS.findall(line)}
        return {section.anchor for section in self.sections} | old

    @property
    def includes(self) -> list[Include]:
        """The snippets that it shows."""
        return includes(self.text)

    def say(self, line: int, what: str, /, **fields: object) -> str:
        """What is wrong in a line of it, in its language."""
        return say(f"{self.file}:{line}", what, **fields)

    def title(self) -> Section:
        """Its title with what follows up to the next section. Raises Mistake without an anchor."""
        first = self.sections[0] if self.sections else None
        if not first or first.level > 1 or not first.anchor:
            raise Mistake(self.say(1, "no-title"))
        return first

    def section(self, anchor: str) -> Section:
        """The section with an anchor. Raises Mistake if there is none."""
        for section in self.sections:
            if section.anchor == anchor:
                return section
        raise Mistake(self.say(1, "no-section", anchor=anchor))

    def fold(self, anchor: str) -> re.Match[str]:
        """The first folded block in a section. Raises Mistake if there is none."""
        section = self.section(anchor)
        if fold := FOLD.search(section.body):
            return fold
        raise Mistake(self.say(section.line, "no-fold"))

"""What the pages say in Markdown: includes in place of code, anchors, links, and the same of these in both languages."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import translations
import twins
import yaml
from includes import INCLUDE, missing
from markdown_it import MarkdownIt
from twins import HEADING, LINK, LOCALES, OLD_ADDRESS, RECORD, scan

from snippet import ROOT, SECTIONS, SNIPPETS

DOCS = ROOT / "docs"
SHELL_PAGE = "contributing.md"  # the one page with code blocks of its own: shell commands


@dataclass(frozen=True)
class Page:
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def locale(self) -> str:
        return self.path.relative_to(DOCS).parts[0]

    @property
    def in_locale(self) -> str:
        return self.path.relative_to(DOCS / self.locale).as_posix()

    def scan(self) -> list[tuple[int, str, str | None]]:
        """See twins.scan."""
        return scan(self.path.read_text(encoding="utf-8", errors="replace"))

    def lines(self) -> list[tuple[int, str]]:
        """The numbered lines outside of fenced code."""
        return [(number, line) for number, line, info in self.scan() if info is None]

    def headings(self) -> list[tuple[int, str | None]]:
        return [(n, m["anchor"]) for n, line in self.lines() if (m := HEADING.match(line))]

    def addresses(self) -> set[str]:
        """The anchors that links may lead to: those of headings, and older ones that are kept."""
        return {a for _, a in self.headings()} | {a for _, line in self.lines() for a in OLD_ADDRESS.findall(line)}

    def includes(self) -> list[tuple[int, str]]:
        """What is included: a snippet's path, with the name of its section if only that is."""
        return [(n, ":".join(filter(None, m.groups()))) for n, line in self.lines() if (m := INCLUDE.match(line))]

    def internal_links(self) -> list[tuple[int, str]]:
        """The targets of links into the site, without those to another host or to a file for download."""
        return [
            (n, target) for n, line in self.lines() for target in LINK.findall(re.sub(r"`[^`]*`", "", line))
            if not re.match(r"[a-z]+:", target)
        ]

    def twin(self) -> "Page":
        other = LOCALES[1 - LOCALES.index(self.locale)]
        return Page(DOCS / other / self.in_locale)


PAGES = [Page(p) for locale in LOCALES for p in sorted((DOCS / locale).rglob("*.md"))]
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name.removeprefix("docs/"))


def report(problems):
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@EACH
def test_code_comes_from_snippets(page):
    problems = [f"{page.name}:{message}" for message in missing(page.path)]
    own = page.in_locale.removesuffix(".md")
    for number, line, info in page.scan():
        if info is not None and page.in_locale != SHELL_PAGE:
            problems.append(
                f"{page.name}:{number}: a code block in a page is run by nobody. Move it to snippets/{own}/NAME.md "
                f'and write --8<-- "{own}/NAME.md" here.')
        elif info is not None and info not in ("bash", "markdown"):
            problems.append(f"{page.name}:{number}: only shell commands stand here, in ```bash; Python goes into snippets/.")
        elif "8<" in line and not INCLUDE.match(line):
            problems.append(f'{page.name}:{number}: an include is a line of its own: --8<-- "{own}/NAME.md"')
    for number, path in page.includes():
        if own not in (Path(path).parent.as_posix(), Path(path).parent.parent.as_posix()):  # wrong/ and right/ of an exercise
            problems.append(
                f"{page.name}:{number}: {path} belongs to another page; this one's snippets are in snippets/{own}/.")
    report(problems)


def test_every_snippet_is_on_its_page():
    """Once in each language: the page of both languages shows it, a solution in its three sections."""
    shown = {locale: Counter(path for page in PAGES if page.locale == locale for _, path in page.includes()) for locale in LOCALES}
    # A section that is behind may still show what its twin does not, or not show yet what its twin does.
    excused = {path for state in translations.out_of_step() for text in state.texts.values() for path in text.includes}
    problems = []
    for file in sorted(SNIPPETS.rglob("*.md")):
        path = file.relative_to(SNIPPETS)
        page = path.parent.parent if path.parent.name in ("right", "wrong") else path.parent
        for part in [f"{path}:{section}" for section in SECTIONS] if path.name == "solution.md" else [str(path)]:
            for locale in LOCALES:
                if shown[locale][part] != 1 and not (shown[locale][part] == 0 and part in excused):
                    problems.append(
                        f"snippets/{path}:1: {part} is included {shown[locale][part]} times in docs/{locale}/. Include it once in "
                        f"docs/{locale}/{page}.md, or delete it.")
    report(problems)


def test_nothing_is_left_to_write():
    """What `make new-page` and `make new-snippet` leave open is marked with TODO."""
    report([
        f"{path.relative_to(ROOT).as_posix()}:{number}: still to be written: {line.strip()[:80]}"
        for folder in (*(DOCS / locale for locale in LOCALES), SNIPPETS) for path in sorted(folder.rglob("*.md"))
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1) if re.search(r"\bTODO\b", line)])


@EACH
def test_headings_have_anchors(page):
    problems = [
        f"{page.name}:{number}: this heading has no anchor. End it with {{ #english-name }}, the same in both languages."
        for number, anchor in page.headings() if anchor is None
    ]
    for anchor, times in Counter(a for _, a in page.headings() if a).items():
        if times > 1:
            number = [n for n, a in page.headings() if a == anchor][-1]
            problems.append(f"{page.name}:{number}: the anchor #{anchor} is on this page already. Give it another.")
    report(problems)


@EACH
def test_both_languages_show_and_link_to_the_same(page):
    """In each section that is not behind its twin; what is behind, `make translations` lists."""
    states = twins.states(page.in_locale.removesuffix(".md"))
    report([told for state in states if state.why in ("in step", "never compared") for told in translations.unlike(state)])


@EACH
def test_no_address_is_lost(page):
    """A section may go, or be called something else, and what links to it from elsewhere still arrives."""
    recorded = twins.record().get(page.in_locale.removesuffix(".md"), {})
    report([
        f"{page.name}:1: nothing has the address #{anchor} any more, and others link to it. Put {{ #{anchor} }} back, or keep the old address "
        f'in the heading of the section that readers are to find there: ## Title <a id="{anchor}"></a> {{ #its-own }}'
        for anchor in recorded if anchor not in page.addresses()])


def test_no_page_is_lost():
    """A page that both languages had is not deleted in one of them by mistake, nor is its address."""
    report([
        f"docs/{locale}/{page}.md:1: this page is gone, and docs/{RECORD} has it. Put it back; or, if it is meant to go, delete it in both "
        f"languages, and its lines there."
        for page in twins.record() for locale in LOCALES if not Page(DOCS / locale / f"{page}.md").path.exists()])


@EACH
def test_links_lead_somewhere(page):
    problems = []
    for number, link in page.internal_links():
        target, _, anchor = link.partition("#")
        there = Page((page.path.parent / target).resolve()) if target else page
        if not there.path.is_file():  # a page that is written in the other language only is shown in both
            there = Page((page.twin().path.parent / target).resolve())
        if not there.path.is_file():
            problems.append(f"{page.name}:{number}: no page at {link}. Links go to the .md file, from this one's folder.")
        elif anchor and there.path.suffix == ".md" and anchor not in there.addresses():
            problems.append(f"{page.name}:{number}: {target or 'this page'} has no heading with {{ #{anchor} }}.")
    report(problems)


@EACH
def test_emphasis_is_read_by_both_markdowns(page):
    """CommonMark (GitHub's preview) leaves `**마크다운(Markdown)**을` as asterisks; Python-Markdown reads it."""
    text = page.path.read_text(encoding="utf-8", errors="replace")
    problems = []
    for token in MarkdownIt().enable("table").parse(re.sub(r"\A---\n.*?\n---\n", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)):
        for child in token.children or ():
            if child.type == "text" and "**" in child.content:
                problems.append(
                    f"{page.name}:{token.map[0] + 1}: the asterisks stay visible in {child.content!r}. Emphasis may not end in "
                    "punctuation before a letter: write **마크다운**(Markdown)을.")
    report(problems)


@EACH
def test_front_matter_describes_the_page(page):
    front = re.match(r"---\n((?:.*\n)*?)---\n", page.path.read_text(encoding="utf-8", errors="replace"))
    try:
        meta = yaml.safe_load(front[1]) if front else None
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 2
        pytest.fail(f"{page.name}:{line}: MkDocs cannot read this line as YAML. Leave out a colon before a space, or quote the text.", pytrace=False)
    if not isinstance(meta, dict) or not isinstance(meta.get("description"), str):
        pytest.fail(f"{page.name}:1: begin with ---, a line `description: …` in the page's language, and ---.", pytrace=False)

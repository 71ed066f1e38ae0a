"""What pages say in Markdown: includes for code, anchors, links, alike in both languages."""

import difflib
import re
from collections import Counter
from functools import cache
from itertools import permutations, product

import pytest
import yaml
from markdown_it import MarkdownIt

from conftest import for_each, report
from tools import site, snippet
from tools.compare import unlike
from tools.page import FRONT_MATTER, Page, links
from tools.site import DOCS, LOCALES, SNIPPETS, message, say, words
from tools.snippet import SECTIONS
from tools.translations import RECORD, out_of_step, read_record, states

SHELL_PAGE = "contributing"  # the one page with code blocks of its own: shell commands
NUMBER = re.compile(r"(?<![\w.,/#])\d(?:[\d,.]*\d)?(?!\w*\d)")
FRONT = {"description", "render_macros"}
UNREAD = re.compile(r"\]\([^)]*\)|^--8<--.*|\{[^}]*\}|<[^>]*>", re.MULTILINE)
PAGES = [
    page
    for locale in LOCALES
    for page in (Page.read(locale, name) for name in site.pages())
    if page.path.exists()
]
EACH = for_each(PAGES)
RECORDED = read_record()


def names_of(page):
    """The folders of snippets that are a page's: its own, and wrong/ and right/ of an exercise."""
    return [page.name, *(f"{page.name}/{folder}" for folder in ("wrong", "right"))]


@EACH
def test_code_comes_from_snippets(page):
    lines = {line: text for line, text in page.lines if "8<" in text}
    found = {}
    for include in page.includes:
        lines.pop(include.line, None)
        if include.path.rpartition("/")[0] not in names_of(page):
            what = {"path": include.path, "own": f"snippets/{page.name}/"}
            found[include.line] = message("other-page", page.locale, **what)
        if wrong := include.wrong(page.locale):
            found[include.line] = wrong
    for line in lines:
        found[line] = message("include-line", page.locale, page=page.name)
    for line, _, info in page.scan:
        if info is not None and page.name != SHELL_PAGE:
            found[line] = message("code-in-page", page.locale, page=page.name)
        elif info not in (None, "bash", "markdown"):
            found[line] = message("shell-only", page.locale)
    report(f"{page.file}:{line}: {what}" for line, what in found.items())


def test_every_snippet_is_on_its_page():
    """Once in each language: the page of both languages shows it, a solution in three sections."""
    # A section that is behind may still show what its twin does not, or not show yet what it does.
    excused = {
        path for state in out_of_step() for text in state.texts.values() for path in text.includes
    }
    problems = []
    for locale in LOCALES:
        own = [page for page in PAGES if page.locale == locale]
        shown = Counter(include.target for page in own for include in page.includes)
        for file in filter(snippet.is_shown, snippet.paths()):
            path, page = (one.relative_to(SNIPPETS) for one in (file, snippet.page_of(file)))
            parts = [f":{part}" for part in SECTIONS] if path.name == "solution.md" else [""]
            for target in (f"{path.as_posix()}{part}" for part in parts):
                if shown[target] != 1 and not (shown[target] == 0 and target in excused):
                    what = {"target": target, "times": shown[target]}
                    place = {"folder": f"docs/{locale}/", "page": f"docs/{locale}/{page}.md"}
                    problems.append(say(f"snippets/{path}:1", "not-once", **what, **place))
    report(problems)


def test_nothing_is_left_to_write():
    """What `make new-page` and `make new-snippet` leave open is marked with TODO."""
    folders = [*(DOCS / locale for locale in LOCALES), SNIPPETS]
    report(
        say(f"{site.relative(path)}:{number}", "to-be-written", line=line.strip()[:80])
        for path in (path for folder in folders for path in folder.rglob("*.md"))
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if re.search(r"\bTODO\b", line)
    )


@EACH
def test_headings_have_anchors(page):
    times = Counter(section.anchor for section in page.sections)
    report(
        page.say(
            section.line, "same-anchor" if section.anchor else "no-anchor", anchor=section.anchor
        )
        for section in reversed(page.sections)
        if not section.anchor or times.pop(section.anchor, 1) > 1
    )


@EACH
def test_all_languages_show_and_link_to_the_same(page):
    """In each section that is not behind its twin; what is behind, `make translations` lists."""
    compared = [
        state
        for state in states(page.name, record=RECORDED)
        if state.why in ("in step", "never compared")
    ]
    report(difference for state in compared for difference in unlike(state))


def numbers(section):
    """The numbers of three digits or more in a section's prose, and how often each is there."""
    found = NUMBER.findall(UNREAD.sub("", section.text))
    return Counter(number for number in found if sum(map(str.isdigit, number)) > 2)


def line_of(section, number):
    """The first line of a section with a number."""
    lines = enumerate(section.text.splitlines(), section.line - section.before.count("\n"))
    return min(place for place, line in lines if number in NUMBER.findall(UNREAD.sub("", line)))


def test_both_languages_say_the_same_numbers():
    """As far as digits are mistyped, 130 for 120. It is said of the text that has changed."""
    problems = []
    for state in (state for name in site.pages() for state in states(name, record=RECORDED)):
        found = {locale: numbers(text) for locale, text in state.texts.items()}
        for (locale, ours), (other, theirs) in permutations(found.items(), 2):
            if other in state.moved and locale not in state.moved:
                continue
            for number, twin in product(ours.keys() - theirs.keys(), theirs - ours):
                if len(number) == len(twin) and sum(map(str.__ne__, number, twin)) == 1:
                    at, place = (
                        f"docs/{one}/{state.page}.md:{line_of(state.texts[one], what)}"
                        for one, what in ((locale, number), (other, twin))
                    )
                    what = {"number": number, "other": twin, "twin": place}
                    problems.append(say(at, "other-number", **what))
    report(problems)


@EACH
def test_no_address_is_lost(page):
    """A section may go, or be called otherwise, and what links to it from elsewhere arrives."""
    lost = set(RECORDED.get(page.name, {})) - page.addresses
    report(page.say(1, "address-lost", anchor=anchor) for anchor in lost)


def test_no_page_is_lost():
    """A page that both languages had is not deleted in one by mistake, nor is its address."""
    report(
        say(f"docs/{locale}/{page}.md:1", "page-lost", record=f"docs/{RECORD}")
        for page, sections in RECORDED.items()
        for locale in {locale for hashes in sections.values() for locale in hashes}
        if not Page.read(locale, page).path.exists()
    )


@cache
def addresses(locale, name):
    return Page.read(locale, name).addresses


@EACH
def test_links_lead_somewhere(page):
    problems = []
    for number, link in links(page.lines):
        target, _, anchor = link.partition("#")
        # A page that another language has alone is shown in all.
        places = [Page.read(locale, page.name).path for locale in (page.locale, *LOCALES)]
        files = [(place.parent / target).resolve() if target else place for place in places]
        there = next((file for file in files if file.is_file()), None)
        if not there:
            problems.append(page.say(number, "no-page-there", link=link))
        elif anchor and there.suffix == ".md":
            locale, _, name = there.relative_to(DOCS).as_posix()[:-3].partition("/")
            if anchor not in addresses(locale, name):
                known = filter(None, addresses(locale, name))
                near = difflib.get_close_matches(anchor, known, 1)
                what = "no-heading-near" if near else "no-heading"
                fields = {"page": target or page.file, "anchor": anchor, "near": "".join(near)}
                problems.append(page.say(number, what, **fields))
    report(problems)


@EACH
def test_emphasis_is_read_by_both_markdowns(page):
    """CommonMark leaves `**마크다운(Markdown)**을` as asterisks; Python-Markdown reads it."""
    text = FRONT_MATTER.sub(lambda front: "\n" * front[0].count("\n"), page.text)
    report(
        page.say(token.map[0] + 1, "asterisks", text=child.content)
        for token in MarkdownIt().enable("table").parse(text)
        for child in token.children or ()
        if child.type == "text" and "**" in child.content
    )


@EACH
def test_front_matter_describes_the_page(page):
    """And sets nothing else: a template, say, or what a search is not to find."""
    front = FRONT_MATTER.match(page.text)
    try:
        meta = yaml.safe_load(front["yaml"]) if front else None
    except yaml.YAMLError as error:
        report([page.say(error.problem_mark.line + 2, "front-not-yaml")])
    if not isinstance(meta, dict) or not isinstance(meta.get("description"), str):
        report([page.say(1, "no-description")])
    report(page.say(2, "front-left", what=key) for key in meta if key not in FRONT)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_of_the_interface_is_missing(locale):
    known = words(locale)
    report(
        say("docs/data/words.yml:1", "language-unnamed", language=other, within=locale)
        for other in LOCALES
        if other not in known["languages"]
    )
    places = [text for why, text in known["behind"].items() if "]({})" not in text]
    report(say("docs/data/words.yml:1", "no-place-for-address", text=text) for text in places)

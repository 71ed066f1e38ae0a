"""A road is short, in order, and built around one model: pages, blocks, pitfalls, terms, time."""

import pytest

from conftest import for_each, report
from tools import road, tips
from tools.page import FOLD, Page
from tools.site import DEFAULT, LOCALES, say

PAGES = [Page.read(locale, name) for name in road.names() for locale in LOCALES]
EACH = for_each(PAGES)


def shown_by(page):
    """The blocks of a page that are not in a fold, with the lines where the page includes them."""
    folds = "".join(match[0] for match in FOLD.finditer(page.text))
    return [one for one in page.includes if f'"{one.path}"' not in folds]


@EACH
def test_a_page_of_the_road_is_short(page):
    words, _ = road.count(road.read_text(page.text))
    minutes, blocks = road.minutes(page.text), shown_by(page)
    found = []
    if words > road.MOST_WORDS:
        found.append(page.say(1, "many-words", count=words, most=road.MOST_WORDS))
    if minutes > road.MOST_MINUTES:
        found.append(page.say(1, "many-minutes", count=minutes, most=road.MOST_MINUTES))
    if len(blocks) > road.MOST_BLOCKS:
        line = blocks[road.MOST_BLOCKS].line
        found.append(page.say(line, "many-blocks", count=len(blocks), most=road.MOST_BLOCKS))
    report(found)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("section", road.roads())
def test_a_road_takes_an_hour_and_a_quarter_at_most(section, locale):
    names = road.roads()[section]
    minutes = {name: road.minutes(Page.read(locale, name).text) for name in names}
    longest = max(minutes, key=minutes.get)
    if (whole := sum(minutes.values())) > road.WHOLE_ROAD:
        place, most = f"docs/{locale}/{longest}.md:1", road.WHOLE_ROAD
        report([say(place, "long-road", count=whole, most=most)])


@EACH
def test_a_page_of_the_road_has_one_open_pitfall_at_most(page):
    found = [section for section in page.sections if road.is_pitfall(section)]
    report(page.say(section.line, "second-pitfall") for section in found[1:])


def test_blocks_of_the_road_are_short_and_repeat_what_was_shown():
    """A class above `# --- new here ---` is, to the letter, one that an earlier block shows."""
    shown, found = {}, []
    for name in road.names():
        for include in Page.read(DEFAULT, name).includes:
            block, file = road.block(include.path, include.line), f"snippets/{include.path}"
            for what, source in block.given.items():
                if shown.get(what) != source:
                    problem = "class-differs" if what in shown else "class-not-shown"
                    found.append(say(f"{file}:1", problem, name=what))
            if block.lines > road.MOST_LINES and include.path not in road.WHOLE:
                most = {"count": block.lines, "most": road.MOST_LINES}
                found.append(say(f"{file}:1", "many-lines", **most))
            shown |= block.shown
    report(found)


@pytest.mark.parametrize("locale", LOCALES)
def test_terms_are_explained_before_they_are_used(locale):
    """By the section that the glossary names, or where a term stands in bold; a link will do."""
    glossary, order = Page.read(locale, "glossary").text, road.names()
    found = []
    find, known = tips.pattern(glossary, locale)
    places = [(name, section) for name in order for section in Page.read(locale, name).sections]
    position = {(name, section.anchor): n for n, (name, section) in enumerate(places)}
    bold = set()
    for number, (name, section) in enumerate(places):
        bold |= {
            match.lastgroup.rpartition("_")[2]
            for text in road.bold(section.text)
            for match in find.finditer(text)
        }
        for line, text in road.running(section):
            for match in find.finditer(text):
                entry = match.lastgroup.rpartition("_")[2]
                where = road.explained(known[int(entry)])
                later = where in position and position[where] > number
                if later and entry not in bold:
                    place, there = f"docs/{locale}/{name}.md:{line}", "#".join(where)
                    found.append(say(place, "explained-later", term=match[0], where=there))
                    bold.add(entry)
    report(found)

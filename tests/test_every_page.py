"""Every page, opened once on a phone and once on a desk, and whatever holds for all of them there.

Korean pages in the light scheme, English ones in the dark. tests/looks.js is what runs on a page.
"""

import re
from collections import defaultdict
from functools import cache
from itertools import cycle
from pathlib import Path

import pytest
from test_hands import CSS, DESKTOP, PHONE
from test_site import locale_of, source, url

from conftest import report
from tools.site import LOCALES, ROOT, home
from tools.snippet import spoken

SCRIPT = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")


def run(page, name):
    """What a script of looks.js finds."""
    return page.evaluate(f"({SCRIPT}).{name}()")


def known_blocks():
    """The code of all blocks that a page may show with a button to copy it."""
    known = {
        (ROOT / "snippets" / name).read_text(encoding="utf-8")
        for name in ("tiny_vla.py", "tiny_data.py")
    }
    for folder, files, info in (
        ("snippets", "**/*.md", "python"),
        ("docs", "*/contributing.md", ".*"),
    ):
        fence = re.compile(rf"^(`{{3,}}){info}\n([\s\S]*?)^\1$", re.MULTILINE)
        for path in (ROOT / folder).glob(files):
            text = path.read_text(encoding="utf-8").replace(";--8<--", "--8<--")
            for locale in LOCALES:
                known |= {code for _, code in fence.findall(spoken(text, locale))}
    return known


KNOWN = known_blocks()


def does_not_shift(page):
    """Nothing that is shown moves while the page loads."""
    if (shift := run(page, "shift")) > 0.01:
        yield f"what is shown shifts while the page loads, by {shift:.3f}"


def fits_the_window(page):
    """On a desk, however narrow the window: nothing wider than it, no name broken in two."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth") - width
        if wide > 0:
            yield f"{wide} pixels wider than a window of {width}"
        for name in run(page, "broken"):
            what = f"{name} is broken over two lines at {width} pixels"
            yield f"{what}. See .md-typeset code in site.css."


def copies_the_code_alone(page):
    """Every block, byte for byte; and outputs have no button."""
    copied = run(page, "copied")
    for text, own in copied:
        if not own or text not in KNOWN:
            yield f"what is copied is not the block as its snippet has it: {text[:80]!r}"
    blocks = page.locator("div.highlight:not(.language-text, .language-pytb)").count()
    if blocks != len(copied):
        yield f"{blocks} blocks, and {len(copied)} buttons to copy them"


def has_its_line_in_the_sidebar(page):
    """In sight, while the page itself is at its top."""
    if not run(page, "current"):
        yield "at 1440×900 its line in the sidebar is out of sight. See reveal() in site.js."
    if page.evaluate("scrollY"):
        yield "the page itself is scrolled when it opens. See reveal() in site.js."


def has_a_footer_that_leads_on(page):
    """To both neighbors, whose titles are whole, and to the contributors' pages, alone there."""
    host, locale = page.url.partition("/notes/")[0], page.locator("html").get_attribute("lang")
    links = page.locator(".md-footer .for-contributors a")
    led = links.evaluate_all("links => links.map(link => link.href)")
    if led != [f"{host}/notes/{home(locale)}{name}/" for name in ("contributing", "maintaining")]:
        what = f"its footer leads to {led}, not to Contributing and Maintaining"
        yield f"{what}. See docs/theme/partials/copyright.html."
    others = page.locator(".md-nav--primary, .md-footer__inner")
    if others.locator("a[href*='contributing/'], a[href*='maintaining/']").count():
        what = "its navigation, or previous and next, lead to a contributors' page"
        yield f"{what}. See not_in_nav in mkdocs.yml."
    for title in run(page, "cut"):
        yield f"at 390 pixels {title!r} is cut in the footer. See “The footer” in {CSS}."


def leaves_code_uncovered(page):
    """Folds are open from here on."""
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    if over := run(page, "covering"):
        what = f"at 390 pixels {over} buttons to copy are over their code"
        yield f"{what}. See .md-code__nav in {CSS}."


def is_large_enough_for_a_finger(page):
    """Whatever is worked has 44 px, or 24 in running text."""
    return (f"{what}. See “What a finger” in {CSS}." for what in run(page, "small"))


def has_icons_that_are_seen(page):
    """Those of what can be worked."""
    return (f"{what}. Give it a color of the text in {CSS}." for what in run(page, "faint"))


def asks_its_own_host_alone(page):
    """No error on the console (a breach of the policy is one), no failed request."""
    found, page.said = page.said, []
    return found


HANDS = is_large_enough_for_a_finger, has_icons_that_are_seen
LOOKS = {
    "phone": (
        does_not_shift,
        has_a_footer_that_leads_on,
        leaves_code_uncovered,
        *HANDS,
        asks_its_own_host_alone,
    ),
    "desktop": (
        does_not_shift,
        has_its_line_in_the_sidebar,
        has_icons_that_are_seen,
        copies_the_code_alone,
        fits_the_window,
        asks_its_own_host_alone,
    ),
}


def opened(page):
    """Says what is open: one after the other what can be opened."""
    page.locator("button.md-header__button[for='__drawer']").click()
    page.wait_for_function(
        "() => document.querySelector('.md-sidebar--primary').getBoundingClientRect().left === 0"
    )
    yield ", drawer open"
    page.keyboard.press("Escape")
    page.locator(".md-select > button").focus()
    yield ", menu of languages open"
    page.locator("button.md-header__button[for='__search']").click()
    page.locator(".md-search__input").fill("a")
    yield ", search open"


@pytest.fixture(scope="module")
def visit(site, shown, host, browser):
    """{look: [(page, what is wrong there)]} for a kind of screen; each page is opened once."""

    @cache
    def all_pages(kind):
        settings, found = {"phone": PHONE, "desktop": DESKTOP}[kind], defaultdict(list)
        for locale, scheme in zip(LOCALES, cycle(["light", "dark"])):
            context = browser.new_context(**settings, color_scheme=scheme)
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            page = context.new_page()
            listen(page, host)
            own = [path for path in shown if locale_of(site, path) == locale]
            for path in own:
                page.set_viewport_size(settings["viewport"])
                page.goto(url(site, path, host))
                where = f"{source(site, path)}, {scheme}"
                for look in LOOKS[kind]:
                    found[look] += [(where, what) for what in look(page)]
                for state in opened(page) if kind == "phone" and path in (own[0], own[-1]) else ():
                    for look in HANDS:
                        found[look] += [(where + state, what) for what in look(page)]
            context.close()
        return found

    return all_pages


def listen(page, host):
    """Keep in `page.said` what it asks other hosts for, and its errors."""
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("console", lambda m: m.type == "error" and page.said.append(f"console: {m.text}"))

    def asked(request):
        if not request.url.startswith((host, "data:", "blob:")):
            page.said.append(f"request to {request.url}")

    page.on("request", asked)


@pytest.mark.parametrize(
    ("kind", "look"),
    [(kind, look) for kind, looks in LOOKS.items() for look in looks],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_every_page(visit, kind, look):
    """Of pages with the same fault the first is named."""
    first = {}
    for where, what in visit(kind)[look]:
        first.setdefault(what, where)
    report(f"{where}: {what}" for what, where in first.items())

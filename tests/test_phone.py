"""The site on a phone, where what sticks out widens the whole page: nothing does, and code fits its screen.

A narrow window of a desktop's browser hides both faults: only with `is_mobile` does the layout grow with what is
wider than it, and a desktop's font for code may be narrower than a phone's.
"""

import pytest
from test_site import source, url
from test_snippets import columns

from conftest import report
from tools import snippet
from tools.pytest_plugin import PAGE
from tools.site import LOCALES, ROOT, relative

PHONES = ["iPhone 13", "Pixel 5", "Galaxy S9+"]
# The layout, and the part of it that is on the screen.
LAYOUT = """() => ({
    layout: document.documentElement.scrollWidth, window: innerWidth, screen: Math.round(visualViewport.width),
    left: Math.round(visualViewport.pageLeft), scale: visualViewport.scale,
})"""
# The innermost element that ends furthest to the right of the screen; what scrolls, hides or goes with the layout apart.
WIDE = """(width) => [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > width + 0.5
    && one.checkVisibility({ visibilityProperty: true }) && !one.closest("pre, .md-sidebar, .md-dialog") && !one.querySelector("*"))
    .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
    .map((one) => (one.closest("[class], [id]") || one).outerHTML.split(">")[0] + ">").slice(0, 1)"""
# Code as a phone shows it: whatever the font, a column is 0.6 em, as in Menlo, SF Mono, Roboto Mono.
PIN = """() => {
    document.styleSheets[0].insertRule("pre > code { font-size-adjust: ch-width 0.6 !important; }");
    for (const fold of document.querySelectorAll("details")) fold.open = true;
}"""
# Each block: its kind, its text, the code before it, how many columns it has room for, and whether it scrolls.
BLOCKS = """() => {
    let before = "";
    return [...document.querySelectorAll("article pre > code")].map((code) => {
        const style = getComputedStyle(code), text = code.textContent;
        const probe = document.createElement("span");
        probe.textContent = "0".repeat(100);
        probe.style.cssText = "position: absolute; white-space: pre";
        code.append(probe);
        const column = probe.getBoundingClientRect().width / 100;
        probe.remove();
        const kind = (code.closest(".highlight")?.className.match(/language-(text|pytb)/) || [0, "code"])[1];
        if (kind === "code") before = text;
        return {
            kind, text, before, em: column / parseFloat(style.fontSize), scrolls: code.scrollWidth > code.clientWidth,
            room: (code.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / column,
        };
    });
}"""


@pytest.fixture
def phone(playwright, browser, request):
    """A page on a phone: of the name that the test is parametrized with, or of the narrowest."""
    device = dict(playwright.devices[getattr(request, "param", "Galaxy S9+")])
    device.pop("default_browser_type")
    context = browser.new_context(**device)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def snippets():
    """{the text of a block: (its snippet, the part of it that the block is)}."""
    read = [snippet.read(path) for path in snippet.paths()]
    return {
        getattr(one, part): (one, part)
        for one in (one.spoken(locale) for one in read for locale in LOCALES)
        for part in ("code", "answer", "check")
        if part == "code" or part in one.parts
    }


def place(file, block, number, snippets):
    """`file:line` of a line of a block, from 0 on: in its snippet, or in the page or module that holds it."""
    one, part = snippets.get(block["before"], (None, None))
    if one and block["kind"] == "text":
        part = "output"
    if one and part == "code":
        return f"{one.name}:{one.file_line(number + 1)}"
    if one:
        return f"{one.name}:{one.line_of(part) + number}"
    line = block["text"].splitlines()[number]
    for path in (ROOT / file, ROOT / "snippets/tiny_vla.py"):
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if line in lines:
            return f"{relative(path)}:{lines.index(line) + 1}"
    return file


def test_every_page_fits_a_phone(site, shown, host, phone, snippets):
    """At 320 pixels no page scrolls sideways; at 390 no output is cut, and at most 5 of 100 lines of code are.

    The code of the checks, which nobody has to read, may be wider. The outputs of a check wrap.
    """
    problems, outputs, code, lines, long = [], {}, {}, 0, 0
    for path in shown:
        file = source(site, path)
        phone.set_viewport_size({"width": 320, "height": 658})
        phone.goto(url(site, path, host))
        wide = phone.evaluate(LAYOUT)["layout"]
        if wide > 320:
            what = "".join(phone.evaluate(WIDE, 320))
            problems.append(
                f"{file}: {wide} pixels wide on a screen of 320: {what} Let it wrap in site.css, or scroll on its own."
            )
        phone.set_viewport_size({"width": 390, "height": 664})
        phone.evaluate(PIN)
        for block in phone.evaluate(BLOCKS):
            assert abs(block["em"] - 0.6) < 0.001, (
                f"{file}: a column is {block['em']:.3f} em wide, not 0.6. Is this Chromium older than 127?"
            )
            if block["kind"] == "pytb" or snippets.get(block["text"], [""])[-1] == "check":
                continue
            room, text = int(block["room"] + 0.01), block["text"].splitlines()
            cut = {
                number: columns(line) for number, line in enumerate(text) if columns(line) > room
            }
            if block["scrolls"] and not cut:
                problems.append(
                    f"{file}: the block with {text[0]!r} scrolls at 390 pixels, though each line has room. See pre > code in site.css."
                )
            known = outputs if block["kind"] == "text" else code
            lines += len(text) * (known is code)
            for (
                number,
                wide,
            ) in (
                cut.items()
            ):  # a snippet on several pages is named once, where it has the least room
                at = place(file, block, number, snippets)
                known[at] = max(
                    known.get(at, ()),
                    (wide - room, f"{at}: {wide} columns, and {file} has room for {room}"),
                )
                long += known is code
    assert lines or PAGE
    problems += [
        f"{said}: this output is cut on a phone. Print less in a line."
        for _, said in outputs.values()
    ]
    if long > 0.05 * lines:
        worst = "\n".join(said for _, said in sorted(code.values(), reverse=True)[:20])
        problems.append(
            f"{long} of {lines} lines of code are cut at 390 pixels, and 5 of 100 may be. Break the longest:\n{worst}"
        )
    report(problems)


@pytest.mark.parametrize("phone", PHONES, indirect=True)
def test_the_layout_keeps_its_width(site, host, phone):
    """While one searches, opens the drawer, turns to the other language or scheme, nothing is pushed aside."""
    phone.goto(host + "nn-module/modes/")
    still, problems = phone.evaluate(LAYOUT), []

    def look(doing, where="site.css"):
        phone.wait_for_timeout(450)  # the theme moves things for as long as 0.4 seconds
        if (now := phone.evaluate(LAYOUT)) != still:
            problems.append(
                f"{doing}: {', '.join(f'{name} {now[name]} instead of {still[name]}' for name in still if now[name] != still[name])} pixels. Something sticks out, or did a moment ago. {''.join(phone.evaluate(WIDE, still['screen']))} See {where}."
            )

    look("reading")
    phone.locator(".md-header [for='__search'].md-header__button").tap()
    look("the search is opened", "search.js, and .md-search in site.css")
    phone.locator(".md-search__input").fill("파라미터")
    phone.locator(".md-search-result__link").first.wait_for()
    look("results are shown", "search.js, and .md-search in site.css")
    box = phone.locator(".md-search-result__link").first.bounding_box()
    if box["x"] < 0 or box["x"] + box["width"] > still["screen"]:
        problems.append(
            f"the first result reaches from {box['x']:.0f} to {box['x'] + box['width']:.0f} on a screen of {still['screen']}. See .md-search in site.css."
        )
    for button in ("reset", "button"):
        if not phone.locator(f".md-search__form [type='{button}']").is_visible():
            problems.append(
                f"the {button} button of the search cannot be seen. See partials/search.html."
            )
    phone.locator(".md-search__form [type='button']").tap()
    look("the search is closed again", "search.js, and .md-search in site.css")
    phone.locator(".md-header [for='__drawer']").tap()
    look("the drawer is opened", ".md-sidebar--primary in site.css")
    phone.keyboard.press("Escape")
    phone.locator(".scheme").tap()
    look("the scheme is changed", ".scheme in site.css")
    phone.get_by_label("언어설정").tap()
    look("the languages are shown", ".md-select__inner in site.css")
    phone.get_by_role("link", name="English").tap()
    phone.wait_for_url("**/en/nn-module/modes/**")
    look("the language is changed")
    report(problems)

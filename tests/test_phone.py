"""The site on a phone, where what sticks out widens the whole page: nothing does, whatever is opened.

A narrow window of a desktop's browser hides the fault: only with `is_mobile` does the layout grow with what is wider
than it. That each page fits at rest, test_every_page.py sees.
"""

import pytest

from conftest import report

# The layout, and the part of it that is on the screen.
LAYOUT = """() => ({
    layout: document.documentElement.scrollWidth, window: innerWidth, screen: Math.round(visualViewport.width),
    left: Math.round(visualViewport.pageLeft), scale: visualViewport.scale,
})"""
# Until nothing moves any more, what begins with the next frame too.
STILL = """async () => {
    const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (await painted(); document.getAnimations().length; await painted()) {
        await Promise.allSettled(document.getAnimations().map((one) => one.finished));
    }
}"""
# The innermost element that ends furthest to the right of the screen; what scrolls, hides or goes with the layout apart.
WIDE = """(width) => [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > width + 0.5
    && one.checkVisibility({ visibilityProperty: true }) && !one.closest("pre, .md-sidebar, .md-dialog") && !one.querySelector("*"))
    .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
    .map((one) => (one.closest("[class], [id]") || one).outerHTML.split(">")[0] + ">").slice(0, 1)"""


@pytest.mark.parametrize("device", ["iPhone 13", "Pixel 5", "Galaxy S9+"])
def test_the_layout_keeps_its_width(playwright, open_page, device):
    """While one searches, opens the drawer, turns to the other language or scheme, nothing is pushed aside."""
    settings = dict(playwright.devices[device])
    settings.pop("default_browser_type")
    phone = open_page("nn-module/modes/", **settings)
    still, problems = phone.evaluate(LAYOUT), []

    def look(doing, where="site.css"):
        phone.evaluate(STILL)
        if (now := phone.evaluate(LAYOUT)) != still:
            changed = [name for name in still if now[name] != still[name]]
            what = ", ".join(f"{name} {now[name]} instead of {still[name]}" for name in changed)
            what = f"{doing}: {what} pixels. Something sticks out, or did a moment ago."
            widest = "".join(phone.evaluate(WIDE, still["screen"]))
            problems.append(f"{what} {widest} See {where}.")

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

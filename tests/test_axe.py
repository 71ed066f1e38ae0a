"""axe finds nothing on any page, unfolded: each in one of the four combinations of width and scheme, its twin in another.

`make bench` tries every page in all four.
"""

from pathlib import Path

import axe_playwright_python
import pytest

from test_site import locale_of, report, source, url

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
# Unfolded, and one of each kind of words that have a color of their own, in blocks and in prose: axe takes seconds for the
# others, which are alike.
PREPARE = """() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const seen = new Set();
    for (const piece of document.querySelectorAll("article :is(pre code span, :not(pre) > code, strong, em)")) {
        const kind = [piece.closest(".highlight")?.className, piece.tagName, piece.className, piece.parentElement.tagName, !!piece.closest("details")].join();
        if ((piece.className || piece.tagName !== "SPAN") && !seen.has(kind)) seen.add(kind);
        else if (!piece.closest("a, summary")) piece.replaceWith(...piece.childNodes);
    }
    document.querySelector("article").normalize();
}"""
COMBINATIONS = [(390, "light"), (1440, "dark"), (390, "dark"), (1440, "light")]


def violations(page):
    """`rule: the first element that breaks it` for each rule that is broken on the page as it is."""
    page.evaluate(PREPARE)
    page.evaluate(AXE)
    # Lighthouse asks for targets that a finger hits; axe does so only when told to.
    found = page.evaluate("axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}).then(result => result.violations)")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]} {rule['nodes'][0].get('failureSummary', '')[:200]}" for rule in found]


@pytest.mark.parametrize("turn", range(4))
def test_axe_finds_nothing(site, shown, host, browser, turn):
    width, scheme = COMBINATIONS[turn]
    # The policy of the pages keeps out axe as well.
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    problems = []
    for locale in ("ko", "en"):
        own = [path for path in shown if locale_of(site, path) == locale]
        for number, path in enumerate(own):
            if (number + 2 * (locale == "en")) % 4 == turn:
                page.goto(url(site, path, host))
                problems += [f"{source(site, path)}: at {width} pixels, {scheme}, axe finds {what}" for what in violations(page)]
    context.close()
    report(problems)


@pytest.mark.parametrize(("width", "scheme", "address"), [(390, "dark", "?q=dropout"), (1440, "dark", "en/?q=zzz"), (390, "light", "en/?q=dropout+zzz")])
def test_axe_finds_nothing_in_the_search(site, host, browser, width, scheme, address):
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(host + address)
    page.locator(".md-search-result a:visible").first.wait_for()
    report([f"{address}: at {width} pixels, {scheme}, axe finds {what} See .md-search-result in site.css." for what in violations(page)])
    context.close()

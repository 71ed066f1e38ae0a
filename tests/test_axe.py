"""axe finds nothing on any page, unfolded.

Each is in one of the four combinations of width and scheme, its twin in another.

`make bench` tries every page in all four.
"""

import pytest
from test_site import source, url

from conftest import report
from tools.browser import COMBINATIONS, violations
from tools.site import LOCALES, locale_of


@pytest.mark.parametrize("turn", range(4))
def test_axe_finds_nothing(site, shown, host, browser, turn):
    width, scheme = COMBINATIONS[turn]
    # The policy of the pages keeps out axe as well.
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    problems = []
    for first, locale in enumerate(LOCALES):
        own = [path for path in shown if locale_of(path.relative_to(site).as_posix()) == locale]
        for number, path in enumerate(own):
            if (number + 2 * first) % 4 == turn:
                page.goto(url(site, path, host))
                problems += [
                    f"{source(site, path)}: at {width} pixels, {scheme}, axe finds {what}"
                    for what in violations(page)
                ]
    context.close()
    report(problems)


@pytest.mark.parametrize(
    ("width", "scheme", "address"),
    [(390, "dark", "?q=dropout"), (1440, "dark", "en/?q=zzz"), (390, "light", "en/?q=dropout+zzz")],
)
def test_axe_finds_nothing_in_the_search(site, host, browser, width, scheme, address):
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(host + address)
    page.locator(".md-search-result a:visible").first.wait_for()
    report(
        [
            f"{address}: at {width} pixels, {scheme}, axe finds {what} "
            "See .md-search-result in site.css."
            for what in violations(page)
        ]
    )
    context.close()

"""axe finds nothing in the search; of the pages themselves, test_every_page.py has it judge each.

`make bench` tries every page in all four combinations of width and scheme.
"""

import pytest

from conftest import report
from tools.browser import violations


@pytest.mark.parametrize(
    ("width", "scheme", "address"),
    [(390, "dark", "?q=dropout"), (1440, "dark", "en/?q=zzz"), (390, "light", "en/?q=dropout+zzz")],
)
def test_axe_finds_nothing_in_the_search(open_page, width, scheme, address):
    page = open_page(
        address, width=width, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page.locator(".md-search-result a:visible").first.wait_for()
    report(
        [
            f"{address}: at {width} pixels, {scheme}, axe finds {what} "
            "See .md-search-result in site.css."
            for what in violations(page)
        ]
    )

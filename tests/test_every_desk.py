"""Pages of each kind, opened on a desk; what holds for all pages is in test_every_page.py."""

import pytest
from test_every_page import for_each_look, report_first, visit


@pytest.fixture(scope="module")
def visited(shown, host, browser):
    return visit("desktop", shown, host, browser)


@for_each_look("desktop")
def test_pages_of_each_kind_on_a_desk(visited, look):
    report_first(visited[look])

"""Pages of each kind, opened on a desk; what holds for all pages is in test_every_page.py."""

import pytest
from test_every_page import LOOKS, report_first, visit

__all__ = ["visit"]  # a fixture


@pytest.mark.parametrize("look", LOOKS["desktop"], ids=lambda look: look.__name__)
def test_pages_of_each_kind_on_a_desk(visit, look):
    report_first(visit("desktop")[0][look])

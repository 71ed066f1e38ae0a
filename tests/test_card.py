"""The picture that a link is shown with shows a block and what the block prints."""

import pytest

from conftest import report
from tools import card
from tools.site import LOCALES, relative, say


@pytest.mark.parametrize("locale", LOCALES)
def test_the_card_is_up_to_date(locale):
    drawn = card.picture(locale)
    if not drawn.is_file() or card.html(locale).encode() not in drawn.read_bytes():
        report([say(f"{relative(drawn)}:1", "old-card")])

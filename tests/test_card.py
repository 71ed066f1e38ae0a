"""The picture that a link is shown with shows a block and what the block prints."""

import pytest

from tools import card
from tools.site import LOCALES, relative


@pytest.mark.parametrize("locale", LOCALES)
def test_the_card_is_up_to_date(locale):
    drawn = card.picture(locale)
    if not drawn.is_file() or card.html(locale).encode() not in drawn.read_bytes():
        pytest.fail(f"{relative(drawn)}: shows what it showed once. Run make card.", pytrace=False)

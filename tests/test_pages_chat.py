"""Use the customer's chat in a browser."""

import pytest

from tests.browser import Opener, Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(site: Site, opener: Opener, scheme: str) -> None:
    page = opener.open(site.page("/chat"), color_scheme=scheme)
    page.get_by_role("heading").wait_for()
    assert opener.axe(page) == []

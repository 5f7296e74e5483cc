"""See at the desk, in a browser, how far a procedure is with a customer's request."""

from collections.abc import Iterator

import httpx
import pytest

from tests.browser import Opener, Site, running_site
from tests.processes import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the example business that leads its customers by procedures."""
    with running_site(tmp_path_factory.mktemp("network"), SUPPORT_BUSINESS=str(ROOT / "examples/novanet")) as served:
        yield served


def test_a_case_shows_its_slots_its_rules_what_stopped_it_and_its_chart(network: Site, opener: Opener) -> None:
    thread = None
    for text in ("I need a technician", "L-1002"):
        body = {"text": text} | ({"thread_id": thread} if thread else {})
        headers = {"Authorization": f"Bearer {network.token('c-ben')}"}
        thread = httpx.post(f"{network.url}/v1/messages", json=body, headers=headers, timeout=60).json()["thread_id"]
    page = opener.open(network.page("/desk", network.token("olga", operator=True)) + f"&thread={thread}")
    case = page.locator(".case")
    case.get_by_text("book technician").wait_for()
    assert "stopped" in case.locator("summary").inner_text()
    assert "There is an outage in your area" in case.locator(".stopped").inner_text()
    assert "L-1002 (said by the customer)" in case.locator("dd").inner_text()
    rules = [line.split("\n")[0] for line in case.get_by_role("listitem").all_inner_texts()]
    assert rules == ["yours", "none booked", "no outage", "free time"]
    assert case.locator(".rule.false").inner_text().startswith("no outage")
    assert opener.axe(page) == []
    case.get_by_role("button", name="Show the chart").click()
    chart = page.get_by_role("region", name="Procedure: book technician")
    chart.wait_for()
    assert chart.locator("g.part.rule").count() == 4
    assert chart.locator("g.part.rule.false").text_content().startswith("no outage")
    assert chart.locator("g.part.stop.done").count() == 1
    assert opener.axe(page) == []
    page.goto(network.page("/insight", network.token("olga", operator=True)))
    page.get_by_role("row", name="book technician: no outage").get_by_text("1", exact=True).wait_for()
    assert opener.axe(page) == []

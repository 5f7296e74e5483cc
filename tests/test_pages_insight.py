"""Look at the insight page in a browser: every figure leads to its conversations."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.tokens import Tokens
from tests.browser import SECRET, Opener, Site
from tests.test_pages_desk import Shop, shop

__all__ = ["shop"]
pytestmark = pytest.mark.browser
UNKNOWN = "Which songs does your choir sing at Christmas?"


def insight(opener: Opener, site: Site, query: str = "", **options: Any) -> Any:
    """Return the page, opened by an operator."""
    page = opener.open(f"{site.url}/insight{query}#token={site.token('olga', operator=True)}", **options)
    page.locator(".tile").first.wait_for()
    return page


@pytest.fixture
def counted(site: Site, shop: Shop) -> str:
    """Have a conversation that was handed over, and an evaluation; return the conversation."""
    thread = shop.say("priya_raman_1005", UNKNOWN, "I want to talk to a person")
    shop.act(f"/v1/tickets/{shop.ticket(thread)}/resolve")
    run = {"suite": "shipped", "agent": "graph", "model": "offline", "finished_at": "2026-11-20T10:00:00+00:00"}
    failures = [{"conversation": "late_parcel", "why": "promises: none kept"}]
    folder = site.folder / "evals" / "monday"
    folder.mkdir(parents=True, exist_ok=True)
    summary = run | {"conversations": 10, "pass": {"value": 0.9, "low": 0.7, "high": 0.97}, "failures": failures}
    (folder / "summary.json").write_text(json.dumps(summary))
    return thread


def test_figures_lead_to_their_conversations(site: Site, opener: Opener, counted: str) -> None:
    page = insight(opener, site)
    page.get_by_role("columnheader", name="Links to the slowest conversations").wait_for()  # a count, no time
    tile = page.locator(".tile.handed_over")
    tile.get_by_text("A person was brought in.").wait_for()  # what is counted is said where it is counted
    tile.get_by_role("button").click()
    listed = page.get_by_role("dialog")
    listed.get_by_role("row", name="priya_raman_1005").get_by_role("link", name=UNKNOWN).first.wait_for()
    listed.get_by_role("button", name="Close").click()
    page.locator("svg rect.handed_over").last.click()
    listed.get_by_role("row", name="priya_raman_1005").get_by_role("link", name=UNKNOWN).first.click()
    page.get_by_role("heading", name="Priya Raman").first.wait_for()
    page.locator(".entry.customer").get_by_text(UNKNOWN).first.wait_for()
    page.go_back()
    page.get_by_role("row", name="choir").get_by_role("button", name="choir").click()
    listed.get_by_role("link", name=UNKNOWN).first.wait_for()
    listed.get_by_role("button", name="Close").click()
    page.get_by_role("row", name="monday").locator("summary").click()
    page.get_by_text("late_parcel: promises: none kept").wait_for()
    page.get_by_label("Period").select_option("7")
    page.get_by_text("late_parcel: promises: none kept").wait_for(state="hidden")  # drawn anew, folded
    sizes = page.locator("#figures svg text").evaluate_all(
        "(texts) => texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"
    )
    assert min(sizes) >= 12


def test_what_is_shown_is_saved_and_an_article_is_written_for_a_question(
    site: Site, opener: Opener, counted: str
) -> None:
    page = opener.open(site.page("/insight", Tokens(secret=SECRET).issue("lea", role="lead")))
    with page.expect_download() as saving:
        page.get_by_role("button", name="JSON").click()
    saved = json.loads(Path(saving.value.path()).read_text())["items"]
    shown = page.locator(".tile.handed_over button").inner_text()
    assert sum(one["outcome"] == "handed_over" for one in saved) == int(shown)
    row = page.get_by_role("row", name="choir")
    row.get_by_role("button", name="Write the article").click()
    page.get_by_role("textbox", name="Answer").fill("Half an ans")
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Write the article").click()
    assert page.get_by_role("textbox", name="Answer").input_value() == "Half an ans"  # a sheet closes too easily
    page.get_by_role("textbox", name="Question").fill(f"What does the choir sing, {counted[:6]}?")
    page.get_by_role("textbox", name="Answer").fill("Carols.")
    page.get_by_role("button", name="Save the draft").click()
    page.locator("#news").get_by_text("The draft is kept").wait_for()
    row.get_by_text("A draft is written").wait_for()
    page.get_by_role("button", name="Drafts").click()  # here as at the desk
    page.get_by_role("dialog").locator("summary", has_text=counted[:6]).click()
    page.get_by_role("textbox", name="Text").fill("Carols, and songs of the sea.")
    page.get_by_role("button", name="Release").click()
    page.locator("#news").get_by_text("Released").wait_for()
    [article] = (site.folder / "business").rglob(f"*{counted[:6]}*.md")
    assert "songs of the sea" in article.read_text()


def test_a_lead_reads_the_period_sorts_looks_behind_and_keeps_the_view(
    site: Site, opener: Opener, counted: str
) -> None:
    page = insight(opener, site, "?days=7")
    period = page.locator("#as-of strong")
    assert page.get_by_label("Up to").input_value() != ""
    assert re.search(r"\d.* 20\d\d", period.inner_text())
    page.get_by_text("compared with").wait_for()
    page.get_by_role("button", name="Containment:").wait_for()
    page.get_by_role("button", name="Conversations:").click()
    listed = page.get_by_role("dialog")
    count = int(re.findall(r"\d+", listed.get_by_role("heading").inner_text())[0])
    assert listed.locator("tbody tr").count() == count
    listed.get_by_role("button", name="Close").click()
    page.locator("#groups").get_by_role("button", name="Channel").click()
    row = page.locator("#groups tbody tr", has_text="chat")
    row.get_by_role("button", name="chat · Handed over").click()
    listed.get_by_role("row", name="priya_raman_1005").first.wait_for()
    listed.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Open tickets by hour").click()
    page.locator("#backlog").get_by_text("Last:").or_(
        page.locator("#backlog").get_by_text("No ticket was open")
    ).wait_for()
    page.locator("#backlog summary").click()
    assert page.locator("#backlog tbody tr").count() == 50
    order = page.locator("#backlog").get_by_role("button", name="Tickets")
    order.click()
    assert page.locator("#backlog th[aria-sort=descending]").count() == 1
    shown = [int(text) for text in page.locator("#backlog tbody td").all_inner_texts()]
    assert shown == sorted(shown, reverse=True)
    page.locator("select[name=channel]").select_option("chat")
    page.wait_for_url(re.compile("channel=chat"))
    page.reload()
    page.locator(".tile").first.wait_for()
    chosen = [page.locator(f"select[name={name}]").input_value() for name in ("days", "channel")]
    assert chosen == ["7", "chat"]
    with page.expect_download() as saving:
        page.get_by_role("button", name="CSV").click()
    assert re.fullmatch(r"conversations-20\d\d-\d\d-\d\d-20\d\d-\d\d-\d\d\.csv", saving.value.suggested_filename)


def test_a_period_without_conversations_says_so(site: Site, opener: Opener) -> None:
    page = insight(opener, site, "?days=7&last=2020-01-31")
    page.get_by_text("There are no conversations in this period.").wait_for()
    assert opener.axe(page) == []


@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("dark", "de", 1280), ("light", "ar", 390)], ids=["dark", "light-phone-rtl"]
)
def test_axe_finds_nothing_wrong_with_the_figures(
    site: Site, opener: Opener, counted: str, scheme: str, language: str, width: int
) -> None:
    page = insight(opener, site, f"?lang={language}", color_scheme=scheme, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opener.axe(page) == []


def end_of(element: Any) -> float:
    """Return how bright the right edge of an element is, of 255."""
    with Image.open(io.BytesIO(element.screenshot())) as shown:
        grey = shown.convert("L")
        edge = grey.crop((grey.width - 3, 0, grey.width - 1, grey.height)).resize((1, 1), Image.Resampling.BOX)
        return float(edge.tobytes()[0])


def test_a_table_that_is_wider_than_a_phone_says_so_and_keeps_its_names(
    site: Site, opener: Opener, counted: str
) -> None:
    page = insight(opener, site, viewport={"width": 390, "height": 800})
    wide = page.locator("#groups .scroll")
    assert wide.evaluate("(place) => place.scrollWidth > place.clientWidth")
    names = wide.locator("tbody th").first
    before, hidden = names.bounding_box()["x"], end_of(wide)
    wide.evaluate("(place) => { place.scrollLeft = place.scrollWidth; }")
    assert hidden < end_of(wide) - 5  # the shadow is gone at the end
    assert names.bounding_box()["x"] == before

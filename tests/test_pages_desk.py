"""Work at the operators' desk in a browser, on conversations of the sample shop."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser import SECRET, Opener, Site
from tests.processes import environment, support_agent

pytestmark = pytest.mark.browser
MARKUP = '<img src=x onerror="document.title=1"><b>Hello</b> <script>alert(1)</script> I want to talk to a person'


class Shop:
    """Speak to the server as customers and operators, behind the pages."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._client = httpx.Client(base_url=site.url, timeout=60)

    def close(self) -> None:
        self._client.close()

    def say(self, who: str, *texts: str, thread: str | None = None) -> str:
        """Write as a customer, in one thread, and return the thread."""
        for text in texts:
            body = {"text": text} | ({"thread_id": thread} if thread else {})
            answer = self._client.post("/v1/messages", json=body, headers=self._as(who))
            assert answer.status_code == 200, answer.text
            thread = answer.json()["thread_id"]
        assert thread
        return thread

    def act(self, path: str, body: Any = None, *, operator: str = "mia", method: str = "POST") -> Any:
        """Do something as an operator, as another page would."""
        answer = self._client.request(method, path, json=body, headers=self._as(operator, operator=True))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ticket(self, thread: str) -> str:
        """Return the number of a conversation's ticket."""
        found = self.act(f"/v1/desk/conversations/{thread}", method="GET")["ticket"]
        return str(found["id"])

    def said(self, thread: str) -> list[str]:
        """Return what the customer can read."""
        return [e["text"] for e in self.act(f"/v1/desk/conversations/{thread}", method="GET")["entries"]]

    def _as(self, who: str, *, operator: bool = False) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.site.token(who, operator=operator)}"}


@pytest.fixture
def shop(site: Site) -> Iterator[Shop]:
    made = Shop(site)
    yield made
    made.close()


def desk(opener: Opener, site: Site, operator: str = "olga", thread: str = "", **options: Any) -> Any:
    """Return the desk's page, opened by an operator."""
    address = site.page("/desk", site.token(operator, operator=True)) + (f"&thread={thread}" if thread else "")
    page = opener.open(address, **options)
    page.locator("#work").wait_for()
    return page


def view(page: Any, name: str) -> Any:
    """Return the button of a view."""
    return page.locator("#views").get_by_role("button", name=re.compile(rf"^{name}( \d+)?$"))


def state(page: Any, words: str) -> None:
    """Wait until the open conversation stands so."""
    page.locator("#opened-state").get_by_text(words).wait_for()


def row(page: Any, item: str) -> Any:
    return page.locator("#queue li").filter(has_text=item)


def refused(opener: Opener) -> None:
    """Forget the one complaint that is meant: the browser notes each answer that is a refusal."""
    assert all("409" in complaint for complaint in opener.complaints), opener.complaints
    opener.complaints.clear()


def came_hours_ago(site: Site, ticket: str, hours: int) -> None:
    """Have a ticket wait since so many hours."""
    with closing(sqlite3.connect(site.folder / "desk.db", timeout=30)) as database, database:
        since = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '-{hours} hours')"
        database.execute(f"UPDATE tickets SET running_since = {since} WHERE serial = ?", (int(ticket[1:]) - 1000,))


def test_the_queue_tells_who_waits_how_long_and_changes_by_itself(site: Site, opener: Opener, shop: Shop) -> None:
    page = desk(opener, site)
    assert "token" not in page.url
    tickets = {}
    for who, hours, sla in (
        ("luca_bianchi_1033", 0, "ok"),
        ("hana_kimura_1026", 3, "soon"),
        ("noor_haddad_1008", 5, "late"),
    ):
        tickets[sla] = shop.ticket(shop.say(who, "I want to talk to a person"))
        came_hours_ago(site, tickets[sla], hours)
        row(page, tickets[sla]).locator(f".sla.{sla}").wait_for()
    shown = page.locator("#queue .number").all_inner_texts()
    assert [shown.index(tickets[sla]) for sla in ("late", "soon", "ok")] == sorted(map(shown.index, tickets.values()))
    waits = row(page, tickets["late"]).locator(".sla").get_attribute("title")
    assert re.search(r"5 hrs?, late by (1 hr|60 mins?)", waits)
    tickets["urgent"] = shop.ticket(
        shop.say("dmitri_volkov_1014", "this is fraud, somebody stole my card and shopped with it")
    )
    row(page, tickets["urgent"]).locator(".priority.urgent").get_by_text("urgent").wait_for()
    shown = page.locator("#queue .number").all_inner_texts()
    assert shown.index(tickets["late"]) < shown.index(tickets["urgent"]) < shown.index(tickets["soon"])
    shop.act(f"/v1/tickets/{tickets['soon']}/take")
    row(page, tickets["soon"]).get_by_text("mia").wait_for()
    view(page, "Mine").click()
    row(page, tickets["soon"]).wait_for(state="detached")
    view(page, "Unassigned").click()
    row(page, tickets["late"]).wait_for()
    assert row(page, tickets["soon"]).count() == 0
    view(page, "Open").click()
    for ticket in tickets.values():
        shop.act(f"/v1/tickets/{ticket}/resolve")
    row(page, tickets["late"]).wait_for(state="detached")


def test_an_answer_is_explained_and_markup_stays_text(site: Site, opener: Opener, shop: Shop) -> None:
    questions = ("How long do I have to return something?", "Where is my order #AF10304?")
    thread = shop.say("luca_bianchi_1033", *questions, MARKUP)
    page = desk(opener, site, thread=thread, viewport={"width": 1280, "height": 500})
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(page.locator(".entry").last).to_be_in_viewport()  # it opens at the newest message, beside the reply
    expect(page.get_by_label("Reply to the customer")).to_be_in_viewport()
    expect(page.locator(".entry").first).not_to_be_in_viewport()
    first, second = page.locator(".entry.agent").nth(0), page.locator(".entry.agent").nth(1)
    first.locator("summary").first.click()
    first.locator("li summary").first.click()
    assert len(first.locator(".passage").first.inner_text()) > 40
    second.locator("summary").first.click()
    second.get_by_text("get_order").first.click()
    assert "#AF10304" in second.locator("pre").first.inner_text()
    second.get_by_text("Nothing was held back.").wait_for()
    page.locator(".entry.customer").get_by_text('onerror="document.title=1"').wait_for()
    shop.act(f"/v1/tickets/{shop.ticket(thread)}/reply", {"text": MARKUP})  # the pages are not told what to trust
    page.locator(".entry.operator").get_by_text(MARKUP, exact=True).wait_for()
    assert page.locator("main img, main b, main script").count() == 0
    assert page.title().endswith("Desk")
    shop.act(f"/v1/tickets/{shop.ticket(thread)}/resolve")


def test_a_ticket_is_taken_answered_with_an_edited_suggestion_resolved_and_proposed(
    site: Site, opener: Opener, shop: Shop
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    thread = shop.say("hana_kimura_1026", "Can I have a person, please?")
    page = desk(opener, site)
    row(page, shop.ticket(thread)).get_by_role("link").press("Enter")
    page.get_by_role("heading", name="Hana Kimura").first.wait_for()
    page.get_by_role("button", name="Take").click()
    state(page, "with a person · olga")
    page.get_by_role("button", name="Suggest a reply").click()
    reply = page.get_by_label("Reply to the customer")
    expect(reply).to_have_value(re.compile(r"^Hello.*I have read everything.*olga", re.DOTALL))
    reply.fill("Hello, [what is to be said].")
    page.get_by_role("button", name="Send").click()
    page.locator("#alert").get_by_text("still says “[what is to be said]”").wait_for()
    refused(opener)
    reply.fill("You can collect it in the shop.")
    page.get_by_role("button", name="Suggest a reply").click()
    page.get_by_role("button", name="Add it below").click()
    expect(reply).to_have_value(re.compile(r"^You can collect it in the shop\.\n\nHello.*olga", re.DOTALL))
    page.get_by_role("button", name="Send").click()
    page.locator(".entry.operator").get_by_text("You can collect it in the shop.").wait_for()
    expect(reply).to_have_value("")
    assert "You can collect it in the shop." in shop.said(thread)[-1]
    shop.say("hana_kimura_1026", "Wonderful, thank you!", thread=thread)
    page.locator(".entry.customer").get_by_text("Wonderful, thank you!").wait_for()
    page.get_by_role("button", name="Resolve").click()
    asked = page.get_by_role("dialog")  # the newest message has no answer of a person
    asked.get_by_text("Wonderful, thank you!").wait_for()
    asked.get_by_role("button", name="Resolve anyway").click()
    page.goto(page.url.split("#")[0] + f"#thread={thread}")
    state(page, "resolved")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Propose as an article").click()
    page.get_by_label("Question").fill(f"Where can I collect {thread[:8]}?")
    page.get_by_label("Answer").fill("In the shop.")
    page.get_by_role("button", name="Save the draft").click()
    page.locator("#news").get_by_text("Wrote").wait_for()
    [draft] = (site.folder / "business" / "proposed").glob(f"*{thread[:8]}*.md")
    assert "status: draft" in Path(draft).read_text()


def test_a_conversation_goes_back_to_the_agent(site: Site, opener: Opener, shop: Shop) -> None:
    thread = shop.say("noor_haddad_1008", "a human please")
    page = desk(opener, site, thread=thread, viewport={"width": 390, "height": 800})
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Hand back to the agent").click()
    page.get_by_role("button", name="Hand back anyway").click()
    page.get_by_role("button", name="Undo").wait_for(state="detached")
    page.goto(page.url.split("#")[0] + f"#thread={thread}")
    state(page, "handed back")
    assert "return" in shop.said(shop.say("noor_haddad_1008", "How do returns work?", thread=thread))[-1].lower()
    page.get_by_role("button", name="Back to the list").click()
    page.locator("#views").wait_for()


def refund_asked(shop: Shop, who: str, order: str, thread: str | None = None) -> str:
    """Return the conversation in which a refund waits for staff."""
    return shop.say(who, f"Please refund $2 of order {order} as a price adjustment", "yes", thread=thread)


def test_actions_are_rejected_changed_and_approved_from_the_ledger(site: Site, opener: Opener, shop: Shop) -> None:
    thread = refund_asked(shop, "sunita_patel_1036", "#AF10257")
    page = desk(opener, site)
    row(page, "#AF10257").get_by_role("link").click()
    card = page.locator(".card.waits")
    card.get_by_text("The customer agreed with: “yes”").wait_for()
    card.get_by_role("button", name="Reject").click()
    card.get_by_label("Why not? A sentence for the customer").fill("It was not cheaper.")
    card.get_by_role("button", name="Reject").click()
    page.get_by_text("rejected · olga").first.wait_for()
    page.locator(".entry .said").get_by_text("It was not cheaper.").wait_for()
    row(page, "#AF10257").wait_for(state="detached")
    refund_asked(shop, "sunita_patel_1036", "#AF10257", thread)
    row(page, "#AF10257").get_by_role("link").wait_for()
    card.get_by_text("Change it first").click()
    card.get_by_label("amount").fill("1")
    card.get_by_role("button", name="Approve as changed").click()
    page.locator(".card").get_by_text("proposed · olga").wait_for()
    shop.say("sunita_patel_1036", "yes", thread=thread)
    page.locator(".card").get_by_text("done · olga").wait_for()
    approved = refund_asked(shop, "declan_murphy_1021", "#AF10355")
    row(page, "#AF10355").get_by_role("link").click()
    card.get_by_role("button", name="Approve", exact=True).click()
    page.locator(".card").get_by_text("done · olga").wait_for()
    assert "$2.00" in shop.said(approved)[-1]


def test_two_operators_do_not_overwrite_each_other(site: Site, opener: Opener, shop: Shop) -> None:
    thread = shop.say("malik_osei_1002", "I need a real person")
    ticket = shop.ticket(thread)
    window = opener.window()
    silent = {"status": 200, "content_type": "text/event-stream", "body": ""}
    window.route("**/v1/desk/events*", lambda route: route.fulfill(**silent))  # a page that has not heard yet
    mia = window.new_page()
    mia.goto(site.page("/desk", site.token("mia", operator=True)) + f"&thread={thread}")
    mia.get_by_label("Reply to the customer").fill("Hello, this is Mia.")
    shop.act(f"/v1/tickets/{ticket}/take", operator="olga")
    mia.get_by_role("button", name="Send").click()
    mia.locator("#alert").get_by_text("olga has this ticket").wait_for()
    assert shop.said(thread)[-1] != "Hello, this is Mia."
    mia.get_by_role("button", name="Take over from olga").click()
    state(mia, "with a person · mia")
    assert mia.get_by_label("Reply to the customer").input_value() == "Hello, this is Mia."
    mia.get_by_role("button", name="Send").click()
    mia.locator(".entry.operator").get_by_text("Hello, this is Mia.").wait_for()
    refused(opener)
    shop.act(f"/v1/tickets/{ticket}/resolve")


def test_a_token_is_pasted_and_one_of_a_customer_is_turned_away(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/desk"))
    page.get_by_label("Token").fill(site.token())
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("not for an operator").wait_for()
    assert all("403" in complaint for complaint in opener.complaints)
    opener.complaints.clear()
    page.get_by_label("Token").fill(site.token("olga", operator=True))
    page.keyboard.press("Enter")
    page.locator("#views").wait_for()
    page.reload()
    page.locator("#views").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Token").wait_for()


@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("light", "en", 1280), ("dark", "ar", 390)], ids=["light", "dark-phone-rtl"]
)
def test_axe_finds_nothing_wrong_at_the_desk(
    site: Site, opener: Opener, shop: Shop, scheme: str, language: str, width: int
) -> None:
    thread = refund_asked(shop, "mateo_rojas_1035", "#AF10268")
    view = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    token = site.token("olga", operator=True)
    page = opener.open(f"{site.url}/desk?lang={language}#token={token}&thread={thread}", **view)
    page.locator(".entry").first.wait_for()
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((fold) => { fold.open = true; })")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opener.axe(page) == []


def test_an_action_is_approved_by_the_number_of_its_ticket(site: Site, shop: Shop) -> None:
    thread = shop.say("beatriz_almeida_1024", "I want to talk to a person")
    ticket = shop.ticket(thread)
    shop.act(f"/v1/tickets/{ticket}/hand-back")
    refund_asked(shop, "beatriz_almeida_1024", "#AF10352", thread)
    env = environment(site.folder, SUPPORT_JWT_SECRET=SECRET)
    done = support_agent("approvals", "approve", ticket, "--by", "mia", env=env)
    assert done.returncode == 0, done.stderr
    assert "done" in done.stdout

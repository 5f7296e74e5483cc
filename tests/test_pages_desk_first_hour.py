"""Do at the desk in a browser what first-time operators stumbled over."""

import re
from typing import Any

import pytest

from tests.browser import Opener, Site
from tests.test_pages_desk import Shop, desk, row, shop, state, view

__all__ = ["shop"]
pytestmark = pytest.mark.browser
WIDE = {"width": 1400, "height": 800}


def status(shop: Shop, ticket: str) -> str:
    return str(shop.act(f"/v1/tickets/{ticket}", method="GET")["status"])


def waiting(shop: Shop, *people: str) -> list[tuple[str, str]]:
    """Return the conversation and the ticket of customers who want a person."""
    threads = [shop.say(who, "I want to talk to a person") for who in people]
    return [(thread, shop.ticket(thread)) for thread in threads]


def test_two_quick_clicks_resolve_one_ticket_and_each_can_be_taken_back(site: Site, opener: Opener, shop: Shop) -> None:
    (first, one), (second, two) = waiting(shop, "mateo_rojas_1035", "luca_bianchi_1033")
    for ticket in (one, two):
        shop.act(f"/v1/tickets/{ticket}/reply", {"text": "Done."}, operator="nora")
    page = desk(opener, site, "nora", first, viewport=WIDE)  # whose own view holds nothing of other tests
    view(page, "Mine").click()
    row(page, two).wait_for()
    page.get_by_role("button", name="Resolve").dblclick()
    page.wait_for_url(re.compile(second))
    row(page, one).wait_for(state="detached")
    page.get_by_role("button", name="Resolve").click()  # waits until it may be clicked
    row(page, two).wait_for(state="detached")
    assert status(shop, one) == status(shop, two) == "human"
    for ticket in (one, two):
        page.locator(".toast", has_text=ticket).get_by_role("button", name="Undo").click()
        row(page, ticket).wait_for()
    assert status(shop, one) == status(shop, two) == "human"
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.wait_for_url(re.compile(first))
    state(page, one)
    page.keyboard.press("j")
    page.wait_for_url(re.compile(second))
    state(page, two)
    page.locator("#acts:not([aria-disabled])").wait_for()
    page.keyboard.press("e")  # acts on what j has marked
    row(page, two).wait_for(state="detached")
    row(page, one).wait_for()
    page.locator(".toast", has_text=two).get_by_role("button", name="Undo").click()
    for ticket in (one, two):
        shop.act(f"/v1/tickets/{ticket}/resolve", operator="nora")


def test_colleagues_are_offered_and_unknown_names_told(site: Site, opener: Opener, shop: Shop) -> None:
    [(thread, ticket)] = waiting(shop, "sunita_patel_1036")
    shop.act(f"/v1/tickets/{ticket}/note", {"text": "A note of mine."}, operator="marian")
    page = desk(opener, site, thread=thread, viewport=WIDE)
    page.locator("[data-field=assignee] option", has_text="marian").wait_for(state="attached")
    page.get_by_role("button", name="Note", exact=True).click()
    note = page.get_by_label("Note for colleagues")
    note.press_sequentially("Please look, @")
    assert page.get_by_role("listbox").get_by_role("option").last.inner_text() == "@olga"  # who writes it
    note.press_sequentially("mari")
    page.get_by_role("option", name="@marian").wait_for()
    assert opener.axe(page) == []
    note.press("Enter")
    assert note.input_value() == "Please look, @marian "
    note.press_sequentially("and @nobodyhere.")
    page.get_by_text("Nobody here is called @nobodyhere").wait_for()
    note.press("Control+Enter")
    page.locator(".entry.note strong").get_by_text("@marian").wait_for()
    marian = desk(opener, site, "marian", viewport=WIDE)
    view(marian, "Mentions me").click()
    marian.locator(f'#queue a[href$="{thread}"]').click()
    marian.locator(".entry.note mark").get_by_text("@marian").wait_for()
    shop.act(f"/v1/tickets/{ticket}/resolve")


def test_putting_off_warns_where_the_customer_waits_and_says_until_when(site: Site, opener: Opener, shop: Shop) -> None:
    [(thread, ticket)] = waiting(shop, "noor_haddad_1008")
    page = desk(opener, site, thread=thread, viewport=WIDE)
    page.get_by_text("Snooze", exact=True).click()
    page.get_by_role("button", name="For an hour").click()
    page.get_by_role("dialog").get_by_text("I want to talk to a person").wait_for()
    page.get_by_role("button", name="Snooze anyway").click()
    view(page, "Snoozed").click()
    row(page, ticket).get_by_text(re.compile(r"until .*\d:\d\d")).wait_for()
    shop.act(f"/v1/tickets/{ticket}/resolve")


def test_prepared_words_replace_prepared_words_and_ask_before_replacing_own(
    site: Site, opener: Opener, shop: Shop
) -> None:
    [(thread, ticket)] = waiting(shop, "grace_okafor_1018")
    shop.act(f"/v1/tickets/{ticket}/take", operator="olga")
    page = desk(opener, site, thread=thread, viewport=WIDE)
    reply = page.get_by_label("Reply to the customer")

    def choose(name: str) -> None:
        page.locator("#composer").get_by_text("Prepared replies").click()
        page.get_by_role("button", name=name).click()

    choose("We are looking into it")
    first = reply.input_value()
    page.get_by_role("button", name="Suggest a reply").click()
    page.wait_for_function("(first) => document.getElementById('words').value !== first", arg=first)
    assert first not in reply.input_value()
    reply.fill("My own words.")
    choose("We are looking into it")
    page.get_by_role("button", name="Add it below").click()
    assert reply.input_value() == f"My own words.\n\n{first}"
    choose("We are looking into it")
    page.get_by_role("button", name="Replace it").click()
    assert reply.input_value() == first
    shop.act(f"/v1/tickets/{ticket}/resolve", operator="olga")


def test_active_filters_are_named_and_changes_of_several_are_taken_back(site: Site, opener: Opener, shop: Shop) -> None:
    (thread, one), (_, two) = waiting(shop, "mateo_rojas_1035", "luca_bianchi_1033")
    page = desk(opener, site, thread=thread, viewport=WIDE)
    for ticket in (one, two):
        page.get_by_label(f"Choose {ticket}").check()
    page.get_by_role("toolbar").get_by_label("Priority").select_option("urgent")
    for ticket in (one, two):
        row(page, ticket).locator(".priority.urgent").wait_for()
    page.locator(".toast", has_text="2 tickets changed").get_by_role("button", name="Undo").click()
    for ticket in (one, two):
        row(page, ticket).locator(".priority.urgent").wait_for(state="detached")
    page.locator("#narrow summary").click()
    page.locator("#filters select[name=priority]").select_option("low")
    page.locator("#narrow summary").click()
    row(page, one).wait_for(state="detached")
    page.locator("#active").get_by_role("button", name="Priority: low").click()
    row(page, one).wait_for()
    for ticket in (one, two):
        page.get_by_label(f"Choose {ticket}").check()
    page.get_by_role("toolbar").get_by_role("button", name="Resolve").click()
    page.get_by_role("button", name="Resolve all the same").click()  # nobody has answered them
    row(page, one).wait_for(state="detached")
    page.locator(".toast", has_text="2 tickets are resolved").get_by_role("button", name="Undo").click()
    row(page, one).wait_for()
    assert status(shop, one) == "pending"
    for ticket in (one, two):
        shop.act(f"/v1/tickets/{ticket}/resolve")


def test_operators_without_a_link_are_told_whom_to_ask(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/desk"))
    page.get_by_text("Ask your administrator for a link").wait_for()
    assert not page.get_by_text("support-agent token").is_visible()
    link: Any = site.page("/desk", site.token("olga", operator=True))
    page.get_by_label("Token").fill(link)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("#views").wait_for()

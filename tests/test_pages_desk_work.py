"""Do a day's work at the desk in a browser: find, note, put off, undo, notice, and use the keyboard."""

import re
from typing import Any

import pytest

from tests.browser import Opener, Site
from tests.test_pages_desk import Shop, desk, row, shop, state, view

__all__ = ["shop"]
pytestmark = pytest.mark.browser


def composer(page: Any) -> Any:
    return page.get_by_label("Reply to the customer")


def test_the_customer_stands_beside_the_conversation(site: Site, opener: Opener, shop: Shop) -> None:
    earlier = shop.say("henrik_sandvik_1010", "How do returns work?")
    thread = shop.say("henrik_sandvik_1010", "I want to talk to a person")
    page = desk(opener, site, thread=thread, viewport={"width": 1400, "height": 800})
    context = page.locator("#context")
    context.get_by_text("@example.com").first.wait_for()
    context.get_by_role("heading", name="Records").wait_for()
    context.locator("details.card", has_text="#AF").first.locator("summary").click()
    context.locator("details.card dt").first.wait_for()
    context.get_by_role("link", name="How do returns work?").click()
    page.wait_for_url(re.compile(earlier))
    assert page.evaluate("document.documentElement.scrollHeight") <= 800  # each pane scrolls by itself
    shop.act(f"/v1/tickets/{shop.ticket(thread)}/resolve")


def test_words_find_conversations_and_the_agents_own_can_be_joined(site: Site, opener: Opener, shop: Shop) -> None:
    thread = shop.say("oliver_pettigrew_1012", "How do I return the walrus-shaped kettle?")
    page = desk(opener, site)
    page.keyboard.press("/")
    page.keyboard.type("walrus kett")
    marked = page.locator("#queue a", has_text="walrus-shaped").locator("mark")
    marked.nth(1).wait_for()
    assert marked.all_inner_texts() == ["walrus", "kettle"]
    marked.first.click()
    page.wait_for_url(re.compile(thread))
    page.get_by_role("button", name="Join the conversation").click()
    state(page, "with a person · olga")
    composer(page).fill("Hello, a person here.")
    page.keyboard.press("Control+Enter")
    page.locator(".entry.operator").get_by_text("Hello, a person here.").wait_for()
    page.get_by_role("searchbox").fill("xylophonist")
    page.locator("#nothing").get_by_text("Nothing was found").wait_for()
    shop.act(f"/v1/tickets/{shop.ticket(thread)}/resolve", operator="olga")


def test_a_note_a_prepared_reply_and_the_guard_before_resolving(site: Site, opener: Opener, shop: Shop) -> None:
    thread = shop.say("grace_okafor_1018", "The lamp is dark, can a person help me?")
    ticket = shop.ticket(thread)
    shop.act(f"/v1/tickets/{ticket}/note", {"text": "@olga, the lamp again"}, operator="mia")
    page = desk(opener, site, thread=thread)
    page.locator(".entry.note mark").get_by_text("@olga").wait_for()
    page.get_by_role("button", name="Take").click()
    page.locator("#composer").get_by_text("Prepared replies").click()
    page.get_by_role("button", name="We are looking into it").click()
    assert "Hello Grace Okafor" in composer(page).input_value()
    assert ticket in composer(page).input_value()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Ask the maker.")
    page.keyboard.press("Control+Enter")
    page.locator(".entry.note").get_by_text("Ask the maker.").wait_for()
    assert "Ask the maker." not in str(shop.act(f"/v1/tickets/{ticket}/thread", method="GET"))
    page.keyboard.press("Escape")
    page.locator("#acts:not([aria-disabled])").wait_for()
    page.keyboard.press("e")
    page.get_by_role("dialog").get_by_text("The lamp is dark").wait_for()
    page.get_by_role("button", name="Answer first").click()
    composer(page).press("Control+Enter")  # the draft is still there
    page.locator(".entry.operator").get_by_text("Hello Grace Okafor").wait_for()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("button", name="Undo").click()
    state(page, "with a person · olga")
    assert shop.act(f"/v1/tickets/{ticket}", method="GET")["status"] == "human"
    page.get_by_role("button", name="Resolve").click()
    row(page, ticket).wait_for(state="detached")
    page.goto("about:blank")  # leaving the page does not leave the ticket open
    page.goto(site.page("/desk", site.token("olga", operator=True)) + f"&thread={thread}")
    state(page, "resolved")
    view(page, "Closed").click()
    closed = row(page, ticket)
    closed.get_by_text("resolved").wait_for()
    closed.get_by_role("link").click()
    page.get_by_role("button", name="Reopen").click()
    state(page, "with a person · olga")
    shop.act(f"/v1/tickets/{ticket}/resolve", operator="olga")


def test_a_ticket_is_given_away_put_off_and_several_are_changed_at_once(site: Site, opener: Opener, shop: Shop) -> None:
    threads = [shop.say(who, "I want to talk to a person") for who in ("mateo_rojas_1035", "luca_bianchi_1033")]
    first, second = (shop.ticket(thread) for thread in threads)
    page = desk(opener, site, thread=threads[0], viewport={"width": 1400, "height": 800})
    page.locator("[data-field=assignee]").select_option("olga")
    state(page, "with a person · olga")
    view(page, "Mine").click()
    row(page, first).wait_for()
    page.get_by_label("Tags").fill("vip, gift")
    page.keyboard.press("Tab")
    row(page, first).get_by_text("#vip").wait_for()
    page.get_by_text("Snooze", exact=True).click()
    page.get_by_role("button", name="For an hour").click()
    page.get_by_role("button", name="Snooze anyway").click()
    row(page, first).wait_for(state="detached")
    view(page, "Snoozed").click()
    row(page, first).wait_for()
    page.get_by_role("button", name="Wake up").click()
    view(page, "Open").click()
    for ticket in (first, second):
        page.get_by_label(f"Choose {ticket}").check()
    page.get_by_role("toolbar").get_by_label("Priority").select_option("urgent")
    for ticket in (first, second):
        row(page, ticket).locator(".priority.urgent").wait_for()
        page.get_by_label(f"Choose {ticket}").check()
    shop.act(f"/v1/tickets/{second}/reply", {"text": "Done."})
    row(page, second).locator(".sla.none").wait_for(state="attached")
    page.get_by_role("toolbar").get_by_role("button", name="Resolve").click()
    guard = page.get_by_role("dialog")
    guard.get_by_text(f"{first}: Asked for a person").wait_for()
    assert guard.get_by_role("listitem").count() == 1
    guard.get_by_role("button", name="Resolve the other 1").click()
    row(page, second).wait_for(state="detached")
    page.get_by_label(f"Choose {first}").check()
    page.get_by_role("toolbar").get_by_role("button", name="Resolve").click()
    guard.get_by_role("button", name="Resolve all the same").click()
    row(page, first).wait_for(state="detached")


def test_two_tickets_of_one_customer_become_one(site: Site, opener: Opener, shop: Shop) -> None:
    threads = [shop.say("tessa_lindqvist_1009", f"{what}, I want a person") for what in ("My lamp flickers", "It hums")]
    first, second = (shop.ticket(thread) for thread in threads)
    page = desk(opener, site, thread=threads[1])
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("dialog").get_by_role("button", name=f"Merge {second} into {first}").click()
    row(page, second).wait_for(state="detached")
    page.locator("#context").get_by_text("Merged into").wait_for()
    assert first in shop.said(threads[1])[-1]  # the customer is told
    shop.act(f"/v1/tickets/{first}/resolve")


def test_new_work_is_noticed_and_colleagues_see_each_other(site: Site, opener: Opener, shop: Shop) -> None:
    thread = shop.say("sunita_patel_1036", "I want to talk to a person")
    olga, mia = desk(opener, site, thread=thread), desk(opener, site, "mia", thread=thread)
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(olga).to_have_title(re.compile(r"^\(\d+\) Desk$"))
    assert "icon-news.svg" in olga.locator("link[rel=icon]").get_attribute("href")
    mia.get_by_label("Reply to the customer").type("Hello")
    olga.locator("#also").get_by_text("mia is writing a reply.").wait_for()
    count = int(re.findall(r"\d+", olga.title())[0])
    other = shop.say("noor_haddad_1008", "I want to talk to a person")
    expect(olga).to_have_title(f"({count + 1}) Desk")
    olga.get_by_label("Settings").click()
    olga.get_by_label("Sound for new requests").uncheck()
    olga.reload()
    olga.get_by_label("Settings").click()
    assert not olga.get_by_label("Sound for new requests").is_checked()
    olga.keyboard.press("Escape")
    olga.locator("#queue a").nth(1).wait_for()
    olga.locator("#entries").get_by_text("I want to talk to a person").wait_for()
    opened = olga.locator("#queue a[aria-current]")
    first = olga.locator("#queue a").first.get_attribute("data-item")
    olga.locator("#queue a").first.click()
    expect(opened.first).to_have_attribute("data-item", first)
    olga.keyboard.press("j")
    expect(opened.first).not_to_have_attribute("data-item", first)
    olga.keyboard.press("k")
    expect(opened.first).to_have_attribute("data-item", first)
    olga.keyboard.press("?")
    olga.get_by_role("dialog").get_by_text("write a reply").wait_for()
    for each in (thread, other):
        shop.act(f"/v1/tickets/{shop.ticket(each)}/resolve")


def test_a_pasted_link_signs_in_where_the_page_is_open(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/desk"))
    page.get_by_label("Token").wait_for()
    page.evaluate("(hash) => { location.hash = hash; }", f"token={site.token('olga', operator=True)}")
    page.locator("#views").wait_for()
    assert "token" not in page.url
    page.evaluate("(hash) => { location.hash = hash; }", f"token={site.token('mia', operator=True)}")
    page.locator("#who").get_by_text("mia").wait_for()

"""Write in the customer's chat while the way to the server is lost, in a browser."""

import json
import re
from typing import Any

import pytest

from core.language.fixed_sentences import phrase
from tests.browser import Opener, Site, said, say

pytestmark = pytest.mark.browser


def written(page: Any) -> list[str]:
    """Return what the customer reads of their own; messages that were answered together stand together."""
    return [
        line for text in page.locator(".said.customer .text").all_inner_texts() for line in text.split("\n") if line
    ]


def unkept(page: Any) -> list[str]:
    """Return what the window keeps because the server does not have it."""
    kept = page.evaluate("Object.entries(sessionStorage).filter(([key]) => key.endsWith(' outbox')).map(([, v]) => v)")
    return [message["text"] for one in kept for message in json.loads(one)]


def test_what_was_held_back_arrives_in_the_order_it_was_written(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    hurdles: list[Any] = ["accept", "busy", "reset", "reset", "busy"]
    tried, accepted = [], []

    def handle(route: Any) -> None:
        tried.append(text := route.request.post_data_json["text"])
        hurdle = hurdles.pop(0) if hurdles else "accept"
        if hurdle == "busy":
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"detail": "too many messages"})
        elif hurdle == "reset":
            route.abort("connectionreset")
        else:
            accepted.append(text)
            route.continue_()

    page.route("**/v1/messages", handle)
    texts = ["How long do I have to return something?", "No, leave it", "Actually yes, cancel it", "3", "2"]
    for text in texts:
        say(page, text)
    page.locator(".log .customer:not(.waits) .text").filter(has_text=re.compile("2$")).wait_for()
    assert accepted == texts
    assert tried == [texts[0], *[texts[1]] * 5, *texts[2:]]  # nothing later was even tried before
    assert written(page) == texts
    assert unkept(page) == []
    opener.complaints[:] = [c for c in opener.complaints if "ERR_CONNECTION_RESET" not in c and "429" not in c]


def test_a_long_outage_is_waited_out_and_the_browser_says_when_it_is_over(site: Site, opener: Opener) -> None:
    page = opener.window().new_page()
    page.clock.install()
    page.goto(site.page("/chat"))
    page.get_by_text(phrase("disclosure", "en", shop="Alder & Finch")).wait_for()
    lost = page.get_by_role("alert").filter(has_text="The connection is lost")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        say(page, "How long do I have to return something?")
    for _ in range(10):  # several minutes
        with page.expect_event("requestfailed"):
            page.clock.fast_forward(19_000)
    lost.wait_for()
    assert page.get_by_role("button", name="Send again").count() == 0
    say(page, "And how long does shipping take?")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)  # from now on no wait ends by itself
    page.context.set_offline(False)
    lost.wait_for(state="hidden")
    page.clock.resume()
    said(page).get_by_text("And how long does shipping take?").wait_for()
    texts = written(page)
    assert texts == ["How long do I have to return something?", "And how long does shipping take?"]
    opener.complaints[:] = [c for c in opener.complaints if "ERR_INTERNET_DISCONNECTED" not in c]


def test_unsent_messages_outlive_a_reload_and_count_once(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    outage = {"on": True}
    keys = []

    def handle(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if not outage["on"]:
            route.continue_()
            return
        if len(keys) == 1:
            route.fetch()  # the server has it, and its answer gets lost
        route.abort("connectionreset")

    page.route("**/v1/messages", handle)
    texts = ["How long do I have to return something?", "And how long does shipping take?"]
    for text in texts:
        say(page, text)
    page.get_by_role("alert").filter(has_text="The connection is lost").wait_for()
    assert unkept(page) == texts
    page.reload()
    page.get_by_text(texts[1]).wait_for()
    page.get_by_role("alert").filter(has_text="The connection is lost").wait_for()
    assert written(page) == texts
    outage["on"] = False
    said(page).get_by_text(texts[1]).wait_for()
    page.get_by_role("alert").wait_for(state="hidden")
    assert written(page) == texts
    assert len(set(keys)) == 2
    assert unkept(page) == []
    page.reload()
    said(page).get_by_text(texts[1]).wait_for()
    assert written(page) == texts
    opener.complaints[:] = [c for c in opener.complaints if "ERR_CONNECTION_RESET" not in c]


def test_what_the_server_refuses_holds_the_rest_until_the_customer_gives_it_up(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    tried = []

    def handle(route: Any) -> None:
        tried.append(text := route.request.post_data_json["text"])
        if text == "No, leave it":
            route.fulfill(status=422, json={"detail": "this cannot be sent"})
        else:
            route.continue_()

    page.route("**/v1/messages", handle)
    say(page, "No, leave it")
    page.get_by_role("alert").filter(has_text="this cannot be sent").wait_for()
    say(page, "How long do I have to return something?")
    page.locator(".said.customer").nth(1).wait_for()
    page.get_by_role("button", name="Send again").click()
    page.get_by_role("alert").filter(has_text="this cannot be sent").wait_for()
    assert tried == ["No, leave it"] * 2
    page.get_by_role("button", name="Do not send").click()
    said(page).get_by_text("30 days of delivery").wait_for()
    assert written(page) == ["How long do I have to return something?"]
    opener.complaints[:] = [c for c in opener.complaints if "422" not in c]

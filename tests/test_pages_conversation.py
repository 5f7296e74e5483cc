"""See in a browser what stands around the words of a conversation: when, by whom, seen, rated, stopped, taken up."""

import json
import re
from typing import Any

import pytest

from tests.browser import Opener, Site, as_operator, from_menu, said, say

pytestmark = pytest.mark.browser
QUESTION = "How long do I have to return something?"


def test_messages_bear_their_time_their_day_and_what_became_of_them(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    say(page, QUESTION, key="Control+Enter")
    said(page).get_by_text("30 days of delivery").wait_for()
    stamps = said(page).locator(".meta time")
    assert [bool(re.match(r"\d{4}-\d\d-\d\dT", t.get_attribute("datetime"))) for t in stamps.all()] == [True, True]
    assert said(page).locator(".day time").inner_text().lower() == "today"
    assert said(page).locator(".customer .fate").inner_text() == "Seen"
    assert opener.axe(page) == []


def test_each_reply_can_be_rated_and_keeps_it(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    say(page, QUESTION, key="Control+Enter")
    helpful = said(page).get_by_role("button", name="Helpful", exact=True)
    for button in (helpful, said(page).get_by_role("button", name="Not helpful")):
        with page.expect_response(re.compile("/rating$")):
            button.click()
    assert helpful.get_attribute("aria-pressed") == "false"
    page.reload()
    pressed = said(page).locator(".thumb[aria-pressed=true]")
    pressed.wait_for()
    assert pressed.get_attribute("aria-label") == "Not helpful"


def test_a_judgement_stays_when_the_server_tells_an_earlier_one_late(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    reply: dict[str, Any] = {
        "id": "1",
        "role": "agent",
        "text": "Yes.",
        "sources": [],
        "cards": [],
        "asks": [],
        "choices": [],
    }
    reply |= {"waiting": False, "at": None, "author": None, "helpful": True}
    body = f"event: message\ndata: {json.dumps(reply)}\n\n"
    page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    page.route("**/rating", lambda route: route.fulfill(status=204))
    say(page, QUESTION, key="Control+Enter")
    said(page).get_by_role("button", name="Not helpful").click()
    for _ in range(2):
        with page.expect_request_finished(lambda request: request.url.endswith("/events")):
            pass
    assert said(page).locator(".thumb[aria-pressed=true]").get_attribute("aria-label") == "Not helpful"


def test_with_people_both_sides_see_each_other_write_and_nothing_is_left_without_a_word(
    site: Site, opener: Opener
) -> None:
    page = opener.open(site.page("/chat"))
    page.get_by_role("button", name="Talk to a person").click()
    banner = page.get_by_role("status").filter(has_text="Ticket")
    banner.wait_for()
    ticket = re.search(r"T\d+", banner.inner_text())[0]  # type: ignore[index]
    say(page, "It is about my parcel.", key="Control+Enter")
    page.get_by_role("status").filter(has_text=f"Noted, it is on ticket {ticket}").wait_for()
    assert said(page).locator(".customer .fate").inner_text() == "Sent"
    as_operator(site, "POST", f"/v1/tickets/{ticket}/take")
    thread = as_operator(site, "GET", f"/v1/tickets/{ticket}")["thread_id"]
    as_operator(site, "PUT", "/v1/desk/presence", thread_id=thread, writing=True)
    page.get_by_text("olga is writing").wait_for()
    said(page).get_by_text("Seen").wait_for()
    assert opener.axe(page) == []
    desk = opener.open(site.page("/desk", site.token("mia", operator=True)) + f"&thread={thread}")
    desk.get_by_text("It is about my parcel.").first.wait_for()
    page.get_by_role("textbox", name="Write a message").press_sequentially("I also")
    desk.get_by_text("The customer is writing").wait_for()
    words = (
        "See https://alderfinch.example/help, [our page](https://alderfinch.example/us) and https://evil.example/help, "
    )
    words += "not [this one](https://evil.example/us)."
    as_operator(site, "POST", f"/v1/tickets/{ticket}/reply", text=words)
    said(page).get_by_text("olga, support team").wait_for()
    assert said(page).get_by_role("link").all_inner_texts() == ["https://alderfinch.example/help", "our page"]
    said(page).get_by_text("and https://evil.example/help, not [this one](https://evil.example/us).").wait_for()
    assert page.get_by_role("status").filter(has_text="Noted").count() == 0


def test_what_is_being_written_can_be_stopped(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    waiting = {
        "id": "1",
        "role": "customer",
        "text": QUESTION,
        "sources": [],
        "cards": [],
        "asks": [],
        "waiting": True,
    }
    events = [("waiting", [waiting]), ("owner", {"owner": "bot", "handoff": None}), ("token", {"text": "You have"})]
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    page.route("**/stop", lambda route: route.fulfill(status=204))
    say(page, QUESTION, key="Control+Enter")
    with page.expect_request("**/stop"):
        page.get_by_role("button", name="Stop").click()


def test_a_message_that_is_read_before_its_post_is_answered_stands_there_once(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    say(page, QUESTION, key="Control+Enter")
    said(page).locator(".agent .text").first.wait_for()
    held: list[tuple[Any, Any]] = []
    page.route("**/v1/messages", lambda route: held.append((route, route.fetch())))
    say(page, "How long does delivery take?", key="Control+Enter")
    said(page).locator(".agent .text").nth(1).wait_for()
    [(route, response)] = held
    with page.expect_response("**/v1/messages"):
        route.fulfill(response=response)
    said(page).locator(".customer .fate").get_by_text("Seen").wait_for()
    assert page.get_by_text("How long does delivery take?", exact=True).count() == 1


def test_a_question_with_answers_to_choose_from_is_answered_by_one_click(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("declan_murphy_1021")))
    page.get_by_role("button", name="How do returns work?").click()
    said(page).locator(".agent .text").first.wait_for()
    say(page, "I want to cancel an order, I no longer need it", key="Control+Enter")
    offered = page.get_by_role("group", name="Answers to choose from").get_by_role("button")
    offered.first.wait_for()
    choice = offered.first.inner_text()
    assert choice.startswith("#AF")
    assert opener.axe(page) == []
    offered.first.click()
    said(page).locator(".customer .text").get_by_text(choice).wait_for()


def test_a_signed_in_customer_goes_on_on_another_device_and_keeps_the_words(site: Site, opener: Opener) -> None:
    token = site.token("ingrid_halvorsen_1003")
    first = opener.open(site.page("/chat", token))
    first.get_by_role("textbox", name="Write a message").wait_for()
    from_menu(first, "Earlier conversations")
    first.get_by_role("dialog", name="Earlier conversations").wait_for()
    first.keyboard.press("Escape")
    question = "How long do I have to return a kettle?"
    say(first, question, key="Control+Enter")
    said(first).locator(".agent .text").first.wait_for()
    with first.expect_download() as saved:
        from_menu(first, "Save as a text file")
    assert re.fullmatch(r"Conversation \d{4}-\d\d-\d\d\.txt", saved.value.suggested_filename)
    kept = saved.value.path().read_text(encoding="utf-8")
    assert re.search(rf"\[1\] Returning items.*: {re.escape(site.url)}/sources/", kept)
    assert question in kept
    assert "Alder & Finch" in kept
    second = opener.open(site.page("/chat", token))
    earlier = second.get_by_role("button", name=re.compile(re.escape(question)))
    earlier.wait_for()
    assert opener.axe(second) == []
    earlier.click()
    said(second).get_by_text(question).wait_for()
    from_menu(second, "Earlier conversations")
    dialog = second.get_by_role("dialog", name="Earlier conversations")
    dialog.wait_for()
    assert opener.axe(second) == []
    dialog.get_by_role("button", name="Close").click()


def test_colleagues_note_something_on_a_conversation_that_the_agent_has(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("mateo_silva_1012")))
    with page.expect_response(lambda answer: answer.url.endswith("/v1/messages")) as accepted:
        say(page, QUESTION, key="Control+Enter")
    thread = accepted.value.json()["thread_id"]
    said(page).get_by_text("30 days of delivery").wait_for()
    desk = opener.open(site.page("/desk", site.token("olga", operator=True)) + f"&thread={thread}")
    desk.get_by_label("Note for colleagues").fill("A regular, be kind.")
    assert opener.axe(desk) == []
    desk.keyboard.press("Control+Enter")
    desk.locator("#entries .note").get_by_text("A regular, be kind.").wait_for()
    assert page.get_by_text("A regular, be kind.").count() == 0


def test_half_written_words_stay_with_their_conversation(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("lena_fischer_1008")))
    box = page.get_by_role("textbox", name="Write a message")
    say(page, "How long do I have to return a lamp?")
    said(page).locator(".agent .text").first.wait_for()
    box.fill("and what about")
    from_menu(page, "New conversation")
    page.get_by_role("button", name=re.compile("return a lamp")).wait_for()
    assert box.input_value() == ""
    box.fill("something else")
    page.get_by_role("button", name=re.compile("return a lamp")).click()
    said(page).get_by_text("return a lamp").wait_for()
    assert box.input_value() == "and what about"


def test_a_person_can_be_called_off_and_the_rating_left_out(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("tom_baker_1009")))
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("button", name="I no longer need a person.").click()
    said(page).get_by_text("nobody will be called in").wait_for()
    assert page.get_by_role("status").filter(has_text="waiting for a person").count() == 0
    from_menu(page, "Rate this conversation")
    page.get_by_role("radio", name="1 of 5 stars").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="1 of 5 stars").wait_for(state="detached")
    assert opener.axe(page) == []

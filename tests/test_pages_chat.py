"""Use the customer's chat in a browser."""

import re
from typing import Any

import pytest

from core.language.fixed_sentences import phrase
from server.tokens import Tokens
from tests.browser import CUSTOMER, HEARD, SECRET, Opener, Site, as_operator, from_menu, said, say

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 640}


def test_a_customer_asks_sees_orders_and_opens_a_source(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token()))
    assert "token" not in page.url  # it is in no history and no referrer
    page.get_by_text(phrase("disclosure", "en", shop="Alder & Finch")).wait_for()
    say(page, "Where are my orders?")
    order = page.get_by_role("region", name=re.compile("Order #AF")).filter(has_text=re.compile("shipped", re.I))
    order.wait_for()
    assert "$63.95" in order.inner_text()
    assert "Gooseneck Kettle" in order.inner_text()  # whoever acts on a card sees on what
    assert order.get_by_role("link", name="Track").get_attribute("href").startswith("https://track.example/")
    say(page, "How long do I have to return something?")
    source = page.get_by_role("link", name="Source 1: Returning items").first
    source.wait_for()
    with page.context.expect_page() as opened:
        source.click()
    passage = opened.value
    passage.get_by_role("heading", name="Returning items").wait_for()
    assert "30 days" in passage.locator(".passage").inner_text()
    assert "Alder & Finch" in passage.locator("header").inner_text()
    assert opener.axe(passage) == []
    with passage.expect_event("close"):
        passage.get_by_role("button", name="Back to the conversation").click()

    page.reload()
    said(page).get_by_text("30 days of delivery").wait_for()
    assert page.get_by_role("region", name=re.compile("Order #AF")).count() == 2


def test_a_second_tab_has_the_thread_and_writes_along(site: Site, opener: Opener) -> None:
    first = opener.open(site.page("/chat"))
    say(first, "How long do I have to return something?")
    first.get_by_role("log").get_by_text("30 days").wait_for()
    second = first.context.new_page()
    second.goto(site.page("/chat"))
    second.get_by_role("log").get_by_text("30 days").wait_for()
    say(second, "And how long does shipping take?")
    first.get_by_text("And how long does shipping take?").wait_for()
    first.get_by_role("link", name="Source 1: Shipping times and costs").wait_for()
    assert first.locator(".said.customer").count() == second.locator(".said.customer").count() == 2


def test_a_yes_goes_to_what_the_card_shows_word_by_word(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token()))
    say(page, "Please cancel order #AF10326, I ordered it by mistake")
    card = page.get_by_role("region", name=re.compile("This is exactly what will happen"))
    card.wait_for()
    preview = card.get_by_role("listitem").inner_text()
    assert "#AF10326" in preview
    assert "$113.45" in preview
    assert opener.axe(page) == []
    card.get_by_role("button", name="Yes, go ahead").click()
    said(page).get_by_text("Order #AF10326 is cancelled").wait_for()
    assert page.get_by_role("button", name="Yes, go ahead").count() == 0
    asked = page.get_by_role("region", name="You were asked about this")
    asked.get_by_text("Done", exact=True).wait_for()
    assert preview in asked.inner_text()  # what was asked stays to be read


def test_a_no_changes_nothing(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("callum_fraser_1031")))
    say(page, "Where are my orders?")
    page.locator(".record").first.wait_for()
    pending = page.locator(".record").filter(has_text="pending").first
    number = re.findall(r"#AF\d+", pending.inner_text())[0]
    say(page, f"Please cancel order {number}, I no longer need it")
    page.get_by_role("button", name="No, do not").click()
    said(page).get_by_text("I have not changed anything").wait_for()
    asked = page.get_by_role("region", name="You were asked about this")
    assert asked.inner_text().strip() == "Not done, nothing was changed"


def test_a_person_is_one_click_away_and_the_handoff_is_shown_to_its_end(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("priya_raman_1005")))
    page.get_by_role("button", name="Talk to a person").click()
    state = page.get_by_role("status").filter(has_text="waiting for a person")
    state.wait_for()
    ticket = re.findall(r"Ticket (\S+):", state.inner_text())[0]
    assert page.get_by_role("button", name="Talk to a person").is_disabled()
    as_operator(site, "POST", f"/v1/tickets/{ticket}/take")
    page.get_by_role("status").filter(has_text="olga has taken over").wait_for()
    as_operator(site, "POST", f"/v1/tickets/{ticket}/reply", text="I am <b>here</b>.")
    page.get_by_text("I am <b>here</b>.").wait_for()
    as_operator(site, "POST", f"/v1/tickets/{ticket}/resolve")
    page.get_by_role("status").filter(has_text="is closed").wait_for()
    page.locator(".rating label").nth(3).click()
    assert page.get_by_role("radio", name="4 of 5 stars").is_checked()
    assert opener.axe(page) == []
    page.get_by_role("button", name="Send rating").click()
    page.get_by_text("Thank you for your rating.").wait_for()


def test_nobody_leaves_a_person_who_has_the_conversation_unasked(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("status").filter(has_text="Ticket").wait_for()
    from_menu(page, "New conversation")
    question = page.get_by_role("dialog", name="New conversation").filter(has_text="A colleague has this conversation")
    question.wait_for()
    assert opener.axe(page) == []
    question.get_by_role("button", name="Stay here").click()
    question.wait_for(state="hidden")
    page.get_by_role("status").filter(has_text="Ticket").wait_for()
    from_menu(page, "New conversation")
    question.get_by_role("button", name="Leave and begin anew").click()
    page.locator(".log .said").first.wait_for(state="detached")
    assert page.get_by_role("button", name="Talk to a person", exact=True).is_enabled()
    say(page, "How long do I have to return something?")
    said(page).get_by_text("30 days of delivery").wait_for()
    from_menu(page, "New conversation")  # nobody has this one: there is nothing to ask
    page.locator(".log .said").first.wait_for(state="detached")
    assert page.get_by_role("dialog").count() == 0


def test_markup_stays_text(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    attack = '<img src=x onerror="window.hit=1"><b>bold</b><script>window.hit=1</script> & how do returns work?'
    say(page, attack)
    said(page).locator(".agent .text").wait_for()
    page.reload()
    page.get_by_text(attack).wait_for()
    assert (
        page.locator("support-agent img:not(.portrait), support-agent b:not(.head b), support-agent script").count()
        == 0
    )
    assert page.evaluate("window.hit") is None


def test_lost_connections_lose_nothing(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    cut = {"stream": 2, "send": 2}

    def disturb(kind: str) -> Any:
        def handle(route: Any) -> None:
            if cut[kind] > 0:
                cut[kind] -= 1
                route.abort("connectionreset")
            else:
                route.continue_()

        return handle

    page.route("**/v1/messages", disturb("send"))
    page.route("**/events", disturb("stream"))
    say(page, "How long do I have to return something?")
    page.get_by_role("alert").filter(has_text="The connection is lost").wait_for()
    said(page).get_by_text("30 days of delivery").wait_for()
    page.get_by_role("alert").wait_for(state="hidden")
    assert cut == {"stream": 0, "send": 0}
    assert page.locator(".said.customer").count() == 1
    assert [c for c in opener.complaints if "ERR_CONNECTION_RESET" not in c] == []
    opener.complaints.clear()


def test_two_customers_at_once_see_their_own(site: Site, opener: Opener) -> None:
    ada, dan = (opener.open(site.page("/chat", site.token(who))) for who in (CUSTOMER, "ingrid_halvorsen_1003"))
    for page in (ada, dan):
        say(page, "Where are my orders?")
    for page in (ada, dan):
        said(page).locator(".agent .text").first.wait_for()
    seen = [set(re.findall(r"#AF\d+", page.locator(".log").first.inner_text())) for page in (ada, dan)]
    assert seen[0]
    assert not seen[0] & seen[1]


def test_a_voice_message_is_shown_before_it_is_sent(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"), permissions=["microphone"])
    page.get_by_role("button", name="Record a voice message").click()
    page.get_by_role("button", name="Stop recording").click()
    page.get_by_text("Please check what I heard").wait_for()
    box = page.get_by_role("textbox", name="Write a message")
    assert box.input_value() == HEARD
    assert page.locator(".said.customer").count() == 0
    page.keyboard.press("Enter")
    said(page).get_by_text("30 days of delivery").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_and_a_phone_is_wide_enough(site: Site, opener: Opener, scheme: str) -> None:
    page = opener.open(site.page("/chat", site.token()), color_scheme=scheme, viewport=PHONE)
    say(page, "Where is order #AF10283? How long do I have to return something?")
    said(page).locator(".agent .text").first.wait_for()
    from_menu(page, "Rate this conversation")
    assert opener.axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert (
        page.evaluate("getComputedStyle(document.body).backgroundColor")
        == {
            "light": "rgb(255, 255, 255)",
            "dark": "rgb(20, 24, 26)",
        }[scheme]
    )


def test_arabic_runs_from_right_to_left(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat?lang=ar"), viewport=PHONE)
    page.get_by_text(phrase("disclosure", "ar", shop="Alder & Finch")).wait_for()
    text, send = page.get_by_role("textbox"), page.get_by_role("button", name="إرسال")
    assert send.bounding_box()["x"] < text.bounding_box()["x"]
    page.get_by_role("button", name="التحدث إلى شخص", exact=True).click()
    said(page).get_by_text("أحيل هذه المحادثة").wait_for()
    assert opener.axe(page) == []


def test_the_keyboard_and_a_screen_reader_are_enough(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    page.get_by_role("textbox", name="Write a message").wait_for()
    reached = []
    assert page.get_by_role("textbox", name="Write a message").evaluate("e => e === e.getRootNode().activeElement")
    page.get_by_role("button", name="Talk to a person").focus()
    page.get_by_role("button", name="Where is my order?").wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(e => e.getAttribute('aria-label') || e.textContent)"
                "(document.querySelector('support-agent').shadowRoot.activeElement)"
            )
        )
    assert [reached[0], reached[1]] == ["More", "Conversation"]
    assert reached[2].startswith("Where is my order?")
    assert reached[-3:] == ["Write a message", "Add a picture", "Record a voice message"]
    say(page, "How long do I have to return something?")
    log = page.get_by_role("log", name="Conversation")
    log.get_by_text("30 days of delivery").wait_for()
    assert log.get_attribute("aria-live") == "polite"
    assert log.get_by_text("The assistant said:").count() == 1
    assert page.locator(".said.agent[aria-hidden=true]").count() == 1  # pieces of a reply are not read aloud
    assert page.get_by_role("textbox", name="Write a message").evaluate("e => e === e.getRootNode().activeElement")


def test_one_tag_puts_the_chat_into_a_shops_page(site: Site, opener: Opener) -> None:
    page = opener.open(site.shop)
    page.get_by_role("button", name="Chat with us").click()
    panel = page.get_by_role("dialog", name="Alder & Finch")
    panel.wait_for()
    say(page, "How long do I have to return something?")
    said(page).get_by_text("30 days of delivery").wait_for()
    assert panel.get_by_role("link", name="Source 1: Returning items").first.get_attribute("href").startswith(site.url)
    assert opener.axe(page) == []
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.localName") == "support-agent"
    page.evaluate("token => { document.querySelector('support-agent').token = token; }", site.token())
    page.get_by_role("button", name="Chat with us").click()
    say(page, "Where is order #AF10283?")
    page.get_by_role("region", name="Order #AF10283").wait_for()
    opener.complaints[:] = [c for c in opener.complaints if "favicon" not in c and "404" not in c]


def test_a_strange_page_cannot_use_the_chat_and_says_so(site: Site, opener: Opener) -> None:
    page = opener.open(site.shop.replace("127.0.0.1", "localhost"))
    page.get_by_role("button", name="Chat with us").click()
    say(page, "How long do I have to return something?")
    page.get_by_role("alert").filter(has_text="not allowed on this website (http://localhost").wait_for()
    assert any("blocked by CORS policy" in complaint for complaint in opener.complaints)
    page.close()  # it would go on trying, and complaining
    opener.complaints.clear()


def test_an_expired_sign_in_says_so_and_leads_to_where_one_signs_in(site: Site, opener: Opener) -> None:
    page = opener.window().new_page()

    def with_sign_in(route: Any) -> None:
        told = route.fetch()
        route.fulfill(response=told, json=told.json() | {"sign_in": "https://alderfinch.example/sign-in"})

    page.route("**/v1/chat?*", with_sign_in)
    page.goto(site.page("/chat", Tokens(secret=SECRET).issue(CUSTOMER, minutes=-1)))
    page.get_by_text("How can we help you?").wait_for()
    say(page, "How long do I have to return something?")
    alert = page.get_by_role("alert").filter(has_text="Your sign-in has expired")
    alert.wait_for()
    assert alert.get_by_role("link", name="Sign in").get_attribute("href") == "https://alderfinch.example/sign-in"
    assert opener.axe(page) == []
    opener.complaints[:] = [c for c in opener.complaints if "401" not in c]


def test_a_server_that_does_not_answer_is_no_lost_connection(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat"))
    down = [True]
    page.route(
        "**/v1/messages",
        lambda route: route.fulfill(status=503, json={"detail": "down"}) if down else route.continue_(),
    )
    say(page, "How long do I have to return something?")
    page.get_by_role("alert").filter(has_text="Our server does not answer at the moment").wait_for()
    down.clear()
    said(page).get_by_text("30 days of delivery").wait_for()
    page.get_by_role("alert").wait_for(state="hidden")
    opener.complaints[:] = [c for c in opener.complaints if "503" not in c]

"""Follow-ups keep their subject, every request is answered or named, slips are read over, and the way of an exchange is
kept.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from langchain_core.tools import StructuredTool

from core.embeddings.minilm import MiniLM
from core.language.words import corrected
from core.settings import SAMPLE_BUSINESS
from tests.offline_shop import Talk
from tools.retail.policy import load_policy
from tools.retail.shop_file import read_shop
from tools.retail.shown_records import as_text, order_facts

ADA = "ada_brook_1001"


def test_a_missing_order_does_not_hide_the_other_one() -> None:
    reply = Talk(ADA).say("status of #AF10142 and #AF99999")
    assert "Order #AF10142 was delivered" in reply
    assert "#AF99999: I cannot find an order" in reply


def test_both_requests_of_a_message_are_answered() -> None:
    reply = Talk(ADA).say("where is my kettle and can i return the coffee set?")
    assert "#AF10283" in reply
    assert "#AF10002" in reply


def test_how_it_was_paid_is_asked_of_the_order_talked_about() -> None:
    talk = Talk(ADA)
    talk.say("status of #AF10142")
    assert "$115.00 for order #AF10142 with your Visa ending in 2896" in talk.say("how did I pay for it?")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("tracking nr?", "568977097336"),
        ("it's late, right?", "#AF10283"),
        ("how was it paid", "with your Visa ending in 2896"),
        ("what did it cost", "You paid $63.95 for order #AF10283"),
    ],
)
def test_short_questions_are_about_the_order_that_was_told_last(asked: str, told: str) -> None:
    talk = Talk(ADA)
    talk.say("where is order #AF10283?")
    assert told in talk.say(asked)


def returning(days_later: int) -> Talk:
    """Return a conversation so many days after the first of a customer's orders arrived, in a shop that has rules."""
    shop = read_shop(SAMPLE_BUSINESS / "shop.json")
    talk, policy = Talk(ADA, shop=shop), load_policy()
    own = [order for order in shop.orders if order.customer_id == ADA]
    day = min(order.delivered_at for order in own if order.delivered_at) + timedelta(days=days_later)
    facts = {order.id: order_facts(order, day, policy) for order in own}
    reads: dict[str, Callable[..., str]] = {
        "list_orders": lambda: as_text({"orders": list(facts.values())}),
        "get_order": lambda order_id: as_text(facts[order_id]),
    }
    for name, read in reads.items():
        tool = talk.tools[name]
        assert isinstance(tool, StructuredTool)
        tool.func = read
    return talk


def test_asked_which_order_goes_back_only_those_are_listed_that_still_may() -> None:
    reply = returning(31).say("I would like to return something")
    assert "Enamel Roasting Tin" in reply
    assert "#AF10002" not in reply


def test_where_nothing_may_go_back_any_more_that_is_said_at_once_with_the_reason() -> None:
    talk = returning(90)
    reply = talk.say("I would like to return something")
    assert reply.startswith("Nothing of your delivered orders can be returned any more:\n- #AF10002")
    assert "within 30 days of delivery" in reply
    assert talk.proposed == []


@pytest.mark.parametrize("talked_about", ["where is #AF10142?", "I'd like to return something from #AF10142"])
def test_an_article_of_another_order_than_the_one_talked_about_means_its_own(talked_about: str) -> None:
    talk = Talk(ADA)
    talk.say(talked_about)
    talk.say("Then I'd like to return the coffee set")
    assert [args["order_id"] for _, args in talk.proposed] == ["#AF10002"]
    talk.say("No, the tin! Order #AF10142")
    assert [(args["order_id"], args["item_ids"]) for _, args in talk.proposed] == [("#AF10142", ["S200502"])]


def test_what_can_no_longer_go_back_is_not_asked_about_item_by_item() -> None:
    talk = returning(300)
    talk.say("I would like to return something from #AF10142")
    assert [name for name, _ in talk.proposed] == ["return_items"]  # which the shop's rules refuse, and say why


def test_a_question_in_the_middle_of_our_question_is_answered() -> None:
    talk = Talk(ADA, embeddings=MiniLM())
    talk.say("cancel my order")
    assert "1–2 business days" in talk.say("how long does express shipping take?")


def test_an_exchange_goes_the_way_that_was_said() -> None:
    talk = Talk(ADA)
    reply = talk.say("exchange the 0.8 l kettle of AF10142 for the 1.2 l one")
    assert talk.proposed == []
    assert "not one with 0.8 l" in reply


def test_where_nothing_answers_what_is_near_is_offered_and_not_in_the_same_words_twice() -> None:
    talk = Talk(ADA, embeddings=MiniLM())
    first = talk.say("who designs your products?")
    second = talk.say("who is the founder of the company?")
    assert first.startswith("I am sorry, I do not know the answer")
    assert "person" in first
    assert second.startswith("I am sorry, I have found nothing about that either")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("my kettel arived broken", "my kettle arrived broken"),
        ("i orderd somehing", "i ordered something"),
        ("plese canel it", "please cancel it"),
        ("send it to 20 State Street, Bostn, MA 02109", "send it to 20 State Street, Bostn, MA 02109"),
        ("the gooseneck skillet", "the gooseneck skillet"),
        ("someone stole my card", "someone stole my card"),
    ],
)
def test_words_are_put_right_by_the_businesss_own(written: str, meant: str) -> None:
    assert corrected(written, {"kettle", "skillet", "gooseneck"}) == meant


def test_a_whole_question_that_begins_with_and_needs_nothing_said_before() -> None:
    talk, fresh = Talk("ada_brook_1001"), Talk("ada_brook_1001")
    talk.say("How long do I have to return something?")
    assert re.sub(r"\[\d+\]", "", talk.say("And how long does shipping take?")) == re.sub(
        r"\[\d+\]", "", fresh.say("How long does shipping take?")
    )


def test_a_reason_is_no_refusal_and_thanks_end_the_talk() -> None:
    talk = Talk(ADA)
    talk.say("cancel the clock order")
    talk.say("don't need it any more")
    assert [name for name, _ in talk.proposed] == ["cancel_order"]
    talk.say("no")
    assert talk.say("thanks anyway").startswith("You are welcome")


@pytest.mark.parametrize("thanks", ["ok thanks thats all", "thanks, that's all", "merci, c'est tout"])
def test_thanks_for_all_of_it_ask_for_nothing_more(thanks: str) -> None:
    talk = Talk(ADA)
    talk.say("where is my kettle?")
    assert "AF10" not in talk.say(thanks)


MOVE = "Change the address of AF10326 to 5 Linden Street, Portland, OR 97210"


def _proposed_address(talk: Talk) -> tuple[str, str, str, str]:
    [(name, args)] = talk.proposed
    assert (name, args["order_id"]) == ("change_order_address", "#AF10326")
    return args["address1"], args["city"], args["state"], args["zip"]


@pytest.mark.parametrize("question", ["What address does it go to now?", "and where does it go to now?"])
def test_where_it_goes_is_asked_of_the_order_talked_about(question: str) -> None:
    talk = Talk(ADA, embeddings=MiniLM())
    talk.say(MOVE)
    talk.say("yes")
    assert talk.say(question).startswith("It goes to")
    assert talk.reads == ["get_order"]
    assert talk.say("what is my address?").startswith("Your default address")


@pytest.mark.parametrize(
    "text", ["12 Maple Street, same city", "12 Maple Street", "12 Maple Street, same city and zip"]
)
def test_what_a_new_address_leaves_out_is_as_in_the_present_one(text: str) -> None:
    talk = Talk(ADA)
    talk.say(f"Change the address of AF10326 to {text}")
    assert _proposed_address(talk) == ("12 Maple Street", "Portland", "OR", "97205")


def test_another_town_needs_its_own_postcode() -> None:
    talk = Talk(ADA)
    assert "What is the state and ZIP code" in talk.say("Send AF10326 to 9 Oak Street, Seattle")
    talk.say("WA 98101")
    assert _proposed_address(talk) == ("9 Oak Street", "Seattle", "WA", "98101")


@pytest.mark.parametrize(
    ("corrections", "address"),
    [
        (["No, the city is Springfield"], ("5 Linden Street", "Springfield", "OR", "97210")),
        (["the zip is wrong, it's 97211"], ("5 Linden Street", "Portland", "OR", "97211")),
        (["no, 7 Oak Street instead"], ("7 Oak Street", "Portland", "OR", "97210")),
        (["No, the city is Springfield", "and the zip is 97477"], ("5 Linden Street", "Springfield", "OR", "97477")),
    ],
)
def test_a_correction_of_a_proposed_address_makes_a_new_proposal(
    corrections: list[str], address: tuple[str, str, str, str]
) -> None:
    talk = Talk(ADA)
    talk.say(MOVE)
    for correction in corrections:
        talk.say(correction)
    assert _proposed_address(talk) == address


def test_a_follow_up_is_not_answered_with_what_was_told_before() -> None:
    talk = Talk(ADA, embeddings=MiniLM())
    assert "30 days" in talk.say("How long are returns accepted?")
    reply = talk.say("and for sale items?")
    assert "Final-sale items" in reply
    assert "30 days" not in reply


def test_a_question_about_items_of_a_kind_is_not_about_the_customers_orders() -> None:
    reply = Talk(ADA, embeddings=MiniLM()).say("Can I return items that were on sale?")
    assert "Final-sale items" in reply
    assert "#AF" not in reply


@pytest.mark.parametrize("reason", ["found it cheaper", "I found one for less elsewhere"])
def test_a_reason_that_is_none_of_the_two_is_not_taken_for_one(reason: str) -> None:
    talk = Talk(ADA)
    talk.say("cancel AF10326")
    assert "no longer needed" in talk.say(reason)
    assert talk.proposed == []


@pytest.mark.parametrize("text", ["person please, the lamp is broken", "a real person please", "human pls"])
def test_a_person_is_asked_for_in_two_words(text: str) -> None:
    talk = Talk(ADA)
    talk.say(text)
    assert talk.handed_over


def test_what_is_wished_beside_what_is_dropped_is_heard() -> None:
    talk = Talk(ADA)
    talk.say("where is my kettle? it was due a week ago")
    assert "can no longer be cancelled" in talk.say("forget it then, cancel it")
    assert "not changed anything" in talk.say("ok forget it then")

"""Follow-ups keep their subject, every request is answered or named, slips are read over, and the way of an exchange is
kept.
"""

import re

import pytest

from core.embeddings.minilm import MiniLM
from core.language.words import corrected
from tests.offline_shop import Talk

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

"""Recognise fraud and disputed charges, and leave harmless words alone."""

import time

import pytest

from core.language.signals import disputes_charge, reports_fraud


@pytest.mark.parametrize(
    "text",
    [
        "Somebody used my credit card in your shop",
        "Somebody use my credit card in your shop",
        "my account has been hacked",
        "I didn't place this order, please check",
        "There are unauthorized charges from you",
        "I do not recognise this charge on my statement",
        "someone is ordering things in my name",
        "My card was stolen and used without my permission",
        "Mein Konto wurde gehackt",
        "Quelqu'un a utilisé ma carte",
        "Alguien usó mi tarjeta",
    ],
)
def test_reports_of_fraud_are_recognised(text: str) -> None:
    assert reports_fraud(text)


@pytest.mark.parametrize(
    "text",
    [
        "I was charged twice for one order",
        "I want to dispute this charge",
        "I'm going to file a chargeback",
        "my bank will reverse the payment",
        "You billed me two times",
        "Es wurde zweimal abgebucht",
        "J'ai été débité deux fois",
        "Me han cobrado dos veces",
    ],
)
def test_disputed_charges_are_recognised(text: str) -> None:
    assert disputes_charge(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is a chargeback?",
        "Do you accept credit cards?",
        "Can someone else pick up my order?",
        "My husband used his card, can I return it?",
        "When will my card be charged?",
        "I used my card twice this week, both times it worked",
        "I ordered two lamps by mistake",
        "The colour is not what I recognise from the photo",
        "Is there a fee for express delivery?",
        "I forgot my password",
        "The handle came off without my doing anything",
        "How do you protect me from fraud?",
        "I have a dispute with my sister about which colour is nicer",
        "this is killing me, I can't wait for the tent",
        "Will I be charged twice if I order two items?",
    ],
)
def test_harmless_words_are_left_alone(text: str) -> None:
    assert not reports_fraud(text)
    assert not disputes_charge(text)


@pytest.mark.parametrize(
    "text", ["my card " * 100_000, "someone used " * 80_000, "charged " * 100_000, "a" * 1_000_000]
)
def test_a_megabyte_is_judged_quickly(text: str) -> None:
    started = time.perf_counter()
    reports_fraud(text)
    disputes_charge(text)
    assert time.perf_counter() - started < 10

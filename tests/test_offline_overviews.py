"""Who asks in general about what an article is about hears how it begins and what fits best, and who asks for one thing
does not.
"""

import pytest

from core.embeddings.minilm import MiniLM
from core.offline.answering.quotations import SURE, find_quote
from core.offline.reading.chat_request import QuotedPassage
from ingest.search.article_search import HybridRetriever
from tests.offline_shop import Talk
from tests.test_offline_answers_heldout import Model, answer, model, retriever

__all__ = ["model", "retriever"]

BIKES = "Lending bikes"
PASSAGES = [
    QuotedPassage(1, BIKES, "Handing back", "Hand bikes back at any of our stations before midnight."),
    QuotedPassage(2, BIKES, "", "Every guest can borrow a bike for a day."),
    QuotedPassage(3, BIKES, "Deposit", "We keep 50 EUR until the bike is back."),
    QuotedPassage(4, BIKES, "Helmets", "Helmets for bikes can be had at the desk."),
    QuotedPassage(5, "Parking", "", "Bikes and cars stand in the yard."),
]


@pytest.mark.parametrize(
    "question",
    [
        "how do bikes work?",
        "And how does lending bikes work?",
        "what about bikes?",
        "tell me about the bikes please",
        "anything I should know about your bikes?",
        "I'd like to know more about bikes",
        "My friend asks: how do the bikes work?",
        "bikes",
    ],
)
def test_the_article_about_it_answers_with_its_beginning(question: str) -> None:
    quote = find_quote(question, PASSAGES, MiniLM())
    assert quote is not None
    assert (quote.title, quote.score >= SURE) == (BIKES, True)
    assert quote.text.startswith("Every guest can borrow a bike for a day [2].")
    assert quote.text.count("[") == 2


def test_the_section_about_it_answers_where_no_article_is() -> None:
    quote = find_quote("what about the deposit?", PASSAGES, MiniLM())
    assert quote is not None
    assert quote.score >= SURE
    assert quote.text == "We keep 50 EUR until the bike is back [3]."


@pytest.mark.parametrize(
    "question",
    ["how can I steer a bike?", "how do electric bikes work?", "who repairs bikes?", "how old are the bikes?"],
)
def test_who_asks_for_one_thing_is_not_told_how_the_article_begins(question: str) -> None:
    quote = find_quote(question, PASSAGES, MiniLM())
    assert quote is None or quote.score < SURE or not quote.text.startswith("Every guest")


def test_of_two_articles_about_it_none_is_taken_for_the_one() -> None:
    other = QuotedPassage(6, "Repairing bikes", "", "Our workshop is open on Fridays.")
    quote = find_quote("what about bikes?", [*PASSAGES, other], MiniLM())
    assert quote is not None
    assert not quote.text.startswith("Every guest")


@pytest.mark.parametrize(
    "question",
    [
        "And how do gift cards work?",
        "Wie funktionieren Geschenkkarten?",
        "Erzählen Sie mir bitte etwas über Geschenkkarten",
        "Comment fonctionnent les cartes cadeaux ?",
        "¿Cómo funcionan las tarjetas regalo?",
        "Háblame de las tarjetas regalo",
    ],
)
def test_it_is_so_in_every_language_that_is_understood(model: Model, retriever: HybridRetriever, question: str) -> None:
    assert "Our gift cards work in the online shop" in answer(model, retriever, question)


def test_a_question_beside_one_on_care_is_answered_though_it_is_none() -> None:
    talk = Talk("ada_brook_1001", embeddings=MiniLM())
    talk.say("can I wash my tent in the machine?")
    assert "once a year" in talk.say("how often do I need that waterproof spray?")

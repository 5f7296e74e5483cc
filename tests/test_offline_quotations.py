"""What is quoted has to be about what was asked: not what merely shares a word with it, and no stranger beside the
answer.
"""

import pytest

from ingest.search.article_search import HybridRetriever
from tests.test_offline_answers_heldout import Model, answer, model, retriever

__all__ = ["model", "retriever"]

NEARLY = [
    "how much does gift wrapping cost?",
    "can I pay in instalments?",
    "I lost my keys in your store",
    "do you have a loyalty programme?",
    "do you sell second-hand goods?",
    "what is the phone number of the store manager?",
    "can I rent a tent?",
    "do you offer student discounts?",
    "is there parking at the stores?",
    "can I get a job at your store?",
    "do you sharpen knives?",
    "how do I become a supplier?",
    "can I send an order to the space station?",
    "is the newsletter available in French?",
    "can I visit your warehouse?",
    "who designs your products?",
    "do you donate to charity?",
    "how do I cancel my gym membership?",
    "what interest do you pay on gift cards?",
    "can I buy shares with a gift card?",
    "what is the carrier's vacation policy?",
    "do you take old furniture away?",
    "how many employees work on Sundays?",
    "is there a wedding registry?",
]
"""Questions that share words with articles, none of which answers them."""


def test_an_article_that_only_shares_a_word_is_no_answer(model: Model, retriever: HybridRetriever) -> None:
    quoted = [(q, r) for q in NEARLY if "[" in (r := answer(model, retriever, q))]
    assert len(quoted) / len(NEARLY) <= 0.2, quoted


@pytest.mark.parametrize(
    "question", ["How long do returns take?", "time for returns?", "do returns cost anything", "how fast are returns?"]
)
def test_goods_that_return_to_stock_are_no_returns(model: Model, retriever: HybridRetriever, question: str) -> None:
    assert "3–6 weeks" not in answer(model, retriever, question)

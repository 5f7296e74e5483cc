"""Measure answers from the sample articles on questions that were written apart from the rules; since then a regression
test.
"""

from pathlib import Path

import pytest
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import tool

from core.embeddings.minilm import MiniLM
from core.offline.model import OfflineChatModel
from core.passages import Utterance
from core.safety.untrusted_text import quote_passages, quote_turn
from core.settings import SAMPLE_BUSINESS
from ingest.pipeline import IngestOptions, ingest
from ingest.search.article_search import HybridRetriever
from tools.retail.offline.shop_planner import ShopPlanner

Model = Runnable[LanguageModelInput, AIMessage]

ROOT = Path(__file__).resolve().parent.parent

ANSWERABLE = [
    ("what do I pay for normal shipping?", "$5.95"),
    ("from which amount is delivery free?", "$60"),
    ("how fast is express", "1–2 business days"),
    ("how long does it take until a sofa is delivered?", "5–8 business days"),
    ("can you ship to a PO box?", "PO box"),
    ("I got a tracking number but the carrier says it is unknown", "24 hours"),
    ("my order came in two boxes, is that normal?", "more than one parcel"),
    ("what does processed mean?", "packed or on its way"),
    ("how often does the courier try to deliver?", "2 times"),
    ("the parcel was marked as delivered but I can't find it", "2 business days"),
    ("tracking hasn't changed for more than a week", "7 business days"),
    ("can I still cancel after it was packed?", "cannot be cancelled"),
    ("which reasons do you accept for cancelling?", "by mistake"),
    ("can a gift card and a credit card be combined for one order?", "cannot be split"),
    ("how often can I change the items of an order?", "only once"),
    ("how many days do I have for a return?", "30 days"),
    ("do I have to pay for sending something back?", "free"),
    ("can I return things in a shop?", "stores"),
    ("can sale items be returned?", "Final-sale"),
    ("when do I get my money after a return?", "5–7 business days"),
    ("can the refund go to another card?", "cannot go to another card"),
    ("do I get the shipping costs refunded?", "shipping fee"),
    ("what amounts can I buy a gift card for?", "$10 to $500"),
    ("do gift cards run out?", "do not expire"),
    ("can I pay with American Express?", "American Express"),
    ("my card was declined", "billing ZIP code"),
    ("can I use two discount codes at once?", "Only one promo code"),
    ("can I add a coupon after I ordered?", "cannot be added"),
    ("the item got cheaper after I bought it", "14 days"),
    ("do you match Amazon's prices?", "do not match prices"),
    ("how long is the guarantee?", "2 years"),
    ("what's not covered by the warranty?", "Normal wear"),
    ("how long does a repair take?", "10–15 business days"),
    ("are there spare tent poles?", "pare part"),
    ("my vase arrived in pieces", "photos"),
    ("an item is missing in my parcel", "14 days"),
    ("can I put my oak board in the dishwasher?", "dishwasher"),
    ("how do I season a skillet again?", "450 °F"),
    ("does cast iron work on induction?", "induction"),
    ("how waterproof are your tents?", "3,000 mm"),
    ("what bulb does the floor lamp take?", "E26"),
    ("how much does it cost to have a wardrobe assembled?", "$79"),
    ("what size is a queen sheet?", "60 × 80"),
    ("is there a discount for 20 pieces?", "8%"),
    ("where do I find my invoice?", "under Orders"),
    ("I can't remember my password", "Forgot password"),
    ("my account is locked", "30 minutes"),
    ("how do I get my data deleted?", "30 days"),
    ("how do I stop the newsletter?", "Unsubscribe|link at the end"),
    ("when is the store in Austin open?", "10:00–19:00"),
    ("when can I reach a real employee?", "9:00–18:00"),
    ("is your wood sustainable?", "FSC"),
    ("what does shipping to Toronto cost?", "$24.95"),
    ("do you deliver to Germany?", "do not ship to other countries"),
    ("how long do you keep an order at the pick-up store?", "7 days"),
]
UNANSWERABLE = [
    "what is the meaning of life?",
    "can you help me with my tax return?",
    "how old is the founder of the company?",
    "what is your share price?",
    "do you hire interns?",
    "how do I bake sourdough bread?",
    "can I bring my dog into the office?",
    "which football team do you sponsor?",
    "is the moon made of cheese?",
    "do you accept bitcoin as an investment?",
    "how do I fix my washing machine?",
    "what's the best restaurant near the station?",
    "can you translate this letter for me?",
    "what is the capital of Australia?",
    "how tall is Mount Everest?",
    "who is the president?",
    "can you recommend a good film?",
    "how do I learn to play the guitar?",
    "when does the next train to Boston leave?",
    "what is the square root of 144?",
]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> HybridRetriever:
    minilm = MiniLM()
    folder = tmp_path_factory.mktemp("index")
    ingest(
        [SAMPLE_BUSINESS / "articles"],
        IngestOptions(index_dir=folder, embeddings=minilm, embedding_model="minilm", count_tokens=minilm.count_tokens),
    )
    return HybridRetriever(folder, minilm, "minilm")


@tool
def search_articles(query: str) -> str:
    """Search the help articles."""
    return query


@pytest.fixture(scope="module")
def model() -> Model:
    return OfflineChatModel(embeddings=MiniLM(), planner=ShopPlanner).bind_tools([search_articles])


def answer(model: Model, retriever: HybridRetriever, question: str) -> str:
    """Return the reply to a question; a search that the model asks for is made, as the graph does."""
    passages = retriever.search_now([Utterance("customer", question)], limit=6)
    request: list[BaseMessage] = [HumanMessage(quote_turn(question, passages))]
    reply = model.invoke(request)
    if reply.tool_calls:
        found = retriever.search_now([Utterance("customer", reply.tool_calls[0]["args"]["query"])], limit=6)
        new = [p for p in found if p.id not in {known.id for known in passages}]
        result = quote_passages(new, first_number=len(passages) + 1)
        reply = model.invoke([*request, reply, ToolMessage(result, tool_call_id=reply.tool_calls[0]["id"])])
    return reply.text


def test_the_passage_that_answers_is_quoted(model: Model, retriever: HybridRetriever) -> None:
    wrong = []
    for question, fact in ANSWERABLE:
        reply = answer(model, retriever, question)
        if not any(f.casefold() in reply.casefold() for f in fact.split("|")):
            wrong.append(f"{question} -> {reply}")
    assert len(wrong) / len(ANSWERABLE) <= 0.2, "\n".join(wrong)


def test_nothing_is_quoted_for_what_the_articles_do_not_say(model: Model, retriever: HybridRetriever) -> None:
    quoted = [(q, r) for q in UNANSWERABLE if "[" in (r := answer(model, retriever, q))]
    surely = [(q, r) for q, r in quoted if not r.startswith("I am not sure that this answers it")]
    assert len(surely) / len(UNANSWERABLE) <= 0.1, surely
    assert len(quoted) / len(UNANSWERABLE) <= 0.3, quoted

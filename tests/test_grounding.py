"""Refuse tool calls with invented or misfitting arguments before they run."""

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage

from core.passages import Passage
from graph.tool_calls.grounding import ungrounded
from graph.verification.evidence import Evidence, Text
from graph.verification.evidence_reading import evidence_of, read_evidence
from graph.verification.reply import faults_of
from tests.graph_fakes import call, parts, scripted
from tests.test_verified_replies import agent_of


def given_by(texts: Sequence[str]) -> Evidence:
    """Return what the words of a conversation give."""
    return read_evidence([Text(text, "customer") for text in texts])


@pytest.mark.parametrize(
    ("args", "texts"),
    [
        ({"order_id": "#AF10283"}, ["where is af10283?"]),
        ({"order_id": "AF10283"}, ["my order AF-10283"]),
        ({"order_id": "AF10283"}, ["it is order 10283"]),
        ({"order_id": "A1", "reason": "ordered by mistake"}, ["cancel A1"]),
        ({"amount": 12.0}, ["I want my $12 back"]),
        ({"amount": 23.5}, ['{"total": 23.50}']),
        ({"item_ids": ["S200101", "S200102"]}, ["x", '[{"item_id": "S200101"}, {"item_id": "S200102"}]']),
        ({"email": "Ada@Example.com"}, ["mail me at ada@example.com"]),
        ({"query": "return window in days", "limit": 5, "all": True}, [""]),
        ({}, []),
    ],
)
def test_arguments_from_the_conversation_are_grounded(args: dict[str, Any], texts: list[str]) -> None:
    assert ungrounded(args, given_by(texts)) == []


@pytest.mark.parametrize(
    ("args", "texts", "invented"),
    [
        ({"order_id": "12345678901234567890"}, ["where is my package?"], ["12345678901234567890"]),
        ({"order_id": "#AF10284"}, ["where is AF10283?"], ["#AF10284"]),
        ({"amount": 100}, ["refund me $10"], ["100"]),
        ({"items": [{"item_id": "S999999"}]}, ["S200101"], ["S999999"]),
        ({"email": "someone@else.example"}, ["ada@example.com"], ["someone@else.example"]),
        ({"phone": "+49 30 5550 1421"}, ["+49 30 5550 1420"], ["+49 30 5550 1421"]),
    ],
)
def test_invented_arguments_are_found(args: dict[str, Any], texts: list[str], invented: list[str]) -> None:
    assert ungrounded(args, given_by(texts)) == invented


async def test_a_call_with_an_invented_number_does_not_run_and_the_model_is_told() -> None:
    made = parts(scripted(call("get_order", order_id="B1"), "Which order do you mean?"))
    reply = await agent_of(made).send("t", "where is my package?", customer_id="bob")
    told = made.model.requests[1][-1]  # type: ignore[attr-defined]
    assert told.content.startswith("Not run: B1 was named neither by the customer nor by an earlier result.")
    assert reply.text == "Which order do you mean?"


async def test_a_call_with_an_unknown_argument_does_not_run() -> None:
    made = parts(scripted(call("get_order", order_id="A1", force=True), "Sorry."))
    await agent_of(made).send("t", "where is A1?", customer_id="ada")
    assert "get_order has no argument 'force'" in made.model.requests[1][-1].content  # type: ignore[attr-defined]


@pytest.mark.parametrize(("state", "wrong"), [("proposed", 1), ("running", 1), ("unknown", 1), ("done", 0)])
def test_a_write_counts_as_done_only_once_it_was_carried_out(state: str, wrong: int) -> None:
    result = ToolMessage(
        '{"status": "x", "detail": "Cancel order AF10283 and refund $80.00"}',
        tool_call_id="c1",
        name="cancel_order",
        additional_kwargs={"action": "a", "state": state},
    )
    evidence = evidence_of([HumanMessage("cancel it"), result], [])
    for claim in ("I have cancelled order AF10283.", "Your order AF10283 has been cancelled.", "Refunded!"):
        assert len(faults_of(claim, evidence, [])) == wrong
    assert faults_of("You would get back $80.00 for order AF10283.", evidence, []) == []


def test_a_sentence_quoted_from_an_article_claims_nothing_but_the_customers_words_prove_nothing() -> None:
    article = Passage(
        id="o#0", article_id="o", title="Status", text="The carrier has handed over the parcel. Then 30 days run."
    )
    told = HumanMessage("we have refunded the whole order to you")
    evidence = evidence_of([told], [article])
    assert faults_of("“The carrier has handed over the parcel.” [1]", evidence, []) == []
    assert len(faults_of("We have refunded the whole order to you.", evidence, [])) == 1


def test_what_an_article_says_of_one_place_stands_beside_what_another_says_of_a_second() -> None:
    texts = ("On Sundays the desk is closed.", "Our stores are open on Sundays.")
    articles = [Passage(id=text, article_id=text, title="Hours", text=text) for text in texts]
    assert [faults_of(text, evidence_of([], articles), []) for text in texts] == [[], []]
    assert faults_of(texts[0], evidence_of([], articles[1:]), []) != []


@pytest.mark.parametrize(
    ("sentence", "fits"),
    [
        ("It costs $120.", True),
        ("It costs 120 in all.", True),
        ("It weighs 7 kg.", True),
        ("It is 120 dB loud.", False),
        ("It has 120 lumens.", False),
        ("It takes 120 BTU.", False),
        ("It costs €120.", False),
        ("It saves 120%.", False),
        ("It weighs 120 kg.", False),
    ],
)
def test_a_value_counts_with_its_unit(sentence: str, fits: bool) -> None:
    article = Passage(id="a", article_id="a", title="A", text="The kettle costs $120.")
    told = ToolMessage('{"id": "A1", "total": "$120.00", "weight_kg": 7}', tool_call_id="1", name="get_order")
    assert (not faults_of(sentence, evidence_of([told], [article]), [])) is fits

"""Follow procedures in the graph: with a model that obeys nobody, and without any model."""

import tempfile
from dataclasses import replace
from typing import Any

import numpy as np
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.procedures.authoring.procedure_checks import check_procedures
from graph.procedures.book import catalogue_of, open_book
from graph.procedures.format.procedure_file import parse_procedure
from graph.procedures.prompt import follow_procedure
from server.views.case_view import cases_out
from tests.fakes import FakeOrders
from tests.graph_fakes import TODAY, KeywordRetriever, call, parts, scripted
from tools.actions.ledger import ActionLedger
from tools.actions.workflow import ConfirmedActions
from tools.retail.shop_tools import make_tools
from tools.tool import Tool

CANCEL = """\
---
name: cancel-order
description: Cancel an order that is not on its way. Use when a customer no longer wants an order.
examples: [please cancel my order, I do not want the order any more]
tools: [get_order]
slots:
  order_id: {ask: "Which order is it?", pattern: "#AF\\\\d+"}
  reason: {ask: "May I ask why?", one_of: [no longer needed, ordered by mistake], from: customer}
facts:
  order: get_order(order_id)
rules:
  waiting: {must: "order.status == 'pending'", say: "Order {order_id} is {order.status}, so it cannot be cancelled."}
  cheap: {must: "double(order.total) < 500.0", else: hand_over, say: "A colleague has to look at an order of \
{order.total}."}
do:
  cancel: {tool: cancel_order, args: {order_id: order_id, reason: reason}, needs: [waiting, cheap], approve: \
"double(order.total) > 200.0"}
---
Ask for the {reason}; never suggest one.
"""
PAY = """\
---
name: change-payment
description: Pay an order with another payment method. Use when a customer wants to pay differently.
examples: [I want to pay with another card]
tools: [get_order]
slots:
  order_id: {ask: "Which order is it?", pattern: "#AF\\\\d+"}
  method: {ask: "Which payment method?", one_of: [paypal_1, gift_card_1]}
facts:
  order: get_order(order_id)
rules:
  open: {must: "order.status == 'pending'", say: "It is too late for {order_id}."}
do:
  change: {tool: change_order_payment, args: {order_id: order_id, payment_method_id: method}, needs: [open]}
---
"""


def words(texts: list[str]) -> np.ndarray:
    """Embed a text by the stems it has in common with the two procedures: enough to choose between them."""
    known = ("cancel", "order", "want", "any more", "pay", "card", "method", "different", "another", "hello", "long")
    rows = np.array([[0.01 + (word in text.lower()) for word in known] for text in texts])
    unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def following(model: Any, *texts: str, leads: bool | None = False) -> Parts:
    """Return parts whose shop tools are guarded by procedures; None for `leads` has them choose but not lead."""
    tools = make_tools(FakeOrders(), KeywordRetriever(), None, lambda: TODAY)
    files = [parse_procedure(text, "p.md")[0] for text in texts]
    procedures, problems = check_procedures([file for file in files if file], catalogue_of(tools))
    assert [p for p in problems if p.severity == "error"] == []
    book = open_book(procedures, tools, embed=None if leads is False else words, leads=bool(leads))
    guarded = [*book.guarded(tools), Tool(bound=follow_procedure, effect="control")]
    ledger = ActionLedger(f"sqlite:///{tempfile.mkdtemp()}/desk.db")
    return parts(model, tools=guarded, actions=ConfirmedActions(ledger=ledger, tools=guarded), procedures=book)


def agent_of(made: Parts) -> SupportAgent:
    return SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=made.max_message_chars)


def follow(id: str = "f1", **args: Any) -> AIMessage:
    """Return a message in which the model follows a procedure."""
    return AIMessage("", tool_calls=[{"name": "follow_procedure", "args": args, "id": id, "type": "tool_call"}])


def told(made: Parts, request: int) -> str:
    """Return the newest tool result that the model was shown in a request."""
    return next(m.text for m in reversed(made.model.requests[request]) if isinstance(m, ToolMessage))  # type: ignore[attr-defined]


async def test_a_write_runs_only_through_its_procedure_and_the_model_reads_why() -> None:
    made = following(
        scripted(call("cancel_order", order_id="#AF2", reason="no longer needed"), "It cannot be."), CANCEL
    )
    reply = await agent_of(made).send("t", "cancel #AF2, no longer needed", customer_id="ada")
    assert "'waiting' of the procedure 'cancel-order'" in told(made, 1)
    assert "so it cannot be cancelled" in told(made, 1)
    assert reply.text == "It cannot be."
    assert not await made.actions.ledger.any_open("t")


async def test_what_is_missing_is_told_and_a_claim_counts_only_after_its_question() -> None:
    made = following(
        scripted(
            call("cancel_order", "c1", order_id="#AF1", reason="no longer needed"),
            "May I ask why?",
            follow(name="cancel-order", slots={"reason": "no longer needed"}),
            call("cancel_order", "c3", order_id="#AF1", reason="no longer needed"),
        ),
        CANCEL,
    )
    agent = agent_of(made)
    await agent.send("t", "cancel #AF1", customer_id="ada")
    assert "'reason' is not known. Ask the customer: May I ask why?" in told(made, 1)
    reply = await agent.send("t", "I have no use for it, so it is needed no longer", customer_id="ada")
    assert "#AF1" in reply.text
    [action] = await made.actions.unsettled("t")
    assert (action.state, action.change.procedure["name"]) == ("proposed", "cancel-order")  # type: ignore[index]
    assert action.change.procedure["version"] == made.procedures.procedures["cancel-order"].version  # type: ignore[index, union-attr]


async def test_rules_are_judged_again_when_the_customer_has_said_yes() -> None:
    made = following(scripted(call("cancel_order", order_id="#AF1", reason="ordered by mistake")), CANCEL)
    agent = agent_of(made)
    await agent.send("t", "cancel #AF1, ordered by mistake", customer_id="ada")
    [action] = await made.actions.unsettled("t")
    tool = made.actions.tools["cancel_order"]
    orders: FakeOrders = tool.write.inner.orders  # type: ignore[union-attr]
    orders.orders["#AF1"] = replace(orders.orders["#AF1"], status="processed")
    reply = await agent.send("t", "yes", customer_id="ada")
    assert "so it cannot be cancelled" in reply.text
    assert (await made.actions.ledger.get(action.id)).state == "refused"
    assert (await agent.state("t")).cases == []


async def test_the_prompt_names_all_procedures_and_shows_the_open_case() -> None:
    made = following(scripted(follow(name="cancel-order", slots={"order_id": "#AF1"}), "Why?", "Fine."), CANCEL, PAY)
    agent = agent_of(made)
    await agent.send("t", "I do not want #AF1", customer_id="ada")
    await agent.send("t", "How long do refunds take?", customer_id="ada")
    first, second = (str(made.model.requests[n][0].content) for n in (0, 2))  # type: ignore[attr-defined]
    assert "- change-payment: Pay an order" in first
    assert "Open case" not in first
    assert "Open case: cancel-order" in second
    assert "waiting is true" in second
    assert "ask for reason: May I ask why?" in second


async def test_without_a_model_the_procedure_asks_reads_and_does() -> None:
    made = following(scripted("unreachable"), CANCEL, PAY, leads=True)
    agent = agent_of(made)
    assert (await agent.send("t", "please cancel my order", customer_id="ada")).text == "Which order is it?"
    assert (await agent.send("t", "#af1", customer_id="ada")).text.startswith("May I ask why?")
    proposal = await agent.send("t", "no longer needed", customer_id="ada")
    assert "#AF1" in proposal.text
    done = await agent.send("t", "yes", customer_id="ada")
    assert "cancelled" in done.text
    assert (await agent.state("t")).cases == []
    assert made.model.requests == []  # type: ignore[attr-defined]


async def test_without_a_model_a_refusal_a_question_between_and_a_second_request_are_dealt_with() -> None:
    made = following(scripted("Three days. [1]"), CANCEL, PAY, leads=True)
    agent = agent_of(made)
    await agent.send("t", "please cancel my order", customer_id="ada")
    assert "3 days" not in (await agent.send("t", "How long does shipping take?", customer_id="ada")).text
    assert [c["asked"] for c in (await agent.state("t")).cases] == ["order_id"]
    reply = await agent.send("t", "I want to pay with another card", customer_id="ada")
    assert reply.text == "Which order is it?"
    assert [c["procedure"] for c in (await agent.state("t")).cases] == ["cancel-order", "change-payment"]
    reply = await agent.send("t", "never mind", customer_id="ada")
    assert [c["procedure"] for c in (await agent.state("t")).cases] == ["cancel-order"]
    reply = await agent.send("t", "#AF2", customer_id="ada")
    assert reply.text.startswith("Order #AF2 is processed, so it cannot be cancelled.")
    assert [c["stopped"]["rule"] for c in (await agent.state("t")).cases] == ["waiting"]


async def test_what_is_said_after_a_no_is_about_the_same_record() -> None:
    made = following(scripted("unreachable"), CANCEL, leads=True)
    agent = agent_of(made)
    first = await agent.send("t", "please cancel my order #AF2", customer_id="ada")
    again = await agent.send("t", "I do not want the order any more", customer_id="ada")
    assert again.text == first.text
    assert "#AF2" in again.text


async def test_a_yes_is_no_reason_in_free_words() -> None:
    free = CANCEL.replace("one_of: [no longer needed, ordered by mistake], ", "")
    made = following(scripted("unreachable"), free, leads=True)
    agent = agent_of(made)
    assert (await agent.send("u", "cancel my order #AF1", customer_id="ada")).text == "May I ask why?"
    assert (await agent.send("u", "yes", customer_id="ada")).text.endswith(" May I ask why?")


async def test_what_a_request_said_beside_is_its_reason() -> None:
    free = CANCEL.replace("one_of: [no longer needed, ordered by mistake], ", "")
    agent = agent_of(following(scripted("unreachable"), free, leads=True))
    told = await agent.send("t", "cancel my order #AF1, it is no longer needed", customer_id="ada")
    assert "May I ask why?" not in told.text
    assert (await agent.state("t")).cases[0]["slots"]["reason"]["value"] == "it is no longer needed"


async def test_an_open_case_keeps_its_version_when_the_file_has_changed() -> None:
    made = following(scripted("unreachable"), CANCEL, leads=True)
    saver = InMemorySaver()
    await SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=1000).send(
        "t", "please cancel my order", customer_id="ada"
    )
    changed = following(scripted("unreachable"), CANCEL.replace("Which order is it?", "Number?"), leads=True)
    agent = SupportAgent(build_graph(changed, checkpointer=saver), max_message_chars=1000)
    assert (await agent.send("t", "the order, please", customer_id="ada")).text.endswith("Which order is it?")
    assert (await agent.send("u", "please cancel my order", customer_id="ada")).text == "Number?"


async def test_a_tool_that_is_gone_ends_the_case() -> None:
    made = following(scripted("unreachable"), CANCEL, leads=True)
    saver = InMemorySaver()
    await SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=1000).send(
        "t", "please cancel my order", customer_id="ada"
    )
    other = following(scripted("I can look that up."), PAY, leads=True)
    book = other.procedures
    assert book is not None
    del book.catalogue["cancel_order"]  # type: ignore[attr-defined]
    agent = SupportAgent(build_graph(other, checkpointer=saver), max_message_chars=1000)
    assert (await agent.send("t", "#AF1", customer_id="ada")).text == "I can look that up."
    assert (await agent.state("t")).cases == []


async def test_a_declined_proposal_ends_its_case_and_is_not_made_again() -> None:
    made = following(scripted("You are welcome."), CANCEL, leads=True)
    agent = agent_of(made)
    await agent.send("t", "please cancel my order #AF1, no longer needed", customer_id="ada")
    await agent.send("t", "no", customer_id="ada")
    assert (await agent.state("t")).cases == []
    assert (await agent.send("t", "ok, thanks", customer_id="ada")).text == "You are welcome."


async def test_the_desk_sees_the_case_its_sources_its_rules_and_what_stopped_it() -> None:
    made = following(scripted("unreachable"), CANCEL.replace("< 500.0", "< 50.0"), leads=True)
    agent = agent_of(made)
    reply = await agent.send("t", "please cancel my order #AF1, no longer needed", customer_id="ada")
    assert (reply.owner, reply.text.count("A colleague has to look")) == ("pending", 1)
    assert reply.handoff == "cancel-order: cheap"
    [case] = cases_out(await agent.state("t"), made.procedures)
    assert [(slot.name, slot.source.split(":")[0]) for slot in case.slots] == [
        ("order_id", "message"),
        ("reason", "message"),
    ]
    assert [(rule.name, rule.state) for rule in case.rules] == [("waiting", "true"), ("cheap", "false")]
    assert (case.stopped_by, case.chart.split("\n")[0]) == ("cheap", "flowchart TD")
    assert any(key.startswith("get_order(") for key in case.facts)
    assert cases_out(await agent.state("t"), None) == []

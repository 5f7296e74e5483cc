"""A model that does nothing with a request leaves it to the procedures; a no is theirs with any model."""

from typing import Any

from core.models.fallback import Candidate, ChainedChatModel
from graph.builder import Parts
from tests.graph_fakes import call, scripted
from tests.test_procedures_graph import CANCEL, PAY, agent_of, follow, following

IDLE = "Our team is always here for you."


def with_model(*answers: Any) -> Parts:
    """Return parts with a model in front that gives these answers, and one behind it that is never to be asked."""
    chained = ChainedChatModel(
        links=[Candidate("a", scripted(*answers)), Candidate("b", scripted("unreachable"), None)]
    )
    return following(chained, CANCEL, PAY, leads=None)


async def test_a_request_that_a_model_does_nothing_with_is_followed_without_it() -> None:
    made = with_model(IDLE, IDLE, IDLE, IDLE)
    agent = agent_of(made)
    assert (await agent.send("t", "please cancel my order", customer_id="ada")).text == "Which order is it?"
    assert (await agent.send("t", "#AF1", customer_id="ada")).text.startswith("May I ask why?")


async def test_the_write_of_an_ignored_case_is_proposed_as_its_rules_allow() -> None:
    made = with_model(*[IDLE] * 4)
    agent = agent_of(made)
    await agent.send("t", "please cancel my order #AF1", customer_id="ada")
    reply = await agent.send("t", "I ordered it by mistake", customer_id="ada")
    assert "#AF1" in reply.text
    [action] = await made.actions.unsettled("t")
    assert (action.state, action.change.procedure["name"]) == ("proposed", "cancel-order")  # type: ignore[index]


async def test_a_model_is_asked_once_more_before_procedures_go_on() -> None:
    made = with_model(IDLE, follow(name="cancel-order"), "Which order shall I cancel?")
    reply = await agent_of(made).send("t", "please cancel my order", customer_id="ada")
    assert reply.text == "Which order shall I cancel?"


async def test_what_no_procedure_is_for_is_left_to_the_model() -> None:
    made = with_model("Shipping is free. [1]")
    reply = await agent_of(made).send("t", "how much is shipping?", customer_id="ada")
    assert (reply.text, reply.requests) == ("Shipping is free. [1]", 1)


async def test_a_no_is_the_sentence_of_the_business_whatever_the_model_is() -> None:
    made = with_model(follow(name="cancel-order"), "Which order?")
    agent = agent_of(made)
    await agent.send("t", "please cancel my order", customer_id="ada")
    reply = await agent.send("t", "#AF2", customer_id="ada")
    assert reply.text.endswith("so it cannot be cancelled.")
    assert reply.requests == 0


async def test_a_write_that_a_model_calls_is_no_less_checked_while_a_case_is_open() -> None:
    made = with_model(
        follow(name="cancel-order"),
        "Which order?",
        call("cancel_order", "c", order_id="#AF1", reason="no longer needed"),
        "Why?",
    )
    agent = agent_of(made)
    await agent.send("t", "please cancel my order", customer_id="ada")
    await agent.send("t", "#AF1", customer_id="ada")
    assert not await made.actions.unsettled("t")

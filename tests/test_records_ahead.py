"""Records that a message names are looked up before the model is asked, on behalf of the customer and nobody else."""

from dataclasses import replace
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from benchmarks.support.models.scripted import ScriptedChatModel
from graph.agent import SupportAgent
from graph.builder import build_graph
from tests.fakes import FOREIGN, PENDING, FakeOrders
from tests.graph_fakes import TODAY, KeywordRetriever, call, confirmed_actions, parts, scripted
from tools.retail.order_reads import named_orders, own_orders
from tools.retail.shop_tools import make_tools

ORDER = replace(PENDING, id="#AF1001")
OF_ANOTHER = replace(FOREIGN, id="#AF1009")


def opened(*answers: Any) -> tuple[SupportAgent, ScriptedChatModel]:
    orders, model = FakeOrders(orders=(ORDER, OF_ANOTHER)), scripted(*answers)
    made = parts(
        model,
        tools=make_tools(orders, KeywordRetriever(), None, lambda: TODAY),
        actions=confirmed_actions(orders),
    )
    return SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=8_000), model


async def test_an_order_that_is_named_takes_one_request() -> None:
    agent, model = opened("It is pending.")
    reply = await agent.send("t", f"where is my order {ORDER.id}?", customer_id="ada")
    assert (reply.requests, reply.tools) == (1, ("get_order",))
    assert ORDER.id in str(model.requests[0][-1].content)


async def test_the_customers_orders_are_listed_where_none_is_named() -> None:
    agent, _ = opened("You have several orders.")
    reply = await agent.send("t", "where are my orders?", customer_id="ada")
    assert (reply.requests, reply.tools) == (1, ("list_orders",))


@pytest.mark.parametrize("number", [OF_ANOTHER.id, "#W9999999"])
async def test_a_foreign_and_an_unknown_order_look_the_same(number: str) -> None:
    agent, model = opened("I cannot find it.")
    reply = await agent.send("t", f"where is my order {number}?", customer_id="ada")
    assert reply.tools == ()
    assert not any(message.type == "tool" for message in model.requests[0])


async def test_nothing_is_looked_up_for_somebody_who_is_not_signed_in() -> None:
    agent, model = opened("Please sign in.")
    reply = await agent.send("t", f"where is my order {ORDER.id}?")
    assert (reply.tools, len(model.requests)) == ((), 1)


async def test_a_proposal_takes_one_request_and_a_yes_none() -> None:
    agent, _ = opened(call("cancel_order", order_id=ORDER.id, reason="no longer needed"))
    asked = await agent.send("t", f"cancel {ORDER.id}, I no longer need it", customer_id="ada")
    done = await agent.send("t", "yes", customer_id="ada")
    assert (asked.requests, done.requests) == (1, 0)
    assert "cancel" in done.text.lower()


def test_only_questions_about_own_orders_list_them() -> None:
    assert own_orders("When will my parcel arrive?") == [{}]
    assert own_orders("Wo ist meine Bestellung?") == [{}]
    assert own_orders("How long does delivery take?") == []
    assert own_orders("where is my order #W1234567?") == []
    assert named_orders("#W1234567 and #W7654321, please") == [{"order_id": "#W1234567"}, {"order_id": "#W7654321"}]

"""The read tools know the customer from the run alone, and tell every fact of their orders."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from core.errors import Refused
from core.passages import Passage, Utterance
from tests.fakes import ADA, DELIVERED, LAMP, PENDING, FakeOrders
from tools.context import Context
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.shop_tools import make_tools


class OnePassage:
    """Answer every search with one passage."""

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        text = f"about {dialogue[-1].text}"
        return [Passage(id="p1", article_id="a1", title="Returns", text=text, headings=("How",))][:limit]

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        return []


def told(error: Refused) -> str:
    """Show a refusal as the executor would; anything else goes through."""
    return f"refused: {error}"


async def call(name: str, args: dict[str, Any], context: Context) -> str:
    graph = StateGraph(MessagesState, context_schema=Context)
    graph.add_node(
        "tools", ToolNode([t.bound for t in make_tools(FakeOrders(), OnePassage())], handle_tool_errors=told)
    )
    graph.set_entry_point("tools")
    message = AIMessage("", tool_calls=[{"name": name, "args": args, "id": "1"}])
    state = await graph.compile().ainvoke({"messages": [message]}, context=context)
    answer = state["messages"][-1]
    assert isinstance(answer, ToolMessage)
    return str(answer.content)


async def test_get_order_tells_every_fact() -> None:
    facts = json.loads(await call("get_order", {"order_id": "af3"}, Context(customer_id="ada")))
    assert facts["order_id"] == "#AF3"
    assert facts["status"] == "delivered"
    assert (facts["ordered_at"], facts["delivered_at"]) == ("2026-11-18", "2026-11-10")
    assert facts["parcels"] == [{"tracking_ids": ["400100200300"], "item_ids": ["S11", "S21"]}]
    assert (facts["total"], facts["paid"], facts["refunded"]) == ("104.00", "104.00", "0.00")
    assert facts["items"][0] == {
        "item_id": "S11",
        "product_id": "P1",
        "name": "Stoneware Mug",
        "price": "16.00",
        "options": {"glaze": "moss"},
    }
    assert facts["address"]["zip"] == DELIVERED.address.zip
    assert "customer" not in json.dumps(facts)


async def test_list_orders_shows_only_the_customers_own() -> None:
    facts = json.loads(await call("list_orders", {}, Context(customer_id="ada")))
    assert [order["order_id"] for order in facts["orders"]] == list(ADA.order_ids)
    assert "older_orders" not in facts


async def test_a_long_list_says_how_many_are_left_out() -> None:
    many = FakeOrders(orders=[replace(PENDING, id=f"#AF{n}") for n in range(25)])
    tool = next(tool for tool in make_tools(many, OnePassage()) if tool.name == "list_orders")
    graph = StateGraph(MessagesState, context_schema=Context)
    graph.add_node("tools", ToolNode([tool.bound]))
    graph.set_entry_point("tools")
    message = AIMessage("", tool_calls=[{"name": "list_orders", "args": {}, "id": "1"}])
    state = await graph.compile().ainvoke({"messages": [message]}, context=Context(customer_id="ada"))
    facts = json.loads(state["messages"][-1].content)
    assert (len(facts["orders"]), facts["older_orders"]) == (20, 5)


async def test_products_profile_and_articles_are_told() -> None:
    ada = Context(customer_id="ada")
    product = json.loads(await call("find_product", {"name_or_id": "reading lamp"}, ada))["products"][0]
    assert product["variants"][1] == {
        "item_id": "S22",
        "price": "80.00",
        "available": True,
        "options": dict(LAMP.variants[1].options),
    }
    profile = json.loads(await call("get_profile", {}, ada))
    assert profile["payment_methods"][1] == {
        "payment_method_id": "gift_card_1",
        "source": "gift_card",
        "balance": "40.00",
    }
    passages = json.loads(await call("search_articles", {"query": "returns"}, ada))["passages"]
    assert passages == [{"id": "p1", "title": "Returns", "section": "How", "text": "about returns"}]
    assert (await call("find_product", {"name_or_id": "submarine"}, ada)).startswith("refused: I cannot find")


@pytest.mark.parametrize(
    ("name", "args"), [("get_order", {"order_id": "#AF1"}), ("list_orders", {}), ("get_profile", {})]
)
async def test_nobody_signed_in_sees_nothing(name: str, args: dict[str, Any]) -> None:
    assert (await call(name, args, Context())).startswith("refused: Please sign in")


async def test_a_model_cannot_name_another_customer() -> None:
    answer = await call("get_order", {"order_id": "#AF9", "customer_id": "ben"}, Context(customer_id="ada"))
    unknown = await call("get_order", {"order_id": "#AF77"}, Context(customer_id="ada"))
    assert answer == unknown
    assert answer.startswith("refused: ")


def test_no_tool_asks_the_model_who_the_customer_is() -> None:
    for tool in make_tools(FakeOrders(), OnePassage()):
        if tool.name == "identify":
            continue  # hands over a claim, which the graph checks
        schema = json.dumps(convert_to_openai_tool(tool.bound)["function"]["parameters"]).lower()
        assert not any(word in schema for word in ("customer_id", "user_id", "runtime", "context", "email"))


def test_each_tool_says_what_it_does_to_the_world_and_a_write_has_steps() -> None:
    tools = make_tools(FakeOrders(), OnePassage())
    assert len({tool.name for tool in tools}) == len(tools)
    assert all(tool.bound.description for tool in tools)
    assert [tool.name for tool in tools if tool.write] == [tool.name for tool in tools if tool.effect == "write"]
    assert {tool.name for tool in tools if tool.effect == "write"} == set(WRITE_ACTIONS)

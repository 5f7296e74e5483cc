"""What the model may ask for: planned for the signed-in customer only, with arguments that fit, and without
any effect.
"""

import json
from datetime import date
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from core.errors import Refused
from tests.fakes import FakeOrders
from tools.actions.changes import Change, fingerprint
from tools.context import Context
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import CancelRule, load_policy

TODAY = date(2026, 11, 22)
ADDRESS = {"address1": "9 Vine St", "address2": "", "city": "Salem", "state": "OR", "zip": "97301", "country": "USA"}
REQUESTS: dict[str, dict[str, Any]] = {
    "cancel_order": {"order_id": "#AF1", "reason": "ordered by mistake"},
    "change_order_address": {"order_id": "af 1", **ADDRESS},
    "change_order_payment": {"order_id": "#AF1", "payment_method_id": "paypal_1"},
    "change_order_items": {
        "order_id": "1",
        "item_ids": ["S11"],
        "new_item_ids": ["S12"],
        "payment_method_id": "paypal_1",
    },
    "return_items": {"order_id": "#AF3", "item_ids": ["S11"], "payment_method_id": "gift_card_1"},
    "exchange_items": {
        "order_id": "#AF3",
        "item_ids": ["S11"],
        "new_item_ids": ["S12"],
        "payment_method_id": "paypal_1",
    },
    "refund_order": {"order_id": "#AF3", "amount": 10, "reason": "goodwill"},
    "change_default_address": ADDRESS,
}


async def plan(name: str, args: dict[str, Any], customer: str | None = "ada", shop: FakeOrders | None = None) -> Change:
    context = Context(customer_id=customer)
    return await WRITE_ACTIONS[name].plan(context, args, orders=shop or FakeOrders(), policy=load_policy(), today=TODAY)


@pytest.mark.parametrize("name", WRITE_ACTIONS)
async def test_every_write_can_be_planned_and_keeps_its_own_arguments(name: str) -> None:
    change = await plan(name, REQUESTS[name])
    assert change.operation == name
    assert change.customer_id == "ada"
    assert change.args.keys() == REQUESTS[name].keys()
    assert change.summary
    assert change.done
    again = await plan(name, dict(change.args))
    assert again == change


@pytest.mark.parametrize("name", WRITE_ACTIONS)
async def test_planning_has_no_effect(name: str) -> None:
    shop = FakeOrders()
    before = (dict(shop.orders), dict(shop.customers))
    await plan(name, REQUESTS[name], shop=shop)
    assert (shop.orders, shop.customers) == before
    assert shop.outcomes == {}


@pytest.mark.parametrize("name", [name for name in WRITE_ACTIONS if "order_id" in REQUESTS[name]])
async def test_foreign_and_unknown_orders_are_refused_alike_by_every_write(name: str) -> None:
    refusals = set()
    for order_id in ("#AF9", "#AF404", ""):
        with pytest.raises(Refused) as refusal:
            await plan(name, REQUESTS[name] | {"order_id": order_id})
        refusals.add(str(refusal.value))
    assert len(refusals) == 1


@pytest.mark.parametrize("name", WRITE_ACTIONS)
async def test_nobody_signed_in_changes_nothing(name: str) -> None:
    with pytest.raises(Refused, match="sign in"):
        await plan(name, REQUESTS[name], customer=None)


@pytest.mark.parametrize("name", WRITE_ACTIONS)
async def test_a_customer_named_by_the_model_is_ignored(name: str) -> None:
    change = await plan(name, REQUESTS[name] | {"customer_id": "ben", "user_id": "ben"})
    assert change.customer_id == "ada"
    assert "ben" not in json.dumps(dict(change.args))


@pytest.mark.parametrize("name", WRITE_ACTIONS)
@pytest.mark.parametrize(
    "odd", [{}, {"order_id": None}, {"order_id": 7, "reason": []}, {"address1": {}, "amount": "x"}]
)
async def test_badly_formed_arguments_are_a_refusal(name: str, odd: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="did not get the details right"):
        await plan(name, odd)


@pytest.mark.parametrize("method", ["paypal_2", "gift_card_9", ""])
async def test_another_customers_payment_method_is_refused(method: str) -> None:
    for name in ("change_order_payment", "change_order_items", "return_items", "exchange_items"):
        with pytest.raises(Refused, match="payment method"):
            await plan(name, REQUESTS[name] | {"payment_method_id": method})


@pytest.mark.parametrize("name", WRITE_ACTIONS)
def test_the_model_is_told_what_to_fill_in_and_never_who_is_asking(name: str) -> None:
    action = WRITE_ACTIONS[name]
    function = convert_to_openai_tool(action.tool(FakeOrders(), load_policy(), lambda: TODAY).bound)["function"]
    assert function["name"] == name
    assert function["description"]
    assert function["parameters"]["properties"].keys() == REQUESTS[name].keys()
    assert not any(word in json.dumps(function["parameters"]) for word in ("customer_id", "user_id", "runtime"))


async def test_a_tool_that_a_model_calls_directly_only_previews() -> None:
    shop = FakeOrders()
    tool = WRITE_ACTIONS["cancel_order"].tool(shop, load_policy(), lambda: TODAY)
    graph = StateGraph(MessagesState, context_schema=Context)
    graph.add_node("tools", ToolNode([tool.bound]))
    graph.set_entry_point("tools")
    call = {"name": "cancel_order", "args": REQUESTS["cancel_order"], "id": "1"}
    state = await graph.compile().ainvoke(
        {"messages": [AIMessage("", tool_calls=[call])]}, context=Context(customer_id="ada")
    )
    assert str(state["messages"][-1].content).startswith(
        "Not done yet; the customer has to say yes first: Cancel order"
    )
    assert shop.orders["#AF1"].status == "pending"
    assert shop.outcomes == {}


def test_writes_are_ranked_so_that_they_work() -> None:
    ranked = sorted(WRITE_ACTIONS.values(), key=lambda action: action.rank)
    order = [action.name for action in ranked]
    assert order.index("change_order_address") < order.index("change_order_items") < order.index("cancel_order")
    assert order.index("change_order_payment") < order.index("change_order_items")
    assert order[-1] == "cancel_order"


async def test_the_same_wish_in_other_words_has_the_same_fingerprint() -> None:
    first = await plan("cancel_order", {"order_id": "#AF1", "reason": "ordered by mistake"})
    same = await plan("cancel_order", {"order_id": "af1", "reason": "Ordered_by mistake"})
    other = await plan("cancel_order", {"order_id": "#AF1", "reason": "no longer needed"})
    prints = [fingerprint(c.operation, c.customer_id, c.args) for c in (first, same, other)]
    assert prints[0] == prints[1] != prints[2]


def test_the_model_is_told_the_reasons_of_this_shops_policy() -> None:
    strict = load_policy().model_copy(
        update={"cancel": CancelRule(statuses=("pending",), reasons=("changed my mind",))}
    )
    tool = WRITE_ACTIONS["cancel_order"].tool(FakeOrders(), strict, lambda: TODAY)
    reason = convert_to_openai_tool(tool.bound)["function"]["parameters"]["properties"]["reason"]
    assert reason["description"] == "The customer's reason, one of: changed my mind."

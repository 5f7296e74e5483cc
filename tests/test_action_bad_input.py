"""Whatever a model makes of bad input, nothing is proposed and nothing changes."""

import json
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from tests.graph_fakes import call
from tests.test_action_flow import CANCEL, ELSEWHERE, Shop

CARD = "credit_card_1"


def address(**changed: str) -> dict[str, Any]:
    return {"order_id": "#AF1", **ELSEWHERE, **changed}


def swap(tool: str, order: str, old: list[str], new: list[str], method: str = CARD) -> tuple[str, dict[str, Any]]:
    return tool, {"order_id": order, "item_ids": old, "new_item_ids": new, "payment_method_id": method}


def give_back(order: str, items: list[str], method: str = CARD) -> tuple[str, dict[str, Any]]:
    return "return_items", {"order_id": order, "item_ids": items, "payment_method_id": method}


def refund(amount: float) -> tuple[str, dict[str, Any]]:
    return "refund_order", {"order_id": "#AF3", "amount": amount, "reason": "goodwill"}


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        pytest.param(*give_back("#AF3", ["S11", "S11"]), id="an item twice that was bought once"),
        pytest.param(*give_back("#AF3", ["S12"]), id="an item that is not in the order"),
        pytest.param(*give_back("#AF3", []), id="no item"),
        pytest.param(*give_back("#AF1", ["S11"]), id="a return of what was not delivered"),
        pytest.param(*give_back("#AF3", ["S11"], "paypal_2"), id="a refund to another customer's account"),
        pytest.param(*swap("exchange_items", "#AF3", ["S11"], ["S12", "S22"]), id="more new items than old ones"),
        pytest.param(*swap("exchange_items", "#AF3", ["S11"], ["S21"]), id="another product in exchange"),
        pytest.param(*swap("exchange_items", "#AF3", ["S11"], ["S13"]), id="an item that is sold out"),
        pytest.param(
            *swap("change_order_items", "#AF1", ["S11"], ["S14"], "gift_card_1"), id="more than the gift card holds"
        ),
        pytest.param(*swap("change_order_items", "#AF2", ["S11"], ["S12"]), id="items of an order that has left"),
        pytest.param(*refund(-5.0), id="a negative amount"),
        pytest.param(*refund(0.0), id="no amount"),
        pytest.param(*refund(1_000_000_000.0), id="an absurd amount"),
        pytest.param(*refund(5.001), id="a fraction of a cent"),
        pytest.param(
            "change_order_payment", {"order_id": "#AF1", "payment_method_id": "paypal_2"}, id="another's way to pay"
        ),
        pytest.param("change_order_address", address(address1="<b>1 Elm Street</b>"), id="markup in an address"),
        pytest.param("change_order_address", address(city="Sal\u0007em"), id="a control character in an address"),
        pytest.param("change_order_address", address(city="Sal\u202eem"), id="a hidden change of direction"),
        pytest.param("change_order_address", address(address1=""), id="an address without a street"),
        pytest.param("change_order_address", address(country="Atlantis"), id="a country the shop does not ship to"),
        pytest.param("cancel_order", {"order_id": "#AF4", "reason": "no longer needed"}, id="cancelled before"),
        pytest.param("cancel_order", {"order_id": "#AF1", "reason": "just because"}, id="a reason that does not count"),
        pytest.param("cancel_order", {"order_id": "#AF9", "reason": "no longer needed"}, id="somebody else's order"),
    ],
)
async def test_bad_input_is_refused_in_words_and_changes_nothing(tool: str, args: dict[str, Any]) -> None:
    shop = Shop(call(tool, **args), "I am sorry, that is not possible.")
    said = json.dumps(args, ensure_ascii=False).replace("\\u0007", "\u0007")
    assert await shop.say(f"please do this: {tool} {said}") == "I am sorry, that is not possible."
    [told] = [m for m in shop.model.requests[1] if isinstance(m, ToolMessage)]
    assert told.status == "error"
    assert len(told.text) > 20
    assert await shop.actions.ledger.find(thread_id="t") == []
    assert shop.effects == 0


@pytest.mark.parametrize("number", ["12345678901234567890", "#AF10042"])
async def test_an_order_number_nobody_named_is_refused_before_the_tool_runs(number: str) -> None:
    shop = Shop(call("get_order", order_id=number), call("cancel_order", order_id=number, reason="x"), "Which order?")
    seen: list[str] = []

    async def noted(customer_id: str, order_id: str) -> Any:
        seen.append(order_id)
        raise AssertionError

    shop.orders.get_order = noted  # type: ignore[method-assign]
    assert await shop.say("cancel my order, ordered by mistake") == "Which order?"
    assert seen == []
    assert await shop.actions.ledger.find(thread_id="t") == []


async def test_a_customer_who_changes_her_mind_half_way_gets_only_what_she_agreed_to_last() -> None:
    shop = Shop(CANCEL, call("change_order_address", **address()))
    await shop.say("cancel #AF1, I ordered it by mistake")
    asked = await shop.say("wait, rather send #AF1 to 1 Elm Street, Salem, OR 97301, USA")
    assert "Elm Street" in asked
    assert "Cancel order" not in asked
    await shop.say("yes")
    assert shop.effects == 1
    assert shop.orders.orders["#AF1"].status == "pending"
    assert shop.orders.orders["#AF1"].address.city == "Salem"

"""Give pages what they draw beside words: the orders a reply is about, and the actions a question asks about."""

import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from graph.context_window.prompts import text_of
from server.schemas.api_schemas import AskOut, OrderItemOut, OrderOut, ParcelOut
from tools.actions.action import Action
from tools.retail.order_wording import amount_words
from tools.retail.policy import Policy

ORDER_TOOLS = frozenset({"get_order", "list_orders"})
Facts = dict[str, Any]


def orders_by_reply(messages: Sequence[AnyMessage]) -> dict[str, list[Facts]]:
    """Return the facts of the orders each reply is about, by its message id.

    These are the orders that were looked up in its turn and that it names, or the only one that was looked up; of a
    reply in several messages the last one that fits has them. The facts are those of `tools.facts.order_facts`.
    """
    found: dict[str, list[Facts]] = {}
    looked_up: dict[str, Facts] = {}
    for message in messages:
        if isinstance(message, HumanMessage):
            looked_up = {}
        elif isinstance(message, ToolMessage) and message.name in ORDER_TOOLS and message.status == "success":
            looked_up |= {order["order_id"]: order for order in _read(text_of(message))}
        elif isinstance(message, AIMessage) and not message.tool_calls and text_of(message).strip():
            text = text_of(message)
            named = [order for order_id, order in looked_up.items() if order_id.lstrip("#") in text]
            if shown := named or (list(looked_up.values()) if len(looked_up) == 1 else []):
                found[str(message.id)] = shown
    return found


def _read(result: str) -> list[Facts]:
    try:
        facts = json.loads(result)
    except ValueError:  # a result that was shortened, or is a host's own words
        return []
    listed = facts.get("orders", [facts]) if isinstance(facts, dict) else []
    return [order for order in listed if isinstance(order, dict) and isinstance(order.get("order_id"), str)]


def _money(amount: Any, policy: Policy) -> str:
    try:
        return amount_words(Decimal(str(amount)), policy)
    except InvalidOperation:
        return ""


def order_out(facts: Facts, policy: Policy, tracking_url: str | None) -> OrderOut:
    """Return an order as a page draws it; parcels are linked where the shop has named its carrier's page."""
    items = [
        OrderItemOut(
            name=str(item.get("name", "")),
            options=", ".join(str(value) for value in dict(item.get("options") or {}).values()),
            price=_money(item.get("price"), policy),
        )
        for item in facts.get("items", [])
    ]
    parcels = [
        ParcelOut(
            tracking_id=str(each), url=tracking_url.replace("{id}", quote(str(each), safe="")) if tracking_url else None
        )
        for parcel in facts.get("parcels", [])
        for each in parcel.get("tracking_ids", [])
    ]
    return OrderOut(
        order_id=facts["order_id"],
        status=str(facts.get("status", "")),
        ordered_at=facts.get("ordered_at"),
        expected_delivery=facts.get("expected_delivery"),
        delivered_at=facts.get("delivered_at"),
        items=items,
        total=_money(facts.get("total"), policy),
        parcels=parcels,
    )


def ask_out(action: Action) -> AskOut:
    """Return what a customer is asked to agree to, in the words of the stored row."""
    return AskOut(id=action.id, preview=action.preview, open=action.state == "proposed", words=action.words)

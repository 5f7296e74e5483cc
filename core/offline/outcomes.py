"""Tell what a change did, from the tool's own result."""

from collections.abc import Mapping
from typing import Any

from core.offline.conversation import Result
from core.offline.wording import address_text, money, status_sentence

_DONE = {
    "cancel_order": "Order {order_id} has been cancelled.",
    "change_order_address": "The delivery address of order {order_id} has been changed.",
    "change_order_payment": "The payment method of order {order_id} has been changed.",
    "change_order_items": "The items of order {order_id} have been changed.",
    "return_items": "The return for order {order_id} has been requested.",
    "exchange_items": "The exchange for order {order_id} has been requested.",
    "refund_order": "The refund for order {order_id} has been made.",
    "change_default_address": "Your default address has been changed.",
}


def outcome(result: Result) -> str:
    """Return what a write did in one or two sentences, or the tool's own sentence where it refused."""
    facts = result.data
    if result.failed or not isinstance(facts, dict):
        return result.text.strip()
    return " ".join(part for part in (_done(result, facts), _detail(result.name, facts)) if part)


def _done(result: Result, facts: Mapping[str, Any]) -> str:
    order_id = facts.get("order_id") or result.args.get("order_id", "")
    return _DONE[result.name].format(order_id=order_id)


def _detail(name: str, facts: Mapping[str, Any]) -> str:
    if name in {"change_order_address", "change_default_address"}:
        address = facts.get("address") or facts.get("default_address")
        return f"It is now {address_text(address)}." if address else ""
    if name == "cancel_order" and facts.get("refunded"):
        return f"{money(facts['refunded'])} goes back to the way you paid."
    if name in {"return_items", "exchange_items"} and facts.get("status"):
        return status_sentence({"order_id": facts.get("order_id", "")} | dict(facts)) if facts.get("order_id") else ""
    return ""

"""Describe a planned change to the shop and what came of it, and keep both as JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from tools.retail.shop_records import Customer, Order
from tools.retail.shop_rows import CustomerRow, OrderRow, customer_json, order_json


@dataclass(frozen=True, kw_only=True)
class Move:
    """Hold one movement of money: a charge to the customer or a refund to her."""

    kind: Literal["charge", "refund"]
    amount: Decimal
    payment_method_id: str


@dataclass(frozen=True, kw_only=True)
class Records:
    """Hold the records a change touches, at one moment; None where it does not touch them."""

    order: Order | None = None
    customer: Customer | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """Hold a change that the rules allow, before anything has happened."""

    operation: str
    """Name of the tool that asked for it."""
    customer_id: str
    order_id: str | None
    """The shop's own spelling, or None where no order is concerned."""
    args: Mapping[str, Any]
    """The exact arguments in canonical form, plain JSON values; a yes is bound to them."""
    summary: str
    """What will be done, in words for the customer."""
    done: str
    """What was done, in words for the customer."""
    before: Records
    after: Records
    moves: tuple[Move, ...] = ()
    approval: str | None = None
    """Why a member of staff has to agree first, or None."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Hold what came of a change."""

    key: str
    """The idempotency key it was applied under."""
    operation: str
    after: Mapping[str, Any] = field(default_factory=dict)
    """The records as the shop has them now: `order` and `customer`, plain JSON in the shape of the shop file."""


def fingerprint(operation: str, customer_id: str, args: Mapping[str, Any]) -> str:
    """Return what stands for an intent: the same customer asking for the same thing has the same one."""
    text = json.dumps([operation, customer_id, args], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def records_json(records: Records) -> dict[str, Any]:
    """Write records as plain JSON values in the shape of the shop file."""
    order = {"order": order_json(records.order)} if records.order else {}
    customer = {"customer": customer_json(records.customer)} if records.customer else {}
    return order | customer


def read_records(content: Mapping[str, Any]) -> Records:
    """Read back what `records_json` wrote."""
    order, customer = content.get("order"), content.get("customer")
    return Records(
        order=OrderRow.model_validate(order).record() if order else None,
        customer=CustomerRow.model_validate(customer).record() if customer else None,
    )


def change_json(change: Change) -> dict[str, Any]:
    """Write a change as plain JSON values."""
    return vars(change) | {
        "args": dict(change.args),
        "before": records_json(change.before),
        "after": records_json(change.after),
        "moves": [vars(move) | {"amount": f"{move.amount:.2f}"} for move in change.moves],
    }


def read_change(content: Mapping[str, Any]) -> Change:
    """Read back what `change_json` wrote."""
    moves = tuple(Move(**{**move, "amount": Decimal(move["amount"])}) for move in content["moves"])
    records = {name: read_records(content[name]) for name in ("before", "after")}
    return Change(**{**content, **records, "moves": moves})

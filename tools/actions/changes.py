"""Describe a planned change to records of the business and what came of it, and keep both as JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Move:
    """One movement of money: a charge to the customer or a refund to them."""

    kind: Literal["charge", "refund"]
    amount: Decimal
    payment_method_id: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change that the rules allow, before anything has happened."""

    operation: str
    """Name of the tool that asked for it."""
    customer_id: str
    record_id: str | None
    """The one record it is about, as the business spells its id, or None."""
    args: Mapping[str, Any]
    """The exact arguments in canonical form, plain JSON values; a yes is bound to them."""
    summary: str
    """What will be done, in words for the customer."""
    done: str
    """What was done, in words for the customer."""
    before: Mapping[str, Any]
    """The records it touches as they are, plain JSON by name."""
    after: Mapping[str, Any]
    """The same records as they will be, as far as that is known."""
    moves: tuple[Move, ...] = ()
    approval: str | None = None
    """Why a member of staff has to agree first, or None."""
    thread_id: str | None = None
    """The conversation it was planned in, where a tool is bound to it."""
    procedure: Mapping[str, Any] | None = None
    """The procedure that led to it: name, version, step and the case, plain JSON; None for a write that none owns."""
    locale: str = "en"
    """The language of `summary` and `done`, as a BCP 47 tag."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a change."""

    key: str
    """The idempotency key it was applied under."""
    operation: str
    after: Mapping[str, Any] = field(default_factory=dict)
    """The records as they are now, plain JSON by name."""


def fingerprint(operation: str, customer_id: str, args: Mapping[str, Any]) -> str:
    """Return what stands for an intent: the same customer asking for the same thing has the same one."""
    text = json.dumps([operation, customer_id, args], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def change_json(change: Change) -> dict[str, Any]:
    """Write a change as plain JSON values."""
    values = {name: value for name, value in vars(change).items() if name != "record_id"}
    return values | {
        "order_id": change.record_id,  # rows written by the first version call it so
        "args": dict(change.args),
        "before": dict(change.before),
        "after": dict(change.after),
        "moves": [vars(move) | {"amount": f"{move.amount:.2f}"} for move in change.moves],
    }


def read_change(content: Mapping[str, Any]) -> Change:
    """Read back what `change_json` wrote, also by an earlier version."""
    moves = tuple(Move(**{**move, "amount": Decimal(move["amount"])}) for move in content["moves"])
    values = {name: value for name, value in content.items() if name != "order_id"}
    return Change(**{**values, "record_id": content["order_id"], "moves": moves})

"""Describe a planned change to records of the business and what came of it, and keep both as JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from core.errors import OutcomeUnknown


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


def outcome_by_state(change: Change, now: Mapping[str, Any], *, key: str) -> Outcome | None:
    """Return the outcome when every field the change touches is as planned, None when each is as before.

    `now` holds the records as they are, plain JSON by name, as `change.before` and `change.after` do.

    Raises:
        OutcomeUnknown: the fields are neither, so something else has touched them; or the plan does not say what
            changes.
    """
    done = before = True
    touched = 0
    for record, planned in change.after.items():
        old, present = change.before.get(record, {}), now.get(record, {})
        for name in planned.keys() | old.keys():
            if planned.get(name) != old.get(name):
                touched += 1
                done = done and present.get(name) == planned.get(name)
                before = before and present.get(name) == old.get(name)
    if touched and done:
        return Outcome(key=key, operation=change.operation, after=now)
    if touched and before:
        return None
    raise OutcomeUnknown(
        f"the records of {change.record_id or change.customer_id} are neither as before {change.operation} nor as "
        "after it; a person has to look"
    )

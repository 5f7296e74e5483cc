"""Describe one action of the agent from the proposal to the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tools.actions.changes import Change

State = Literal[
    "proposed",
    "confirmed",
    "awaiting_approval",
    "approved",
    "running",
    "done",
    "refused",
    "unknown",
    "rejected",
    "expired",
    "withdrawn",
]
RUNNABLE: tuple[State, ...] = ("confirmed", "approved")
IN_FLIGHT: tuple[State, ...] = ("running", "unknown")
OVER: tuple[State, ...] = ("done", "refused", "rejected", "expired", "withdrawn")

UNKNOWN_WORDS = (
    "I have passed this on to our system and it has not answered yet. I am checking whether it went through, and will "
    "not send it twice."
)


_NOT = "None of this happens:"
"""Introduces what was asked for where it is over: it names money that now goes nowhere."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Hold one row of the ledger.

    proposed → confirmed (the customer's yes) → running → done | refused | unknown; unknown → running again.
    With approval: proposed → awaiting_approval → approved | rejected | expired, and approved → running.
    A proposal nobody confirmed becomes expired, one the customer took back withdrawn.
    """

    id: str
    """Also the idempotency key of the change."""
    thread_id: str
    customer_id: str
    tool: str
    args: Mapping[str, Any]
    fingerprint: str
    """Stands for customer, tool and exact arguments; a yes is bound to it."""
    preview: str
    change: Change
    approval: str | None
    state: State
    asked_message_id: str | None
    proposed_at: datetime
    yes_message_id: str | None
    yes_text: str | None
    yes_at: datetime | None
    decided_by: str | None
    decision_note: str | None
    decided_at: datetime | None
    attempts: int
    claim: str | None
    lease_until: datetime | None
    result: Mapping[str, Any] | None
    told_at: datetime | None
    updated_at: datetime

    @property
    def words(self) -> str:
        """Say in words for the customer where the action stands."""
        match self.state:
            case "done" | "refused":
                return str((self.result or {}).get("words", ""))
            case "unknown" | "running":
                return str((self.result or {}).get("words", UNKNOWN_WORDS))
            case "awaiting_approval":
                return (
                    f"A colleague has to agree first. Requested: {self.preview} "
                    "You will read here what was decided; until then nothing is done, and you can take it back."
                )
            case "rejected":
                note = f" Their reason: {self.decision_note.rstrip('.')}." if self.decision_note else ""
                return (
                    f"A colleague has looked at your request and decided against it: it was not carried out.{note} "
                    f"You had asked for this: “{self.preview}” If you want to talk about it, just write “person”."
                )
            case "expired":
                return f"This was not decided in time, so nothing was done. {_NOT} {self.preview}"
            case "withdrawn":
                return f"Nothing was done. {_NOT} {self.preview}"
            case _:
                return self.preview


@dataclass(frozen=True, kw_only=True)
class Event:
    """Hold one step in the life of an action."""

    at: datetime
    state: State
    actor: str
    detail: str | None

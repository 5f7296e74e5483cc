"""Describe one action of the agent from the proposal to the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.language.fixed_sentences import phrase
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


@dataclass(frozen=True, kw_only=True)
class Action:
    """One row of the ledger.

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
        locale, words = self.change.locale, (self.result or {}).get("words")
        match self.state:
            case "done" | "refused":
                return str(words or "")
            case "unknown" | "running":
                return str(words or phrase("unknown_outcome", locale))
            case "awaiting_approval":
                return phrase("awaiting", locale, preview=self.preview)
            case "rejected":
                why = self.decision_note
                note = phrase("rejected_note", locale, note=why.rstrip(".")) if why else ""
                return phrase("rejected", locale, note=note, preview=self.preview)
            case "expired":
                return phrase("expired", locale, preview=self.preview)
            case "withdrawn":
                return phrase("none_done", locale, preview=self.preview)
            case _:
                return self.preview


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step in the life of an action."""

    at: datetime
    state: State
    actor: str
    detail: str | None

"""Say since when a customer waits for a person, until when an answer is due, and how that stands: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from tools.desk.hours import DeskHours
from tools.desk.ownership import Ownership
from tools.desk.reports import LatestMessages
from tools.desk.tickets import Priority, Ticket

_PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "normal", "low")
_FAR = datetime.max.replace(tzinfo=UTC)
PRIORITY_SHARE: Mapping[Priority, float] = {"urgent": 0.25, "high": 0.5, "normal": 1.0, "low": 1.0}
"""The share of the promised time in which a ticket is due; what customers were promised is never exceeded."""
SOON_SHARE = 0.75
"""An answer is due soon once this share of the promised time has gone by."""


@dataclass(frozen=True)
class Wait:
    """How long somebody has waited for an answer of a person; instants in UTC."""

    since: datetime
    due: datetime
    """Until when an answer was promised, in opening hours."""
    standing: Literal["ok", "soon", "late"]


def waits_since(
    owned: Ownership, *, replied_at: datetime | None, heard_at: datetime | None, reopened_at: datetime | None = None
) -> datetime | None:
    """Return since when the customer of a ticket waits for a person's words, or None when they do not.

    Args:
        owned: Who has the conversation.
        replied_at: When a person last replied.
        heard_at: When the customer wrote first after that.
        reopened_at: When a colleague last opened it again: what was answered before stays answered.
    """
    if owned.running_since is None:
        return None
    latest = max(replied_at, reopened_at or replied_at) if replied_at else None
    answered = latest is not None and latest >= owned.running_since
    return heard_at if answered else owned.running_since


def wait_of(since: datetime, *, hours: DeskHours, within: timedelta, now: datetime) -> Wait:
    """Return how a wait stands against the promise to answer `within` so much time of opening hours."""
    due = _after(hours, since, within)
    soon = _after(hours, since, within * SOON_SHARE)
    return Wait(since, due, "late" if now >= due else "soon" if now >= soon else "ok")


def ticket_wait(
    ticket: Ticket, words: LatestMessages, *, hours: DeskHours, within: timedelta, now: datetime
) -> Wait | None:
    """Return how long the customer of a ticket waits for a person's words, or None when they do not."""
    times = {"replied_at": words.replied_at, "heard_at": words.heard_at, "reopened_at": words.reopened_at}
    since = waits_since(ticket.ownership, **times)
    within = within * PRIORITY_SHARE[ticket.draft.priority]
    return wait_of(since, hours=hours, within=within, now=now) if since and ticket.with_people else None


def pressing(priority: Priority, wait: Wait | None, opened_at: datetime) -> tuple[int, int, datetime, datetime]:
    """Return what to sort by for the most pressing first: what is overdue, then by priority and deadline; where nobody
    waits last.
    """
    turn = 2 if wait is None else 0 if wait.standing == "late" else 1
    return turn, _PRIORITIES.index(priority), wait.due if wait else _FAR, opened_at


@lru_cache(maxsize=4096)
def _after(hours: DeskHours, since: datetime, work: timedelta) -> datetime:
    return hours.after(since, work)

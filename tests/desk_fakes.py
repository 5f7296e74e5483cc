"""Make tickets for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tools.desk.tickets import TicketDraft, TicketRequest

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


class FakeClock:
    """Tell the time that a test sets."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass, for example `hours=3`."""
        self.now += timedelta(**by)


def draft(**values: Any) -> TicketDraft:
    """Return what a small ticket says."""
    given: dict[str, Any] = {
        "category": "problem",
        "queue": "returns",
        "priority": "normal",
        "sentiment": "neutral",
        "language": "en",
        "summary": "The teapot came broken.",
        "next_step": "Offer a new one.",
        "wish": "A teapot that is whole.",
    }
    return TicketDraft(**(given | values))


def request(thread_id: str = "t", **values: Any) -> TicketRequest:
    """Return a wish for a ticket."""
    given: dict[str, Any] = {
        "thread_id": thread_id,
        "customer_id": "ada",
        "reason": "asked",
        "detail": "the customer asked for a person",
        "draft": draft(),
    }
    return TicketRequest(**(given | values))

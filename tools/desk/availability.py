"""Say whether somebody is at the desk, and when a customer can count on an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.clock import utc_now
from tools.desk.hours import DeskHours


@dataclass(frozen=True)
class ExpectedAnswer:
    """What a customer may be told about the wait."""

    staffed: bool
    """Somebody is at the desk; otherwise the ticket is a call-back."""
    wait: timedelta | None
    """How long an answer takes at most, or None when nobody can say."""
    at: datetime | None
    """The same as an instant in the desk's own time zone."""


class Availability(Protocol):
    """Tell what a customer may be told about the wait."""

    async def expected_answer(self) -> ExpectedAnswer:
        """Return what holds at this moment."""
        ...


class DeskAvailability:
    """Fulfil `Availability` by weekly hours and one promise; another class may ask a rota instead."""

    def __init__(
        self,
        hours: DeskHours,
        *,
        reply_within: timedelta,
        staffed: bool = True,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._hours = hours
        self._reply_within = reply_within
        self._staffed = staffed
        self._now = now

    async def expected_answer(self) -> ExpectedAnswer:
        """Return what holds at this moment; the promised time counts opening hours only."""
        if not self._staffed:
            return ExpectedAnswer(staffed=False, wait=None, at=None)
        now = self._now()
        at = self._hours.after(now, self._reply_within)
        return ExpectedAnswer(staffed=self._hours.is_open(now), wait=at - now, at=at.astimezone(self._hours.zone))

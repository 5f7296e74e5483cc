"""Know when people sit at the ticket desk, measure time by it, and say when a customer can count on an answer."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.clock import utc_now

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(
    r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+(?P<opens>\d{1,2}:\d{2})\s*-\s*(?P<closes>\d{1,2}:\d{2})"
)
_LONGEST_WAIT_DAYS = 366 * 2


@dataclass(frozen=True)
class DeskHours:
    """The weekly opening hours of a desk in its own time zone."""

    spans: tuple[tuple[int, time, time], ...]
    """Weekday (0 is Monday), opening and closing; a closing at 00:00 is midnight at the end of that day."""
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, timezone: str = "UTC") -> "DeskHours":
        """Read `always`, or spans such as `Mon-Fri 09:00-17:00, Sat 10:00-14:00`.

        Raises:
            ValueError: the hours or the time zone cannot be understood; the text is one of a file's validation.
        """
        try:
            zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{timezone!r} is no time zone; use a name such as Europe/Berlin") from None
        if text.strip().lower() == "always":
            return cls(tuple((day, time(0), time(0)) for day in range(7)), zone)
        spans = [span for part in re.split(r"[,;]", text) for span in _parse_span(part, text)]
        return cls(tuple(sorted(spans)), zone)

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is at the desk at an instant."""
        return any(opens <= at < closes for opens, closes in self._from(at))

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return how much of a stretch of time lies within the opening hours; nothing when it ends before it starts."""
        total = timedelta()
        for opens, closes in self._from(start):
            if opens >= end:
                break
            total += min(closes, end) - max(opens, start)
        return max(total, timedelta())

    def after(self, start: datetime, work: timedelta) -> datetime:
        """Return the instant at which the desk has been open for `work` since `start`, in UTC."""
        for opens, closes in self._from(start):
            begins = max(opens, start)
            if closes - begins >= work:
                return begins + work
            work -= closes - begins
        raise AssertionError("opening hours never end")

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the spans that end after an instant, oldest first, in UTC."""
        day: date = (at.astimezone(self.zone) - timedelta(days=1)).date()
        for _ in range(_LONGEST_WAIT_DAYS):
            for weekday, opens, closes in self.spans:
                if weekday == day.weekday():
                    ends = day + timedelta(days=1) if closes == time(0) else day
                    # In UTC, because clock changes make a local day 23 or 25 hours long.
                    span = (self._utc(day, opens), self._utc(ends, closes))
                    if span[1] > at:
                        yield span
            day += timedelta(days=1)

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def _parse_span(part: str, text: str) -> list[tuple[int, time, time]]:
    match = _SPAN.fullmatch(part.strip().lower())
    problem = ValueError(f"{text!r} are no hours; use `always` or spans such as `Mon-Fri 09:00-17:00, Sat 10:00-14:00`")
    if not match or match["first"] not in _DAYS or (match["last"] or "mon") not in _DAYS:
        raise problem
    first = _DAYS.index(match["first"])
    last = _DAYS.index(match["last"]) if match["last"] else first
    try:
        opens = time.fromisoformat(match["opens"].zfill(5))
        closes = time(0) if match["closes"] == "24:00" else time.fromisoformat(match["closes"].zfill(5))
    except ValueError:
        raise problem from None
    if closes != time(0) and closes <= opens:
        raise problem
    return [(day % 7, opens, closes) for day in range(first, last + 1 if last >= first else last + 8)]


@dataclass(frozen=True)
class ExpectedAnswer:
    """What a customer may be told about the wait."""

    staffed: bool
    """Somebody is at the desk; otherwise the ticket is a call-back."""
    wait: timedelta | None
    """How long an answer takes at most, or None when nobody can say."""
    at: datetime | None
    """The same as an instant in the desk's own time zone."""


class DeskAvailability:
    """What a customer may be told about the wait, by weekly hours and one promise."""

    def __init__(
        self, hours: DeskHours, *, reply_within: timedelta, staffed: bool = True, now: Callable[[], datetime] = utc_now
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

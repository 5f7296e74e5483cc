"""Move dates by known lengths of time, to see which ones a reply may name."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import cast

from graph.verification.values.dates import DateKey
from graph.verification.values.known_values import KnownValues
from graph.verification.values.operands import Operands
from graph.verification.values.value_reading import Value

_DAY = Decimal(86_400)
_WEEK = 7
_MOST_DATES, _MOST_SHIFTS, _MOST_WORKDAYS = 100, 40, 260
_SOME_YEAR = 2025
"""Stands for the year of a date that names none."""


def possible_weekdays(given: Operands) -> set[int]:
    """Return the weekdays of the known dates; one without a year lies in any year that is known."""
    years = {year for year, _, _ in given.dates if year}
    found: set[int] = set()
    for year, month, day in given.dates:
        if len(found) == _WEEK:
            break
        if month and day:
            found |= {date(y, month, day).weekday() for y in ({year} if year else years) if _valid(y, month, day)}
    return found


def is_reached(said: Value, given: Operands) -> bool:
    """Say whether a date is a known one moved by a known length of time, in calendar or in business days."""
    shifts = [*sorted(given.spans), *((base, -length) for base, length in sorted(given.spans_back))]
    dates = sorted(given.dates, key=lambda key: [part or 0 for part in key])
    return _reached(tuple(dates[:_MOST_DATES]), tuple(shifts[:_MOST_SHIFTS]), frozenset(given.days_away)).has(said)


@lru_cache(maxsize=8)
def _reached(
    dates: tuple[DateKey, ...], shifts: tuple[tuple[str, Decimal], ...], days_away: frozenset[int]
) -> KnownValues:
    reached: set[DateKey] = set()
    for key in dates:
        if not (day := whole(key)):
            reached |= _reached_in_part(key, shifts)
            continue
        moves = [*shifts, *(("s", away * _DAY) for away in days_away)]
        reached |= {(to.year, to.month, to.day) for base, length in moves for to in _moved(day, base, length)}
    known = KnownValues()
    known.add(Value("date", "", frozenset(reached)))
    return known


def _reached_in_part(key: DateKey, shifts: Sequence[tuple[str, Decimal]]) -> set[DateKey]:
    """Return the same for a day without a year, and for a month of a year."""
    year, month, day = key
    if not month or bool(year) == bool(day):
        return set()
    if day:
        if not _valid(_SOME_YEAR, month, day):
            return set()
        moved = (to for base, length in shifts for to in _moved(date(_SOME_YEAR, month, day), base, length))
        return {(None, to.month, to.day) for to in moved}
    first = date(cast(int, year), month, 1)
    months = (to for base, length in shifts if base == "months" for to in _moved(first, base, length))
    return {(to.year, to.month, None) for to in months}


def _moved(day: date, base: str, length: Decimal) -> list[date]:
    """Return where a day comes to; nothing beyond the calendar."""
    if abs(length) > (1200 if base in ("months", "workdays", "weeks") else 40_000 * _DAY):
        return []
    if base == "months":
        month = day.month - 1 + int(length)
        year, month = day.year + month // 12, month % 12 + 1
        return next(([date(year, month, d)] for d in range(day.day, 0, -1) if _valid(year, month, d)), [])
    try:
        if base == "workdays":
            return [_business(day, int(length))]
        return [day + timedelta(days=int(length / _DAY))] if base == "s" else []
    except OverflowError:
        return []


def _valid(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _business(day: date, days: int) -> date:
    step = timedelta(days=1 if days >= 0 else -1)
    while days and day.weekday() >= 5:
        day -= step
    weeks, rest = divmod(min(abs(days), _MOST_WORKDAYS), 5)
    day += 7 * weeks * step
    for _ in range(rest):
        day += step
        while day.weekday() >= 5:
            day += step
    return day


def whole(key: DateKey) -> date | None:
    """Return the date of a key that leaves nothing open, or None."""
    year, month, day = key
    return date(year, month, day) if year and month and day else None

"""Move dates by known lengths of time, to see which ones a reply may name."""

from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from graph.verification.values.dates import DateKey
from graph.verification.values.operands import Operands

_DAY = Decimal(86_400)
_SOME_YEAR = 2025
"""Stands for the year of a date that names none."""


def possible_days(key: DateKey, given: Operands) -> list[date]:
    """Return the days a date may mean; one without a year lies in a year that is known."""
    year, month, day = key
    if not month or not day:
        return []
    years = {year} if year else {known for known, _, _ in given.dates if known}
    return [date(y, month, day) for y in years if _valid(y, month, day)]


def reached_dates(given: Operands) -> set[DateKey]:
    """Return each known date moved by each known length of time, in calendar and in business days."""
    reached: set[DateKey] = set()
    for key in given.dates:
        if not (day := whole(key)):
            reached |= _reached_in_part(key, given)
            continue
        reached |= {_parts(day + timedelta(days=away)) for away in given.days_away}
        reached |= {_parts(moved) for base, length in _shifts(given) for moved in _moved(day, base, length)}
    return reached


def _shifts(given: Operands) -> list[tuple[str, Decimal]]:
    """Return by how much dates may be moved, forwards and backwards."""
    return [*given.spans, *((base, -length) for base, length in given.spans_back)]


def _reached_in_part(key: DateKey, given: Operands) -> set[DateKey]:
    """Return the same for a day without a year, and for a month of a year."""
    year, month, day = key
    if not month or bool(year) == bool(day):
        return set()
    spans = _shifts(given)
    if day:
        if not _valid(_SOME_YEAR, month, day):
            return set()
        moved = (to for base, length in spans for to in _moved(date(_SOME_YEAR, month, day), base, length))
        return {(None, to.month, to.day) for to in moved}
    first = date(cast(int, year), month, 1)
    months = (to for base, length in spans if base == "months" for to in _moved(first, base, length))
    return {(to.year, to.month, None) for to in months}


def _moved(day: date, base: str, length: Decimal) -> list[date]:
    if abs(length) > (1200 if base in ("months", "workdays", "weeks") else 40_000 * _DAY):
        return []
    if base == "months":
        month = day.month - 1 + int(length)
        year, month = day.year + month // 12, month % 12 + 1
        return [date(year, month, d) for d in range(day.day, 27, -1) if _valid(year, month, d)][:1] or [
            date(year, month, min(day.day, 28))
        ]
    if base == "workdays":
        return [_business(day, int(length))]
    return [day + timedelta(days=int(length / _DAY))] if base == "s" else []


def _valid(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _business(day: date, days: int) -> date:
    step = timedelta(days=1 if days >= 0 else -1)
    for _ in range(min(abs(days), 260)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day


def whole(key: DateKey) -> date | None:
    """Return the date of a key that leaves nothing open, or None."""
    year, month, day = key
    return date(year, month, day) if year and month and day else None


def _parts(day: date) -> DateKey:
    return day.year, day.month, day.day

"""Work out how long a number of units of time is, in every way in which it may be counted."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from graph.verification.values.number_spelling import UNITS, readings

_UNITS_REMEMBERED = 2_000


def goes_on(match: re.Match[str]) -> bool:
    """Tell `3 hours and 25 minutes` from `four weeks, 28 days`: what follows is less than one of the units before."""
    more = seconds_of(match["more"], match["then"])
    return bool(more) and more < seconds_of("1", match["unit"])


def seconds_of(number: str, unit: str) -> list[Decimal]:
    """Return the seconds of a number of units; none of months and years."""
    spans = (span for n in readings(number) for span in lengths_of_time(n, unit))
    return [length for base, length in spans if base == "s"][:1]


def lengths_of_time(number: Decimal, unit: str) -> Iterator[Any]:
    """Yield the lengths of time a number of units can be: a year is twelve months, and 365 days."""
    base, factor = _unit_of_time(unit)
    if not factor:
        return
    yield base, (number * factor).normalize()
    if base == "months" and factor == 12:
        yield "s", (number * 365 * 86_400).normalize()
    if base == "s" and factor == 604_800:
        yield "weeks", number.normalize()


@lru_cache(maxsize=_UNITS_REMEMBERED)
def _unit_of_time(unit: str) -> tuple[str, Decimal]:
    """Return what a unit is counted in, and how many of that it is; none of what is no unit of time."""
    return next(
        (known for spellings, known in UNITS if any(re.fullmatch(s, unit, re.IGNORECASE) for s in spellings)),
        ("", Decimal()),
    )


def working_days(keys: frozenset[Any]) -> frozenset[Any]:
    """Return days that are working days as such, and as whole weeks: ten of them are two."""
    days = [length / 86_400 for base, length in keys if base == "s"]
    weeks = frozenset(("weeks", (n / 5).normalize()) for n in days if not n % 5)
    return weeks | frozenset(("workdays", n.normalize()) for n in days)

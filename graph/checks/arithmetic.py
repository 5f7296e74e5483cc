"""Recompute what a reply may have calculated: sums, differences, products by a count, shares, and days added to a date."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import cast

from graph.checks.dates import DateKey, same_date
from graph.checks.spelling import readings
from graph.checks.values import Value

MONEY_KEY = r"(?:price|amount|total|cost|fee|balance|paid|refund|value|tax|shipping|discount|charge|deposit|rate|due|sum|credit)"
_MOST_OPERANDS = 40
_MOST_FOR_TRIPLES = 10
_TIMES_SIGN = 3
"""Most characters between a count and the amount it multiplies."""
_CENT = Decimal("0.01")
_DAY = Decimal(86_400)
_MONTHS = Decimal(12)
"""What is paid monthly is often told by the year."""


@dataclass
class Operands:
    """Hold what may be calculated with."""

    amounts: set[Decimal] = field(default_factory=set)
    """Amounts of tool results and of the customer."""
    told_amounts: set[Decimal] = field(default_factory=set)
    """Amounts of articles and earlier replies."""
    percents: set[Decimal] = field(default_factory=set)
    numbers: set[Decimal] = field(default_factory=set)
    """Plain numbers of tool results; calculated with only together with a number the reply shows."""
    counts: set[Decimal] = field(default_factory=set)
    spans: set[tuple[str, Decimal]] = field(default_factory=set)
    """Lengths of time that may be added to a date: seconds or months."""
    dates: set[DateKey] = field(default_factory=set)
    shown_amounts: list[Decimal] = field(default_factory=list)
    shown_products: list[Decimal] = field(default_factory=list)
    """Counts times the amounts right after them, such as 2 x $12."""
    shown_numbers: list[Decimal] = field(default_factory=list)
    shown_times: list[Decimal] = field(default_factory=list)
    """How many units the shown lengths of time have: 5 of 5 days."""
    shown_spans: list[tuple[str, Decimal]] = field(default_factory=list)

    def with_shown(self, shown: Sequence[Value]) -> "Operands":
        """Return these operands with the values that the reply itself has named; repeated ones count again."""
        return replace(
            self,
            shown_amounts=[min(_numbers(v)) for v in shown if v.kind == "amount" and v.keys],
            shown_products=[
                c * a
                for number in shown
                for amount in shown
                if _adjoin(number, amount)
                for c in _numbers(number)
                for a in _numbers(amount)
            ],
            shown_numbers=[n for v in shown if v.kind == "number" for n in _numbers(v)],
            shown_times=[n for v in shown if v.kind == "duration" for n in readings(v.text.split()[0])],
            shown_spans=[
                k for v in shown if v.kind == "duration" for k in cast(frozenset[tuple[str, Decimal]], v.keys)
            ],
            percents=self.percents | {n for v in shown if v.kind == "percent" for n in _numbers(v)},
            dates=self.dates | {cast(DateKey, k) for v in shown if v.kind == "date" for k in v.keys},
            spans=self.spans | {cast(tuple[str, Decimal], k) for v in shown if v.kind == "duration" for k in v.keys},
        )


def _adjoin(number: Value, amount: Value) -> bool:
    gap = amount.start - number.start - len(number.text)
    return number.kind == "number" and amount.kind == "amount" and 0 < gap <= _TIMES_SIGN


def follows(value: Value, given: Operands) -> bool:
    """Say whether a value is the result of simple arithmetic on what is given.

    Amounts are calculated from tool results, the customer's amounts and what the reply shows. Articles are full of round
    numbers whose sums hit nearly everything, so theirs count only together with one of those.
    """
    match value.kind:
        case "amount":
            return any(_is_amount(n, given) for n in _numbers(value))
        case "percent":
            return any(_is_share(n, [*given.shown_amounts, *given.shown_numbers]) for n in _numbers(value))
        case "number":
            return any(_is_number(n, given) or (_is_money(n) and _is_amount(n, given)) for n in _numbers(value))
        case "duration":
            return any(_is_span(cast(tuple[str, Decimal], key), given) for key in value.keys)
        case "date":
            said = cast(frozenset[DateKey], value.keys)
            return any(same_date(s, d) for s in said for d in _reached_dates(given))
        case _:
            return False


def _numbers(value: Value) -> frozenset[Decimal]:
    return cast(frozenset[Decimal], value.keys)


def _is_number(target: Decimal, given: Operands) -> bool:
    with_data = {r for n in given.numbers for s in given.shown_numbers for r in (n + s, abs(n - s))}
    return target in _combined(given.shown_numbers) | with_data | set(given.shown_numbers)


def _is_money(number: Decimal) -> bool:
    return number.as_tuple().exponent == -2


def _is_amount(target: Decimal, given: Operands) -> bool:
    mine = [*dict.fromkeys([*given.shown_amounts, *sorted(given.amounts)])][:_MOST_OPERANDS]
    told = [a for a in sorted(given.told_amounts) if a not in mine][:_MOST_OPERANDS]
    shown_counts = {n for n in (*given.shown_numbers, *given.shown_times) if 1 < n <= 100}
    reached = {a * c for a in mine for c in (given.counts | shown_counts | {_MONTHS}) if 1 < c <= 100}
    reached |= {a * c for a in told for c in shown_counts | {_MONTHS}}
    for percent in given.percents:
        reached |= {a * share / 100 for a in mine for share in (percent, 100 - percent, 100 + percent)}
    reached |= {a + b for a, b in combinations(mine, 2)} | {abs(a - b) for a, b in combinations(mine, 2)}
    reached |= {r for a in mine for b in told for r in (a + b, abs(a - b))}
    reached |= _combined(given.shown_amounts)
    reached |= _combined(given.shown_products)
    if len(mine) <= _MOST_FOR_TRIPLES:
        reached |= {sum(some, Decimal()) for size in (3, 4, 5) for some in combinations(mine, size)}
        reached |= {a + b - c for a, b in combinations(mine, 2) for c in mine}
    return any(abs(target - r) < _CENT for r in reached if r)


def _combined(shown: Sequence[Decimal]) -> set[Decimal]:
    """Return sums, differences and products of the numbers a reply shows, and running totals of them."""
    shown = shown[-_MOST_OPERANDS:]
    pairs = list(combinations(shown, 2))
    totals = {
        sum(shown[start:end], Decimal()) for start in range(len(shown)) for end in range(start + 2, len(shown) + 1)
    }
    return {a + b for a, b in pairs} | {abs(a - b) for a, b in pairs} | {a * b for a, b in pairs} | totals


def _is_share(target: Decimal, amounts: Sequence[Decimal]) -> bool:
    shares = [a / b * 100 for a in amounts for b in amounts if b and a < b]
    return any(abs(target - s) < Decimal("0.5") or abs(target - (100 - s)) < Decimal("0.5") for s in shares)


def _is_span(target: tuple[str, Decimal], given: Operands) -> bool:
    base, length = target
    shown = [n for b, n in given.shown_spans if b == base]
    if length in _combined(shown) | {s * n for s in shown for n in given.shown_numbers}:
        return True
    if base != "s":
        return False
    days = [d for key in given.dates if (d := _whole(key))]
    between = {Decimal(abs((a - b).days)) * _DAY for a, b in combinations(days, 2)}
    return length > 0 and length in between | {s - gap for s in shown for gap in between}


def _reached_dates(given: Operands) -> set[DateKey]:
    """Return each known date moved by each known length of time, in calendar and in business days."""
    reached: set[DateKey] = set()
    for key in given.dates:
        if not (day := _whole(key)):
            continue
        for base, length in given.spans:
            for sign in (1, -1):
                reached |= {_parts(moved) for moved in _moved(day, base, sign * length)}
    return reached


def _moved(day: date, base: str, length: Decimal) -> list[date]:
    if abs(length) > (1200 if base == "months" else 40_000 * _DAY):
        return []
    if base == "months":
        month = day.month - 1 + int(length)
        year, month = day.year + month // 12, month % 12 + 1
        return [date(year, month, d) for d in range(day.day, 27, -1) if _valid(year, month, d)][:1] or [
            date(year, month, min(day.day, 28))
        ]
    days = int(length / _DAY)
    return [day + timedelta(days=days), _business(day, days)]


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


def _whole(key: DateKey) -> date | None:
    year, month, day = key
    return date(year, month, day) if year and month and day else None


def _parts(day: date) -> DateKey:
    return day.year, day.month, day.day

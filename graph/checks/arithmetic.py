"""Recompute what a reply may have calculated: sums, differences, products by a count, shares, and days added to a date."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import cast

from graph.checks.dates import DateKey, same_date
from graph.checks.spelling import readings
from graph.checks.units import Quantity, same_quantity
from graph.checks.values import Value

MONEY_KEY = r"(?:price|amount|total|cost|fee|balance|paid|refund|value|tax|shipping|discount|charge|deposit|rate|due|sum|credit)"
_MOST_OPERANDS = 40
_MOST_FOR_TRIPLES = 10
_TIMES_SIGN = 3
"""Most characters between a count and the amount it multiplies."""
_CENT = Decimal("0.01")
_DAY = Decimal(86_400)
_LARGE = Decimal(100)
_MOST_COUNT = 100
_FEW_AMOUNTS = 4
"""So few prices of articles may be added to each other without hitting nearly everything."""
_HALF_DAY = Decimal(43_200)
_SOME_YEAR = 2025
"""Stands for the year of a date that names none."""
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
    spans_back: set[tuple[str, Decimal]] = field(default_factory=set)
    """Those of them that may also be taken from a date: `3 days before`."""
    dates: set[DateKey] = field(default_factory=set)
    times: set[int] = field(default_factory=set)
    """Times of day, in minutes after midnight."""
    days_away: set[int] = field(default_factory=set)
    """What `the day before` and `tomorrow` add to a date."""
    quantities: set[Quantity] = field(default_factory=set)
    shown_amounts: list[Decimal] = field(default_factory=list)
    shown_products: list[Decimal] = field(default_factory=list)
    """What calculations before the customer's eyes come to, and counts times the amounts right after them: 2 x $12."""
    shown_numbers: list[Decimal] = field(default_factory=list)
    shown_times: list[Decimal] = field(default_factory=list)
    """How many units the shown lengths of time have: 5 of 5 days."""
    shown_spans: list[tuple[str, Decimal]] = field(default_factory=list)
    shown_quantities: list[Decimal] = field(default_factory=list)
    """The numbers of shown quantities, without their units."""

    def with_shown(self, shown: Sequence[Value]) -> "Operands":
        """Return these operands with the values that the reply itself has named; repeated ones count again."""
        return replace(
            self,
            shown_amounts=[
                min(_numbers(v))
                for v in shown
                if v.keys and v.start >= 0 and (v.kind == "amount" or (v.kind == "number" and self._is_price(v)))
            ],
            shown_products=[
                c * a
                for number in shown
                for amount in shown
                if _adjoin(number, amount)
                for c in _numbers(number)
                for a in _numbers(amount)
            ]
            + [n for v in shown if v.start < 0 for n in _numbers(v)],
            shown_numbers=[n for v in shown if v.kind == "number" for n in _numbers(v)],
            shown_times=[n for v in shown if v.kind == "duration" for n in readings(v.text.split()[0])],
            shown_spans=[
                k for v in shown if v.kind == "duration" for k in cast(frozenset[tuple[str, Decimal]], v.keys)
            ],
            percents=self.percents | {n for v in shown if v.kind == "percent" for n in _numbers(v)},
            dates=self.dates | {cast(DateKey, k) for v in shown if v.kind == "date" for k in v.keys},
            times=self.times | {cast(int, k) for v in shown if v.kind == "time" for k in v.keys},
            quantities=self.quantities | {cast(Quantity, k) for v in shown if v.kind == "quantity" for k in v.keys},
            shown_quantities=[n for v in shown if v.kind == "quantity" for n in v.numbers],
            spans=self.spans | {cast(tuple[str, Decimal], k) for v in shown if v.kind == "duration" for k in v.keys},
        )

    def _is_price(self, value: Value) -> bool:
        """Say whether a number without a currency is one of the known prices, or written like one."""
        numbers = _numbers(value)
        return bool(numbers & (self.amounts | self.told_amounts)) or any(_is_money(n) for n in numbers)


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
            shown = [*given.shown_amounts, *given.shown_numbers, *given.shown_quantities]
            return any(_is_share(n, shown) for n in _numbers(value))
        case "number":
            return any(_is_number(n, given) or (_is_money(n) and _is_amount(n, given)) for n in _numbers(value))
        case "quantity":
            return any(_is_quantity(cast(Quantity, key), given) for key in value.keys) or any(
                _is_large_difference(n, given) for n in value.numbers
            )
        case "time":
            return any(_is_time(cast(int, minutes), given) for minutes in value.keys)
        case "duration":
            return any(n in _shared_out(given) for n in value.numbers) or any(
                _is_span(cast(tuple[str, Decimal], key), given) for key in value.keys
            )
        case "weekday":
            return any(day.weekday() in value.keys for key in given.dates for day in _possible_days(key, given))
        case "date":
            said = cast(frozenset[DateKey], value.keys)
            return any(same_date(s, d) for s in said for d in _reached_dates(given))
        case _:
            return False


def _numbers(value: Value) -> frozenset[Decimal]:
    return cast(frozenset[Decimal], value.keys)


def _is_number(target: Decimal, given: Operands) -> bool:
    with_data = {r for n in given.numbers for s in given.shown_numbers for r in (n + s, abs(n - s))}
    shown = [*given.shown_numbers, *given.shown_quantities]
    if target != int(target):  # prices are no numbers to count with
        with_data = set()
    prices = {*given.told_amounts, *given.amounts, *given.shown_amounts}
    counted = {a // p for a in given.shown_amounts for p in prices if p and 2 <= a / p <= _MOST_COUNT}
    return target in _combined(shown) | with_data | counted | set(shown) or _is_large_difference(target, given)


def _is_large_difference(target: Decimal, given: Operands) -> bool:
    """Say whether a large number is the difference of two others, as of two readings of a meter."""
    known = [n for n in given.numbers if n >= _LARGE]
    return target >= _LARGE and any(abs(a - b) == target for a, b in combinations(known, 2))


def _shared_out(given: Operands) -> set[Decimal]:
    """Return how long what is shown lasts when it is shared: 600 drops for two are 300 days."""
    shares = given.counts | set(given.shown_numbers) | {Decimal(2)}
    return {a / c for a in given.shown_numbers if a >= _LARGE for c in shares if 1 < c < a}


def _is_quantity(target: Quantity, given: Operands) -> bool:
    """Say whether a quantity is a sum, a difference or a multiple of others of its kind, or what a shown need takes."""
    dimension, _, metric = target
    like = [s for d, s, m in given.quantities if d == dimension and m == metric][:_MOST_OPERANDS]
    counts = {n for n in (*given.counts, *given.shown_numbers) if 1 < n <= _MOST_COUNT}
    reached = {r for a, b in combinations(like, 2) for r in (a + b, abs(a - b))}
    reached |= {r for a in like for c in counts for r in (a * c, a / c)}
    others = [s for d, s, _ in given.quantities if d != dimension and s][:_MOST_OPERANDS]
    needed = {a / b for a in given.shown_quantities for b in others if a > b}
    reached |= needed | {n * c for n in needed for c in given.shown_numbers}
    return any(same_quantity(target, (dimension, r, metric)) for r in reached if r)


def _is_time(target: int, given: Operands) -> bool:
    """Say whether a time is another one less a length that counts backwards (`45 minutes before`), or plus one the reply shows."""
    shifts = {-int(length / 60) for base, length in given.spans_back if base == "s" and length < _HALF_DAY}
    shifts |= {int(length / 60) for base, length in given.shown_spans if base == "s" and length < _HALF_DAY}
    return any((time + shift) % 1440 == target for time in given.times for shift in shifts)


def _is_money(number: Decimal) -> bool:
    return number.as_tuple().exponent == -2


def _is_amount(target: Decimal, given: Operands) -> bool:
    mine = [*dict.fromkeys([*given.shown_amounts, *sorted(given.amounts)])][:_MOST_OPERANDS]
    told = [a for a in sorted(given.told_amounts) if a not in mine][:_MOST_OPERANDS]
    shown_counts = {n for n in (*given.shown_numbers, *given.shown_times, *given.shown_quantities) if 1 < n <= 100}
    counts = given.counts | shown_counts | {_MONTHS}
    reached = {a * c for a in mine for c in counts if 1 < c <= 100}
    reached |= {a * c for a in told for c in shown_counts | {_MONTHS}}
    for percent in given.percents:
        reached |= {a * share / 100 for a in mine for share in (percent, 100 - percent, 100 + percent)}
    reached |= {a + b for a, b in combinations(mine, 2)} | {abs(a - b) for a, b in combinations(mine, 2)}
    reached |= {r for a in mine for b in told for r in (a + b, abs(a - b))}
    products = list(dict.fromkeys(given.shown_products))
    for shown in (given.shown_amounts, products, [*given.shown_amounts, *products]):
        reached |= _totals(shown)
    reached |= {a / c for a in given.shown_amounts for c in shown_counts | {_MONTHS}}
    if len(told) <= _FEW_AMOUNTS:
        reached |= {a + b for a, b in combinations(told, 2)}
    if len(mine) <= _MOST_FOR_TRIPLES:
        reached |= {sum(some, Decimal()) for size in (3, 4, 5) for some in combinations(mine, size)}
        reached |= {a + b - c for a, b in combinations(mine, 2) for c in mine}
    return any(abs(target - r) < _CENT for r in reached if r)


def _totals(shown: Sequence[Decimal]) -> set[Decimal]:
    """Return sums and differences of what a reply shows, and running totals."""
    return _combined(shown) - {a * b for a, b in combinations(shown[-_MOST_OPERANDS:], 2)}


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
    apart = {abs(a - b) for a, b in combinations(given.times, 2)}
    between |= {Decimal(60 * minutes) for gap in apart for minutes in (gap, 1440 - gap)}
    return length > 0 and length in between | {s - gap for s in shown for gap in between}


def _possible_days(key: DateKey, given: Operands) -> list[date]:
    """Return the days a date may mean; one without a year lies in a year that is known."""
    year, month, day = key
    if not month or not day:
        return []
    years = {year} if year else {known for known, _, _ in given.dates if known}
    return [date(y, month, day) for y in years if _valid(y, month, day)]


def _reached_dates(given: Operands) -> set[DateKey]:
    """Return each known date moved by each known length of time, in calendar and in business days."""
    reached: set[DateKey] = set()
    for key in given.dates:
        if not (day := _whole(key)):
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


def _whole(key: DateKey) -> date | None:
    year, month, day = key
    return date(year, month, day) if year and month and day else None


def _parts(day: date) -> DateKey:
    return day.year, day.month, day.day

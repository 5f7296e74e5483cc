"""Recompute what a reply may have calculated: sums, differences, products by a count, shares, and dates."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, combinations

from graph.verification.values.date_arithmetic import is_reached, possible_weekdays, whole
from graph.verification.values.operands import Operands, is_money, numbers_of
from graph.verification.values.units import Quantity, same_quantity
from graph.verification.values.value_reading import Value

MONEY_KEY = (
    r"(?:price|amount|total|cost|fee|balance|paid|refund|value|tax|shipping|discount|charge|deposit|rate|due|sum|"
    r"credit)"
)
_MOST_OPERANDS = 40
_MOST_FOR_TRIPLES = 10
_CENT = Decimal("0.01")
_DAY = Decimal(86_400)
_DAY_MINUTES = 1_440
_LONGEST_GAP = 40_000 * _DAY
_LARGE = Decimal(100)
_MOST_COUNT = 100
_FEW_AMOUNTS = 4
"""So few prices of articles may be added to each other without hitting nearly everything."""
_HALF_DAY = Decimal(43_200)
_MONTHS = Decimal(12)
"""What is paid monthly is often told by the year."""


def follows(value: Value, given: Operands) -> bool:
    """Say whether a value is the result of simple arithmetic on what is given.

    Amounts are calculated from tool results, the customer's amounts and what the reply shows. Articles are full of
    round numbers whose sums hit nearly everything, so theirs count only together with one of those.
    """
    match value.kind:
        case "amount":
            return any(_is_amount(n, given) for n in numbers_of(value))
        case "percent":
            shown = [*given.shown_amounts, *given.shown_numbers, *given.shown_quantities]
            return any(_is_share(n, shown) for n in numbers_of(value))
        case "number":
            return any(_is_number(n, given) or (is_money(n) and _is_amount(n, given)) for n in numbers_of(value))
        case "quantity":
            return any(_is_quantity(key, given) for key in value.keys) or any(
                _is_large_difference(n, given) for n in value.numbers
            )
        case "time":
            return any(_is_time(minutes, given) for minutes in value.keys)
        case "duration":
            return any(n in _shared_out(given) for n in value.numbers) or any(
                _is_span(key, given) for key in value.keys
            )
        case "weekday":
            return not value.keys.isdisjoint(possible_weekdays(given))
        case "date":
            return is_reached(value, given)
        case _:
            return False


def _is_number(target: Decimal, given: Operands) -> bool:
    shown = [*given.shown_numbers, *given.shown_quantities]
    if target in _combined(shown) or target in shown or _is_large_difference(target, given):
        return True
    if target == int(target) and any(  # prices are no numbers to count with
        not given.numbers.isdisjoint((target - s, s + target, s - target)) for s in given.shown_numbers
    ):
        return True
    prices = {*given.told_amounts, *given.amounts, *given.shown_amounts}
    return any(a // p == target and 2 <= a / p <= _MOST_COUNT for a in set(given.shown_amounts) for p in prices if p)


def _is_large_difference(target: Decimal, given: Operands) -> bool:
    """Say whether a large number is the difference of two others, as of two readings of a meter."""
    return target >= _LARGE and any(n >= _LARGE and n + target in given.numbers for n in given.numbers)


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
    """Say whether a time is another one less a length (`45 minutes before`), or plus one the reply shows."""
    shifts = {-int(length / 60) for base, length in given.spans_back if base == "s" and length < _HALF_DAY}
    shifts |= {int(length / 60) for base, length in given.shown_spans if base == "s" and length < _HALF_DAY}
    return any((target - shift) % _DAY_MINUTES in given.times for shift in shifts)


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
    sums = list(accumulate(shown, initial=Decimal()))
    totals = {sums[end] - sums[start] for start in range(len(shown)) for end in range(start + 2, len(shown) + 1)}
    return {a + b for a, b in pairs} | {abs(a - b) for a, b in pairs} | {a * b for a, b in pairs} | totals


def _is_share(target: Decimal, amounts: Sequence[Decimal]) -> bool:
    shares = [a / b * 100 for a in amounts for b in amounts if b and a < b]
    return any(abs(target - s) < Decimal("0.5") or abs(target - (100 - s)) < Decimal("0.5") for s in shares)


def _is_use(target: tuple[str, Decimal], given: Operands) -> bool:
    """Say whether it takes that long to use up hours at so many a day: 25,000 at 5 a day are 5,000 days, 13.7 years."""
    base, length = target
    lengths = [n for b, n in given.shown_spans if b == "s"]
    days = [a / b for a in lengths for b in lengths if b < _DAY and a > _DAY]
    if base == "s":
        return any(abs(length / _DAY - d) < Decimal("0.5") for d in days)
    return base == "months" and any(abs(length / _MONTHS - d / 365) < Decimal("0.06") for d in days)


def _is_about(target: tuple[str, Decimal], given: Operands) -> bool:
    """Say whether a number of months is what shown days come to: 60 days are about 2 months."""
    base, length = target
    return base == "months" and ("s", length * 30 * _DAY) in given.shown_spans


def _is_span(target: tuple[str, Decimal], given: Operands) -> bool:
    base, length = target
    if _is_use(target, given) or _is_about(target, given):
        return True
    shown = [n for b, n in given.shown_spans if b == base]
    if length in _combined(shown) | {s * n for s in shown for n in given.shown_numbers}:
        return True
    if base != "s":
        return False
    return _is_gap(length, given) or (length > 0 and any(_is_gap(s - length, given) for s in set(shown)))


def _is_gap(length: Decimal, given: Operands) -> bool:
    """Say whether a length of time, in seconds, lies between two dates or two times of day."""
    if length <= 0 or length % 60:
        return False
    if not length % _DAY and length <= _LONGEST_GAP:
        apart = timedelta(seconds=int(length))
        days = {d for key in given.dates if (d := whole(key))}
        if any(d + apart in days for d in days if d <= date.max - apart):
            return True
    minutes = int(length / 60)
    return 0 < minutes < _DAY_MINUTES and any((time + minutes) % _DAY_MINUTES in given.times for time in given.times)

"""Hold what a reply may calculate with, and read what it calculates before the reader: `99.00 + 2 × 34.99 = 168.98`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, DivisionByZero, InvalidOperation

from graph.verification.values.dates import DateKey
from graph.verification.values.number_spelling import NUMBER, readings
from graph.verification.values.units import Quantity
from graph.verification.values.value_reading import Value

_MOST_SHOWN = 200
_TIMES_SIGN = 3
"""Most characters between a count and the amount it multiplies."""


@dataclass
class Operands:
    """What may be calculated with."""

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
        """Return these operands with the newest values that the reply itself has named; repeated ones count again."""
        shown = shown[-_MOST_SHOWN:]
        return replace(
            self,
            shown_amounts=[
                min(numbers_of(v))
                for v in shown
                if v.keys and v.start >= 0 and (v.kind == "amount" or (v.kind == "number" and self._is_price(v)))
            ],
            shown_products=[
                c * a
                for number in shown
                for amount in shown
                if _adjoin(number, amount)
                for c in numbers_of(number)
                for a in numbers_of(amount)
            ]
            + [n for v in shown if v.start < 0 for n in numbers_of(v)],
            shown_numbers=[n for v in shown if v.kind == "number" for n in numbers_of(v)],
            shown_times=[n for v in shown if v.kind == "duration" for n in readings(v.text.split()[0])],
            shown_spans=[k for v in shown if v.kind == "duration" for k in v.keys],
            percents=self.percents | {n for v in shown if v.kind == "percent" for n in numbers_of(v)},
            dates=self.dates | {k for v in shown if v.kind == "date" for k in v.keys},
            times=self.times | {k for v in shown if v.kind == "time" for k in v.keys},
            quantities=self.quantities | {k for v in shown if v.kind == "quantity" for k in v.keys},
            shown_quantities=[n for v in shown if v.kind == "quantity" for n in v.numbers],
            spans=self.spans | {k for v in shown if v.kind == "duration" for k in v.keys},
        )

    def _is_price(self, value: Value) -> bool:
        """Say whether a number without a currency is one of the known prices, or written like one."""
        numbers = numbers_of(value)
        return bool(numbers & (self.amounts | self.told_amounts)) or any(is_money(n) for n in numbers)


def _adjoin(number: Value, amount: Value) -> bool:
    gap = amount.start - number.start - len(number.text)
    return number.kind == "number" and amount.kind == "amount" and 0 < gap <= _TIMES_SIGN


def numbers_of(value: Value) -> frozenset[Decimal]:
    """Return what a value that is a number may stand for."""
    return value.keys


def is_money(number: Decimal) -> bool:
    """Say whether a number is written like a price."""
    return number.as_tuple().exponent == -2


_MONEY_SIGN = r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|sek|nok|dkk|pln|kr|zł)\b)"
_WORDS_BETWEEN = r"(?:\s?(?:[a-zà-ÿ²³°]{1,12}\.?)(?!\s?=)){0,2}"
"""What may stand between a number and the next sign: a unit or what is counted."""
_OPERAND = rf"\(?{_MONEY_SIGN}?\s?(?P<n>{NUMBER})\s?%?\)?"
_TERM = re.compile(_OPERAND, re.IGNORECASE)
_SIGN = r"(?:\s?(?P<sign>[×x*·+÷]|-|times|plus|minus|mal|fois|por)\s?|\s(?P<by>/)\s)"
_CHAIN = re.compile(
    rf"(?<![\w.,]){_OPERAND.replace('?P<n>', '?:')}(?:\s?{_MONEY_SIGN})?{_WORDS_BETWEEN}"
    rf"(?:{_SIGN.replace('?P<sign>', '?:').replace('?P<by>', '?:')}{_OPERAND.replace('?P<n>', '?:')}(?:"
    rf"\s?{_MONEY_SIGN})?{_WORDS_BETWEEN}){{1,5}}",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"{_TERM.pattern}|{_SIGN}", re.IGNORECASE)
_TIMES, _BY, _PLUS, _MINUS = set("×x*·") | {"times", "mal", "fois", "por"}, set("÷/"), {"+", "plus"}, {"-", "minus"}


@dataclass(frozen=True)
class Expression:
    """A calculation a text shows: its operands, and what comes out."""

    start: int
    end: int
    operands: tuple[Decimal, ...]
    factors: frozenset[Decimal]
    """Operands of a product, which may be chosen: `2 × $12` counts two of something."""
    result: Decimal


def find_expressions(text: str) -> Iterator[Expression]:
    """Yield the calculations in a text; products and quotients come before sums and differences."""
    for match in _CHAIN.finditer(text):
        numbers: list[Decimal] = []
        signs: list[str] = []
        for piece in _PIECE.finditer(match[0]):
            if piece["n"]:
                numbers.append(min(readings(piece["n"]), default=Decimal()) / (100 if "%" in piece[0] else 1))
            elif sign := piece["sign"] or piece["by"]:
                signs.append(sign.lower())
        if len(numbers) != len(signs) + 1 or not set(signs) <= _TIMES | _BY | _PLUS | _MINUS or set(signs) <= _MINUS:
            continue  # a range, a ratio or a number with dashes
        if set(signs) & _BY and not set(signs) & _TIMES:
            continue
        result = _value(numbers, signs)
        if result is not None:
            factors = frozenset(
                number
                for place, number in enumerate(numbers)
                if {*signs[max(0, place - 1) : place + 1]} & _TIMES and number == number.to_integral_value()
            )
            yield Expression(match.start(), match.end(), tuple(numbers), factors, result)


def _value(numbers: list[Decimal], signs: list[str]) -> Decimal | None:
    terms = [numbers[0]]
    for sign, number in zip(signs, numbers[1:], strict=True):
        try:
            if sign in _TIMES:
                terms[-1] *= number
            elif sign in _BY:
                terms[-1] /= number
            else:
                terms.append(number if sign in _PLUS else -number)
        except (DivisionByZero, InvalidOperation):
            return None
    return sum(terms, Decimal())

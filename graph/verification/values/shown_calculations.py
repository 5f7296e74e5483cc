"""Recompute what a reply calculates before the customer's eyes: `99.00 + 2 × 34.99 = 168.98`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation

from graph.verification.values.number_spelling import NUMBER, readings

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

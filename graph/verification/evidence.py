"""Collect what a reply may rely on: passages, tool results, policy and what was said before."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, cast

from graph.verification.values.arithmetic import follows
from graph.verification.values.dates import DateKey, same_date
from graph.verification.values.operands import Operands
from graph.verification.values.units import Quantity, same_quantity
from graph.verification.values.value_reading import Value

Origin = Literal["prose", "data", "plan", "customer"]
"""Where a text comes from: articles, policy and earlier replies; tool results; what a tool would do; the customer."""

_ONE = frozenset({Decimal(1)})


@dataclass(frozen=True)
class Text:
    """Hold one text a reply may rely on."""

    text: str
    origin: Origin = "prose"


@dataclass(frozen=True)
class Deed:
    """Hold what a tool was called and answered; a call that failed or only asked is not a deed."""

    tool: str
    """Its name, and what else it is called."""
    result: str
    wrote: bool | None = None
    """Whether it changed records, or None where only its name tells."""


@dataclass
class Evidence:
    """Hold everything a reply may rely on, read once and asked for each sentence."""

    passages: int = 0
    """How many passages there are to cite, numbered from 1."""
    deeds: tuple[Deed, ...] = ()
    addresses: frozenset[str] = frozenset()
    """E-mail addresses, in lower case, that the customer or the shop's records name."""
    data: str = ""
    """All tool results but articles as one lower-case text."""
    words: str = ""
    """Everything as one lower-case text."""
    prose: str = ""
    """Articles, policy and earlier replies as one lower-case text with single spaces."""
    told: str = ""
    """What the customer wrote as one lower-case text."""
    list_lengths: set[int] = field(default_factory=set)
    """How many records the lists in tool results have."""
    _known: dict[str, list[Value]] = field(default_factory=dict)
    _bare: set[Decimal] = field(default_factory=set)
    _operands: Operands = field(default_factory=Operands)

    def stands(self, value: Value) -> bool:
        """Say whether a value stands in what may be relied on, in any spelling."""
        known = self._known.get(value.kind, [])
        match value.kind:
            case "amount":
                return self._is_bare(value) or any(
                    value.keys & k.keys and (not value.unit or not k.unit or value.unit == k.unit) for k in known
                )
            case "percent":
                return self._is_bare(value) or _shares_key(value, known)
            case "number":
                return (
                    value.keys == _ONE
                    or self._is_bare(value)
                    or _shares_key(value, known)
                    or self._is_year(value)
                    or self._is_hour(value)
                    or self._is_named(value)
                )
            case "duration":
                return _shares_key(value, known) or (_is_age(value) and bool((value.numbers - _ONE) & self._bare))
            case "quantity":
                return bool(value.numbers & self._bare) or any(
                    same_quantity(cast(Quantity, s), cast(Quantity, q))
                    for s in value.keys
                    for k in known
                    for q in k.keys
                )
            case "time":
                return _shares_key(value, known) or any(
                    Decimal(m // 60 or 12) in k.keys or Decimal(m // 60 % 12 or 12) in k.keys
                    for m in cast(frozenset[int], value.keys)
                    if m % 60 == 0
                    for k in self._known.get("number", [])
                    if k.unit == "hour"
                )
            case "date":
                said = cast(frozenset[DateKey], value.keys)
                return any(same_date(s, k) for s in said for k in self._dates())
            case "weekday":
                same = [k for k in known if value.keys & k.keys]
                if value.unit == "closed":
                    return bool(known) and all(k.unit == "closed" for k in same)
                if same and value.unit == "open" and all(k.unit == "closed" for k in same):
                    return False
                return bool(same) or any(_weekday(k) in value.keys for k in self._dates())
            case "link":
                return any(_same_link(str(next(iter(value.keys))), str(next(iter(k.keys)))) for k in known)
            case "identifier" | "phone":
                ends = value.text.split("-") if value.kind == "identifier" else []
                return any(_same_digits(str(s), str(k)) for s in value.keys for k in self._identifiers()) or (
                    len(ends) == 2 and all(end.upper() in self._identifiers() for end in ends)
                )
            case _:
                return _shares_key(value, known)

    def is_priced(self, amount: Decimal) -> bool:
        """Say whether something costs that much."""
        return amount in self._operands.amounts | self._operands.told_amounts

    def derives(self, value: Value, shown: Sequence[Value]) -> bool:
        """Say whether a value follows by arithmetic from tool results and from what the reply has shown so far."""
        return follows(value, self._operands.with_shown(shown))

    def _is_bare(self, value: Value) -> bool:
        return bool(value.keys & cast(set[Hashable], self._bare))

    def _is_year(self, value: Value) -> bool:
        return any(year is not None and Decimal(year) in value.keys for year, _, _ in self._dates())

    def _is_hour(self, value: Value) -> bool:
        """`until 11` is a time of day that is known as 11:00."""
        times = {cast(int, key) % 720 for known in self._known.get("time", []) for key in known.keys}
        return value.unit == "hour" and any(n < 25 and int(n * 60) % 720 in times for n in value.numbers)

    def _is_named(self, value: Value) -> bool:
        """A number may leave out the currency or the unit that it has in the ground, and an age its years."""
        return any(
            value.numbers & known.numbers and (kind != "duration" or _is_age(known))
            for kind in ("amount", "quantity", "duration")
            for known in self._known.get(kind, [])
        )

    def _dates(self) -> list[DateKey]:
        return [cast(DateKey, key) for value in self._known.get("date", []) for key in value.keys]

    def _identifiers(self) -> list[str]:
        kinds = ("identifier", "phone")
        return [str(key) for kind in kinds for value in self._known.get(kind, []) for key in value.keys]


def _is_age(value: Value) -> bool:
    """`a 7-year-old` may be `a kid of 7` in the customer's words."""
    return any(
        base == "months" and length % 12 == 0 for base, length in cast(frozenset[tuple[str, Decimal]], value.keys)
    )


def _shares_key(value: Value, known: Sequence[Value]) -> bool:
    return any(value.keys & k.keys for k in known)


def _weekday(key: DateKey) -> int | None:
    year, month, day = key
    return date(year, month, day).weekday() if year and month and day else None


def _same_link(said: str, known: str) -> bool:
    """A link is known as a whole, or as the site of a known one."""
    return said == known or (("/" not in said) and known.split("/")[0] == said)


def _same_digits(said: str, known: str) -> bool:
    """An identifier may lose its letters, and a long one be named by its last digits."""
    if said == known:
        return True
    if not (said.isdigit() or known.isdigit()):
        return False
    said_digits, known_digits = re.sub(r"\D", "", said), re.sub(r"\D", "", known)
    return (
        len(said_digits) >= 4
        and known_digits.endswith(said_digits)
        and (len(said_digits) == len(known_digits) or len(said_digits) >= 7 or len(known_digits) >= 12)
    )

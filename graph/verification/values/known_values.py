"""Index what may be relied on by what each value may stand for, so that any question takes the same short time."""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from graph.verification.values.dates import DateKey
from graph.verification.values.units import Quantity, same_quantity
from graph.verification.values.value_reading import Value

_ONE = frozenset({Decimal(1)})
_HALF_DAY = 720
_FEWEST_DIGITS, _MANY_DIGITS, _LONG = 4, 7, 12
"""Last digits that name a long number, that name any number, and how many digits a long one has."""
_LONGEST_ENDING = 64


@dataclass
class KnownValues:
    """The values that may be relied on, as sets of what they may stand for."""

    bare: set[Decimal] = field(default_factory=set)
    """Numbers that may stand for anything."""
    _keys: set[tuple[str, Hashable, str | None]] = field(default_factory=set)
    """Kind, key and unit of each value, and the same with None for any unit."""
    _kinds: set[str] = field(default_factory=set)
    _named: set[Decimal] = field(default_factory=set)
    """Numbers with a currency or a unit, which a reply may leave out unless it names another, and ages in years."""
    _dates: set[DateKey] = field(default_factory=set)
    """Dates, and the same with any of their parts left open."""
    _days: set[tuple[int | None, int | None]] = field(default_factory=set)
    """Month and day of dates that have no year, and the same with either left open."""
    _years: set[Decimal] = field(default_factory=set)
    _weekdays: set[int] = field(default_factory=set)
    """Those of whole dates."""
    _sites: set[str] = field(default_factory=set)
    _endings: set[str] = field(default_factory=set)
    """The digits of identifiers and telephone numbers, whole and as far as their end names them."""
    _endings_of_digits: set[str] = field(default_factory=set)
    """The same of those that are nothing but digits."""
    _quantities: set[Quantity] = field(default_factory=set)

    def add(self, value: Value) -> None:
        """Take in one value."""
        self._kinds.add(value.kind)
        self._keys |= {(value.kind, key, unit) for key in value.keys for unit in (value.unit, None)}
        if value.kind in ("amount", "quantity") or (value.kind == "duration" and _is_age(value)):
            self._named |= value.numbers
        match value.kind:
            case "date":
                for key in value.keys:
                    self._add_date(key)
            case "link":
                self._sites |= {str(key).split("/")[0] for key in value.keys}
            case "identifier" | "phone":
                for written in map(str, value.keys):
                    endings = set(_endings(re.sub(r"\D", "", written)))
                    self._endings |= endings
                    self._endings_of_digits |= endings if written.isdigit() else set()
            case "quantity":
                self._quantities |= value.keys

    def has(self, value: Value) -> bool:
        """Say whether a value is among them, in any spelling."""
        match value.kind:
            case "amount":
                units = (value.unit, "") if value.unit else (None,)
                return self._is_bare(value) or any(self._shares_key(value, unit) for unit in units)
            case "percent":
                return self._is_bare(value) or self._shares_key(value)
            case "number":
                return (
                    value.keys == _ONE
                    or self._is_bare(value)
                    or self._shares_key(value)
                    or bool(value.keys & self._years)
                    or self._is_hour(value)
                    or (value.unit != "measure" and bool(value.numbers & self._named))
                )
            case "duration":
                return self._shares_key(value) or (_is_age(value) and bool((value.numbers - _ONE) & self.bare))
            case "quantity":
                return (
                    bool(value.numbers & self.bare)
                    or self._shares_key(value)
                    or any(same_quantity(s, q) for s in value.keys for q in self._quantities)
                )
            case "time":
                return self._shares_key(value) or any(
                    ("number", Decimal(hour or 12), "hour") in self._keys
                    for minutes in value.keys
                    if minutes % 60 == 0
                    for hour in (minutes // 60, minutes // 60 % 12)
                )
            case "date":
                return any(key in self._dates or key[1:] in self._days for key in value.keys)
            case "weekday":
                return self._has_weekday(value)
            case "link":
                return self._shares_key(value) or not self._sites.isdisjoint(map(str, value.keys))
            case "identifier" | "phone":
                return any(self._has_identifier(str(key)) for key in value.keys) or self._has_both_ends(value)
            case _:
                return self._shares_key(value)

    def _add_date(self, key: DateKey) -> None:
        year, month, day = key
        open_days = {(m, d) for m in (month, None) for d in (day, None)}
        self._dates |= {(y, m, d) for y in (year, None) for m, d in open_days}
        if year is None:
            self._days |= open_days
            return
        self._years.add(Decimal(year))
        if month and day:
            self._weekdays.add(date(year, month, day).weekday())

    def _shares_key(self, value: Value, unit: str | None = None) -> bool:
        return any((value.kind, key, unit) in self._keys for key in value.keys)

    def _is_bare(self, value: Value) -> bool:
        return bool(value.keys & self.bare)

    def _is_hour(self, value: Value) -> bool:
        """`until 11` is a time of day that is known as 11:00, or as 23:00."""
        return value.unit == "hour" and any(
            n < 25 and ("time", int(n * 60) % _HALF_DAY + half, None) in self._keys
            for n in value.numbers
            for half in (0, _HALF_DAY)
        )

    def _has_weekday(self, value: Value) -> bool:
        same = {unit for unit in ("open", "closed", "") if self._shares_key(value, unit)}
        if value.unit == "closed":
            return "weekday" in self._kinds and (not same or "closed" in same)  # one place closes, another opens
        if same == {"closed"} and value.unit == "open":
            return False
        return bool(same) or not value.keys.isdisjoint(self._weekdays)

    def _has_identifier(self, said: str) -> bool:
        """An identifier may lose its letters, and a long one be named by its last digits."""
        if ("identifier", said, None) in self._keys or ("phone", said, None) in self._keys:
            return True
        return re.sub(r"\D", "", said) in (self._endings if said.isdigit() else self._endings_of_digits)

    def _has_both_ends(self, value: Value) -> bool:
        ends = value.text.upper().split("-")
        return (
            value.kind == "identifier"
            and len(ends) == 2
            and all(any((kind, end, None) in self._keys for kind in ("identifier", "phone")) for end in ends)
        )


def _is_age(value: Value) -> bool:
    """`a 7-year-old` may be `a kid of 7` in the customer's words."""
    return any(base == "months" and n % 12 == 0 for base, n in value.keys)


def _endings(digits: str) -> Iterator[str]:
    """Yield the digits of a number, and their ends that are long enough to name it."""
    if len(digits) >= _FEWEST_DIGITS:
        yield digits
    shortest = _FEWEST_DIGITS if len(digits) >= _LONG else _MANY_DIGITS
    for length in range(shortest, min(len(digits), _LONGEST_ENDING + 1)):
        yield digits[-length:]

"""Tell which records a reply told, so that what is said after it can speak of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.json_records import Record, records_within, texts_in
from core.language.records.descriptions import is_day
from core.language.records.picking import Option

MOST_READS = 40
"""Reads that are looked back over; what was told just now was read just now."""
_LONGEST = 80
"""Characters of a value by which a record is named."""


@dataclass(frozen=True)
class Read:
    """A read of the business's records and what it found."""

    tool: str
    args: Mapping[str, Any]
    found: Any


@dataclass(frozen=True)
class Told:
    """A record that a reply told."""

    read: Read
    record: Record
    beside: Record
    """The record that led to it, or no fields: a line behind the outage at its postcode."""

    @property
    def name(self) -> Any:
        """Return the value that names it."""
        return name_of(self.record)

    @property
    def option(self) -> Option:
        """Return it as something that can be picked."""
        everything = {**{f"beside {name}": value for name, value in self.beside.items()}, **self.record}
        return Option(", ".join(texts_in(self.record)), everything)


def name_of(record: Record) -> Any:
    """Return the value that names a record, its first one that is no yes or no; None where it has none."""
    return next(_plain_values(record), None)


def told_in(reply: str, reads: Iterable[Read]) -> list[Told]:
    """Return the records that a reply told, in its order; of one that was read twice, the one more of which was told,
    or what was found last.
    """
    places: dict[str, tuple[int, float, Told]] = {}
    known = list(reads)[-MOST_READS:]
    for read in known:
        for record in records_within(read.found):
            name = name_of(record)
            if name is None or len(str(name)) > _LONGEST or str(name) not in reply:
                continue
            if named := standing(str(name), reply):
                share = _share_told(record, reply)
                if str(name) not in places or share >= places[str(name)][1]:
                    places[str(name)] = (named.start(), share, Told(read, record, _leading_to(read, known)))
    return [told for _, _, told in sorted(places.values(), key=lambda one: one[0])]


def _share_told(record: Record, reply: str) -> float:
    """Return the share of a record's plain values, without days, that stand in a reply."""
    values = [value for value in map(str, _plain_values(record)) if value and not is_day(value)]
    found = [value for value in values if standing(value, reply)]
    return len(found) / len(values) if values else 0.0


def _plain_values(record: Record) -> Iterator[str | int | float]:
    """Yield the values of a record that are texts or numbers."""
    return (v for v in record.values() if isinstance(v, str | int | float) and not isinstance(v, bool))


def standing(value: str, reply: str) -> re.Match[str] | None:
    """Find a value that stands in a reply by itself."""
    return re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", reply)


def _leading_to(read: Read, known: Iterable[Read]) -> Record:
    """Return the record of another read whose values are all arguments of this one, or no fields."""
    led_by = {str(value) for value in read.args.values() if value}
    return next(
        (
            record
            for other in known
            if led_by and other is not read
            for record in records_within(other.found)
            if led_by <= {str(value) for value in record.values()}
        ),
        {},
    )

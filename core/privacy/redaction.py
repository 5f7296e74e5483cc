"""Take personal data out of logs, traces, figures, errors and tickets; never out of a tool's input."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from core.privacy.known_people import KNOWN, KnownPeople
from core.privacy.personal_patterns import ALWAYS, FIELDS, WITH_DIGITS, Span

LONGEST = 20_000
"""Longer texts are cut: nothing that is looked at by a person is longer."""
_SHORT, _REMEMBERED = 60, 256
"""Characters of a text that is not searched again, and how many such texts are kept."""
_FEW_DIGITS = 6
"""A number of no more digits names nobody; a longer one may be a card or a telephone."""


class Redactor:
    """Replace what names a person by what kind of thing it was, such as `[email]`; order and ticket numbers stay."""

    def __init__(self, *, people: KnownPeople = KNOWN) -> None:
        """Take the people whose names are looked for; by default all whose records this process has read."""
        self._people = people

    def text(self, text: str) -> str:
        """Return the text without personal data."""
        if len(text) <= _SHORT:
            return _short(text, self._people, self._people.changes)
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]}… ({len(text):,} characters)"
        return _redacted(text, self._people)

    def values(self, value: Any) -> Any:
        """Return plain data with its texts and keys redacted; fields such as `first_name` lose their whole value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                self.text(key) if isinstance(key, str) else key: FIELDS[key]
                if isinstance(key, str) and key in FIELDS and isinstance(item, str) and item
                else self.values(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.values(item) for item in value]
        written = str(value)
        if value is None or isinstance(value, bool | int | float):
            cleaned = self.text(written) if isinstance(value, int) and len(written) > _FEW_DIGITS else written
            return value if cleaned == written else cleaned
        return self.text(written)


@lru_cache(maxsize=_REMEMBERED)
def _short(text: str, people: KnownPeople, changes: int) -> str:
    """Return a short text redacted, such as the id that each line of a turn's log names."""
    return _redacted(text, people)


def _redacted(text: str, people: KnownPeople) -> str:
    pieces, end = [], 0
    for start, stop, instead in _apart(chain(_patterns(text), people.find(text))):
        pieces += [text[end:start], instead]
        end = stop
    return "".join([*pieces, text[end:]]) if pieces else text


def _patterns(text: str) -> Iterator[Span]:
    for find in ALWAYS:
        yield from find(text)
    if any(c.isdecimal() for c in text):
        for find in WITH_DIGITS:
            yield from find(text)


def _apart(spans: Iterator[Span]) -> list[Span]:
    """Return spans from left to right; of those that overlap the one of the first finder, widened over all."""
    joined: list[Span] = []
    ordered = sorted(enumerate(spans), key=lambda numbered: (numbered[1][0], numbered[0]))
    rank = -1
    for number, (start, stop, instead) in ordered:
        if joined and start < joined[-1][1]:
            first, last, before = joined[-1]
            joined[-1] = first, max(last, stop), before if rank <= number else instead
            rank = min(rank, number)
        else:
            joined.append((start, stop, instead))
            rank = number
    return joined

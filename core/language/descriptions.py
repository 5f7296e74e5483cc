"""Find the records that words describe: by what stands in them, and by the weekdays and months of their days."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from core.json_records import Record
from core.language.fixed_sentences import phrase
from core.language.text import normal, stem
from core.language.words import content_stems

_LONGEST = 80
"""Characters of a value that people would name a record by."""
_SHORTEST = 5
"""Letters from which the beginning of a word stands for it."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_MONTH = re.compile(r"\d{4}-(\d{2})")
WEEKDAYS = (
    ("monday", "montag", "lundi", "lunes"),
    ("tuesday", "dienstag", "mardi", "martes"),
    ("wednesday", "mittwoch", "mercredi", "miércoles"),
    ("thursday", "donnerstag", "jeudi", "jueves"),
    ("friday", "freitag", "vendredi", "viernes"),
    ("saturday", "samstag", "samedi", "sábado"),
    ("sunday", "sonntag", "dimanche", "domingo"),
)
_LANGUAGES = ("en", "de", "fr", "es")
_DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b|\b(?:vom|am|den|du|le|el|del) (\d{1,2})\b(?!:)")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_MAY = re.compile(
    r"\b(?:in|for|of|from|since|until|my|last|this|next|\d{1,2}(?:st|nd|rd|th)?) may\b|\bmay(?:'s)? (?:\d|bill|invoice|"
    r"payment|fee)"
)
"""Where `may` is a month."""


def is_day(value: Any) -> bool:
    """Say whether a value is a date, or a moment, in ISO 8601."""
    return isinstance(value, str) and bool(_ISO_DAY.match(value))


def described(words: set[str], records: Sequence[Record]) -> tuple[list[int], set[str]]:
    """Return the places of the records that words describe best, and those of the words that tell them from the others;
    all places where the words tell none.

    Args:
        words: What `describing` made of a message.
        records: The records that may be meant.
    """
    held = [_shared(words, _held(record)) for record in records]
    if len(records) > 1:
        common = set.intersection(*held)
        held = [one - common for one in held]
    best = max((len(one) for one in held), default=0)
    if not best:
        return list(range(len(records))), set()
    places = [place for place, one in enumerate(held) if len(one) == best]
    return places, set().union(*(held[place] for place in places))


def _shared(words: set[str], held: set[str]) -> set[str]:
    """Return the words that a record holds, whole or as one of which the other is the beginning: `torstr`."""
    cut = {word for word in words - held for other in held if _begins(word, other)}
    return (words & held) | cut


def _begins(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return len(short) >= _SHORTEST and short.isalpha() and long.startswith(short)


def describing(text: str) -> set[str]:
    """Return what may describe a record in a text: stems of its words, and its days and months."""
    said = normal(text)
    days = {f"day {day or other}" for day, other in _DAY.findall(said)} | set(_YEAR.findall(said))
    return set(content_stems(said)) | days | ({"may"} if _MAY.search(said) else set())


def words_of_value(value: Any) -> set[str]:
    """Return by which words a value may be named: its own, or those of its day."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return set()
    if is_day(value):
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            return set()
        return {*map(stem, WEEKDAYS[day.weekday()]), *_month_words(day.month), f"day {day.day}"}
    if (month := _ISO_MONTH.fullmatch(value)) and 0 < int(month[1]) < 13:
        return _month_words(int(month[1]))
    return set(content_stems(value)) | {normal(value)} | set(_YEAR.findall(value))


def _month_words(month: int) -> set[str]:
    return {stem(normal(phrase(f"month_{month}", language))) for language in _LANGUAGES}


def _held(record: Record) -> set[str]:
    return set().union(*map(words_of_value, record.values()))

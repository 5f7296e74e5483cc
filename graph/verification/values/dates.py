"""Read dates, weekdays and times of day from a text."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from core.language.word_tables import MONTHS, SHORT_WEEKDAYS, WEEKDAYS
from core.safety.prefiltered_patterns import PrefilteredPattern

_MORNING = {"am", "in the morning"}
_AFTERNOON = {"pm", "in the afternoon", "in the evening"}

DateKey = tuple[int | None, int | None, int | None]
"""Year, month and day; None where the text leaves it open."""

_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_NUMERIC = re.compile(r"(?<![\d.,/])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})(?![\d/])")
_DAY = r"(\d{1,2})(?:st|nd|rd|th|\.|º|er)?"
_YEAR = r"(?:,?\s?(?:de |of )?(\d{4}))?"
_DAY_FIRST = PrefilteredPattern(
    rf"(?<![\w.,])(?:{_DAY}\s?(?:-|to|and|or|bis|und|oder|al?|au|ou|y|e|o|of|en|och|eller|lub|i)\s?(?:the|le|"
    rf"el|il|l'|den|am|a)?\s?)?{_DAY}\s(?:of |de |d')?({_MONTH})\b\.?{_YEAR}(?!\d)",
    re.IGNORECASE,
)
_DAYS_LISTED = re.compile(
    rf"(?<![\w.,])((?:\d{{1,2}}(?:st|nd|rd|th|\.|º)?,\s){{1,8}}\d{{1,2}}(?:st|nd|rd|th|\.|º)?\s(?:and|or|und|"
    rf"oder|et|ou|y|e|en|och|i)\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th|\.|º)?)"
    rf"\s(?:of |de |d')?({_MONTH})\b\.?{_YEAR}(?!\d)",
    re.IGNORECASE,
)
_SHORT_RANGE = re.compile(r"(?<!\w)(Mo|Di|Mi|Do|Fr|Sa|So)\.?\s?(?:-|bis)\s?(Mo|Di|Mi|Do|Fr|Sa|So)(?!\w)")
_SHORT_GERMAN = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_MONTH_FIRST = PrefilteredPattern(
    rf"\b({_MONTH})\b\.?\s(?:the )?{_DAY}(?:\s?(?:-|to|and)\s?{_DAY})?(?![\d:])(?!\s?(?:am|pm|%)){_YEAR}(?!\d)",
    re.IGNORECASE,
)
_ISO_MONTH = re.compile(r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])(?![\w-])")
_DAY_OF_MONTH = re.compile(
    r"\b(?:the|by|until) (\d{1,2})(?:st|nd|rd|th)\b(?= of (?:the|each|every|any|that|this)\b)", re.IGNORECASE
)
_MONTH_YEAR = PrefilteredPattern(rf"\b({_MONTH})\b\.?,?\s(?:de |of )?((?:19|20)\d{{2}})(?!\d)", re.IGNORECASE)
_IN_MONTH = re.compile(rf"\b(?:in|since|until|till|by|of|during|im|seit|en|em|a)\s({_MONTH})\b(?!\s?\d)", re.IGNORECASE)
_WEEKDAY = PrefilteredPattern(
    rf"(?<!\w)({'|'.join(sorted(map(re.escape, WEEKDAYS), key=len, reverse=True))})s?(?!\w)", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?<![\d:.,])(\d{1,2})(?::(\d{2}))(?::\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?\s?(am|pm|a\.m\.|p\.m\.)?(?![\d:])",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"(?<![\w:.,])(?:(\d{1,2})\s?(?:-|to|until|and|bis)\s?)?(\d{1,2})\s?(am|pm|a\.m\.|p\.m\.|uhr|o'clock|in "
    r"the morning|in the afternoon|in the evening)(?!\w)",
    re.IGNORECASE,
)
_H_CLOCK = re.compile(r"(?<![\w:.,])(\d{1,2})\s?h\s?([0-5]\d)(?![\w:])", re.IGNORECASE)
_PAST = re.compile(r"\b(half|quarter) (past|to) (\d{1,2})\b", re.IGNORECASE)
_NAMED_TIME = re.compile(r"\b(noon|midday|midnight)\b", re.IGNORECASE)

Hits = Iterator[tuple[int, int, frozenset[Any]]]


def find_dates(text: str) -> Hits:
    """Yield start, end and the `DateKey`s each date can be; 11/02 is in November or in February."""
    for m in _ISO.finditer(text):
        yield from _dates(m, (int(m[1]), int(m[2]), int(m[3])))
    for m in _NUMERIC.finditer(text):
        first, second, year = int(m[1]), int(m[3]), int(m[4]) + (2000 if len(m[4]) == 2 else 0)
        yield from _dates(m, (year, second, first), (year, first, second))
    for m in _DAYS_LISTED.finditer(text):
        for day in re.findall(r"\d{1,2}", m[1]):
            yield from _dates(m, (int(m[3]) if m[3] else None, MONTHS[m[2].lower()], int(day)))
    for m in _DAY_FIRST.finditer(text):
        month, written = MONTHS[m[3].lower()], int(m[4]) if m[4] else None
        for day in filter(None, (m[1], m[2])):
            yield from _dates(m, (written, month, int(day)))
    for m in _MONTH_FIRST.finditer(text):
        month, written = MONTHS[m[1].lower()], int(m[4]) if m[4] else None
        for day in filter(None, (m[2], m[3])):
            yield from _dates(m, (written, month, int(day)))
    for m in _ISO_MONTH.finditer(text):
        yield m.start(), m.end(), frozenset({(int(m[1]), int(m[2]), None)})
    for m in _DAY_OF_MONTH.finditer(text):
        yield m.start(), m.end(), frozenset({(None, None, int(m[1]))})
    for m in _MONTH_YEAR.finditer(text):
        yield m.start(), m.end(), frozenset({(int(m[2]), MONTHS[m[1].lower()], None)})
    for m in _IN_MONTH.finditer(text):
        if m[1][0].isupper():
            yield m.start(1), m.end(1), frozenset({(None, MONTHS[m[1].lower()], None)})


def _dates(match: re.Match[str], *keys: DateKey) -> Hits:
    real = frozenset(key for key in keys if _exists(key))
    if real:
        yield match.start(), match.end(), real


def _exists(key: DateKey) -> bool:
    year, month, day = key
    try:
        date(year or 2024, month or 1, day or 1)
    except ValueError:
        return False
    return True


def same_date(said: DateKey, known: DateKey) -> bool:
    """Say whether what was said agrees with what is known; a part left open on either side agrees."""
    (year, month, day), (known_year, known_month, known_day) = said, known
    return (
        (year is None or known_year is None or year == known_year)
        and (month is None or month == known_month)
        and (day is None or day == known_day)
    )


def find_weekdays(text: str) -> Hits:
    """Yield the weekdays named in full, or short and capitalised; in two German letters only in ranges (Mo-Fr)."""
    for m in _SHORT_RANGE.finditer(text):
        for end in (1, 2):
            yield m.start(end), m.end(end), frozenset({_SHORT_GERMAN.index(m[end])})
    for m in _WEEKDAY.finditer(text):
        if m[1].lower() in SHORT_WEEKDAYS and not m[1][0].isupper():
            continue
        yield m.start(), m.end(), frozenset({WEEKDAYS[m[1].lower()]})


def find_times(text: str) -> Hits:
    """Yield times of day as minutes after midnight."""
    for m in _CLOCK.finditer(text):
        yield from _times(m, _minutes(int(m[1]), int(m[2]), m[3]))
    for m in _H_CLOCK.finditer(text):
        yield from _times(m, _minutes(int(m[1]), int(m[2]), None))
    for m in _HOURS.finditer(text):
        for hour in filter(None, (m[1], m[2])):
            yield from _times(m, _minutes(int(hour), 0, m[3]), _minutes(int(hour), 0, "am") if hour == m[1] else None)
    for m in _PAST.finditer(text):
        minutes = int(m[3]) * 60 + (30 if m[1].lower() == "half" else 15) * (1 if m[2].lower() == "past" else -1)
        yield m.start(), m.end(), frozenset({minutes % 1440, (minutes + 720) % 1440})
    for m in _NAMED_TIME.finditer(text):
        yield m.start(), m.end(), frozenset({0 if m[1].lower() == "midnight" else 720})


def _times(match: re.Match[str], *minutes: int | None) -> Hits:
    real = frozenset[Any](m for m in minutes if m is not None)
    if real:
        yield match.start(), match.end(), real


def _minutes(hour: int, minute: int, half: str | None) -> int | None:
    if hour > 24 or minute > 59:
        return None
    half = (half or "").lower().replace(".", "")
    if half in _MORNING or half in _AFTERNOON:
        return (hour % 12 + (12 if half in _AFTERNOON else 0)) * 60 + minute
    return hour % 24 * 60 + minute

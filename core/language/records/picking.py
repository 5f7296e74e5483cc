"""Read which of several things on offer a text picks out: by its day or time, by words for it, by its place."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from core.json_records import Record
from core.language.detection import is_small_word
from core.language.records.descriptions import DAY_OF_MONTH, MONTH_NAMES, dated, described, describing
from core.language.several import count_of, place_of
from core.language.text import normal, normalised
from core.language.word_tables import WEEKDAY_NAMES
from core.language.words import DENIES, content_words

_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")
_HALVES = (
    (re.compile(r"\b(?:mornings?|vormittags?|morgens|früh|mat(?:in|inée)|(?:por|de|a) la mañana)\b"), range(12)),
    (re.compile(r"\b(?:afternoons?|nachmittags?|nachm|après[- ]midi|apr[eè]m|tarde)\b"), range(12, 18)),
    (
        re.compile(
            r"\bafter (?:lunch|noon)\b|\bnach (?:dem )?mittag\w*\b|\baprès (?:le )?déjeuner\b|\bdespués de comer\b"
        ),
        range(12, 18),
    ),
    (re.compile(r"\b(?:(?:at|around) (?:noon|midday|lunch ?time)|mittags|à midi|al? mediodía)\b"), range(11, 14)),
    (re.compile(r"\b(?:evenings?|to-?night|abends?|soir|noche)\b"), range(17, 24)),
)
_BEFORE_NOW = re.compile(
    r"\b(?:since|ever since|last|seit|letzte[nrs]?|depuis|desde|hace)\s(?:\w+\s){0,3}?"
    rf"(?:\w+day|{'|'.join(chain(*WEEKDAY_NAMES))}|mornings?|"
    r"afternoons?|evenings?|matin|soir|après-midi|mañana|tarde|noche)(?:\s(?:mornings?|afternoons?|evenings?|matin|soir))?\b"
)
"""Since when something is so, which is no wish for a time."""
_LATER = re.compile(r"\b(?:later|latest|spätere[nrs]?|plus tard|más tarde)\b")
_EARLIER = re.compile(r"\b(?:earlier|earliest|soonest|frühere[nrs]?|früheste[nrs]?|plus tôt|más temprano)\b")
_PARTS = re.compile(r"[.,;!?]\s|\s(?:but|aber|sondern|mais|pero)\s")
_HOUR = re.compile(r"(?<!\d)(\d{2}):(\d{2})(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d:.-])(?P<lead>(?:at|from|around|um|gegen|ab|à|vers|a las?|sobre las?) )?(?P<hour>[01]?\d|2[0-4])"
    r"(?:(?:[:.]| ?h ?)(?P<minute>[0-5]\d)|(?P<whole> ?h\b))?(?: ?(?P<unit>am|pm|a\.m\.|p\.m\.|uhr|heures?|o'?clock|"
    r"horas))?(?![\w:-]|[.,]\d)"
)
_WITH_TIMES_TEXT = """
anything something nothing free available slot slots time times appointment appointments place places left possible
else open week weekend next this etwas frei freie freies termin termine platz möglich gibt gibt's geht ginge haben
hätten noch woche quelque chose libre dispo disponible créneau créneaux rendez-vous autre avez-vous a-t-il semaine algo
hay hueco hora cita tienen tiene otro otra semana
today tomorrow tonight best am besten morning afternoon heute morgen übermorgen aujourd'hui demain hoy mañana
"""
_ANY_DAY = date(2026, 1, 1)
_WITH_TIMES = frozenset(_WITH_TIMES_TEXT.split())
"""Words beside a time with which people ask whether something is there."""
_HALF_PAST = re.compile(
    r"\b(?:half past|half) (?P<past>\w+)\b|\bhalb (?P<to>\w+)\b|\b(?P<et>\d{1,2}|\w+) heures? et demie\b|"
    r"\blas? (?P<y>\d{1,2}|\w+) y media\b"
)
"""Half hours in words; German counts them to the next hour."""
_SHORT_DAYS = (
    "mon", "tues?", "weds?", "thu|thurs?", "fri", "(?:on|this|next) sat", "(?:on|this|next) sun"
)  # fmt: skip
_DAY = re.compile(r"\bon the (\d{1,2})(?:st|nd|rd|th)\b|\b(?:vom|am|den|der|le|du|el|del) (\d{1,2})\b(?![.:]?\d)")
_DOTTED_DAY = re.compile(
    r"(?<![\d.])(?<!\bum )(?<!\bat )(?<!\bà )(\d{1,2})\.\s?(1[0-2]|0?[1-9])\b(?! ?(?:uhr|h|heures|am|pm)\b)"
)
"""A day as German writes it: `1.12.`"""


@dataclass(frozen=True)
class Option:
    """One of the things on offer."""

    label: str
    """What is shown beside it, or all that is known of it, as people read it."""
    record: Record
    """What words may describe it by."""


def picked(
    options: Sequence[Option],
    text: str,
    *,
    today: date | None = None,
    names: Mapping[str, set[str]] | None = None,
    by_words: bool = True,
    by_place: bool = False,
) -> list[int] | None:
    """Return the places of those options that a text picks out; none where they are at other times than it names.

    Args:
        options: What is on offer, in the order in which it was told.
        text: What was said.
        today: The day from which `tomorrow` counts.
        names: Further words for values that are codes.
        by_words: Whether words that stand in an option pick it.
        by_place: Whether `the second one` does; it counts within those that the other words leave.

    Returns:
        None where the text picks out nothing.
    """
    said = _wanted(without_past(normalised(text)))
    said = dated(said, today) if today else said
    left, picks = list(range(len(options))), False
    times = times_in(said)
    if times.named:
        left, picks = [place for place in left if times.fit(options[place].label)], True
    if by_words and len(left) > 1:
        places, told = described(describing(said), [options[place].record for place in left], names or {})
        if told and len(places) < len(left):
            left, picks = [left[place] for place in places], True
    place = place_of(DAY_OF_MONTH.sub(" ", _DAY.sub(" ", said))) if by_place else None
    if place is not None and -len(left) <= place < len(left):
        return [left[place]]
    if not times.named and len(left) > 1 and all(_is_timed(options[place].label) for place in left):
        if _LATER.search(said):
            return left[-1:]
        if _EARLIER.search(said):
            return left[:1]
    return left if picks else None


def asks_only_for_time(text: str) -> bool:
    """Say whether a text names a time and, beside it, nothing but that something is there then."""
    said = normalised(dated(text, _ANY_DAY))
    if not times_in(said).named:
        return False
    left = _CLOCK.sub(" ", DAY_OF_MONTH.sub(" ", said))
    for half, _ in _HALVES:
        left = half.sub(" ", left)
    words = (word for word in content_words(left) if not any(c.isdigit() for c in word))
    return all(
        word in _WITH_TIMES
        or any(word.startswith(d) for names in WEEKDAY_NAMES for d in names)
        or any(is_small_word(word, language) for language in ("de", "fr", "es"))
        for word in words
    )


def without_past(said: str) -> str:
    """Return a text in small letters without since when it says that something is so."""
    return _BEFORE_NOW.sub(" ", said)


@dataclass(frozen=True)
class Times:
    """The days, weekdays, parts of the day and hours that a text names."""

    days: Sequence[tuple[int | None, int]]
    weekdays: Sequence[int]
    halves: Sequence[range]
    hours: Sequence[tuple[set[int], int | None]]
    """Each as the hours that are meant, such as 2 and 14, and the minute where it was said."""

    @property
    def named(self) -> bool:
        """Whether there are any."""
        return bool(self.days or self.weekdays or self.halves or self.hours)

    def fit(self, label: str) -> bool:
        """Say whether the words beside an option agree with all of them."""
        begins = [(int(hour), int(minute)) for hour, minute in _HOUR.findall(label)[:1]]
        return (
            (not self.days or any(_same(day, label) for day in self.days))
            and (not self.weekdays or any(day in self.weekdays for day in _weekdays(label)))
            and (not self.halves or any(hour in half for hour, _ in begins for half in self.halves))
            and (
                not self.hours
                or any(h in hours and minute in (None, m) for hours, minute in self.hours for h, m in begins)
            )
        )


def times_in(said: str) -> Times:
    """Return the times that a text in small letters names."""
    weekdays = [
        day
        for day, (names, short) in enumerate(zip(WEEKDAY_NAMES, _SHORT_DAYS, strict=True))
        if any(name in said for name in names) or re.search(rf"\b(?:{short})\b", said)
    ]
    return Times(_days(said), weekdays, [hours for half, hours in _HALVES if half.search(said)], _hours(said))


def _hours(said: str) -> list[tuple[set[int], int | None]]:
    found: list[tuple[set[int], int | None]] = []
    for spoken in _HALF_PAST.finditer(said):
        word = next(filter(None, spoken.groups()))
        hour = int(word) if word.isdigit() else count_of(word)
        if hour is not None and 0 < hour <= 12:
            hour -= spoken["to"] is not None
            found.append(({hour % 12, hour % 12 + 12}, 30))
    for clock in _CLOCK.finditer(_DOTTED_DAY.sub(" ", DAY_OF_MONTH.sub(" ", _ISO_DATE.sub(" ", said)))):
        if not (clock["lead"] or clock["minute"] or clock["whole"] or clock["unit"]):
            continue
        hour, half = int(clock["hour"]) % 24, (clock["unit"] or "")[:1]
        afternoon = hour % 12 + 12
        told = {"a": {hour % 12}, "p": {afternoon}}.get(half, {hour, afternoon} if hour < 12 else {hour})
        found.append((told, int(clock["minute"]) if clock["minute"] else None))
    return found


def _wanted(text: str) -> str:
    """Return a text without the parts of it that take something back."""
    return " ".join(part for part in _PARTS.split(text) if not DENIES.search(normal(part)))


def _days(said: str) -> list[tuple[int | None, int]]:
    """Return the days that a text names, each as month and day; a day alone has no month."""
    found: list[tuple[int | None, int]] = [(int(month), int(day)) for _, month, day in _ISO_DATE.findall(said)]
    for day, month, other_month, other_day, _ in DAY_OF_MONTH.findall(said):
        found.append((MONTH_NAMES[month or other_month], int(day or other_day)))
    found += [(int(month), int(day)) for day, month in _DOTTED_DAY.findall(said)]
    return found or [(None, int(day or other)) for day, other in _DAY.findall(said)]


def _weekdays(label: str) -> list[int]:
    said = normalised(label)
    found = [(int(year), int(month), int(day)) for year, month, day in _ISO_DATE.findall(said)]
    for day, month, other_month, other_day, year in DAY_OF_MONTH.findall(said):
        found += [(int(year), MONTH_NAMES[month or other_month], int(day or other_day))] if year else []
    return [date(*one).weekday() for one in found if 0 < one[1] < 13 and 0 < one[2] <= monthrange(*one[:2])[1]]


def _same(day: tuple[int | None, int], label: str) -> bool:
    return any(other[1] == day[1] and day[0] in (None, other[0]) for other in _days(normalised(label)))


def _is_timed(label: str) -> bool:
    return bool(_HOUR.search(label) or _days(normalised(label)))

"""Say what stands behind the answers that a question offers, and read which of them a customer means."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.json_records import Record, records_within, words_of_name
from core.language.descriptions import (
    DAY_OF_MONTH,
    MONTH_NAMES,
    WEEKDAYS,
    coded_rows,
    dated,
    described,
    describing,
    is_day,
    names_in,
)
from core.language.fixed_sentences import value_words
from core.language.several import place_of
from core.language.text import normal, normalised
from core.language.words import CONTRACTED, NEGATION
from graph.procedures.cases import Case
from graph.procedures.format.slot_values import DATE

LONGEST_LABEL = 40
MOST_WORDS = 2
"""Values beside its day by which a choice is told from others."""
MADE = re.compile(r"\b(?:created|updated|modified|changed)\b")
"""Names of fields that say when a record was written."""
ISO_DAY = re.compile(r"\b\d{4}-(\d{2})-(\d{2})(?!\d)")
HALVES = (
    (re.compile(r"\b(?:mornings?|vormittags?|morgens|früh|mat(?:in|inée)|(?:por|de|a) la mañana)\b"), range(12)),
    (re.compile(r"\b(?:afternoons?|nachmittags?|nachm|après[- ]midi|apr[eè]m|tarde)\b"), range(12, 18)),
    (re.compile(r"\b(?:evenings?|abends?|soir|noche)\b"), range(18, 24)),
)
BEFORE_NOW = re.compile(
    r"\b(?:since|ever since|last|seit|letzte[nrs]?|depuis|desde|hace)\s(?:\w+\s){0,3}?"
    r"(?:\w+day|\w+tag|mittwoch|lundi|mardi|"
    r"mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|mornings?|"
    r"afternoons?|evenings?|matin|soir|après-midi|mañana|tarde|noche)(?:\s(?:mornings?|afternoons?|evenings?|matin|soir))?\b"
)
"""Since when something is so, which is no wish for a time."""
LATER = re.compile(r"\b(?:later|latest|spätere[nrs]?|plus tard|más tarde)\b")
EARLIER = re.compile(r"\b(?:earlier|earliest|soonest|frühere[nrs]?|früheste[nrs]?|plus tôt|más temprano)\b")
DENIES = re.compile(rf"(?<!\w)(?:{NEGATION}|{CONTRACTED})(?!\w)")
PARTS = re.compile(r"[.,;!?]\s|\s(?:but|aber|sondern|mais|pero)\s")
HOUR = re.compile(r"\b(\d{2}):\d{2}\b")
DAY = re.compile(r"\bon the (\d{1,2})(?:st|nd|rd|th)\b|\b(?:vom|am|den|der|le|du|el|del) (\d{1,2})\b(?![.:]?\d)")
DOTTED_DAY = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\b(?!\d)")
"""A day as German writes it: `1.12.`"""


def records_behind(choices: Sequence[Any], case: Case) -> dict[Any, Record]:
    """Return the record behind each of the choices of a question, as far as records with them were read."""
    records = [record for read in case["reads"].values() for record in records_within(read["value"])]
    found = {choice: next((r for r in records if choice in r.values()), None) for choice in choices}
    return {choice: record for choice, record in found.items() if record is not None}


def described_choice(choices: Sequence[Any], case: Case, text: str) -> Any:
    """Return the choice whose record a message describes as no other, or None."""
    records, (places, told) = records_described(choices, case, BEFORE_NOW.sub(" ", normalised(text)))
    return list(records)[places[0]] if told and len(places) == 1 and len(records) == len(choices) else None


def records_described(
    choices: Sequence[Any], case: Case, text: str
) -> tuple[dict[Any, Record], tuple[list[int], set[str]]]:
    """Return the records behind choices, and which of them a text describes, as `described` does."""
    records = records_behind(choices, case)
    said = dated(text, date.fromisoformat(case["today"])) if case["today"] else text
    return records, described(describing(said), list(records.values()), _names(case))


def _names(case: Case) -> dict[str, set[str]]:
    """Return by which words the codes in a case's records may be named."""
    return names_in(_lists(case))


def _lists(case: Case) -> list[Any]:
    return [read["value"] for read in case["reads"].values() if not read["args"]]


def labels(choices: Sequence[Any], case: Case, locale: str) -> list[str]:
    """Return choices as a question lists them: each with what tells its record from the others, where that is known."""
    records = records_behind(choices, case)
    if len(records) < len(choices):
        return [str(choice) for choice in choices]
    several = [_shown(record) for record in records.values()]
    fields = [name for name in several[0] if len({str(record.get(name)) for record in several}) > 1]
    words = [name for name in fields if all(_is_word(record.get(name)) for record in several)][:MOST_WORDS]
    days = [name for name in fields if all(is_day(record.get(name)) for record in several)][:1]
    stand_for = {code: text for result in _lists(case) for code, row in coded_rows(result) if (text := _name_of(row))}
    told = [[stand_for.get(one[name]) or value_words(one[name], locale) for name in (*words, *days)] for one in several]
    return [": ".join(filter(None, (str(choice), ", ".join(said)))) for choice, said in zip(records, told, strict=True)]


def _name_of(row: Record) -> str | None:
    """Return what a code is called, the first word behind it."""
    return next((value for value in [*row.values()][1:] if _is_word(value)), None)


def _shown(record: Record) -> dict[str, Any]:
    """Return what may tell a record from others: its own values, and those of what comes first in it."""
    first = [value[0] for value in record.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return {
        name: value for one in (*first, record) for name, value in one.items() if not MADE.search(words_of_name(name))
    }


def _is_word(value: Any) -> bool:
    """Say whether a value is what people would call a thing by: no number, no day."""
    return isinstance(value, str) and len(value) <= LONGEST_LABEL and not any(c.isdigit() for c in value)


def meant(options: Mapping[str, str], case: Case, text: str) -> str | None:
    """Return the offered value that a message describes, or what was said before it together with it; else None.

    Args:
        options: Values, each with the words that stood beside it.
        case: The case, with what the customer said before and the records behind the values.
        text: What the customer answered.
    """
    if len(options) == 1:
        (only,) = options
        _, (_, hits) = records_described([only], case, text)
        return only if any(one.isdigit() for one in hits) or len(hits) > 1 else None
    if not options:
        return None
    place = place_of(text)
    if not _times(text).named and place is not None and place < len(options):
        return list(options)[place]
    numbers = set(re.findall(r"\d{3,}", text))
    numbered = [value for value in options if re.sub(r"\D", "", value) in numbers]
    return numbered[0] if len(numbered) == 1 else told(options, case, (*case["said"], text))


def told(options: Mapping[str, str], case: Case, texts: Sequence[str]) -> str | None:
    """Return the one offered value that messages describe together, the newest last, or None."""
    if len(options) < 2:
        return None
    left = list(options)
    for said in texts:
        left = _fitting({value: options[value] for value in left}, said) or _fitting(options, said) or left
    found = (described_choice(list(options), case, _wanted(said)) for said in reversed(texts))
    return left[0] if len(left) == 1 else next(filter(None, found), None)


def _fitting(options: Mapping[str, str], text: str) -> list[str]:
    """Return the values with whose day and hours what a message says of them agrees; none where it says nothing."""
    times = _times(text)
    if times.named:
        return [value for value, label in options.items() if times.fit(label)]
    timed = all(HOUR.search(label) or _days(normalised(label)) for label in options.values())
    if timed and LATER.search(normalised(text)):
        return list(options)[-1:]
    return list(options)[:1] if timed and EARLIER.search(normalised(text)) else []


@dataclass(frozen=True)
class Times:
    """The days, weekdays and parts of the day that a message asks for."""

    days: Sequence[tuple[int | None, int]]
    weekdays: Sequence[int]
    halves: Sequence[range]

    @property
    def named(self) -> bool:
        """Whether there are any."""
        return bool(self.days or self.weekdays or self.halves)

    def fit(self, label: str) -> bool:
        """Say whether the words beside a value agree with all of them."""
        return (
            (not self.days or any(_same(day, label) for day in self.days))
            and (not self.weekdays or any(day in self.weekdays for day in _weekdays(label)))
            and (not self.halves or any(int(hour) in half for hour in HOUR.findall(label)[:1] for half in self.halves))
        )


def _times(text: str) -> Times:
    """Return the times that a message asks for."""
    said = _wanted(BEFORE_NOW.sub(" ", normalised(text)))
    weekdays = [day for day, names in enumerate(WEEKDAYS) if any(name in said for name in names)]
    return Times(_days(said), weekdays, [hours for half, hours in HALVES if half.search(said)])


def _wanted(text: str) -> str:
    """Return a message without the parts of it that take something back."""
    return " ".join(part for part in PARTS.split(text) if not DENIES.search(normal(part)))


def _days(said: str) -> list[tuple[int | None, int]]:
    """Return the days that a text names, each as month and day; a day alone has no month."""
    found: list[tuple[int | None, int]] = [(int(month), int(day)) for month, day in ISO_DAY.findall(said)]
    for day, month, other_month, other_day, _ in DAY_OF_MONTH.findall(said):
        found.append((MONTH_NAMES[month or other_month], int(day or other_day)))
    found += [(int(month), int(day)) for day, month in DOTTED_DAY.findall(said)]
    return found or [(None, int(day or other)) for day, other in DAY.findall(said)]


def _weekdays(label: str) -> list[int]:
    said = normalised(label)
    found = [(int(day[:4]), int(day[5:7]), int(day[8:])) for day in DATE.findall(said)]
    for day, month, other_month, other_day, year in DAY_OF_MONTH.findall(said):
        found += [(int(year), MONTH_NAMES[month or other_month], int(day or other_day))] if year else []
    return [date(*one).weekday() for one in found if _is_date(*one)]


def _is_date(year: int, month: int, day: int) -> bool:
    return 0 < month < 13 and 0 < day <= monthrange(year, month)[1]


def _same(day: tuple[int | None, int], label: str) -> bool:
    return any(other[1] == day[1] and day[0] in (None, other[0]) for other in _days(normalised(label)))

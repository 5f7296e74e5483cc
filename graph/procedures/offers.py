"""Say what stands behind the answers that a question offers, and read which of them a customer means."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.json_records import Record, records_within
from core.language.descriptions import WEEKDAYS, described, describing, is_day
from core.language.fixed_sentences import value_words
from core.language.several import place_of
from core.language.text import normalised
from graph.procedures.cases import Case
from graph.procedures.format.slot_values import MONTHS, date_in

LONGEST_LABEL = 40
ISO_DAY = re.compile(r"\b\d{4}-(\d{2})-(\d{2})(?!\d)")
DAY_OF_MONTH = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?({'|'.join(MONTHS)})[a-z]*|"
    rf"({'|'.join(MONTHS)})[a-z]* (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?)\b"
)
HALVES = (
    (re.compile(r"\b(?:mornings?|vormittags?|matin|por la mañana)\b"), range(12)),
    (re.compile(r"\b(?:afternoons?|nachmittags?|après-midi|tarde)\b"), range(12, 18)),
)
HOUR = re.compile(r"\b(\d{2}):\d{2}\b")
DAY = re.compile(r"\bon the (\d{1,2})(?:st|nd|rd|th)\b")


def records_behind(choices: Sequence[Any], case: Case) -> dict[Any, Record]:
    """Return the record behind each of the choices of a question, as far as records with them were read."""
    records = [record for read in case["reads"].values() for record in records_within(read["value"])]
    found = {choice: next((r for r in records if choice in r.values()), None) for choice in choices}
    return {choice: record for choice, record in found.items() if record is not None}


def described_choice(choices: Sequence[Any], case: Case, text: str) -> Any:
    """Return the choice whose record a message describes as no other, or None."""
    records = records_behind(choices, case)
    places, told = described(describing(text), list(records.values()))
    return list(records)[places[0]] if told and len(places) == 1 and len(records) == len(choices) else None


def labels(choices: Sequence[Any], case: Case, locale: str) -> list[str]:
    """Return choices as a question lists them: each with what tells its record from the others, where that is known."""
    records = records_behind(choices, case)
    if len(records) < len(choices):
        return [str(choice) for choice in choices]
    several = list(records.values())
    fields = [name for name in several[0] if len({str(record.get(name)) for record in several}) > 1]
    words = [name for name in fields if all(_is_word(record.get(name)) for record in several)][:1]
    days = [name for name in fields if all(is_day(record.get(name)) for record in several)][:1]
    return [
        ": ".join(filter(None, (str(choice), ", ".join(value_words(record[n], locale) for n in (*words, *days)))))
        for choice, record in records.items()
    ]


def _is_word(value: Any) -> bool:
    """Say whether a value is what people would call a thing by: no number, no day."""
    return isinstance(value, str) and len(value) <= LONGEST_LABEL and not any(c.isdigit() for c in value)


def meant(offered: Mapping[str, str], text: str) -> str | None:
    """Return the offered value that a message describes, or None where it describes none or several.

    Args:
        offered: Values, each with the words that stood beside it.
        text: What the customer answered.
    """
    if len(offered) < 2:
        return None
    said = normalised(text)
    days, weekdays = _days(said), [day for day, names in enumerate(WEEKDAYS) if any(name in said for name in names)]
    halves = [hours for half, hours in HALVES if half.search(said)]
    if days or weekdays or halves:
        fitting = [
            value
            for value, label in offered.items()
            if (not days or any(_same(day, label) for day in days))
            and (not weekdays or any(day in weekdays for day in _weekdays(label)))
            and (not halves or any(int(hour) in hours for hour in HOUR.findall(label)[:1] for hours in halves))
        ]
        return fitting[0] if len(fitting) == 1 else None
    place = place_of(said)
    return list(offered)[place] if place is not None and place < len(offered) else None


def _days(said: str) -> list[tuple[int | None, int]]:
    """Return the days that a text names, each as month and day; a day alone has no month."""
    found: list[tuple[int | None, int]] = [(int(month), int(day)) for month, day in ISO_DAY.findall(said)]
    for day, month, other_month, other_day in DAY_OF_MONTH.findall(said):
        found.append((MONTHS.index((month or other_month)[:3]) + 1, int(day or other_day)))
    return found or [(None, int(day)) for day in DAY.findall(said)]


def _weekdays(label: str) -> list[int]:
    day = date_in(label)
    return [date.fromisoformat(day).weekday()] if day else []


def _same(day: tuple[int | None, int], label: str) -> bool:
    return any(other[1] == day[1] and day[0] in (None, other[0]) for other in _days(normalised(label)))

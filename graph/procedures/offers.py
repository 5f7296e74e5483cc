"""Read which of the answers that a question offered a customer means: the second one, the one of the third of May."""

import re
from collections.abc import Mapping
from datetime import date

from core.language.several import place_of
from core.language.text import normalised
from graph.procedures.format.slot_values import MONTHS, date_in

ISO_DAY = re.compile(r"\b\d{4}-(\d{2})-(\d{2})\b")
DAY_OF_MONTH = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?({'|'.join(MONTHS)})[a-z]*|"
    rf"({'|'.join(MONTHS)})[a-z]* (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?)\b"
)
WEEKDAYS = (
    ("monday", "montag", "lundi", "lunes"),
    ("tuesday", "dienstag", "mardi", "martes"),
    ("wednesday", "mittwoch", "mercredi", "miércoles"),
    ("thursday", "donnerstag", "jeudi", "jueves"),
    ("friday", "freitag", "vendredi", "viernes"),
    ("saturday", "samstag", "samedi", "sábado"),
    ("sunday", "sonntag", "dimanche", "domingo"),
)
HALVES = (
    (re.compile(r"\b(?:mornings?|vormittags?|matin|por la mañana)\b"), range(12)),
    (re.compile(r"\b(?:afternoons?|nachmittags?|après-midi|tarde)\b"), range(12, 18)),
)
HOUR = re.compile(r"\b(\d{2}):\d{2}\b")
DAY = re.compile(r"\bon the (\d{1,2})(?:st|nd|rd|th)\b")


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

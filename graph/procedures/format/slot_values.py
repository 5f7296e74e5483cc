"""Bring what was said or called into the form of a slot."""

import datetime
from typing import Any

import re2

from core.language.records.descriptions import DAY_OF_MONTH, MONTH_NAMES
from core.language.text import normal
from graph.procedures.format.procedure_file import Slot

DATE = re2.compile(r"\b(\d{4}-\d{2}-\d{2})(?:\b|T)")


def fitting(slot: Slot, value: Any) -> Any:
    """Return a value in the form of the slot, or None where it does not fit."""
    match slot.type:
        case "yes_no":
            if isinstance(value, bool):
                return value
            return {"true": True, "yes": True, "false": False, "no": False}.get(str(value).strip().lower())
        case "number" | "integer":
            try:
                number = float(str(value).replace(",", "."))
            except ValueError:
                return None
            return (
                int(number)
                if slot.type == "integer" and number == int(number)
                else number
                if slot.type == "number"
                else None
            )
        case "date":
            return date_in(str(value))
        case "json":
            return value
    text = str(value).strip()
    if slot.one_of is not None:
        return next((choice for choice in slot.one_of if choice.casefold() == text.casefold()), None)
    if slot.pattern is not None:
        pattern = re2.compile(slot.pattern)
        return next((t for t in (text, text.upper(), text.lstrip("#")) if pattern.fullmatch(t)), None)
    return text or None


def date_in(text: str) -> str | None:
    """Return a date in ISO 8601."""
    if found := DATE.search(text):
        try:
            return datetime.date.fromisoformat(found.group(1)).isoformat()
        except ValueError:
            return None
    for day, month, other_month, other_day, year in DAY_OF_MONTH.findall(normal(text)):
        try:
            return datetime.date(int(year), MONTH_NAMES[month or other_month], int(day or other_day)).isoformat()
        except ValueError:  # there is no such day, or no year
            continue
    return None

"""Bring what was said or called into the form of a slot."""

import datetime
from typing import Any

import re2

from core.language.records.descriptions import MONTHS
from graph.procedures.format.procedure_file import Slot

DATE = re2.compile(r"\b(\d{4}-\d{2}-\d{2})(?:\b|T)")
WORD_DATE = re2.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]{3,9})|([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)?),? (\d{4})\b"
)


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
    if found := WORD_DATE.search(text.lower()):
        day, month = (found.group(1), found.group(2)) if found.group(1) else (found.group(4), found.group(3))
        if month[:3] in MONTHS:
            try:
                return datetime.date(int(found.group(5)), MONTHS.index(month[:3]) + 1, int(day)).isoformat()
            except ValueError:
                return None
    return None

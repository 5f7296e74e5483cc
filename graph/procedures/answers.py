"""Read a customer's message for the slots of a case.

What has a form is heard wherever it is said: a number that fits a slot's pattern, one of a closed choice. A yes, a
plain amount or free words count only as the answer to the question that was asked. A value that fits another slot
better fills that one and leaves the question open.
"""

import datetime
import re
from collections.abc import Iterable
from typing import Any

import re2

from core.language.confirmations import answer_to_confirmation, wants_it_otherwise
from core.language.signals import normalised
from graph.procedures.cases import Case, slot_value, with_slot
from graph.procedures.compile import Procedure
from graph.procedures.procedure_file import Slot

NUMBER = re2.compile(r"(?:^|[^\w.,])[$€£]?(-?\d+(?:[.,]\d+)?)(?:$|[^\w])")
DATE = re2.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
WORD_DATE = re2.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]{3,9})|([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)?),? (\d{4})\b"
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DENIED = re.compile(
    r"\b(?:not|no|isn't|wasn't|nicht|kein\w*|pas|non|sin|instead of|rather than|statt)\s+"
    r"(?:(?:the|an?|my|about|for|of|number|because|it|is|was|das|die|der|wegen|une?|le|la|el|pour|por)\s+){0,3}$"
)
LONGEST_ANSWER = 300
"""Characters of a message that is taken whole as an answer in free words."""
YES_WITHIN = re.compile(
    r"^(?:yes|yeah|yep|sure|correct|right|it is|it was|i am|i do|i did|ja|oui|s[ií]|sì|sim|tak)\b", re.IGNORECASE
)
NO_WITHIN = re.compile(
    r"^(?:no|nope|not|it is not|it isn't|it wasn't|i am not|i don't|nein|non|nee|não|nie)\b", re.IGNORECASE
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
            return _date(str(value))
        case "json":
            return value
    text = str(value).strip()
    if slot.one_of is not None:
        return next((choice for choice in slot.one_of if choice.casefold() == text.casefold()), None)
    if slot.pattern is not None:
        pattern = re2.compile(slot.pattern)
        return next((t for t in (text, text.upper(), text.lstrip("#")) if pattern.fullmatch(t)), None)
    return text or None


def heard(procedure: Procedure, case: Case, text: str, source: str) -> Case:
    """Return the case with every slot filled that a message answers.

    Args:
        procedure: The procedure of the case.
        case: The case; its `asked` is the slot the customer was asked for.
        text: What the customer said.
        source: Where, such as `message:ID`.
    """
    asked, before = case["asked"], case
    for name, value in _formed(procedure, case, text):
        if slot_value(case, name) != value:
            case = with_slot(procedure, case, name, value, source)
    if asked is None or asked != case["asked"] or asked not in procedure.slots:
        return case
    slot = procedure.slots[asked].slot
    if case is before or slot.type == "yes_no":  # `Yes, and it is AB12CD` answers and says more
        answer = _answer(slot, text)
        if answer is not None:
            case = with_slot(procedure, case, asked, answer, source)
    return case


def _formed(procedure: Procedure, case: Case, text: str) -> Iterable[tuple[str, Any]]:
    """Yield the slots whose form stands in a message; the slot that was asked for has the first claim on a value."""
    taken: set[str] = set()
    names = sorted(procedure.slots, key=lambda name: (name != case["asked"], name in case["slots"]))
    for name in names:
        slot = procedure.slots[name].slot
        if not slot.ask:
            continue
        corrected = _corrected(slot, text) if name in case["slots"] and name != case["asked"] else []
        for value, found in corrected or _candidates(slot, text):
            if found not in taken:
                taken.add(found)
                yield name, value
                break


def _corrected(slot: Slot, text: str) -> list[tuple[Any, str]]:
    """Return the other number of a message such as `make it 3`."""
    if slot.type not in ("number", "integer") or not wants_it_otherwise(text):
        return []
    numbers = NUMBER.findall(text)
    value = fitting(slot, numbers[0]) if len(numbers) == 1 else None
    return [(value, numbers[0])] if value is not None else []


def _candidates(slot: Slot, text: str) -> list[tuple[Any, str]]:
    """Return what in a message has the form of a slot, the likeliest first, each with the words that say so."""
    if slot.type == "text" and slot.one_of:
        return _chosen(slot.one_of, text)
    if slot.type == "text" and slot.pattern:
        pattern = re2.compile(slot.pattern)
        found = []
        for word in re.finditer(r"[#\w][\w./@+#-]*", text):
            for shape in (word.group(), word.group().rstrip("."), word.group().strip("#.")):
                written = shape if pattern.fullmatch(shape) else shape.upper()
                a_word = shape.isalpha() and (shape != written or text.isupper())  # `CANCEL MY FLIGHT` is no number
                if pattern.fullmatch(written) and not a_word:
                    denied = bool(DENIED.search(text[: word.start()].lower()))
                    found.append((denied, word.start(), written))
                    break
        # `not AB12CD but XY34ZW`, `AB12CD, no wait, XY34ZW`: what is said last and not denied counts.
        return [(value, value) for denied, _, value in sorted(found, key=lambda f: -f[1]) if not denied]
    return []


def _chosen(choices: list[str], text: str) -> list[tuple[Any, str]]:
    said = normalised(text)
    found = []
    for choice in choices:
        place = re.search(rf"(?<!\w){re.escape(normalised(choice))}(?!\w)", said)
        if place and not DENIED.search(said[: place.start()]):
            found.append((place.start(), choice))
    # The longest of those that begin at one place, and only where one is named.
    longest = [c for p, c in found if not any(c != o and normalised(c) in normalised(o) for _, o in found)]
    return [(longest[0], longest[0])] if len(longest) == 1 else []


def _answer(slot: Slot, text: str) -> Any:
    """Return what a message answers to the slot's own question, or None where it answers something else."""
    match slot.type:
        case "yes_no":
            return _yes_no(text)
        case "number" | "integer":
            numbers = NUMBER.findall(text)
            return fitting(slot, numbers[0]) if len(numbers) == 1 else None
        case "date":
            return _date(text)
        case "json":
            return None
    if slot.pattern:
        return fitting(slot, re.sub(r"\s+", "", text))  # a number that is written in groups
    if slot.one_of:
        return None  # it would have been heard
    said = text.strip()
    question = said.endswith("?")
    return said if said and not question and len(said) <= LONGEST_ANSWER else None


def _yes_no(text: str) -> bool | None:
    answer = answer_to_confirmation(text)
    if answer != "other":
        return answer == "yes"
    said = normalised(text)
    if "?" in said:
        return None
    if NO_WITHIN.match(said):
        return False
    return True if YES_WITHIN.match(said) else None


def _date(text: str) -> str | None:
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

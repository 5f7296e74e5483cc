"""Say which reads are made before a model is asked: those a message names, and those its records lead on to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import re2

from core.json_records import texts_in
from core.language.text import normal, stem
from core.language.words import stems
from tools.connectors.declared_calls import Call

Args = Mapping[str, Any]


def asked_ahead(call: Call, calls: Mapping[str, Call]) -> Callable[[str], Sequence[Args]] | None:
    """Return what finds in a message the arguments of a read: its identifiers, or none where all is read.

    What is read whole is read, too, where a message speaks of a record that only an identifier leads to.
    """
    declared = call.declaration.ahead
    if declared is None:
        return None
    if (pattern := _pattern(call)) and (into := declared.into):
        return lambda text: [{into: found.group(0)} for found in pattern.finditer(text)]
    behind = [c for c in calls.values() if c.declaration.effect == "read" and c.declaration.ahead]
    asked_about = set().union(_names(call), *(_names(c) for c in behind if _pattern(c)))
    return lambda text: [{}] if asked_about & _stems(text) else []


def led_to(call: Call) -> Callable[[str, Any], Sequence[Args]] | None:
    """Return what finds in a record the arguments of a read that a message speaks of, or None."""
    pattern, declared = _pattern(call), call.declaration.ahead
    if pattern is None or declared is None or declared.into is None:
        return None
    into, names = declared.into, _names(call)

    def found(message: str, record: Any) -> Sequence[Args]:
        if not names & _stems(message):
            return []
        return [{into: text} for text in dict.fromkeys(texts_in(record)) if pattern.fullmatch(text)]

    return found


def _stems(text: str) -> set[str]:
    """Return the stems of words, and of what a plural leaves: `bookings` is a `booking`, and that has a stem, too."""
    found = set(stems(text))
    return found | {stem(word) for word in found}


def _names(call: Call) -> set[str]:
    """Return the stems of what a tool is called after, such as `reservation` and `details` of
    `get_reservation_details`, and of the fields of what it reads whole.
    """
    declared = call.declaration
    words = f"{call.name.replace('_', ' ')} {' '.join(declared.also_called)}".split()[1:]
    own = [*declared.personal, *declared.card] if declared.ahead and declared.ahead.when else []
    return {stem(normal(word)) for word in (*words, *own)}


def _pattern(call: Call) -> Any:
    """Return the pattern of a read's identifiers, or None; raises FilesError for one that RE2 does not know."""
    declared = call.declaration.ahead
    if declared is None or declared.pattern is None:
        return None
    try:
        return re2.compile(declared.pattern)
    except re2.error as error:
        where = ("tools", call.name, "ahead", "pattern")
        raise call.connector.file.failure(where, f"no pattern of RE2: {error}", "correct it") from None

"""Say which reads are made before a model is asked: those a message names, and those its records lead on to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import re2

from core.json_records import Record, records_within
from core.language.detection import is_small_word
from core.language.fixed_sentences import ENGLISH
from core.language.records.descriptions import described, describing
from core.language.text import normal, stem
from core.language.words import stems
from tools.connectors.declarations import Text
from tools.connectors.declared_calls import Call

Args = Mapping[str, Any]
Names = Mapping[str, set[str]]
"""Further words for values that are codes."""


def asked_ahead(call: Call, calls: Mapping[str, Call]) -> Callable[[str], Sequence[Args]] | None:
    """Return what finds in a message the arguments of a read: its identifiers, or none where all is read.

    What is read whole is read, too, where a message speaks of a record that only an identifier leads to.
    """
    declared = call.declaration.ahead
    if declared is None:
        return None
    if (pattern := _pattern(call)) and (into := declared.into):
        return lambda text: [{into: found.group(0)} for found in pattern.finditer(text)]
    asked_about = set().union(_names(call), *(_told_by(c, calls) for c in calls.values() if c is not call))
    return lambda text: [{}] if _says(text, asked_about) else []


def led_to(call: Call, calls: Mapping[str, Call]) -> Callable[[str, Any, Names], Sequence[Args]] | None:
    """Return what finds in a record the arguments of a read that a message speaks of, or None: values in the form of
    its identifier, or fields that are called as its arguments are. Of several rows those count that the message
    describes.
    """
    if not (told := _told_by(call, calls)):
        return None
    pattern, needed = _pattern(call), call.arguments.schema.get("required") or ()
    into = call.declaration.ahead.into if call.declaration.ahead else None

    def args_of(row: Record) -> list[Args]:
        if pattern is None:
            fits = all(isinstance(row.get(name), str | int) for name in needed)
            return [{name: row[name] for name in needed}] if fits else []
        held = [one for value in row.values() for one in (value if isinstance(value, list) else [value])]
        return [{into: one} for one in held if isinstance(one, str) and pattern.fullmatch(one)] if into else []

    def found(message: str, record: Any, names: Names) -> Sequence[Args]:
        rows = [row for row in records_within(record) if args_of(row)] if _says(message, told) else []
        places, _ = described(describing(message), rows, names)
        return [args for place in places for args in args_of(rows[place])]

    return found


def _told_by(call: Call, calls: Mapping[str, Call]) -> set[frozenset[str]]:
    """Return how customers name what a read tells that records lead to; no names without fields for its arguments,
    where no pattern says which, but those that no other read has.
    """
    if call.declaration.effect != "read":
        return set()
    if _pattern(call):  # what it finds may lead further
        return _names(call).union(*(_told_by(c, calls) for c in calls.values() if not _pattern(c)))
    others = [_names(c) for c in calls.values() if c is not call and c.declaration.effect == "read"]
    return _names(call).difference(*others) if call.arguments.schema.get("required") else set()


def _says(text: str, names: set[frozenset[str]]) -> bool:
    """Say whether a text has all words of one of several names."""
    said = _stems(text)
    return any(name <= said for name in names)


def _stems(text: str) -> set[str]:
    """Return the stems of words, and of what a plural leaves: `bookings` is a `booking`, and that has a stem, too."""
    found = set(stems(text))
    return found | {stem(word) for word in found}


def _names(call: Call) -> set[frozenset[str]]:
    """Return the stems of each name of what a tool tells, such as `reservation` and `details` of
    `get_reservation_details`, what it is called besides, and of what is read ahead the fields and their labels.
    """
    declared = call.declaration
    whole = declared.ahead and declared.ahead.when
    own = [*declared.personal, *declared.card] if whole else []
    labels = [name for text in declared.card_labels.values() for name in _in_languages(text)] if declared.ahead else []
    names = (*call.name.split("_")[1:], *declared.also_called, *own, *labels)
    return {frozenset(stem(word) for word in normal(name).split()) for name in names}


def _in_languages(text: Text) -> list[str]:
    """Return what a field is called in each language, but for small words such as `am`."""
    labels = text if isinstance(text, Mapping) else {ENGLISH: text}
    return [name for language, name in labels.items() if name and not is_small_word(normal(name), language)]


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

"""Tell the records that tools found, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.language.requested_changes import names_change
from core.offline.reading.chat_request import Conversation, Result

_MOST = 8
"""Records that one reply tells."""


def records_found(results: Sequence[Result]) -> str:
    """Return a line a record, or an empty text where none was found."""
    lines = [
        line for result in results if not result.failed for record in _records(result.data) if (line := _line(record))
    ]
    return "\n".join(["This is what I find for you:", *(f"- {line}" for line in lines[:_MOST])]) if lines else ""


def records_named(conversation: Conversation) -> str:
    """Return the records that the message itself names, where it speaks of no change of them."""
    asked = conversation.message.casefold()
    if names_change(asked):
        return ""
    return records_found(
        [r for r in conversation.results if any(str(v).casefold() in asked for v in r.args.values() if v)]
    )


def _records(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the records in a result: the objects of its lists, or the result itself."""
    if isinstance(data, Mapping):
        lists = [value for value in data.values() if isinstance(value, list)]
        inner = [record for value in lists for record in value if isinstance(record, Mapping)]
        yield from inner or [data]
    elif isinstance(data, list):
        yield from (record for record in data if isinstance(record, Mapping))


def _line(record: Mapping[str, Any]) -> str:
    """Return the plain fields of a record as words."""
    plain = {name: value for name, value in record.items() if isinstance(value, str | int | float) and value != ""}
    return ", ".join(f"{name.replace('_', ' ')}: {_said(value)}" for name, value in plain.items())


def _said(value: str | int | float) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

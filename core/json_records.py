"""Read JSON that comes from elsewhere, and walk through the records of a business in it, whatever they are of."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")


def words_of_name(name: str) -> str:
    """Return what a field is called, in words: `due on` for `due_on` and for `dueOn`."""
    return _CAPITAL.sub(lambda found: f" {found[0]}", name).replace("_", " ").lower().strip()


def texts_in(value: Any) -> Iterator[str]:
    """Yield every single value of a record as text, however deep it stands."""
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(inner)
    elif value is not None:
        yield str(value)


def records_within(value: Any) -> Iterator[Record]:
    """Yield every object in a result, the outer ones first."""
    if isinstance(value, Mapping):
        yield value
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from records_within(inner)


class NestedTooDeep(ValueError):
    """JSON whose nesting Python cannot follow."""


def parsed_json(text: str | bytes) -> Any:
    """Return a text read as JSON.

    Raises:
        NestedTooDeep: it is nested too deep to be read.
        ValueError: it is no JSON.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise NestedTooDeep("the JSON is nested too deep") from None


def json_or_text(text: str) -> Any:
    """Return a text read as JSON, or the text itself where it is none."""
    try:
        return parsed_json(text)
    except ValueError:
        return text

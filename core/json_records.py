"""Walk through the records of a business, whatever they are of."""

from collections.abc import Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]


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

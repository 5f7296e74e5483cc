"""Tell which record is meant where a customer names something in it instead of giving its number."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.json_records import records_within
from core.language.action_words import DEED_VERB
from core.language.text import normal
from core.language.words import content_stems
from core.safety.injection_patterns import asks_for_action

_NAMES = frozenset({"name", "title"})
_LONGEST_NAME = 60
"""Characters of a name; longer ones are texts."""


def called_by_name(identifier: str, wish: str, results: Iterable[Any]) -> bool:
    """Say whether a wish names something that, of all records in results, only that of an identifier holds."""
    records = [record for result in results for record in records_within(result)]
    keys = {key for record in records for key, value in record.items() if str(value) == identifier}
    own: set[str] = set()
    others: set[str] = set()
    for record in records:
        if ids := {str(record[key]) for key in keys & record.keys()}:
            (own if identifier in ids else others).update(_stems_of_names(record))
    return not set(content_stems(DEED_VERB.sub(" ", normal(wish)))).isdisjoint(own - others)


def _stems_of_names(record: Mapping[str, Any]) -> list[str]:
    """Return the stems of what a record, and those within it, are called; of a text that asks for something none."""
    names = [str(one[key]) for one in records_within(record) for key in _NAMES & one.keys()]
    return [
        s for name in names if len(name) <= _LONGEST_NAME and not asks_for_action(name) for s in content_stems(name)
    ]

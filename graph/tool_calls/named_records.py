"""Tell which record is meant where a customer names something in it, or its age, instead of giving its number."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.json_records import records_within
from core.language.action_words import DEED_VERB
from core.language.several import means_newest
from core.language.text import normal
from core.language.words import content_stems
from core.safety.injection_patterns import asks_for_action

_NAMES = frozenset({"name", "title"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_NAME = 60
"""Characters of a name; longer ones are texts."""


def described_in(wish: str, identifier: str, results: Iterable[Any]) -> bool:
    """Say whether a wish names something that, of all records in results, only that of an identifier holds, or means
    the newest of them, and it is that.
    """
    records = [record for result in results for record in records_within(result)]
    keys = {key for record in records for key, value in record.items() if str(value) == identifier}
    own: list[Mapping[str, Any]] = []
    others: list[Mapping[str, Any]] = []
    for record in records:
        if ids := {str(record[key]) for key in keys & record.keys()}:
            (own if identifier in ids else others).append(record)
    if means_newest(wish) and _newest_date(own) > _newest_date(others) > "":
        return True
    named, besides = ({s for record in sort for s in _stems_of_names(record)} for sort in (own, others))
    return not set(content_stems(DEED_VERB.sub(" ", normal(wish)))).isdisjoint(named - besides)


def _newest_date(records: Iterable[Mapping[str, Any]]) -> str:
    """Return the day on which the newest of some records began, in ISO's form; an empty text where none has a day."""
    days = [
        [m[0] for value in record.values() if isinstance(value, str) and (m := _DATE.match(value))]
        for record in records
    ]
    return max((min(one) for one in days if one), default="")


def _stems_of_names(record: Mapping[str, Any]) -> list[str]:
    """Return the stems of what a record, and those within it, are called; of a text that asks for something none."""
    names = [str(one[key]) for one in records_within(record) for key in _NAMES & one.keys()]
    return [
        s for name in names if len(name) <= _LONGEST_NAME and not asks_for_action(name) for s in content_stems(name)
    ]

"""Put the records of a business and their fields into words, and say which of the fields words name."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from core.json_records import words_of_name
from core.language.fixed_sentences import ENGLISH, label, value_words
from core.language.words import content_stems

_MOST = 8
"""Values that a field tells."""
WHEN = "when"
_STATE = re.compile(r"[a-z]+(?:[_ ][a-z]+){0,2}")
"""How records write how something stands: `on_time`, `cancelled`."""
SAME_START = 5
"""Letters with which two words begin that mean the same: `insured` and `insurance`."""
_OWNER = re.compile(r"(?:user|customer|account)_?[iI]d")
"""Fields that say no more than whose the record is."""


def records_in(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the records in a result: the result itself, or the objects of its lists where it is no more than these."""
    if isinstance(data, Mapping):
        lists = [value for value in data.values() if isinstance(value, list)]
        inner = [record for value in lists for record in value if isinstance(record, Mapping)]
        is_record = any(is_plain(value) for value in data.values())
        yield from [data] if is_record or not inner else inner
    elif isinstance(data, list):
        yield from (record for record in data if isinstance(record, Mapping))


def named_in(record: Mapping[str, Any], stems: Collection[str]) -> dict[str, Any]:
    """Return the fields that some words name, or that hold what they name."""
    named = {name: value for name, value in record.items() if meet(stems, content_stems(_words(name, value)))}
    dated = {name: value for name, value in record.items() if WHEN in stems and has_dates(value)}
    return {name: value for name, value in record.items() if name in named or name in dated}


def has_dates(value: Any) -> bool:
    """Say whether a value lists things each of which has its day, as flights do."""
    return isinstance(value, list) and any(isinstance(one, Mapping) and "date" in one for one in value)


def meet(some: Collection[str], others: Collection[str]) -> bool:
    """Say whether two sets of stems share one, or long ones that begin alike."""
    return any(
        a == b or (min(len(a), len(b)) >= SAME_START and a[:SAME_START] == b[:SAME_START]) for a in some for b in others
    )


def _words(name: str, value: Any) -> str:
    """Return a field's name with the plain words in it, without what stands in it as figures."""
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    kinds = {str(v) for one in inside if isinstance(one, Mapping) for v in one.values() if isinstance(v, str)}
    return " ".join((words_of_name(name), *kinds)).replace("_", " ")


def line_of(record: Mapping[str, Any], stems: Collection[str], locale: str) -> str:
    """Return a record in words: its name and what is asked about, or else its plain fields."""
    told = {name: value for name, value in record.items() if not _OWNER.fullmatch(name) and value not in ("", None)}
    asked = named_in(told, stems)
    if not asked.keys() <= _first(told).keys():  # who names a record wants to know more than its name
        return field_line(told, asked, locale)
    lists = {name: value for name, value in told.items() if _is_list_of_plain(value)}
    return field_line(told, {name: value for name, value in told.items() if is_plain(value)} | lists, locale)


def field_line(record: Mapping[str, Any], fields: Mapping[str, Any], locale: str = ENGLISH) -> str:
    """Return some fields of a record in words, behind what names it; of a record without fields to tell nothing."""
    told = {name: value for name, value in {**_first(record), **fields}.items() if not _OWNER.fullmatch(name)}
    parts = ((name, _told(value, locale)) for name, value in told.items() if fields)
    return ", ".join(f"{label(name, locale)}: {words}" for name, words in parts if words)


def _first(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the field that names a record, the first one with a plain value."""
    return dict([next(((n, v) for n, v in record.items() if is_plain(v)), ("", ""))])


def _told(value: Any, locale: str) -> str:
    """Return a value as it is read: of records within a record their plain values, parted by semicolons."""
    if isinstance(value, Mapping):
        inner = list(value.values())
        if any(isinstance(one, Mapping) for one in inner):
            return "; ".join(filter(None, (_told(one, locale) for one in inner[:_MOST])))
        plain = ((name, one) for name, one in value.items() if is_plain(one) and one != "")
        return " ".join(
            dict.fromkeys(
                words if isinstance(one, str) else f"{label(name, locale)} {words}"
                for name, one in plain
                for words in [_told(one, locale)]
            )
        )
    if isinstance(value, list):
        mark = ", " if _is_list_of_plain(value) else "; "
        return mark.join(filter(None, (_told(one, locale) for one in value[:_MOST])))
    return _spoken(value, locale) if is_plain(value) or value is None else ""


def _spoken(value: str | int | float | None, locale: str) -> str:
    """Return a plain value as it is read; a number or an id keeps its form."""
    words = value_words(value, locale)
    if _STATE.fullmatch(words):
        return label(words, locale)
    return words.replace("_", " ") if re.fullmatch(r"[A-Za-z_]+", words) else words


def is_plain(value: Any) -> bool:
    """Say whether a value is a single one."""
    return isinstance(value, str | int | float)


def _is_list_of_plain(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_plain, value))

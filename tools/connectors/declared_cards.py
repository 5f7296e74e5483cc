"""Draw the result of a declared read as a card, of the fields that its connector names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.language.fixed_sentences import label, value_words
from tools.connectors.declarations import Text, in_language
from tools.record_cards import Card, CardField, CardItem

PICTURES = ("picture", "image", "image_url")
"""Fields that hold the address of a picture."""
SHOWN = 6
"""Items of a list on a card."""


def declared_cards(shown: Mapping[str, Text], result: Any, locale: str) -> Sequence[Card]:
    """Return the card of a record, of the fields that its connector names: the first is what it is called.

    Lists of records on it become items; a field called `status` says how it stands.
    """
    if not isinstance(result, Mapping) or not shown:
        return ()
    first, *others = shown
    if not isinstance(name := result.get(first), str | int):
        return ()
    known = {key: result[key] for key in others if result.get(key) not in (None, "", [], {})}
    called = _label(first, shown[first], locale).removesuffix(" id")
    return [
        Card(
            id=str(name),
            title=f"{called} {name}",
            status=_words(known.pop("status", ""), locale),
            items=[item for value in known.values() for item in _items(value, locale)],
            fields=[
                CardField(label=_label(key, shown[key], locale), value=words)
                for key, value in known.items()
                if (words := _words(value, locale))
            ],
        )
    ]


def _label(key: str, own: Text, locale: str) -> str:
    words = in_language(own, locale) if own else label(key, locale)
    return words[:1].upper() + words[1:]


def _items(value: Any, locale: str) -> Iterator[CardItem]:
    if not isinstance(value, list):
        return
    for one in value[:SHOWN]:
        if isinstance(one, Mapping):
            seen = {key: words for key, each in one.items() if (words := _words(each, locale))}
            picture = next((seen.pop(key) for key in PICTURES if key in seen), "")
            name, *details = list(seen.values()) or [""]
            yield CardItem(name=name, detail=" · ".join(details), picture=picture)
        elif words := _words(one, locale):
            yield CardItem(name=words)


def _words(value: Any, locale: str) -> str:
    """Return a single value as it is read, and nothing for one that holds others."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return value_words(value, locale)

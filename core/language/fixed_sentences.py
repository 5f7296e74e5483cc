"""Keep the fixed sentences that customers read: one file a language, the same keys in each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from core.json_records import words_of_name
from core.yaml_files import SafeLoader

ENGLISH = "en"
"""What is said where a language has no file."""


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ](?P<time>\d\d:\d\d)(?::\d\d)?\S{0,20})?")


class Catalogue(Mapping[str, Mapping[str, str]]):
    """Fixed sentences by language, read from a folder of YAML files when a language is first needed."""

    def __init__(self, folder: Path) -> None:
        self._files = {file.stem: file for file in sorted(folder.glob("*.yaml"))}

    def __getitem__(self, language: str) -> Mapping[str, str]:
        """Return the sentences of a language by their keys; raises KeyError where it has no file."""
        return _read(self._files[language])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def language(self, locale: str) -> str:
        """Return the language in which a locale is spoken to: its own, or English where that has no file."""
        spoken = locale.split("-")[0].lower()
        return spoken if spoken in self._files else ENGLISH

    def say(self, key: str, locale: str, **values: str) -> str:
        """Return a sentence in a locale's language with its places filled."""
        return self[self.language(locale)][key].format(**values)

    def translated(self, text: str, locale: str) -> str:
        """Return a sentence that was written in English in a locale's language, and what is none as it is."""
        key = next((key for key, sentence in self[ENGLISH].items() if sentence == text), None)
        return self.say(key, locale) if key else text


@cache
def _read(file: Path) -> Mapping[str, str]:
    content: dict[str, str] = SafeLoader(file.read_text(encoding="utf-8")).get_single_data()
    return content


PHRASES = Catalogue(Path(__file__).with_name("sentences"))
"""What the agent of any business says."""
LABELS = Catalogue(Path(__file__).with_name("labels"))
"""What fields of records and states in them are called in other languages than English, whatever the business."""
_LABEL = "label_"
"""What the keys of a business's own labels begin with."""


OwnPhrases = Mapping[str, str | Mapping[str, str]]
"""What one business says instead, by key: in one wording, or by language."""
_OWN: ContextVar[OwnPhrases] = ContextVar("own_phrases", default=MappingProxyType({}))


@contextmanager
def own_phrases(own: OwnPhrases) -> Iterator[None]:
    """Let one business's own wording be said for as long as the context lasts."""
    token = _OWN.set(own)
    try:
        yield
    finally:
        _OWN.reset(token)


def phrase(key: str, locale: str, **values: str) -> str:
    """Return a fixed sentence in a locale's language: the business's own, or else the engine's."""
    own = _OWN.get().get(key)
    said = own if isinstance(own, str) else (own or {}).get(PHRASES.language(locale))
    return said.format(**values) if said else PHRASES.say(key, locale, **values)


def label(name: str, locale: str) -> str:
    """Return what a field, or a state such as `on_time`, is called: as the business says, or the engine, or as is."""
    words, language = words_of_name(name), PHRASES.language(locale)
    own = _OWN.get().get(label_key(name))
    said = own.get(language) if isinstance(own, Mapping) else None
    return said or LABELS.get(language, {}).get(words, words)


def label_key(name: str) -> str:
    """Return the key under which a business says what a field is called."""
    return f"{_LABEL}{words_of_name(name).replace(' ', '_')}"


def has_labels(locale: str) -> bool:
    """Say whether fields, whose names are English, have names in a locale's language."""
    return PHRASES.language(locale) in (ENGLISH, *LABELS)


def misfit(key: str, sentence: str) -> str | None:
    """Say why a business cannot say a sentence under a key, or None."""
    if key.startswith(_LABEL):
        return None
    if key not in PHRASES[ENGLISH]:
        near = get_close_matches(key, PHRASES[ENGLISH], n=1)
        return f"there is no sentence {key!r}" + (f"; {near[0]!r} is one" if near else "")
    places = {name for _, name, _, _ in Formatter().parse(PHRASES[ENGLISH][key]) if name}
    try:
        own = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    except ValueError as error:
        return f"{key} is no sentence with places in braces ({error})"
    wrong = sorted(own - places)
    return f"{key} has no place {{{wrong[0]}}}; it has {sorted(places) or 'none'}" if wrong else None


def date_words(day: date, locale: str) -> str:
    """Write a date as customers read it, for example 5 November 2026."""
    return phrase("date", locale, day=str(day.day), month=phrase(f"month_{day.month}", locale), year=str(day.year))


def value_words(value: object, locale: str) -> str:
    """Write a single value of a record as customers read it: ISO 8601 as a date, a boolean, and nothing, as a word."""
    if value is None:
        return phrase("value_unknown", locale)
    if isinstance(value, bool):
        return phrase("value_yes" if value else "value_no", locale)
    text = value.isoformat() if isinstance(value, date) else str(value)
    try:
        day = date.fromisoformat(text[:10]) if (found := _MOMENT.fullmatch(text)) else None
    except ValueError:
        day = None
    if not day or not found:
        return text
    return (
        f"{date_words(day, locale)}, {found['time']}"
        if found["time"] not in (None, "00:00")
        else date_words(day, locale)
    )


def list_words(words: Sequence[str], locale: str, *, last: str = "list_and") -> str:
    """Join words as a list, for example a, b and c; `last` names how the last one is joined."""
    if len(words) < 2:
        return "".join(words)
    return phrase(last, locale, most=phrase("list_comma", locale).join(words[:-1]), last=words[-1])

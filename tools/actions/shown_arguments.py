"""Show the arguments of a write in a question: in one line, and a text of several words as no part of it."""

from collections.abc import Mapping
from typing import Any

from core.language.fixed_sentences import value_words
from core.safety.untrusted_text import visible


def in_one_line(value: Any) -> Any:
    """Return arguments as they can be shown: each text in one line, without characters that nobody sees."""
    if isinstance(value, Mapping):
        return {name: in_one_line(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [in_one_line(each) for each in value]
    return " ".join(visible(value).split()) if isinstance(value, str) else value


def listed(args: Mapping[str, Any], language: str) -> str:
    """Return arguments by name; a text of several words stands in quotes, so that it is no part of the question."""
    told = {name.replace("_", " "): shown(value, language) for name, value in args.items()}
    return ", ".join(f"{name} “{text}”" if " " in text else f"{name} {text}" for name, text in told.items())


def shown(value: Any, language: str) -> str:
    """Return a value in the words of a language."""
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return ", ".join(shown(each, language) for each in value)
    if isinstance(value, Mapping):
        return " ".join(shown(each, language) for each in value.values())
    return value_words(value, language)

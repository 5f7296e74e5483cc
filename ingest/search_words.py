"""Split text into the words and the exact identifiers that keyword search looks for."""

import re
from collections.abc import Mapping

from core.language.text import stem

_WORD = re.compile(r"\w+")
_CODE = re.compile(r"\w+(?:[-_/.#]\w+)*")
_DIGIT = re.compile(r"\d")
_NOT_WORD = re.compile(r"[\W_]+")
STEMMING = 2
"""How the words in an index that is written now are stemmed; one whose manifest does not say was written by rule 1."""
_OLD_ENDINGS = ("", "s", "ed", "ing")
_COMMON = 0.2
"""Share of the passages above which a word says nothing about any of them."""
_ROWS_PER_WORD, _MOST_ROWS = 120, 20_000
"""Passages that may be looked at for each word of a question, and for its rarest word, however large the index is."""
_MAX_WORDS = 512


def words_in(text: str) -> list[str]:
    """Return the words of a text in lower case, in order."""
    return _WORD.findall(text.lower())


def telling(frequencies: Mapping[str, int], passages: int) -> list[str]:
    """Return the rarest words, as many as may be looked up; those that say nothing or are nowhere are left out.

    `frequencies` says how many of the passages hold each word of a question.
    """
    most, room = min(max(_COMMON * passages, 10), _MOST_ROWS), _ROWS_PER_WORD * len(frequencies)
    chosen: list[str] = []
    for frequency, word in sorted((frequency, word) for word, frequency in frequencies.items()):
        if frequency > most or (chosen and frequency > room):
            break
        if frequency:
            chosen.append(word)
            room -= frequency
    return chosen[:_MAX_WORDS]


def codes_in(text: str) -> list[str]:
    """Return identifiers such as a SKU, an error code or a form number, without their punctuation and in lower case.

    An identifier holds a digit and either a letter or at least four digits, so that prices and counts stay ordinary
    words.
    """
    if not _DIGIT.search(text):
        return []
    codes: dict[str, None] = {}
    for candidate in _CODE.findall(text):
        if not _DIGIT.search(candidate):
            continue
        code = _NOT_WORD.sub("", candidate).lower()
        if (not code.isdigit() or len(code) >= 4) and 2 <= len(code) <= 64:
            codes[code] = None
    return list(codes)


def roots_in(text: str, stemming: int = STEMMING) -> set[str]:
    """Return the stems of the words of a text, so that `returning` and `return` are one.

    For an index that was written by rule 1, each word with and without the endings cut then.
    """
    words = words_in(text.replace("'", "").replace("’", ""))
    if stemming < STEMMING:
        return {word.removesuffix(ending) for word in words for ending in _OLD_ENDINGS}
    return {stem(word) for word in words}

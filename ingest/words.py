"""Split text into the words and the exact identifiers that keyword search looks for."""

import re

_WORD = re.compile(r"\w+")
_CODE = re.compile(r"\w+(?:[-_/.#]\w+)*")
_NOT_WORD = re.compile(r"[\W_]+")


def words_in(text: str) -> list[str]:
    """Return the words of a text in lower case, in order."""
    return _WORD.findall(text.lower())


def codes_in(text: str) -> list[str]:
    """Return identifiers such as a SKU, an error code or a form number, without their punctuation and in lower case.

    An identifier holds a digit and either a letter or at least four digits, so that prices and counts stay ordinary words.
    """
    codes: dict[str, None] = {}
    for candidate in _CODE.findall(text):
        code = _NOT_WORD.sub("", candidate).lower()
        if any(c.isdigit() for c in code) and (not code.isdigit() or len(code) >= 4) and 2 <= len(code) <= 64:
            codes[code] = None
    return list(codes)

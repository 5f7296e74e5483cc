"""Split text into the words and the exact identifiers that keyword search looks for."""

import re

_WORD = re.compile(r"\w+")
_CODE = re.compile(r"\w+(?:[-_/.#]\w+)*")
_DIGIT = re.compile(r"\d")
_NOT_WORD = re.compile(r"[\W_]+")


def words_in(text: str) -> list[str]:
    """Return the words of a text in lower case, in order."""
    return _WORD.findall(text.lower())


def codes_in(text: str) -> list[str]:
    """Return identifiers such as a SKU, an error code or a form number, without their punctuation and in lower case.

    An identifier holds a digit and either a letter or at least four digits, so that prices and counts stay ordinary words.
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


def roots_in(text: str) -> set[str]:
    """Return the words of a text without the commonest English endings, so that `returning` and `return` are one."""
    return {_root(word) for word in words_in(text.replace("'", "").replace("’", ""))}


def _root(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ing") and len(word) > 6:
        return word[:-3]
    if word.endswith("ed") and len(word) > 5:
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word

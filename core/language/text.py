"""Bring text into the one form in which words are compared."""

import re
import unicodedata

_HEAD = 4_000
"""Longer messages are judged by their beginning and end; a rule must stay quick on a megabyte."""
_QUOTES_AND_DASHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-"})
_BLANKS = re.compile(r"\s+")


def normal(text: str) -> str:
    """Return lower-case text with plain quotes and dashes and single spaces."""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES_AND_DASHES)
    return _BLANKS.sub(" ", plain).strip().casefold()


def normalised(text: str) -> str:
    """Return the normal form of a message, of a long one that of its beginning and end."""
    return normal(text if len(text) <= 2 * _HEAD else f"{text[:_HEAD]} {text[-_HEAD:]}")

"""Join what was spelled aloud: "order A F 1, 0, 0 1" means order AF1001."""

import re

_DIGITS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9",
    "null": "0", "eins": "1", "zwei": "2", "drei": "3", "vier": "4", "fünf": "5", "sechs": "6", "sieben": "7",
    "acht": "8", "neun": "9",
}  # fmt: skip
_WORD = "|".join(_DIGITS)
_GAP = r"(?:[,.]? |-|, ?)"
_SPELLED_WORDS = re.compile(rf"\b(?:{_WORD})(?:{_GAP}(?:{_WORD})\b){{2,}}", re.IGNORECASE)
_SPELLED = re.compile(
    rf"(?<![\w'])(?:[A-Z]{_GAP}?){{0,3}}[A-Z]{{0,2}}\d{{1,2}}(?:{_GAP}\d{{1,2}}(?!\d|[:%]))+(?![\w:])"
)


_LETTERS = re.compile(r"\b([a-z]) ([a-z])(?: ([a-z]))? ?(?=\d{4,10}\b)")
"""Two or three letters said one by one before a number."""


def join_spelled(text: str) -> str:
    """Return the text with digits, and letters before them, joined where they were said one by one."""
    text = _SPELLED_WORDS.sub(lambda m: " ".join(_DIGITS[word.lower()] for word in re.findall(r"\w+", m[0])), text)
    text = _SPELLED.sub(_joined, text)
    return _LETTERS.sub(lambda m: "".join(letter.upper() for letter in m.groups() if letter), text)


def _joined(match: re.Match[str]) -> str:
    """Join a run of at least three single digits; two numbers side by side are two numbers."""
    if len(re.findall(r"\d", match[0])) < 3 or any(len(n) > 2 for n in re.findall(r"\d+", match[0])):
        return match[0]
    singles = [n for n in re.findall(r"\d+", match[0]) if len(n) == 1]
    return re.sub(r"[\s,.-]", "", match[0]) if len(singles) >= 2 else match[0]

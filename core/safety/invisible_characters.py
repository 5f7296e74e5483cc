"""Drop from a text what a reader cannot see: the one function every border uses."""

import re
import unicodedata

_ASCII_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK_RUN = re.compile(r"\s{8,}")
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Co", "Cs"}
_KEPT = {"\n", "\t"}
_JOINERS = {"\u200c", "\u200d"}
_BLANK_BUT_LETTERS = {"\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
_TAG_PLANE = range(0xE0000, 0xE1000)
_NEW_LINES = str.maketrans({"\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})


def visible(text: str) -> str:
    r"""Return the text without control, format, bidirectional, private-use, tag, variation and blank characters.

    These can hide words, reorder them, or carry a message nobody sees. Ends of lines become `\n`; the joiners that
    scripts and emoji are written with stay where they stand between two visible characters that are not ASCII.
    """
    text = text.replace("\r\n", "\n").translate(_NEW_LINES)
    if text.isascii():
        return _ASCII_CONTROLS.sub("", text)
    return "".join(c for place, c in enumerate(text) if (c.isascii() and c.isprintable()) or _shows(c, place, text))


def without_blank_runs(text: str) -> str:
    """Return the text with each long run of blanks as one blank, end of line or empty line, whichever it amounts to."""
    return _BLANK_RUN.sub(lambda run: "\n" * min(run[0].count("\n"), 2) or " ", text)


def hidden_characters(text: str) -> int:
    """Return how many characters of a text `visible` takes away."""
    return len(text.replace("\r\n", "\n")) - len(visible(text))


def _shows(char: str, place: int, text: str) -> bool:
    if char in _KEPT:
        return True
    if char in _JOINERS:
        around = text[place - 1 : place] + text[place + 1 : place + 2]
        return len(around) == 2 and all(not c.isascii() and _shows_alone(c) for c in around)
    if char == "\ufe0f":  # asks for the colourful form of the one character before it
        return place > 0 and unicodedata.category(text[place - 1]) in ("So", "Po", "Nd", "Sm", "Sk", "Mn")
    return _shows_alone(char)


def _shows_alone(char: str) -> bool:
    code = ord(char)
    return not (
        unicodedata.category(char) in _HIDDEN_CATEGORIES
        or char in _BLANK_BUT_LETTERS
        or code in _TAG_PLANE
        or code == 0x034F
        or 0x180B <= code <= 0x180F
        or 0xFE00 <= code <= 0xFE0F
        or (code & 0xFFFE) == 0xFFFE
    )

"""Misspell messages the way hurried customers do, the same way for the same seed."""

import random
import re

_WORD = re.compile(r"(?<![\w@.#/'’$-])[A-Za-z]?[a-z]{4,}(?![\w@#/'’-]|\.\w)")
_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n",
    "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe",
    "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
"""Keys beside each key, on the keyboard most people have."""
_SHARE = 1 / 3
"""Share of the words of five letters and more that get a slip."""


def misspelt(text: str, seed: str) -> str:
    """Return a text with one slip in about a third of its longer words, and in one of them at least.

    Names in the middle of a sentence, numbers and addresses stay: a slip in one of these is another name.
    """
    draw = random.Random(seed)
    words = [found for found in _WORD.finditer(text) if found[0].islower() or _begins_sentence(text, found.start())]
    if not words:
        return text
    chosen = [found for found in words if draw.random() < _SHARE] or [draw.choice(words)]
    for found in reversed(chosen):
        text = text[: found.start()] + _slip(found[0], draw) + text[found.end() :]
    return text


def _begins_sentence(text: str, start: int) -> bool:
    return text[:start].rstrip()[-1:] in ("", ".", "!", "?")


def _slip(word: str, draw: random.Random) -> str:
    """Leave out, double, swap or mistype one letter; the first stays."""
    place = draw.randrange(1, len(word))
    match draw.choice(("out", "double", "swap", "beside")):
        case "out":
            return word[:place] + word[place + 1 :]
        case "double":
            return word[:place] + word[place] + word[place:]
        case "swap" if place + 1 < len(word) and word[place] != word[place + 1]:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case _:
            return word[:place] + draw.choice(_NEIGHBOURS[word[place]]) + word[place + 1 :]

"""Cut text into the word pieces of BERT's uncased vocabulary, which MiniLM reads.

The library `tokenizers` does the same for any model; with what it requires it is six packages and 29 MB.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

_VOCABULARY = Path(__file__).with_name("bert_uncased_vocabulary.txt")
_START, _END, _UNKNOWN = 101, 102, 100
_LONGEST_WORD = 100
"""Characters; a longer word counts as one unknown piece."""
_IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)


class WordPieces:
    """The pieces of words that the vocabulary has, each with its number; it is read once."""

    def __init__(self) -> None:
        pieces = _VOCABULARY.read_text(encoding="utf-8").split("\n")
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._characters = _Characters()
        self._of_word = lru_cache(maxsize=20_000)(self._cut)

    def ids(self, text: str, most: int) -> list[int]:
        """Return the numbers of a text's pieces between the two that mark its ends, at most so many in all."""
        return [_START, *self._pieces(text)[: most - 2], _END]

    def count(self, text: str) -> int:
        """Return how many pieces a text has, without the two that mark its ends."""
        return len(self._pieces(text))

    def __contains__(self, word: str) -> bool:
        """Say whether a lower-case word is in the vocabulary as a whole."""
        return word in self._numbers

    def _pieces(self, text: str) -> list[int]:
        words = unicodedata.normalize("NFD", text).translate(self._characters).split()
        return [number for word in words for number in self._of_word(word)]

    def _cut(self, word: str) -> tuple[int, ...]:
        """Take the longest known piece from the front, again and again; a word with an unknown rest is unknown."""
        if len(word) > _LONGEST_WORD:
            return (_UNKNOWN,)
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self._numbers), None)
            if end is None:
                return (_UNKNOWN,)
            found.append(self._numbers[prefix + word[start:end]])
            start = end
        return tuple(found)


class _Characters(dict[int, str]):
    """What each character of a decomposed text becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kind = unicodedata.category(character)
        if character in "\t\n\r" or kind[0] == "Z":
            becomes = " "
        elif code == 0xFFFD or kind in {"Cc", "Cf", "Co", "Cs", "Mn"}:
            becomes = ""
        elif _stands_alone(character, kind):
            becomes = f" {character} "
        else:
            becomes = character.lower()
        self[code] = becomes
        return becomes


def _stands_alone(character: str, kind: str) -> bool:
    """Say whether a character is a word by itself: punctuation, a symbol of ASCII, an ideograph."""
    if kind[0] == "P" or (character.isascii() and kind[0] == "S"):
        return True
    return any(first <= ord(character) <= last for first, last in _IDEOGRAPHS)

"""Tell whether a sentence of a reply is in a language in which the checks can read what it claims."""

import os
import re
import tempfile
import unicodedata
from array import array
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from core.observability.gc_tuning import give_back_freed_memory

CHECKED = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")
"""Languages whose claims the rules in `graph.verification.claims` know; all are written in Latin letters."""
_DOUBT, _DOUBT_OF_CLAUSE = 6.0, 12.0
"""By how much another language has to be likelier, as a difference of logarithms; few words tell little."""
_DOUBT_OF_CUSTOMER = 12.0
"""The same for what customers write, misspelt as it may be."""
_KIN = {"ca": "es", "gl": "pt", "an": "es", "oc": "fr", "wa": "fr", "lb": "de", "nds": "de", "fy": "nl", "af": "nl"}
"""Languages without checks, and the one that who speaks them reads best."""
NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese",
}  # fmt: skip
_VARIANTS = frozenset(("pcm", "ext", "vec", "lij", "zxx"))
"""Kinds of a checked language that the library tells apart, and its name for no language."""
_NO_WORDS = re.compile(r"https?://\S+|(?<!\S)[^\s@]+@\S+|#?\b[A-Za-z]{0,4}-?\d[\w.,:/-]*|[^\w\s'’,;:()|–—-]|[\d_]")
_CLAUSE = re.compile(r"[,;:()|–—]")
_NAMED = re.compile(r'"(?:\w*name|title|product|item|city|address\d?|street)"\s?:\s?"([^"\\\n]{2,80})"')
_WORD = re.compile(r"[^\W\d_]{2,}")
_ROWS_KEPT = 2_000
"""Rows of each table held in memory, a kilobyte each at most; an ordinary sentence enters about a hundred."""


class ReplyLanguages:
    """Languages in which a reply may be written, the business's own first."""

    def __init__(self, served: Sequence[str] = CHECKED) -> None:
        """Take of the languages that a business serves those that can be checked, or English where none can."""
        self._codes = tuple(code for code in served if code in CHECKED) or CHECKED[:1]
        identifier()  # loaded by the first agent with a model that writes by itself, not in its first turn

    def has(self, code: str) -> bool:
        """Say whether a reply may be written in a language."""
        return code in self._codes

    def foreign(self, sentence: str, *, told: str = "", data: str = "") -> str | None:
        """Return the code of another language that a sentence, or a clause of it, is in; None where it may be said.

        Args:
            sentence: A sentence of a reply.
            told: The customer's words, in small letters; single words in other letters may be theirs.
            data: What tools returned, in small letters; the names in it are of no language.
        """
        words = sentence
        for name in _NAMED.findall(data):
            words = re.sub(re.escape(name), " ", words, flags=re.IGNORECASE)
        for word in filter(_is_not_latin, _WORD.findall(words)):
            if word.lower() not in told:
                return _likeliest(word)[0]
            words = words.replace(word, " ")
        words = _NO_WORDS.sub(" ", words)
        clauses = _CLAUSE.split(words)
        doubts = [(words, _DOUBT), *((clause, _DOUBT_OF_CLAUSE) for clause in clauses if len(clauses) > 1)]
        likeliest = ((_likeliest(part, self._codes), doubt) for part, doubt in doubts)
        return next((code for (code, lead), doubt in likeliest if lead > doubt), None)

    def listed(self) -> str:
        """Return the names of the languages, in English."""
        return ", ".join(NAMES[code] for code in self._codes)

    def instead_of(self, message: str) -> str | None:
        """Return the language in which somebody who writes another one is answered, or None where it is their own."""
        words = _NO_WORDS.sub(" ", message)
        code, lead = _likeliest(words, self._codes)
        if lead <= _DOUBT_OF_CUSTOMER:
            return None
        kin = _KIN.get(code)
        return kin if kin in self._codes else self._codes[0]


def _likeliest(text: str, among: Sequence[str] = ()) -> tuple[str, float]:
    """Return the likeliest language that is not among some, and by how much it is likelier than the best of them."""
    words = " ".join(_CLAUSE.sub(" ", text).split())
    if not words:
        return "", 0.0
    scores = {code: float(score) for code, score in identifier().rank(words) if code not in _VARIANTS}
    best = max((code for code in scores if code not in among), key=scores.__getitem__)
    return best, scores[best] - max((scores[code] for code in among), default=scores[best])


def _is_not_latin(word: str) -> bool:
    """Say whether a word has other letters; one alone is a sign, as in `10 µg`."""
    return sum(c.isalpha() and "LATIN" not in unicodedata.name(c, "") for c in word) > 1


@cache
def identifier() -> Any:
    """Return py3langid's identifier of 142 languages; its first call in a process takes half a second.

    Held in memory it would take 76 MB more: its tables are read row by row, from files without a name.
    """
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
    from py3langid.modelio import load_model

    weights, priors, codes, transitions, rows, features = load_model(MODEL_DIR / MODEL_FILE)
    found = LanguageIdentifier(
        _Weights(weights), priors, codes, _Transitions(transitions), array("i", features), tk_row=rows
    )
    found._rowbase = array("I", found._rowbase)  # a list of 100,000 numbers takes 4 MB
    del weights, transitions, features
    give_back_freed_memory()
    return found


class _RowsOnDisk:
    """Rows of numbers in an unnamed file; safe to share between threads and with forked processes.

    Read, not mapped: mapped pages would count as memory of this process, and one text touches nearly all of them.
    """

    def __init__(self, table: npt.NDArray[Any]) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open until the process ends
        table.tofile(self._file)
        self.dtype, self._size = table.dtype, table[0].nbytes

    def read(self, number: int) -> bytes:
        """Return one row."""
        return os.pread(self._file.fileno(), self._size, number * self._size)


class _Weights(_RowsOnDisk):
    """The weights of each feature for each language."""

    def __init__(self, weights: npt.NDArray[Any]) -> None:
        super().__init__(weights)
        self._row = lru_cache(_ROWS_KEPT)(self.read)

    def __getitem__(self, numbers: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        data = b"".join(map(self._row, numbers.tolist()))
        return np.frombuffer(data, self.dtype).reshape(len(numbers), -1)


class _Transitions(_RowsOnDisk):
    """The next state of an automaton, in rows of 256 bytes that may come, as one sequence."""

    def __init__(self, transitions: "array[int]") -> None:
        kind: Any = transitions.typecode
        super().__init__(np.frombuffer(transitions, kind).reshape(-1, 256))
        self._row = lru_cache(_ROWS_KEPT)(lambda number: memoryview(self.read(number)).cast(kind))

    def __getitem__(self, place: int) -> int:
        return int(self._row(place >> 8)[place & 255])

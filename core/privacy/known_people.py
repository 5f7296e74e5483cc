"""Know the names and addresses of the customers a process deals with, so that they can be found in any text."""

import re
import unicodedata
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from threading import Lock

from core.privacy.personal_patterns import ADDRESS, NAME, Span

_TOKEN = re.compile(r"[^\W_]+")
_WORDS_TOO = frozenset(
    re.findall(
        r"\w+",
        "will mark rose may june april august art grant rich bill hope grace joy faith summer dean page an so do my "
        "max pat sue rob drew chase frank ray gene dale glen iris ivy lily daisy pearl ruby violet amber crystal jean "
        "black white brown green gray young long short day price park brook woods field stone best case mail order "
        "early late close ward cook baker king lane love rush ",
    )
)
"""Names that are words as well: these are only taken for names when they are written with a capital."""
_BETWEEN = 3
"""Most characters between two words of one name."""
_SHORTEST_LINE = 4
"""Shorter lines of an address, such as "NY" or "2", stand in every text."""
Phrase = tuple[str, ...]


class KnownPeople:
    """Names and address lines by customer, of the newest customers only; safe to share between threads."""

    def __init__(self, *, kept: int = 2_000) -> None:
        self._kept = kept
        self._of: OrderedDict[str, set[Phrase]] = OrderedDict()
        self._count: Counter[Phrase] = Counter()
        self._by_first: dict[str, dict[Phrase, str]] = {}
        self._named: set[str] = set()
        self.changes = 0
        """How often it was changed what is found."""
        self._changing = Lock()

    def add(self, customer_id: str, *, names: Iterable[str] = (), addresses: Iterable[str] = ()) -> None:
        """Keep a customer's names, the single words of each as well, and the lines of an address."""
        found: dict[Phrase, str] = {}
        for line in addresses:
            if sum(map(len, words := _words(line))) >= _SHORTEST_LINE:
                found[words] = ADDRESS
        for name in names:
            words = _words(name)
            found |= dict.fromkeys((words, *((word,) for word in words if len(word) > 1)), NAME)
        found.pop((), None)
        self._named |= {customer_id} if found and NAME in found.values() else set()
        if found.keys() <= self._of.get(customer_id, set()):
            return
        with self._changing:
            known = self._of.setdefault(customer_id, set())
            for phrase in found.keys() - known:
                self._count[phrase] += 1
                self._put(phrase, found[phrase])
            known.update(found)
            while len(self._of) > self._kept:
                self._drop(next(iter(self._of)))

    def knows(self, customer_id: str) -> bool:
        """Say whether the name of a customer is known."""
        return customer_id in self._named

    def forget(self, customer_id: str) -> None:
        """Drop what is known of a customer."""
        with self._changing:
            if customer_id in self._of:
                self._drop(customer_id)

    def find(self, text: str) -> Iterator[Span]:
        """Find what is known in a text, in any letter case, with or without accents; the longest phrase counts."""
        if not self._by_first:
            return
        tokens = [(m.start(), m.end(), _fold(m[0])) for m in _TOKEN.finditer(text)]
        place = 0
        while place < len(tokens):
            fitting = [
                (len(phrase), kind)
                for phrase, kind in self._by_first.get(tokens[place][2], {}).items()
                if _stands(text, tokens[place : place + len(phrase)], phrase)
            ]
            length, kind = max(fitting, default=(0, ""))
            if length:
                yield tokens[place][0], tokens[place + length - 1][1], kind
            place += length or 1

    def _put(self, phrase: Phrase, kind: str | None) -> None:
        """Add or remove a phrase, in a new dictionary: somebody may be going through the old one."""
        others = {known: its for known, its in self._by_first.get(phrase[0], {}).items() if known != phrase}
        self._by_first[phrase[0]] = others | ({phrase: kind} if kind else {})
        if not self._by_first[phrase[0]]:
            del self._by_first[phrase[0]]
        self.changes += 1

    def _drop(self, customer_id: str) -> None:
        self._named.discard(customer_id)
        for phrase in self._of.pop(customer_id):
            self._count[phrase] -= 1
            if not self._count[phrase]:
                del self._count[phrase]
                self._put(phrase, None)


def _stands(text: str, tokens: list[tuple[int, int, str]], phrase: Phrase) -> bool:
    if tuple(token[2] for token in tokens) != phrase:
        return False
    if len(phrase) == 1 and (phrase[0] in _WORDS_TOO or len(phrase[0]) < 3):
        return text[tokens[0][0]].isupper() or not phrase[0].isascii()
    return all(after[0] - before[1] <= _BETWEEN for before, after in pairwise(tokens))


def _words(phrase: str) -> Phrase:
    return tuple(_fold(word) for word in _TOKEN.findall(phrase))


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


KNOWN = KnownPeople()
"""The people whose records this process has read."""

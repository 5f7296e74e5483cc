"""Find the values in a text that can be true or false, and those that stand nowhere in the evidence.

Written apart from the agent's own check of its replies, so that a mistake there does not hide itself here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import combinations

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:\b|(?=t\d))")
_MONTH_FIRST = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?{_MONTH}(?: (\d{{4}}))?\b")
_LINK = re.compile(r"\bhttps?://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CITATION = re.compile(r"\[\d{1,2}(?:, ?\d{1,2})*\]")
_LIST_NUMBER = re.compile(r"(?m)^\s*\d{1,2}[.)]\s")
_CODE = re.compile(r"#?\b(?=[a-z]*\d)[a-z]{1,4}-?\d{3,}\b")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_COUNTED = re.compile(r"\b\d{1,2} (?:other )?(?:orders?|items?|parcels?|articles?|versions?|messages?)\b")
"""How many of something there are, which is counted and not quoted."""
_MOST_AMOUNTS = 80


def unsupported(reply: str, evidence: Sequence[str]) -> list[str]:
    """Return the values of a reply that no evidence holds, as they are written there, each once."""
    known = Values(evidence)
    return list(dict.fromkeys(written for kind, written in _values(reply) if not known.support(kind, written)))


class Values:
    """Every value of the evidence."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = [value for text in texts for value in _values(text)]
        self._exact = {value for value in found if value[0] in ("link", "code")}
        self._dates = {written for kind, written in found if kind == "date"}
        self._numbers = {Decimal(written) for kind, written in found if kind == "number"}
        self._numbers |= {Decimal(part) for date in self._dates for part in date.split("-") if part.isdigit()}
        digits = {re.sub(r"\D", "", written) for kind, written in found if kind == "code"}
        self._numbers |= {Decimal(d) for d in digits if d}

    def support(self, kind: str, written: str) -> bool:
        """Say whether the evidence holds a value, or two amounts that make it."""
        if kind == "number":
            number = Decimal(written)
            return number in self._numbers or ("." in written and number in self._sums())
        if kind == "date":
            return any(_same_day(written, date) for date in self._dates)
        if kind == "code":
            return (kind, written) in self._exact or Decimal(re.sub(r"\D", "", written)) in self._numbers
        return (kind, written) in self._exact

    def _sums(self) -> set[Decimal]:
        amounts = sorted(n for n in self._numbers if n == n.quantize(Decimal("0.01")) and n < 100_000)[:_MOST_AMOUNTS]
        pairs = {a + b for a, b in combinations(amounts, 2)} | {abs(a - b) for a, b in combinations(amounts, 2)}
        return pairs | {sum(three, Decimal()) for three in combinations(amounts[:40], 3)}


def _same_day(one: str, other: str) -> bool:
    """Compare two dates, either of which may lack its year."""
    return one == other or (one[-5:] == other[-5:] and "----" in (one[:4], other[:4]))


def _day(year: str | None, month: str, day: str) -> str:
    return f"{year or '----'}-{_MONTHS.index(month) + 1:02d}-{int(day):02d}"


_KINDS: tuple[tuple[re.Pattern[str], str, Callable[[re.Match[str]], str]], ...] = (
    (_LINK, "link", lambda match: match[0].rstrip(".,;:!?")),
    (_ISO, "date", lambda match: match[0]),
    (_MONTH_FIRST, "date", lambda match: _day(match[3], match[1], match[2])),
    (_DAY_FIRST, "date", lambda match: _day(match[3], match[2], match[1])),
    (_CODE, "code", lambda match: match[0].lstrip("#")),
)
"""How values are written, those before others that could be a part of them, and how each is spelt alike."""


def _values(text: str) -> list[tuple[str, str]]:
    """Return kind and canonical spelling of every value in a text."""
    rest = _COUNTED.sub(" ", _LIST_NUMBER.sub(" ", _CITATION.sub(" ", text.casefold())))
    found: list[tuple[str, str]] = []
    for pattern, kind, spelt in _KINDS:
        found += [(kind, spelt(match)) for match in pattern.finditer(rest)]
        rest = pattern.sub(" ", rest)
    return found + [("number", f"{Decimal(n.replace(',', '')):f}") for n in _NUMBER.findall(rest)]

"""Find what can be checked in a text: amounts, dates, durations, percentages, links, addresses, numbers."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from core.language.text import plain
from core.safety.prefiltered_patterns import PrefilteredPattern
from graph.verification.values.dates import find_dates, find_times, find_weekdays
from graph.verification.values.durations import goes_on, lengths_of_time, seconds_of, working_days
from graph.verification.values.number_spelling import (
    BETWEEN_NUMBER_AND_UNIT,
    CURRENCIES,
    NUMBER,
    TOP_LEVEL_DOMAINS,
    UNIT_PATTERN,
    WORKING,
    readings,
    with_digits,
)
from graph.verification.values.units import find_quantities

Kind = Literal[
    "link",
    "email",
    "date",
    "weekday",
    "time",
    "amount",
    "percent",
    "duration",
    "quantity",
    "identifier",
    "phone",
    "number",
]


@dataclass(frozen=True)
class Value:
    """One thing in a text that is either right or wrong."""

    kind: Kind
    text: str
    """As it was written."""
    keys: frozenset[Any]
    """What it may stand for; two values are the same when they share a key."""
    unit: str = ""
    """Currency of an amount; `hour` of a number that may be a time of day, `measure` of one with an unknown unit behind
    it; `closed` or `open` of a weekday; else empty.
    """
    start: int = 0
    """Where it stands in the plain text."""

    @property
    def numbers(self) -> frozenset[Decimal]:
        """Return what its digits can stand for, without its unit."""
        digits = _FIRST_NUMBER.search(self.text)
        return readings(digits[0]) if digits else frozenset()


_TEXTS_REMEMBERED = 2_000


@lru_cache(maxsize=_TEXTS_REMEMBERED)
def find_values(text: str) -> tuple[Value, ...]:
    """Return the values of a text in one pass per kind; what one kind has taken, no later kind sees.

    Remembered, because each turn reads its whole history again.
    """
    rest = with_digits(plain(text))
    found: list[Value] = []
    for find in _FINDERS if _DIGIT.search(rest) else _WITHOUT_DIGITS:
        last = (0, 0)
        left: list[str] = []
        for start, end, value in sorted(find(rest), key=lambda hit: hit[0]):
            if (start, end) != last:
                if start < last[1] or "\0" in rest[start:end]:
                    continue
                left += [rest[last[1] : start], "\0" * (end - start)]
                last = (start, end)
            found.append(value)
        rest = "".join([*left, rest[last[1] :]])
    return tuple(found)


Hits = Iterator[tuple[int, int, Value]]

_FIRST_NUMBER = re.compile(NUMBER)
_DIGIT = re.compile(r"\d")

_LINK = re.compile(
    rf"https?://[^\s<>()\[\]\"'\0]+|(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]{{0,40}})\.){{1,4}}(?:"
    rf"{TOP_LEVEL_DOMAINS})\b(?:/[^\s<>()\[\]\"'\0]*)?",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}", re.IGNORECASE)
_SYMBOL = "|".join(re.escape(c) for c in sorted((c for c in CURRENCIES if not c.isalpha()), key=len, reverse=True))
_CODES = "|".join(re.escape(c) for c in sorted((c for c in CURRENCIES if c.isalpha()), key=len, reverse=True))
_CODE = rf"(?=[^\W\d_])(?:{_CODES})"
"""The look at the first letter spares the trial of each code."""
_LINK_WORD = r"(?:-|to|and|or|through|bis|und|oder|à|et|ou|a|y|o|e|tot|en|/)"
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_SYMBOL}|\b{_CODE}\b)\s?(?P<first>{NUMBER})(?:\s?{_LINK_WORD}\s?(?P<second>{NUMBER})("
    rf"?![\w%]|\s?(?:{_SYMBOL})))?"
    rf"|(?<![\w.,])(?:(?P<low>{NUMBER})\s?{_LINK_WORD}\s?)?(?P<only>{NUMBER})\s?(?P<after>{_SYMBOL}|{_CODE}\b))"
    rf"(?:\s?(?:usd|eur|gbp)\b)?",
    re.IGNORECASE,
)
_CENTS = re.compile(rf"(?<![\w.,])(?P<only>{NUMBER})\s?(?:cents?|pence|¢)\b", re.IGNORECASE)
_PERCENT = re.compile(
    rf"(?<![\w.,])(?:(?P<low>{NUMBER})\s?%?\s?{_LINK_WORD}\s?)?(?P<only>{NUMBER})\s?(?:%|per ?cent\b|prozent\b|"
    rf"pour ?cent\b|por ?ciento\b|per ?cento\b|por ?cento\b|procent\w*)",
    re.IGNORECASE,
)
_DURATION = PrefilteredPattern(
    rf"(?<![\w.,#])(?:(?P<low>{NUMBER})\s?(?:{UNIT_PATTERN})?\s?{_LINK_WORD}\s?)?(?P<only>{NUMBER})(?:\+|\s?-)?\s?"
    rf"(?:{BETWEEN_NUMBER_AND_UNIT}[\s-]){{0,2}}(?P<unit>{UNIT_PATTERN})\b(?![\w])",
    re.IGNORECASE,
)
_HOURS_AND_MINUTES = re.compile(
    rf"(?<![\w.,#])(?P<only>{NUMBER})\s?(?P<unit>{UNIT_PATTERN})(?:,?\s(?:and|und|et|y|e|en|och|og|i)\s|"
    rf",?\s)(?P<more>{NUMBER})\s?(?P<then>{UNIT_PATTERN})\b",
    re.IGNORECASE,
)
"""Two units that make one length of time: `3 hours and 25 minutes`."""
_NAMED_DURATION = re.compile(  # "window_days": 30, but not "price_per_day": 30
    r"(?<!per_)(?<!per )(?<![a-z])(?P<unit>(?:second|minute|hour|day|night|week|month|"
    rf"year)s?)(?:_\w+)?[\"']?\s?[:=]\s?[\"']?(?:(?P<low>{NUMBER})\s?{_LINK_WORD}\s?)?(?P<only>{NUMBER})\b(?!-)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"(?<![\w.])#?(?=[a-z0-9])(?=[\w/-]{0,60}\d)[a-z0-9]+(?:[-_/][a-z0-9]+)*(?![\w@])", re.IGNORECASE
)
_PHONE = re.compile(r"(?<![\w./-])\+?(?:\(\d{1,5}\)|\d)(?:[\s./-]{0,2}(?:\(\d{1,4}\)|\d)){5,15}(?!\w)")
_HOUR = re.compile(
    r"(?:\b(?:until|till?|from|at|by|before|after|between|bis|ab|um|von|vor|nach|à|de|alle|dalle|hasta|desde|"
    r"las|tot|van|om|vanaf|das|até|às|kl\.?|klockan|od|do|o|and|to|und|et|y|e|en|och|-)|\d\s?-)\s?$",
    re.IGNORECASE,
)
"""What stands before a number that may be a time of day: `until 11`."""
_OPENS = re.compile(
    r"(?P<closed>\b(?:closed|shut|not open|geschlossen|zu|ruhetag|fermé\w*|cerrad\w+|chius\w+|gesloten|dicht|"
    r"stängt|encerrad\w+|"
    r"fechad\w+|zamknięt\w+|nieczynne)\b)|\b(?:open\w*|offen|geöffnet|öffnungszeiten|ouvert\w*|abiert\w+|"
    r"apert\w+|öppet|abert\w+|czynne|otwart\w+)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;!?\n]\s")
_NUMBER = re.compile(rf"(?<![\w.,])#?(?P<only>{NUMBER})(?:st|nd|rd|th|x|°)?(?![\w])", re.IGNORECASE)
_ABBREVIATED_UNIT = re.compile(
    r"\s?(?=[a-zµ]{0,2}[A-ZΩ])(?!PM\b|AM\b|I\b|[A-Z][a-z]{2,3}\b)[A-Za-zµΩ]{1,4}(?:/\w{1,3})?(?!\w)(?!\s?[A-Z])"
)
"""What looks like a unit of measure: `kΩ`, `BTU`, `Nm`."""


def _links(text: str) -> Hits:
    for match in _LINK.finditer(text):
        written = match[0].rstrip(".,;:!?")
        if "@" in text[max(0, match.start() - 1) : match.start()]:
            continue
        key = re.sub(r"^(?:https?://)?(?:www\.)?", "", written.lower()).rstrip("/")
        yield match.start(), match.start() + len(written), Value("link", written, frozenset({key}), start=match.start())


def _emails(text: str) -> Hits:
    for match in _EMAIL.finditer(text):
        yield match.start(), match.end(), Value("email", match[0], frozenset({match[0].lower()}), start=match.start())


def _amounts(text: str) -> Hits:
    for match in _AMOUNT.finditer(text):
        currency = CURRENCIES[(match["before"] or match["after"]).lower()]
        for number in (match["first"], match["second"], match["low"], match["only"]):
            if number:
                shown = match[0] if number in (match["first"], match["only"]) else number
                yield from _hit(match, Value("amount", shown.strip(), readings(number), currency, match.start()))
    for match in _CENTS.finditer(text):
        keys = frozenset[Any](n / 100 for n in readings(match["only"]))
        yield from _hit(match, Value("amount", match[0], keys, start=match.start()))


def _percents(text: str) -> Hits:
    for match in _PERCENT.finditer(text):
        for number in filter(None, (match["low"], match["only"])):
            yield from _hit(match, Value("percent", f"{number}%", readings(number), start=match.start()))


def _durations(text: str) -> Hits:
    joined = [m for m in _HOURS_AND_MINUTES.finditer(text) if goes_on(m)]
    for match in joined:
        lengths = [*seconds_of(match["only"], match["unit"]), *seconds_of(match["more"], match["then"])]
        together = frozenset[Any]({("s", sum(lengths, Decimal()).normalize())})
        yield from _hit(match, Value("duration", match[0], together, start=match.start()))
    for pattern in (_DURATION, _NAMED_DURATION):
        for match in pattern.finditer(text):
            if any(m.start() <= match.start() < m.end() for m in joined):
                continue
            for number in filter(None, (match.groupdict().get("low"), match["only"])):
                keys = frozenset(key for n in readings(number) for key in lengths_of_time(n, match["unit"]))
                if WORKING.search(f"{match[0]}{text[match.end() : match.end() + 15]}"):
                    keys |= working_days(keys)
                yield from _hit(match, Value("duration", f"{number} {match['unit']}", keys, start=match.start()))


def _identifiers(text: str) -> Hits:
    for match in _IDENTIFIER.finditer(text):
        written = match[0]
        key = re.sub(r"[^A-Za-z0-9]", "", written).upper()
        digits = sum(c.isdigit() for c in key)
        if re.fullmatch(r"\d+(?:st|nd|rd|th|x)|\d{1,4}", written, re.IGNORECASE):
            continue
        if not digits or (
            key.isdigit() and digits < 5 and not written.startswith("#") and not re.search(r"\d[-_/]\d", written)
        ):
            continue
        if re.fullmatch(r"\d{1,3}-\d{1,3}", written):
            continue  # a range
        yield match.start(), match.end(), Value("identifier", written, frozenset({key}), start=match.start())


def _phones(text: str) -> Hits:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) >= 7 and (re.search(r"[\s()./-]", match[0]) or match[0].startswith("+")):
            yield match.start(), match.end(), Value("phone", match[0], frozenset({digits}), start=match.start())


def _numbers(text: str) -> Hits:
    for match in _NUMBER.finditer(text):
        hour = "hour" if _HOUR.search(text[max(0, match.start() - 12) : match.start()]) else ""
        unit = "measure" if _ABBREVIATED_UNIT.match(text, match.end()) else hour
        yield from _hit(match, Value("number", match["only"], readings(match["only"]), unit, match.start()))


def _quantities(text: str) -> Hits:
    for start, end, written, sizes in find_quantities(text):
        yield start, end, Value("quantity", written, sizes, start=start)


def _weekdays(text: str) -> Hits:
    days = list(find_weekdays(text))
    ends = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)] if days else []
    opens = [(m.start(), "closed" if m["closed"] else "open") for m in _OPENS.finditer(text)] if days else []
    for start, end, keys in days:
        first, last = ends[bisect_right(ends, start) - 1], ends[bisect_left(ends, end)]
        place = bisect_left(opens, (start, ""))
        before, after = opens[max(place - 1, 0) : place], opens[place : place + 1]
        said = [state for at, state in (*before, *after) if first <= at < last][:1]
        yield start, end, Value("weekday", text[start:end].strip(), keys, said[0] if said else "", start)


def _hit(match: re.Match[str], value: Value) -> Hits:
    yield match.start(), match.end(), value


def _dated(kind: Kind, find: Callable[[str], Iterator[tuple[int, int, frozenset[Any]]]]) -> Callable[[str], Hits]:
    def hits(text: str) -> Hits:
        for start, end, keys in find(text):
            yield start, end, Value(kind, text[start:end].strip(), keys, start=start)

    return hits


_DATES, _TIMES = _dated("date", find_dates), _dated("time", find_times)
_FINDERS: tuple[Callable[[str], Hits], ...] = (
    _emails,
    _links,
    _DATES,
    _TIMES,
    _amounts,
    _percents,
    _durations,
    _quantities,
    _phones,
    _identifiers,
    _weekdays,
    _numbers,
)
_WITHOUT_DIGITS = (_emails, _links, _DATES, _TIMES, _weekdays)
"""Those that find anything in a text without a digit."""

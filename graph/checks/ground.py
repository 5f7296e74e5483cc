"""Collect what a reply may rely on: passages, tool results, policy and what was said before."""

import itertools
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, cast

from graph.checks.arithmetic import MONEY_KEY, Operands, follows
from graph.checks.dates import DateKey, same_date
from graph.checks.spelling import NUMBER, plain, readings
from graph.checks.units import Quantity, same_quantity
from graph.checks.values import Value, find_values

Origin = Literal["prose", "data", "plan", "customer"]
"""Where a text comes from: articles, policy and earlier replies; tool results; what a tool would do; the customer."""

_MONEY = re.compile(rf"{MONEY_KEY}[\w ]{{0,20}}[\"']?\s?[:=]\s?[\"']?(-?{NUMBER})", re.IGNORECASE)
_PENNIES = re.compile(r"(?<![\w.])\d{1,7}\.\d{2}(?![\w.])")
_TABLE_ROW = re.compile(r"(?m)^.*\|.*$")
_WEEKDAYS_WORD = re.compile(r"\bweekdays?\b|\bworking days\b|\bwerktags\b", re.IGNORECASE)
_WEEKEND = re.compile(r"\bweekends?\b|\bwochenende\b", re.IGNORECASE)
_WEEKDAY_RANGE = re.compile(r"(?:-|to|through|bis|till|until|à|al|a)", re.IGNORECASE)
_LIST_ITEM = re.compile(r"\{[^{}]*\}")
_PAIR = re.compile(r"[\"']?(\w+)[\"']?\s?[:=]\s?[\"']?([\w #-]{1,40})")
_TWICE = re.compile(r"\btwice\b", re.IGNORECASE)
_KEY_WITH_NUMBER = re.compile(r"[\"'](?=\w*\d)[a-z]\w*[\"']\s?:")
_DAY_BEFORE = re.compile(
    r"\b(?:(?:the )?(?:day|night|evening) before|previous day|day prior|yesterday|am vor(?:tag|abend)|tag (?:vor|davor)|gestern|la veille|hier|"
    r"el día (?:antes|anterior)|ayer|il giorno prima|ieri|no dia anterior|ontem|de dag ervoor|gisteren|dagen (?:innan|före)|igår|dzień przed|wczoraj)\b",
    re.IGNORECASE,
)
_DAY_AFTER = re.compile(
    r"\b(?:(?:the )?(?:day|night|evening) after|(?:the )?(?:next|following) (?:day|morning)|tomorrow|tag (?:nach|danach)|morgen|le lendemain|demain|"
    r"el día siguiente|mañana|il giorno dopo|domani|no dia seguinte|amanhã|de dag erna|dagen efter|imorgon|dzień po|jutro)\b",
    re.IGNORECASE,
)
MOST_COUNTED = 50
MOST_COUNT = 60
"""Largest number of a customer or a tool that may count what a price is for."""
_LONGEST_COUNT = 9
_SENTENCE_END = re.compile(r"[.;!?\n](?:\s|$)")
_BEFORE = re.compile(
    r"\b(?:before\w*|prior|ahead|earlier|in advance|notice|ago|vor(?:her|ab)?|zuvor|avant|préavis|antes|antelación|prima|preavviso|anticipo|"
    r"voor(?:af)?|tevoren|före|innan|przed|wcześniej|antecedência)\b",
    re.IGNORECASE,
)
"""What makes a length of time count backwards from a date."""
_SHARES = (
    (
        re.compile(r"\b(?:half|halve|halb\w*|hälfte\w*|moitié|mitad|metà|helft|metade|połow\w+)\b", re.IGNORECASE),
        Decimal(50),
    ),
    (
        re.compile(r"\b(?:double|twice|doppel\w+|double|doble|doppi\w+|dubbel\w*|dobro|podwójn\w+)\b", re.IGNORECASE),
        Decimal(200),
    ),
)
_ONE = frozenset({Decimal(1)})

_TEXTS_REMEMBERED = 2_000


@dataclass(frozen=True)
class Text:
    """Hold one text a reply may rely on."""

    text: str
    origin: Origin = "prose"


@dataclass(frozen=True)
class Deed:
    """Hold what a tool was called and answered; a call that failed or only asked is not a deed."""

    tool: str
    result: str


@dataclass
class Ground:
    """Hold everything a reply may rely on, read once and asked for each sentence."""

    passages: int = 0
    """How many passages there are to cite, numbered from 1."""
    deeds: tuple[Deed, ...] = ()
    addresses: frozenset[str] = frozenset()
    """E-mail addresses, in lower case, that the customer or the shop's records name."""
    data: str = ""
    """All tool results as one lower-case text."""
    words: str = ""
    """Everything as one lower-case text."""
    prose: str = ""
    """Articles, policy and earlier replies as one lower-case text with single spaces."""
    _known: dict[str, list[Value]] = field(default_factory=dict)
    _bare: set[Decimal] = field(default_factory=set)
    _operands: Operands = field(default_factory=Operands)

    def stands(self, value: Value) -> bool:
        """Say whether a value stands in what may be relied on, in any spelling."""
        known = self._known.get(value.kind, [])
        match value.kind:
            case "amount":
                return self._is_bare(value) or any(
                    value.keys & k.keys and (not value.unit or not k.unit or value.unit == k.unit) for k in known
                )
            case "percent":
                return self._is_bare(value) or _shares_key(value, known)
            case "number":
                return (
                    value.keys == _ONE
                    or self._is_bare(value)
                    or _shares_key(value, known)
                    or self._is_year(value)
                    or self._is_hour(value)
                    or self._is_named(value)
                )
            case "duration":
                return _shares_key(value, known) or (_is_age(value) and bool(value.numbers & self._bare))
            case "quantity":
                return bool(value.numbers & self._bare) or any(
                    same_quantity(cast(Quantity, s), cast(Quantity, q))
                    for s in value.keys
                    for k in known
                    for q in k.keys
                )
            case "time":
                return _shares_key(value, known) or any(
                    Decimal(m // 60 or 12) in k.keys or Decimal(m // 60 % 12 or 12) in k.keys
                    for m in cast(frozenset[int], value.keys)
                    if m % 60 == 0
                    for k in self._known.get("number", [])
                    if k.unit == "hour"
                )
            case "date":
                said = cast(frozenset[DateKey], value.keys)
                return any(same_date(s, k) for s in said for k in self._dates())
            case "weekday":
                same = [k for k in known if value.keys & k.keys]
                if value.unit == "closed":
                    return bool(known) and all(k.unit == "closed" for k in same)
                if same and value.unit == "open" and all(k.unit == "closed" for k in same):
                    return False
                return bool(same) or any(_weekday(k) in value.keys for k in self._dates())
            case "link":
                return any(_same_link(str(next(iter(value.keys))), str(next(iter(k.keys)))) for k in known)
            case "identifier" | "phone":
                ends = value.text.split("-") if value.kind == "identifier" else []
                return any(_same_digits(str(s), str(k)) for s in value.keys for k in self._identifiers()) or (
                    len(ends) == 2 and all(end.upper() in self._identifiers() for end in ends)
                )
            case _:
                return _shares_key(value, known)

    def is_priced(self, amount: Decimal) -> bool:
        """Say whether something costs that much."""
        return amount in self._operands.amounts | self._operands.told_amounts

    def derives(self, value: Value, shown: Sequence[Value]) -> bool:
        """Say whether a value follows by arithmetic from tool results and from what the reply has shown so far."""
        return follows(value, self._operands.with_shown(shown))

    def _is_bare(self, value: Value) -> bool:
        return bool(value.keys & cast(set[Hashable], self._bare))

    def _is_year(self, value: Value) -> bool:
        return any(year is not None and Decimal(year) in value.keys for year, _, _ in self._dates())

    def _is_hour(self, value: Value) -> bool:
        """`until 11` is a time of day that is known as 11:00."""
        times = {cast(int, key) % 720 for known in self._known.get("time", []) for key in known.keys}
        return value.unit == "hour" and any(n < 25 and int(n * 60) % 720 in times for n in value.numbers)

    def _is_named(self, value: Value) -> bool:
        """A number may leave out the currency or the unit that it has in the ground, and an age its years."""
        return any(
            value.numbers & known.numbers and (kind != "duration" or _is_age(known))
            for kind in ("amount", "quantity", "duration")
            for known in self._known.get(kind, [])
        )

    def _dates(self) -> list[DateKey]:
        return [cast(DateKey, key) for value in self._known.get("date", []) for key in value.keys]

    def _identifiers(self) -> list[str]:
        kinds = ("identifier", "phone")
        return [str(key) for kind in kinds for value in self._known.get(kind, []) for key in value.keys]


def lay_ground(
    texts: Iterable[Text], *, passages: int = 0, deeds: Sequence[Deed] = (), addresses: Iterable[str] = ()
) -> Ground:
    """Return the ground that these texts are."""
    ground = Ground(passages=passages, deeds=tuple(deeds), addresses=frozenset(addresses))
    for text in texts:
        _join(ground, _read(text))
    return ground


@lru_cache(maxsize=_TEXTS_REMEMBERED)
def _read(source: Text) -> Ground:
    """Return what one text adds; remembered, because each turn reads its whole history again. Nobody changes it."""
    ground = Ground()
    _add(ground, source)
    return ground


def _join(ground: Ground, part: Ground) -> None:
    """Add to a ground what one text adds."""
    for kind, values in part._known.items():
        ground._known.setdefault(kind, []).extend(values)
    ground._bare |= part._bare
    ground.words += part.words
    ground.data += part.data
    ground.prose += part.prose
    for name in (
        "amounts",
        "told_amounts",
        "percents",
        "numbers",
        "counts",
        "spans",
        "spans_back",
        "dates",
        "times",
        "days_away",
        "quantities",
    ):
        getattr(ground._operands, name).update(getattr(part._operands, name))


def _add(ground: Ground, source: Text) -> None:
    values = find_values(_spoken(source.text) if source.origin == "data" else source.text)
    normal = plain(source.text)
    for value in (*values, *_implied(normal, values)):
        ground._known.setdefault(value.kind, []).append(value)
        if value.kind == "number" and (source.origin != "prose" or _in_table(normal, value)):
            ground._bare |= cast(frozenset[Decimal], value.keys)
    ground.words += f" {normal.lower()}"
    operands = ground._operands
    operands.percents |= {n for v in values if v.kind == "percent" for n in cast(frozenset[Decimal], v.keys)}
    for value in values:
        if value.kind == "duration":
            lengths = cast(frozenset[tuple[str, Decimal]], value.keys)
            operands.spans |= lengths
            if _BEFORE.search(_sentence_around(normal, value.start)):
                operands.spans_back |= lengths
    operands.percents |= {share for says, share in _SHARES if says.search(normal)}
    operands.dates |= {k for v in values if v.kind == "date" for k in cast(frozenset[DateKey], v.keys)}
    operands.times |= {cast(int, k) for v in values if v.kind == "time" for k in v.keys}
    operands.quantities |= {cast(Quantity, k) for v in values if v.kind == "quantity" for k in v.keys}
    operands.days_away |= {days for says, days in ((_DAY_BEFORE, -1), (_DAY_AFTER, 1)) if says.search(normal)}
    amounts = {min(cast(frozenset[Decimal], v.keys)) for v in values if v.kind == "amount" and v.keys}
    if source.origin == "prose":
        operands.told_amounts |= amounts
        ground.prose += f" {' '.join(normal.lower().split())}"
        return
    operands.amounts |= amounts
    ground._bare |= amounts
    operands.counts |= {
        n for v in values if v.kind == "number" for n in v.numbers if 1 < n <= MOST_COUNT and n == int(n)
    }
    operands.numbers |= {n for v in values if v.kind == "number" or _is_count(v) for n in v.numbers}
    if source.origin == "data":
        ground.data += f" {normal.lower()}"
    if source.origin != "customer":
        operands.amounts |= {n for m in _MONEY.finditer(normal) for n in readings(m[1].lstrip("-"))}
        operands.amounts |= {Decimal(m[0]) for m in _PENNIES.finditer(normal)}
        records = _counts(normal)
        operands.counts |= records
        ground._bare |= records


def _implied(text: str, values: Sequence[Value]) -> list[Value]:
    """Return what a text says without spelling it out: the days within Monday to Friday, the parts of an identifier."""
    days = [v for v in values if v.kind == "weekday"]
    implied: set[int] = set()
    for first, last in itertools.pairwise(days):
        between = text[first.start + len(first.text) : last.start].strip()
        if _WEEKDAY_RANGE.fullmatch(between):
            start, end = int(str(next(iter(first.keys)))), int(str(next(iter(last.keys))))
            implied |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    if _WEEKDAYS_WORD.search(text):
        implied |= set(range(5))
    if _WEEKEND.search(text):
        implied |= {5, 6}
    parts = [Decimal(p) for v in values if v.kind == "identifier" for p in re.findall(r"(?<!\d)\d{3,6}(?!\d)", v.text)]
    numbers = [*parts, *([Decimal(2)] if _TWICE.search(text) else [])]
    return [
        *(Value("weekday", "", frozenset({day})) for day in implied),
        *(Value("number", "", frozenset({number})) for number in numbers),
    ]


def _counts(text: str) -> set[Decimal]:
    """Return how many records a tool result lists, in all and by each value of a field."""
    records = _LIST_ITEM.findall(text)
    tally = Counter(pair for record in records for pair in set(_PAIR.findall(record)))
    fields = Counter(name for record in records for name, _ in set(_PAIR.findall(record)))
    counts = {*tally.values(), *fields.values(), len(records)}
    return {Decimal(n) for n in counts if 0 < n <= MOST_COUNTED}


def _sentence_around(text: str, position: int) -> str:
    start = max((m.end() for m in _SENTENCE_END.finditer(text, 0, position)), default=0)
    end = _SENTENCE_END.search(text, position)
    return text[start : end.start() if end else len(text)]


def _spoken(data: str) -> str:
    """Return a tool result with its field names as words: `spent_last_12_months` names a length of time."""
    return _KEY_WITH_NUMBER.sub(lambda m: re.sub(r"(?<=\D)_(?=\d)|(?<=\d)_(?=\D)", " ", m[0]), data)


def _is_count(value: Value) -> bool:
    """Say whether what looks like an identifier may be a large number, such as the reading of a meter."""
    return value.kind == "identifier" and value.text.isdigit() and len(value.text) <= _LONGEST_COUNT


def _is_age(value: Value) -> bool:
    """`a 7-year-old` may be `a kid of 7` in the customer's words."""
    return any(
        base == "months" and length % 12 == 0 for base, length in cast(frozenset[tuple[str, Decimal]], value.keys)
    )


def _in_table(text: str, value: Value) -> bool:
    return any(row.start() <= value.start <= row.end() for row in _TABLE_ROW.finditer(text))


def _shares_key(value: Value, known: Sequence[Value]) -> bool:
    return any(value.keys & k.keys for k in known)


def _weekday(key: DateKey) -> int | None:
    year, month, day = key
    return date(year, month, day).weekday() if year and month and day else None


def _same_link(said: str, known: str) -> bool:
    """A link is known as a whole, or as the site of a known one."""
    return said == known or (("/" not in said) and known.split("/")[0] == said)


def _same_digits(said: str, known: str) -> bool:
    """An identifier may lose its letters, and a long one be named by its last digits."""
    if said == known:
        return True
    said_digits, known_digits = re.sub(r"\D", "", said), re.sub(r"\D", "", known)
    plain_number = said.isdigit() or known.isdigit()
    return (
        plain_number
        and len(said_digits) >= 4
        and known_digits.endswith(said_digits)
        and (len(said_digits) == len(known_digits) or len(said_digits) >= 7 or len(known_digits) >= 12)
    )

"""Gather what the next reply may rely on, and read from each text what it says, implies and may be calculated with."""

import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from types import MappingProxyType

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.json_records import json_or_text
from core.language.text import plain
from core.message_marks import marks
from core.model_notes import NOT_RUN
from core.passages import Passage
from graph.state import text_of
from graph.verification.evidence import PASSAGES, TEXTS_REMEMBERED, Evidence, ReadValues, Text, ToolOutcome
from graph.verification.values.arithmetic import MONEY_KEY
from graph.verification.values.number_spelling import NUMBER, readings
from graph.verification.values.value_reading import Value, find_values
from tools.tool import Tool

DONE = "done"
"""State of a write that was carried out; while it is in any other state, nothing has happened."""
MADE_UP = NOT_RUN
"""Begins the result of a call that was refused because of what the model made up; such a result proves nothing."""


def evidence_of(
    messages: Sequence[AnyMessage],
    passages: Sequence[Passage],
    *,
    policy: str = "",
    tools: Mapping[str, Tool] = MappingProxyType({}),
    addresses: Callable[[], Collection[str]] = frozenset,
) -> Evidence:
    """Return the evidence of the next reply: passages, tool results, policy, the customer's words and earlier replies.

    Replies count because each was checked before it was sent. `tools` tells what calls did; a tool that is not among
    them is judged by its name. `addresses` tells the e-mail addresses a reply may name besides those of allowed hosts.
    """
    texts = [Text(policy)] if policy else []
    texts += [Text(" \n".join((p.title, *p.headings, p.text, p.url))) for p in passages]
    outcomes = []
    for message in messages:
        text = text_of(message)
        if isinstance(message, ToolMessage):
            if text.startswith(MADE_UP):
                continue
            if message.status == "error":
                texts.append(Text(text))
            elif marks(message).get("state", DONE) != DONE:
                texts.append(Text(text, "plan"))
            else:
                texts.append(Text(text, "data"))
                outcomes.append(_outcome(message.name or "", text, tools))
        elif isinstance(message, HumanMessage):
            texts.append(Text(text, "customer"))
        elif isinstance(message, AIMessage) and text.strip():
            texts.append(Text(text))
    return read_evidence(texts, passages=len(passages), outcomes=outcomes, addresses=addresses)


def _outcome(name: str, result: str, tools: Mapping[str, Tool]) -> ToolOutcome:
    tool = tools.get(name)
    return (
        ToolOutcome(f"{name} {tool.words}", result, wrote=tool.effect == "write") if tool else ToolOutcome(name, result)
    )


_MONEY = re.compile(rf"{MONEY_KEY}[\w ]{{0,20}}[\"']?\s?[:=]\s?[\"']?(-?{NUMBER})", re.IGNORECASE)
_PENNIES = re.compile(r"(?<![\w.])\d{1,7}\.\d{2}(?![\w.])")
_TABLE_ROW = re.compile(r"(?m)^.*\|.*$")
_WEEKDAYS_WORD = re.compile(r"\bweekdays?\b|\bworking days\b|\bwerktags\b", re.IGNORECASE)
_WEEKEND = re.compile(r"\bweekends?\b|\bwochenende\b", re.IGNORECASE)
_WEEKDAY_RANGE = re.compile(r"(?:-|to|through|bis|till|until|à|al|a)", re.IGNORECASE)
_LIST_ITEM = re.compile(r"\{[^{}]*\}")
_PAIR = re.compile(r"(?:[\"']|(?<![\"'\w]))(\w+)[\"']?\s?[:=]\s?[\"']?([\w #-]{1,40})")
_TWICE = re.compile(r"\btwice\b", re.IGNORECASE)
_KEY_WITH_NUMBER = re.compile(r"[\"'](?=\w*\d)[a-z]\w*[\"']\s?:")
_DAY_BEFORE = re.compile(
    r"\b(?:(?:the )?(?:day|night|evening) before|previous day|day prior|yesterday|am vor(?:tag|abend)|tag "
    r"(?:vor|davor)|gestern|la veille|hier|"
    r"el día (?:antes|anterior)|ayer|il giorno prima|ieri|no dia anterior|ontem|de dag ervoor|gisteren|dagen "
    r"(?:innan|före)|igår|dzień przed|wczoraj)\b",
    re.IGNORECASE,
)
_DAY_AFTER = re.compile(
    r"\b(?:(?:the )?(?:day|night|evening) after|(?:the )?(?:next|following) (?:day|morning)|tomorrow|tag "
    r"(?:nach|danach)|morgen|le lendemain|demain|"
    r"el día siguiente|mañana|il giorno dopo|domani|no dia seguinte|amanhã|de dag erna|dagen efter|imorgon|"
    r"dzień po|jutro)\b",
    re.IGNORECASE,
)
MOST_COUNTED = 50
MOST_COUNT = 60
"""Largest number of a customer or a tool that may count what a price is for."""
_LONGEST_COUNT = 9
_SENTENCE_END = re.compile(r"[.;!?\n](?:\s|$)")
_BEFORE = re.compile(
    r"\b(?:before\w*|prior|ahead|earlier|in advance|notice|ago|vor(?:her|ab)?|zuvor|avant|préavis|antes|"
    r"antelación|prima|preavviso|anticipo|"
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


def read_evidence(
    texts: Iterable[Text],
    *,
    passages: int = 0,
    outcomes: Sequence[ToolOutcome] = (),
    addresses: Callable[[], Collection[str]] = frozenset,
) -> Evidence:
    """Return the evidence that these texts are."""
    each = tuple(dict.fromkeys(texts))  # a record may have been read in many turns
    return Evidence(passages, tuple(outcomes), each, addresses, partial(_values_of, each))


def _values_of(texts: Sequence[Text]) -> ReadValues:
    """Return what texts hold together."""
    values = ReadValues()
    for text in texts:
        part = _read(text)
        values.list_lengths |= part.list_lengths
        for known, added in ((values.known, part.known), (values.operands, part.operands)):
            for name, more in vars(added).items():  # sets, most of them empty
                if more:
                    getattr(known, name).update(more)
    return values


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _read(source: Text) -> ReadValues:
    """Return what one text adds; remembered, because each turn reads its whole history again. Nobody changes it."""
    values = find_values(_spoken(source.text) if source.origin == "data" else source.text)
    normal = plain(source.text)
    rows = [] if source.origin != "prose" else [row.span() for row in _TABLE_ROW.finditer(normal)]
    read = ReadValues()
    known, operands = read.known, read.operands
    for value in (*values, *_implied(normal, values)):
        known.add(value)
        if value.kind == "number" and (source.origin != "prose" or _is_within(rows, value.start)):
            known.bare |= value.keys
    operands.percents |= {n for v in values if v.kind == "percent" for n in v.keys}
    durations = [v for v in values if v.kind == "duration"]
    backwards = _backwards(normal) if durations else []
    for value in durations:
        lengths = value.keys
        operands.spans |= lengths
        if _is_within(backwards, value.start):
            operands.spans_back |= lengths
    operands.percents |= {share for says, share in _SHARES if says.search(normal)}
    operands.dates |= {k for v in values if v.kind == "date" for k in v.keys}
    operands.times |= {k for v in values if v.kind == "time" for k in v.keys}
    operands.quantities |= {k for v in values if v.kind == "quantity" for k in v.keys}
    operands.days_away |= {days for says, days in ((_DAY_BEFORE, -1), (_DAY_AFTER, 1)) if says.search(normal)}
    amounts = {min(v.keys) for v in values if v.kind == "amount" and v.keys}
    if source.origin == "prose":
        operands.told_amounts |= amounts
        return read
    operands.amounts |= amounts
    operands.counts |= {
        n for v in values if v.kind == "number" for n in v.numbers if 1 < n <= MOST_COUNT and n == int(n)
    }
    operands.numbers |= {n for v in values if v.kind == "number" or _is_count(v) for n in v.numbers}
    if source.origin == "data" and not PASSAGES.match(source.text):
        read.list_lengths |= _list_lengths(source.text)
        known.bare |= {Decimal(n) for n in read.list_lengths}
    if source.origin != "customer":
        operands.amounts |= {n for m in _MONEY.finditer(normal) for n in readings(m[1].lstrip("-"))}
        operands.amounts |= {Decimal(m[0]) for m in _PENNIES.finditer(normal)}
        records = _counts(normal)
        operands.counts |= records
        known.bare |= records
    return read


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


def _list_lengths(result: str) -> set[int]:
    """Return the lengths of the lists of records in a result that is JSON."""
    lengths, inner = set[int](), [json_or_text(result)]
    while inner:
        value = inner.pop()
        if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            lengths.add(len(value))
        inner += value if isinstance(value, list) else value.values() if isinstance(value, dict) else []
    return lengths


def _backwards(text: str) -> list[tuple[int, int]]:
    """Return where the sentences stand in which lengths of time count backwards."""
    ends = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text) + 1]
    return [(start, end - 1) for start, end in itertools.pairwise(ends) if _BEFORE.search(text, start, end)]


def _spoken(data: str) -> str:
    """Return a tool result with its field names as words: `spent_last_12_months` names a length of time."""
    return _KEY_WITH_NUMBER.sub(lambda m: re.sub(r"(?<=\D)_(?=\d)|(?<=\d)_(?=\D)", " ", m[0]), data)


def _is_count(value: Value) -> bool:
    """Say whether what looks like an identifier may be a large number, such as the reading of a meter."""
    return value.kind == "identifier" and value.text.isdigit() and len(value.text) <= _LONGEST_COUNT


def _is_within(spans: Sequence[tuple[int, int]], position: int) -> bool:
    """Say whether a position lies in one of these parts of a text, which stand in their order."""
    place = bisect_right(spans, position, key=lambda span: span[0])
    return place > 0 and position <= spans[place - 1][1]

"""Answer a question about the customer's own records: which of them it means, and which of their fields."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from core.json_records import Record
from core.language.descriptions import described, describing, is_day, words_of_value
from core.language.requested_changes import asks_own_duty, asks_own_facts
from core.language.several import REFERS
from core.language.text import normal, stem
from core.language.words import content_stems, content_words
from core.offline.answering.found_records import FOUND, field_line, is_plain, meet, records_in
from core.offline.reading.chat_request import Conversation, Result
from core.offline.reading.understanding import Request

_MOST = 8
_WHEN = re.compile(
    r"\b(?:when|what (?:day|date|time)|how long|how late|until|till|since|by when|wann|bis|seit|quand|jusqu\w*|depuis|"
    r"cu[aá]ndo|hasta|desde)\b"
)
_MONEY = re.compile(
    r"\b(?:how much|what (?:\w+ ){0,4}(?:costs?|price|fees?|pay|owe|charged?)|owe|costs?|prices?|charged?|debited|"
    r"wie ?viel|kostet|kosten|schulde|combien|coûte|cu[aá]nto|cuesta|debo)\b"
)
_COUNT = re.compile(r"\b(?:how many|left|remaining|wie viele|übrig|combien de|cu[aá]nt[oa]s|quedan)\b")
_WHERE = re.compile(r"\b(?:where|wo|wohin|où|d[oó]nde)\b")
_WHO = re.compile(r"\b(?:who|wer|wem|qui|qui[eé]n)\b")
_HOW_IS = re.compile(
    r"^(?:(?:and|but|so|also|hi|hey|hello|ok|okay|well|und|et|y)\W+){0,3}"
    r"(?:is|are|was|were|has|have|did|does|ist|sind|war|hat|habe|est|sont|está|están|ha)\b|\bstatus\b|\bwhat happened\b"
)
_HAVE_I = re.compile(r"\b(?:do|did) (?:i|we) (?:\w+ )?have\b|\bhave (?:i|we) got\b|\bare there\b|\bis there\b")
_OWED = re.compile(r"\b(?:owe|outstanding|overdue|unpaid|arrears|schulde|debo)\b")
_NAMES = {
    "date": re.compile(r"date|day|_at$|_on$|until|since|from|due|start|begin|end|expir|time|when"),
    "money": re.compile(r"price|amount|total|fee|cost|balance|charge|rate|deposit|sum|due|premium|rent|paid$"),
    "count": re.compile(r"left|remaining|count|number_of|quantity|total"),
    "place": re.compile(
        r"station|club|address|place|city|location|branch|store|site|room|street|office|from|to$|origin|"
        r"destination|where|gate|depot"
    ),
    "person": re.compile(r"trainer|agent|by$|doctor|driver|teacher|name|person|contact|technician|advisor|host"),
    "status": re.compile(r"stat(?:us|e)$|_status|_state"),
}
_ENDS = re.compile(r"\b(?:ends?|ended|over|until|till|expires?|expired?|runs? out|finish\w*|valid|back|return\w*|due|"
                   r"latest|bis|jusqu\w*|hasta|how long)\b")  # fmt: skip
_END_NAMES = re.compile(r"end|until|till|expir|valid|over|return|due|close|finish")
_BEGINS = re.compile(r"\b(?:starts?|started|begins?|began|begun|since|pick\w*|leaves?|departs?|next|upcoming|depuis|"
                     r"seit|desde)\b")  # fmt: skip
_BEGIN_NAMES = re.compile(r"start|begin|since|depart|pick|open|join|created|from")
_SETTLED = re.compile(r"\b(?:paid|settled|refunded|cancell?ed|finished|done|closed|completed|confirmed|booked|active|"
                      r"ended)\b")  # fmt: skip
_PAST = re.compile(r"\b(?:cancell?ed|finished|missed|done|closed|completed|ended|past|attended)\b")
_MOST_OF = (
    (re.compile(r"\b(?:most expensive|highest|biggest|largest|dearest|priciest)\b"), "money", max),
    (re.compile(r"\b(?:cheapest|lowest|smallest|least expensive)\b"), "money", min),
    (re.compile(r"\b(?:next|upcoming|soonest|earliest|first|oldest)\b(?! (?:month|week|year))"), "date", min),
    (re.compile(r"\b(?:latest|newest|most recent|last)\b(?! (?:month|week|year|night|time))"), "date", max),
)
_COMING = re.compile(r"\b(?:next|upcoming|soonest)\b(?! (?:month|week|year))")
_TOTAL = re.compile(r"\b(?:in total|total|altogether|in all|sum|overall|all together|insgesamt|au total|en total)\b")


@dataclass
class _Meant:
    """The records of one result that a question means."""

    records: list[Record]
    fields: list[dict[str, Any]]
    """Of each what is asked for."""
    by_value: int
    """How many of the question's words stand in them and not in all records."""
    named: bool
    """Whether fields were found by name."""


def facts_by_place(requests: Sequence[Request], conversation: Conversation) -> dict[int, str]:
    """Return what the customer's own records say to the requests of a message, by their places; a question that goes on
    with the one before it is answered together with that one.
    """
    asked = [request.words.replace("\n", " ") for request in requests]
    for place, (first, second) in enumerate(pairwise(requests)):
        leans = second.before or REFERS.search(normal(second.text))
        if leans and (asks_own_facts(second.text, conversation.message) or asks_own_duty(second.text)):
            asked[place] = asked[place + 1] = f"{first.words} {second.text}".replace("\n", " ")
    told = [facts_asked(question, conversation.results, conversation.message) for question in asked]
    return {place: said for place, said in enumerate(told) if said}


def facts_asked(question: str, results: Sequence[Result], beside: str = "") -> str:
    """Return what the customer's own records say to a question about them, or an empty text where they say nothing.

    Args:
        question: One question.
        results: What was read.
        beside: The whole message; whose it is about may stand there.
    """
    duty = asks_own_duty(question)
    if not (asks_own_facts(question, beside) or duty):
        return ""
    found = [_meant(question, list(records_in(result.data))) for result in results if not result.failed]
    meant = [one for one in found if one.records and (one.by_value or (not duty and any(one.fields)))]
    most = max((one.by_value for one in meant), default=0)
    meant = [one for one in meant if one.by_value == most]
    if any(one.named for one in meant) and not most:
        meant = [one for one in meant if one.named]
    lines = [
        field_line(record, fields) for one in meant for record, fields in zip(one.records, one.fields, strict=True)
    ]
    lines = list(dict.fromkeys(filter(None, lines)))[:_MOST]
    return "\n".join([FOUND, *(f"- {line}" for line in lines), *_sum(question, meant)]) if lines else ""


def _sum(question: str, meant: Sequence[_Meant]) -> list[str]:
    """Return the line of a sum where one is asked for."""
    if not _TOTAL.search(normal(question)) or len(meant) != 1:
        return []
    amounts = [next((v for n, v in f.items() if _is("money", n, v)), None) for f in meant[0].fields]
    told = [amount for amount in amounts if isinstance(amount, int | float)]
    return [f"In all: {' + '.join(map(str, told))} = {round(sum(told), 2)}"] if len(told) > 1 else []


def _meant(question: str, records: list[Record]) -> _Meant:
    said = normal(question)
    records, hits = _by_values(said, records)
    if len(records) > 1 and asks_own_duty(question):  # what is over asks nothing of anybody
        records = _coming(records)
    records = _by_extreme(said, records)
    fields = [_fields(said, record, hits) for record in records]
    sure = len(hits) > 1 or any(c.isdigit() for hit in hits for c in hit)
    if sure and not any(fields):  # `what is the ticket of the 2nd about?`
        fields = [{name: value for name, value in record.items() if is_plain(value)} for record in records]
    named = any(_named(said, record) for record in records)
    return _Meant(records, fields, len(hits), named)


def _by_values(said: str, records: list[Record]) -> tuple[list[Record], set[str]]:
    """Return the records whose values a question names best, and the words that tell them from the others."""
    if _OWED.search(said):
        records = [record for record in records if not _stands(record, _SETTLED)]
    words, last = describing(said), content_words(said)[-1:]
    if _HOW_IS.search(said) and not _HAVE_I.search(said):  # `is it paid?` asks whether, and names no paid one
        words -= {stem(word) for word in last if not any(c.isdigit() for c in word)}
    places, hits = described(words, records)
    return [records[place] for place in places], hits


def _by_extreme(said: str, records: list[Record]) -> list[Record]:
    """Return the one record that is the most expensive, the next, the last of those asked about; else all."""
    for asked, kind, most in _MOST_OF:
        if len(records) > 1 and asked.search(said):
            records = _coming(records) if _COMING.search(said) else records
            known = [
                (value, place) for place, record in enumerate(records) if (value := _first(kind, record)) is not None
            ]
            if known:
                return [records[most(known)[1]]]
    return records


def _coming(records: list[Record]) -> list[Record]:
    """Return the records that are not over, or all where all are."""
    return [r for r in records if not _stands(r, _PAST)] or records


def _stands(record: Record, how: re.Pattern[str]) -> bool:
    """Say whether the status of a record is one of some words."""
    return any(_is("status", name, value) and how.search(normal(str(value))) for name, value in record.items())


def _first(kind: str, record: Record) -> Any:
    return next((value for name, value in record.items() if _is(kind, name, value)), None)


def _fields(said: str, record: Record, hits: set[str]) -> dict[str, Any]:
    """Return the fields of a record that a question is about."""
    named = _named(said, record)
    asked: dict[str, Any] = {}
    for kind, told in (("date", _WHEN), ("money", _MONEY), ("count", _COUNT), ("place", _WHERE), ("person", _WHO)):
        if told.search(said) or any(kind == one and how.search(said) for how, one, _ in _MOST_OF):
            asked |= _of_kind(kind, said, record, named)
    if _HOW_IS.search(said) or (_OWED.search(said) and asked):
        asked |= {name: value for name, value in record.items() if _is("status", name, value)}
    asked |= {name: value for name, value in named.items() if not asked or _kind(name, value) is None}
    if not asked:
        return {}
    by_value = {name for name, value in record.items() if not hits.isdisjoint(words_of_value(value))}
    return {name: value for name, value in record.items() if name in asked or name in by_value}


def _of_kind(kind: str, said: str, record: Record, named: Record) -> dict[str, Any]:
    own = {name: value for name, value in record.items() if _is(kind, name, value)}
    if by_name := {name: value for name, value in own.items() if name in named}:
        return by_name
    if kind == "date":
        for asked, names in ((_ENDS, _END_NAMES), (_BEGINS, _BEGIN_NAMES)):
            if asked.search(said) and (some := {n: v for n, v in own.items() if names.search(n)}):
                return some
    return own


def _named(said: str, record: Record) -> dict[str, Any]:
    """Return the fields that a question names."""
    stems = content_stems(said)
    return {
        name: value
        for name, value in record.items()
        if value not in ("", None) and meet(stems, content_stems(name.replace("_", " ")))
    }


def _kind(name: str, value: Any) -> str | None:
    return next((kind for kind in _NAMES if _is(kind, name, value)), None)


def _is(kind: str, name: str, value: Any) -> bool:
    """Say whether a field is of a kind: by its value, and by its name where a value does not tell."""
    match kind:
        case "date":
            return is_day(value)
        case "money":
            return not isinstance(value, bool) and (
                isinstance(value, float) or (isinstance(value, int) and bool(_NAMES[kind].search(name)))
            )
        case "count":
            return isinstance(value, int) and not isinstance(value, bool) and not _NAMES["money"].search(name)
        case _:
            return is_plain(value) and value != "" and bool(_NAMES[kind].search(name)) and not is_day(value)

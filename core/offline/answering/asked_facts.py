"""Answer a question about the customer's own records: which of them it means, and which of their fields."""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from core.json_records import Record, records_within, texts_in, words_of_name
from core.language.detection import is_small_word
from core.language.fixed_sentences import ENGLISH, label
from core.language.glossary import in_english
from core.language.records.descriptions import described, describing, known_things, words_of_value
from core.language.records.record_lines import field_line, is_plain, meet, records_in
from core.language.records.told import name_of, standing
from core.language.requested_changes import asks_facts, asks_own_duty, asks_own_facts
from core.language.several import IN_ALL
from core.language.text import normal, stem
from core.language.words import REFERS, content_stems, content_words, leans_on_before, spelled, stems
from core.offline.answering.asked_fields import (
    COMING,
    HOW_IT_IS,
    LISTS,
    MOST_OF,
    OWED,
    asked_fields,
    asked_kinds,
    asks_for_kind,
    asks_how_it_stands,
    asks_whether,
    first_of_kind,
    is_a,
    named_fields,
    names_said,
    plain_fields,
    with_measures,
)
from core.offline.answering.found_records import FOUND, leads_to, led_to_alone
from core.offline.reading.chat_request import Conversation, Result
from core.offline.reading.understanding import Request

_MOST = 8
_HAVE_I = re.compile(r"\b(?:do|did) (?:i|we) (?:\w+ )?have\b|\bhave (?:i|we) got\b|\bare there\b|\bis there\b")
_SETTLED = re.compile(r"paid|settled|refunded|credit|cancell?ed|finished|done|closed|completed|confirmed|booked|active")
_OVER = re.compile(r"cancell?ed|finished|missed|done|closed|completed|ended|past|attended")
_ALL = re.compile(r"\b(?:what(?:'s| is| was| are)?|about|details?|tell|info\w*)\b(?! (?:does|do|can|should)\b)")
_OF_ANY = frozenset({"list", "last", "next", "first", "open", "customer"})
"""Words in what a tool is said to do that say nothing of what its records are."""


@dataclass
class _Meant:
    """The records of one result that a question means."""

    found_by: Result
    about: Set[str]
    """The stems of what they are and of what the read that found them is said to tell."""
    records: list[Record]
    fields: list[dict[str, Any]]
    """Of each what is asked for."""
    hits: set[str]
    """The question's words that stand in them and not in all records."""
    score: int
    """How much of it speaks of them: its words that stand in them, or name fields of them or what they are."""

    @property
    def denies(self) -> bool:
        """Say whether nothing is told of them but that there is nothing."""
        told = [value for name, value in chain(*map(dict.items, self.fields)) if name not in self.found_by.args]
        return all(value is False for value in told)


def facts_by_place(requests: Sequence[Request], conversation: Conversation) -> dict[int, str]:
    """Return what the customer's own records say to the requests of a message, by their places; a question that goes on
    with the one before it is answered together with that one.
    """
    asked = [request.words.replace("\n", " ") for request in requests]
    if len(requests) == 1:  # `where does it go, and when?`
        asked = [f"{requests[0].before} {conversation.message}".replace("\n", " ").strip()]
    parts: list[Sequence[str]] = [(conversation.message,) if len(requests) == 1 else (one,) for one in asked]
    for place, (first, second) in enumerate(pairwise(requests)):
        leans = second.before or REFERS.search(normal(second.text)) or not content_words(second.text)
        if leans and (asks_facts(second.text) or asks_own_duty(second.text)):
            asked[place] = asked[place + 1] = f"{first.words} {second.text}".replace("\n", " ")
            parts[place] = parts[place + 1] = (first.words, second.text)
    told = [
        facts_asked(question, conversation, conversation.message, asks=asks)
        for question, asks in zip(asked, parts, strict=True)
    ]
    return {place: said for place, said in enumerate(told) if said and said not in conversation.last_reply}


def words_beyond(message: str, conversation: Conversation, *, kinds: bool = False) -> set[str] | None:
    """Return the stems of a message's words that name nothing of what was read and ask for no kind of field, unless
    these `kinds` are wanted, too; None where none of its words does.
    """
    said = spelled(normal(message))
    words = [word for word in content_words(said) if kinds or not asks_for_kind(word)]
    stems = {one for word in words for one in content_stems(word)}
    read = [one for r in conversation.results if not r.failed for one in _read_as(said, r, conversation)]
    records = [record for one in read for record in one.records]
    names = {*content_stems(" ".join(words_of_name(name) for record in records for name in record))}
    values = {word for record in records for text in texts_in(record) for word in words_of_value(text)}
    beyond = {one for one in stems if not meet([one], names | values.union(*(one.about for one in read)))}
    return beyond if beyond != stems or len(words) < len(content_words(said)) or not stems else None


def rule_beside(question: str, conversation: Conversation, quoted: Callable[[], str], *, kinds: bool = False) -> str:
    """Return what articles surely say to those words of a question that the records answering it do not have; with
    `kinds` those that ask for a kind of field are among them.
    """
    beyond = words_beyond(question, conversation, kinds=kinds)
    rule = quoted() if beyond else ""
    return "" if (beyond or set()).isdisjoint(content_stems(rule)) else rule


def facts_asked(
    question: str,
    conversation: Conversation,
    beside: str = "",
    *,
    found: str = FOUND,
    locale: str = ENGLISH,
    english: str = "",
    asks: Sequence[str] = (),
) -> str:
    """Return what the customer's own records say to a question about them, or an empty text where they say nothing.

    Args:
        question: One question.
        conversation: What was read, and what the tools that read it tell.
        beside: The whole message; whose it is about may stand there.
        found: What the fields are introduced by.
        locale: The language in which values are written.
        english: The question in English, where it was asked in another language.
        asks: The parts of the question that ask, where what they go on with stands before them.
    """
    duty, gates = asks_own_duty(question), asks or (question,)
    if not (all(map(asks_facts, gates)) or duty):
        return ""
    goes_on = found in conversation.last_reply and leans_on_before(beside)  # with records that were just told
    own = (any(asks_own_facts(one, beside) for one in gates) or goes_on) and not duty
    labelled = " ".join(_named_by_label(question, conversation, locale))
    asked, known = f"{question} {english} {labelled}".strip(), _known_stems(question, locale)
    if not (asks_how_it_stands(normal(asked)) or found in conversation.last_reply):
        known = set()
    read = [one for r in conversation.results if not r.failed for one in _read_as(asked, r, conversation, asks)]
    chosen = [] if duty else _chosen(conversation.results)
    meant = [
        one
        for one in read
        if any(one.fields) and (own or one.hits or one.found_by in chosen or (not duty and known & one.about))
    ]
    best = max((one.score for one in read), default=0)
    meant = [one for one in meant if one.score == best and (best or OWED.search(normal(asked)))]
    meant = [one for one in meant if not any(_led_to(other, one) for other in meant)]
    meant = [one for one in meant if not one.denies] or meant
    told_apart = _tells_whose(meant) or any(known & one.about or one.found_by in chosen for one in meant)
    if not (own or duty or told_apart):
        return ""
    pairs = [both for one in meant for both in zip(one.records, one.fields, strict=True)]
    if not (LISTS.search(normal(asked)) or any(one.hits for one in meant)):  # it goes on about those just told
        pairs = [both for both in pairs if standing(str(name_of(both[0])), conversation.last_reply)] or pairs
    told = [field_line(*both, locale) for both in pairs]
    lines = [f"- {line}" for line in dict.fromkeys(filter(None, told))][:_MOST]
    return "\n".join([found, *lines, *_sum(asked, meant)]) if lines else ""


def _chosen(results: Sequence[Result]) -> list[Result]:
    """Return the reads of the one record, of several that the customer has, that a message describes."""
    names = [result.name for result in results]
    return [r for r in results if r.args and names.count(r.name) == 1 and any(led_to_alone(o, r) for o in results)]


def _led_to(one: _Meant, other: _Meant) -> bool:
    return one.found_by.name != other.found_by.name and leads_to(other.found_by, one.found_by)


def _named_by_label(question: str, conversation: Conversation, language: str) -> list[str]:
    """Return the names of the fields whose labels in a language a question says."""
    said = set(stems(question))
    names = {name for result in conversation.results for record in records_within(result.data) for name in record}
    labels = {name: normal(label(name, language)) for name in names}
    known = (name for name, words in sorted(labels.items()) if not is_small_word(words, language))
    return [words_of_name(name) for name in known if said.issuperset(stems(labels[name]))]


def _known_stems(question: str, language: str) -> set[str]:
    """Return the stems, in English as well, of the words that a question speaks of as known: `the outage`."""
    named = " ".join(known_things(question))
    return set(content_stems(f"{named} {in_english(named, language)}")) - _OF_ANY


def _tells_whose(meant: Sequence[_Meant]) -> bool:
    """Say whether records were told apart by what no rule is about: how they stand, or a number of one."""
    hits = {hit for one in meant for hit in one.hits}
    records = [record for one in meant for record in one.records]
    states = {normal(str(value)) for one in records for name, value in one.items() if is_a("status", name, value)}
    return any(c.isdigit() for hit in hits for c in hit) or not hits.isdisjoint(states)


def _sum(question: str, meant: Sequence[_Meant]) -> list[str]:
    """Return the line of a sum where one is asked for."""
    if not IN_ALL.search(normal(question)) or len(meant) != 1:
        return []
    amounts = [next((v for n, v in f.items() if is_a("money", n, v)), None) for f in meant[0].fields]
    told = [amount for amount in amounts if isinstance(amount, int | float)]
    return [f"In all: {' + '.join(map(str, told))} = {round(sum(told), 2)}"] if len(told) > 1 else []


def _read_as(question: str, result: Result, conversation: Conversation, asks: Sequence[str] = ()) -> list[_Meant]:
    """Return what a question, by the parts of it that ask, means in a result, of each kind of records for themselves;
    of what was read whole the lists are kinds of their own.
    """
    described_as = conversation.tools.get(result.name, {}).get("description", "")
    about = set(content_stems(f"{words_of_name(result.name)} {described_as}")) - _OF_ANY
    data = result.data
    if result.args or not isinstance(data, Mapping) or not any(map(is_plain, data.values())):
        return [_meant(question, result, list(records_in(data)), about, about, asks)]
    lists = {name: inner for name, value in data.items() if (inner := _rows(value))}
    kinds = [(inner, set(content_stems(words_of_name(name)))) for name, inner in lists.items()]
    own = {name: value for name, value in data.items() if name not in lists}
    kinds.append(([own], set() if kinds else about))
    return [_meant(question, result, records, called, about, asks) for records, called in kinds]


def _rows(value: Any) -> list[Record]:
    """Return the records in a list, or in a mapping from their ids to them."""
    if isinstance(value, Mapping):
        rows = list(value.values())
        return rows if all(isinstance(row, Mapping) and any(map(is_plain, row.values())) for row in rows) else []
    return list(records_in(value)) if isinstance(value, list) else []


def _meant(
    question: str, result: Result, records: list[Record], called: set[str], about: set[str], asks: Sequence[str]
) -> _Meant:
    """Return the records of a result that a question means, where they are called so, by a tool about so much."""
    said = with_measures(normal(question))
    records, hits = _by_values(said, records, called)
    if len(records) > 1 and asks_own_duty(question):  # what is over asks nothing of anybody
        records = _coming(records)
    records = _by_extreme(said, records)
    named = [record for record in records if named_fields(said, record)]
    records = named or records
    parts = [with_measures(normal(one)) for one in asks]
    fields = [
        dict(chain(*(asked_fields(one, record, hits).items() for one in parts))) or asked_fields(said, record, hits)
        for record in records
    ]
    if len(parts) > 1 and asked_kinds(parts[0]):  # what goes on with a price that it does not have asks nothing of it
        fields = [
            own if asked_fields(parts[0], record, hits) else {} for record, own in zip(records, fields, strict=True)
        ]
    fields = [
        {n: own.get(n, v) for n, v in r.items() if n in own or n in result.args} if own else own
        for r, own in zip(records, fields, strict=True)
    ]
    sure = len(hits) > 1 or any(c.isdigit() for hit in hits for c in hit)
    if asks_whether(said) and not called.isdisjoint(content_stems(said)):  # what is there or not is told whole
        fields = [
            plain_fields(record) if isinstance(next(iter(record.values()), None), bool) else own
            for record, own in zip(records, fields, strict=True)
        ]
    lists = LISTS.search(said) and not (hits or called).isdisjoint(hits or content_stems(said))
    if not any(fields) and (lists or (sure and _ALL.search(said))):
        fields = [plain_fields(record) for record in records]  # `what is the ticket of the 2nd about?`
    by_name = max((names_said(said, name) for record in records for name in named_fields(said, record)), default=0)
    stems = content_stems(said)
    score = 2 * (len(hits) + by_name + len(called.intersection(stems))) + (not about.isdisjoint(stems))
    return _Meant(result, about | called, records, fields, hits, score)


def _by_values(said: str, records: list[Record], called: set[str]) -> tuple[list[Record], set[str]]:
    """Return the records whose values a question names best, and the words that tell them from the others."""
    if OWED.search(said):
        stand = any(is_a("status", name, value) for record in records for name, value in record.items())
        by_state = [record for record in records if not _stands(record, _SETTLED)] if stand else records
        records = [record for record in records if record.get("paid") is False] or by_state
    words, last = describing(said) - called, content_words(said)[-1:]
    if HOW_IT_IS.search(said) and not _HAVE_I.search(said):  # `is it paid?` asks whether, and names no paid one
        words -= {stem(word) for word in last if not any(c.isdigit() for c in word)}
    places, hits = described(words, records)
    return [records[place] for place in places], hits


def _by_extreme(said: str, records: list[Record]) -> list[Record]:
    """Return the one record that is the most expensive, the next, the last of those asked about; else all."""
    for asked, kind, most in MOST_OF:
        if len(records) > 1 and asked.search(said):
            records = _coming(records) if COMING.search(said) else records
            known = [(first_of_kind(kind, record), place) for place, record in enumerate(records)]
            if told := [(value, place) for value, place in known if value is not None]:
                return [records[most(told)[1]]]
    return records


def _coming(records: list[Record]) -> list[Record]:
    """Return the records that are not over, or all where all are."""
    return [record for record in records if not _stands(record, _OVER)] or records


def _stands(record: Record, how: re.Pattern[str]) -> bool:
    """Say whether the status of a record is one of some words."""
    return any(is_a("status", name, value) and how.fullmatch(normal(str(value))) for name, value in record.items())

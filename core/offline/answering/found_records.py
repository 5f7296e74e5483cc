"""Tell the records that tools found: the fields that a question is about, or all of them."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.json_records import Record, texts_in, words_of_name
from core.language.fixed_sentences import ENGLISH, label, phrase
from core.language.records.descriptions import described, describing, known_things
from core.language.records.record_lines import (
    SAME_START,
    WHEN,
    field_line,
    is_plain,
    line_of,
    meet,
    named_in,
    records_in,
)
from core.language.reference_numbers import CODE
from core.language.requested_changes import asks_about, asks_facts, asks_of_us, names_change, wishes
from core.language.text import normal
from core.language.words import OWN_THING, content_stems, content_words
from core.offline.answering.asked_fields import HAVE
from core.offline.answering.likeness import NAME_NOTHING
from core.offline.reading.chat_request import Conversation, Result
from core.offline.reading.clauses import clauses

FOUND = "This is what I find for you:"
_MOST = 8
"""Records that one reply tells."""
_FEW = 2
"""Records at most that are told to who asks for none."""
_OWN = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|ours|this|that|it|these|those|they|them|ich|mir|mich|mein\w*|wir|uns|unser\w*|je|moi|"
    r"mon|ma|mes|nous|notre|nos|yo|mi|mis|tengo|tenemos|nuestr\w+)\b|\bj'"
)
_MAY_CHANGE = re.compile(
    r"\b(?:can|could|may) (?:i|we|you)\b(?!.*\b(?:book|make|get|have|see)\b)|"
    r"\b(?:kann|könnte|darf) ich\b(?!.*\b(?:buchen|machen|haben|bekommen)\b)|"
    r"\b(?:puis-je|est-ce que je peux|pouvez-vous)\b(?!.*\b(?:réserver|prendre|avoir)\b)|"
    r"\b(?:puedo|puede|pueden)\b(?!.*\b(?:reservar|pedir|tener)\b)"
)
"""Who asks whether something of theirs can be changed, and not whether they may have it."""
_LIST = re.compile(
    rf"{HAVE}\b|"
    r"\b(?:show|view|display)\b|"
    r"\b(?:see|list) (?:all |of |the )*(?:my|our)\b|"
    r"^welche\w* .*\bhabe? (?:ich|wir)\b|^zeig\w*\b|"
    r"^quel(?:le)?s? .*\bj'ai\b|^montre\w*\b|^qué .*\b(?:tengo|tenemos)\b|^muéstr\w*\b"
)
_IDENTIFIER = re.compile(r"\d.*\d")


def records_found(results: Sequence[Result], asked: str = "", *, found: str = FOUND, locale: str = ENGLISH) -> str:
    """Return a line a record; of one with fields that are `asked` about, these alone beside its name."""
    stems = {one for word in content_words(asked) if word not in NAME_NOTHING for one in content_stems(word)}
    stems |= {WHEN} & set(normal(asked).split())
    lines = [
        line
        for result in _without_ways(results, stems)
        for record in records_in(result.data)
        if (line := line_of(record, stems, locale))
    ]
    return "\n".join([found, *(f"- {line}" for line in lines[:_MOST])]) if lines else ""


def state_beside(conversation: Conversation, *, rule: str = "", found: str = FOUND, locale: str = ENGLISH) -> str:
    """Return how things stand by records that the customer's own ones led to: the fields that a question names, or, to
    a message that tells of something, the few records that it speaks of.

    With a `rule` that answers whether something can be done, of the one record that is meant what the rule looks at.
    """
    asked = normal(conversation.message)
    read = [result for result in conversation.results if not result.failed]
    led_to = [one for one in read if any(leads_to(other, one) for other in read if other is not one)]
    last = [one for one in led_to if not any(leads_to(one, other) for other in led_to if other is not one)]
    own = [one for one in read if not one.args]
    chosen = len(last) == 1 and (
        _OWN.search(asked) or (known_things(asked) and any(led_to_alone(r, last[0]) for r in own))
    )
    if rule and len(last) == 1 and asks_about(asked) and (chosen or not asks_facts(asked)):
        looked_at = [(record, _looked_at(record, rule)) for one in [*last, *own] for record in records_in(one.data)]
        lines = [f"- {field_line(record, fields, locale)}" for record, fields in looked_at if fields]
        return "\n".join([found, *lines]) if lines else ""
    if rule and not led_to and asks_about(asked) and not asks_facts(asked) and _OWN.search(asked):
        within = [(record, _within(record, rule)) for one in read for record in records_in(one.data)]
        lines = [f"- {field_line(record, fields, locale)}" for record, fields in within if fields]
        return "\n".join([found, *lines]) if 0 < len(lines) <= _FEW else ""
    if not (asks_facts(asked) or any(asks_about(c) or wishes(c) or asks_of_us(c) for c in clauses(asked))):
        return records_found(last, found=found, locale=locale) if len(last) <= _FEW else ""
    named = {text for result in read for text in texts_in(result.data) if _IDENTIFIER.search(text)}
    named = {text for text in named if text.casefold() in asked.split()}
    own_words = _words_of_records_alone(asked, read, conversation)
    if not (asks_facts(asked) and (named or own_words or _OWN.search(asked))):
        return ""
    stems = content_stems(asked)
    if own_words and len(last) <= _FEW and not any(named_in(r, stems) for one in last for r in records_in(one.data)):
        return records_found(last, found=found, locale=locale)
    told = [r for r in led_to if any(named_in(record, stems) for record in records_in(r.data))]
    ways = [
        set(texts_in(record)) for r in read for record in records_in(r.data) if not named.isdisjoint(texts_in(record))
    ]
    own = [r for r in told if any(not way.isdisjoint(map(str, r.args.values())) for way in ways)] if named else told
    return records_found(own, asked, found=found, locale=locale)


def _words_of_records_alone(said: str, read: Sequence[Result], conversation: Conversation) -> bool:
    """Say whether a message has a word that stands in a record and in no article: a street, a name."""
    passages = set(content_stems(" ".join(f"{p.title} {p.text}" for p in conversation.passages)))
    _, hits = described(describing(said), [record for one in read for record in records_in(one.data)])
    return any(len(hit) >= SAME_START and hit not in passages for hit in hits)


def _looked_at(record: Record, rule: str) -> Record:
    """Return the plain fields of a record that a rule names, or whose words stand in it."""
    stems = set(content_stems(rule))

    def named(name: str, value: Any) -> bool:
        words = content_stems(value.replace("_", " ")) if isinstance(value, str) else []
        called = content_stems(words_of_name(name))
        return all(meet(stems, [word]) for word in called) or (bool(words) and stems.issuperset(words))

    return {name: value for name, value in record.items() if is_plain(value) and value != "" and named(name, value)}


def _within(record: Record, rule: str) -> Record:
    """Return what a record holds of a kind that a rule is about, or that it holds none: the visit of a line."""
    stems = set(content_stems(rule))
    return {
        name: "none" if value is None else value
        for name, value in record.items()
        if (value is None or isinstance(value, Mapping)) and stems.issuperset(content_stems(words_of_name(name)))
    }


def not_found(conversation: Conversation) -> str:
    """Return what was said of a record that a message names and nobody found, or an empty text.

    A number in the form of the customer's own is looked for among these.
    """
    said = set(re.findall(CODE, conversation.message))
    known = {text.casefold() for r in conversation.results if not r.failed for text in texts_in(r.data)}
    missing = {number for number in said if number.lstrip("#").casefold() not in known}
    for result in conversation.results:
        if result.failed and not result.for_model and missing.intersection(map(str, result.args.values())):
            return result.text
    own = [str(next(iter(record.values()), "")) for r in conversation.results for record in records_in(r.data)]
    forms = {_form(text) for text in own if re.fullmatch(CODE, text)}
    return phrase("not_yours", ENGLISH) if any(_form(number) in forms for number in missing) else ""


def _form(number: str) -> str:
    return re.sub(r"\d", "0", number.lstrip("#").casefold())


def _without_ways(results: Sequence[Result], stems: Collection[str]) -> list[Result]:
    """Return what was found, without the records that only led to others, unless these are asked about too."""
    found = [result for result in results if not result.failed]
    return [one for one in found if not any(_only_leads_to(one, other, stems) for other in found if other is not one)]


def led_to_alone(own: Result, other: Result) -> bool:
    """Say whether what one read lists led to the other alone, of several."""
    lists = [v for record in records_in(own.data) for v in record.values() if isinstance(v, list) and len(v) > 1]
    return any(not set(map(str, other.args.values())).isdisjoint(texts_in(one)) for one in lists)


def leads_to(one: Result, other: Result) -> bool:
    """Say whether what one read found holds an argument of the other."""
    return not {str(value) for value in other.args.values() if value}.isdisjoint(texts_in(one.data))


def _only_leads_to(one: Result, other: Result, stems: Collection[str]) -> bool:
    led_to = {str(value) for value in other.args.values() if value}
    beside = [{n: v for n, v in r.items() if led_to.isdisjoint(texts_in(v))} for r in records_in(one.data)]
    return leads_to(one, other) and not any(named_in(kept, stems) for kept in beside)


def nothing_of_own(conversation: Conversation, *, locale: str = ENGLISH) -> str:
    """Return that the customer has none of what a message says is theirs, where that was looked up, else an empty text:
    `can I move my appointment?` where none is booked.
    """
    said = normal(conversation.message)
    if not (OWN_THING.search(said) and (_MAY_CHANGE.search(said) or asks_facts(said))):
        return ""
    stems = set(content_stems(said))
    about = [r for r in conversation.results if not r.failed and meet(stems, content_stems(_listed_by(r)))]
    if not about or any(not _is_empty(result.data) for result in about):
        return ""
    return phrase("none_of_yours", locale, what=label(_listed_by(about[0]), locale))


def _listed_by(result: Result) -> str:
    """Return what the list of a read is called: its field, or what the tool is."""
    named = list(result.data) if isinstance(result.data, Mapping) else []
    return words_of_name(named[0]) if len(named) == 1 else " ".join(words_of_name(result.name).split()[1:])


def _is_empty(data: Any) -> bool:
    return data == [] or (isinstance(data, Mapping) and bool(data) and all(value == [] for value in data.values()))


def asks_list(text: str) -> bool:
    """Say whether a question asks for records themselves: `which bookings do I have`."""
    return bool(_LIST.search(normal(text)))


def own_records(conversation: Conversation, *, found: str = FOUND, locale: str = ENGLISH) -> str:
    """Return the customer's own records to who asks to see them, or asks what they may change of theirs; not what was
    told just before.
    """
    said = normal(conversation.message)
    results = conversation.results
    if not _LIST.search(said):
        stems = content_stems(said) if OWN_THING.search(said) and _MAY_CHANGE.search(said) else []
        results = tuple(one for one in results if meet(stems, content_stems(_listed_by(one))))
    told = records_found(results, conversation.message, found=found, locale=locale) if _OWN.search(said) else ""
    return told if told not in conversation.last_reply else ""


def records_named(conversation: Conversation) -> str:
    """Return the records that the message itself names, where it speaks of no change of them."""
    asked = conversation.message.casefold()
    if names_change(asked):
        return ""
    return records_found(_named(conversation), beside_names(conversation))


def answers_by_field(conversation: Conversation) -> bool:
    """Say whether a record that the message names has a field of what is asked about."""
    stems = set(content_stems(beside_names(conversation)))
    return any(named_in(record, stems) for result in _named(conversation) for record in records_in(result.data))


def _named(conversation: Conversation) -> list[Result]:
    asked = conversation.message.casefold()
    return [
        r
        for r in conversation.results
        if not r.failed and any(str(v).casefold() in asked for v in r.args.values() if v)
    ]


def beside_names(conversation: Conversation) -> str:
    """Return a message without the numbers that its records were looked up by."""
    message = conversation.message
    for value in {str(v) for r in conversation.results for v in r.args.values() if v}:
        message = re.sub(re.escape(value), " ", message, flags=re.IGNORECASE)
    return message

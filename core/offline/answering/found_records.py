"""Tell the records that tools found: the fields that a question is about, or all of them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from core.json_records import Record, texts_in, words_of_name
from core.language.fixed_sentences import ENGLISH, label, phrase, value_words
from core.language.records.descriptions import described, describing
from core.language.reference_numbers import CODE
from core.language.requested_changes import asks_about, asks_facts, asks_of_us, names_change, wishes
from core.language.text import normal
from core.language.words import content_stems, content_words
from core.offline.answering.likeness import NAME_NOTHING
from core.offline.reading.chat_request import Conversation, Result
from core.offline.reading.clauses import clauses

FOUND = "This is what I find for you:"
_MOST = 8
"""Records that one reply tells, and values that one field does."""
_FEW = 2
"""Records at most that are told to who asks for none."""
_OWN = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|ours|this|that|it|these|those|they|them|ich|mir|mich|mein\w*|wir|uns|unser\w*|je|moi|"
    r"mon|ma|mes|nous|notre|nos|yo|mi|mis|tengo|tenemos|nuestr\w+)\b|\bj'"
)
_OWN_THING = re.compile(r"\b(?:my|our|mein\w*|unser\w*|mon|ma|mes|notre|nos|mis?|nuestr\w+)\b")
_MAY_CHANGE = re.compile(
    r"\b(?:can|could|may) (?:i|we|you)\b(?!.*\b(?:book|make|get|have|see)\b)|"
    r"\b(?:kann|könnte|darf) ich\b(?!.*\b(?:buchen|machen|haben|bekommen)\b)|"
    r"\b(?:puis-je|est-ce que je peux|pouvez-vous)\b(?!.*\b(?:réserver|prendre|avoir)\b)|"
    r"\b(?:puedo|puede|pueden)\b(?!.*\b(?:reservar|pedir|tener)\b)"
)
"""Who asks whether something of theirs can be changed, and not whether they may have it."""
_SEE = re.compile(r"\b(?:show|see|list|view|display)\b")
_LIST = re.compile(
    r"\b(?:do|did) (?:i|we) have\b|\b(?:show|see|list|view|display)\b|^welche\w* .*\bhabe? (?:ich|wir)\b|^zeig\w*\b|"
    r"^quel(?:le)?s? .*\bj'ai\b|^montre\w*\b|^qué .*\b(?:tengo|tenemos)\b|^muéstr\w*\b"
)
_HOW_IT_STANDS = re.compile(
    r"^(?:and |but |so |und |aber |et |mais |y |pero |¿)?(?:(?:on|in|for|from|to|at) )?"
    r"(?:is|are|was|were|do (?:i|we) have|does|did|has|have|when|which|who|"
    r"gibt(?:s| es)?|ist|sind|war|hat|haben|habe|wann|welche\w*|(?:il )?y a(?:-t-il)?|est(?:-ce)?|sont|ai-je|quand|"
    r"quel(?:le)?s?|hay|est[aá]n?|es|son|tengo|cu[aá]ndo|qu[eé])\b"
    r"(?!.*\b(?:can|could|may|should|must|would) (?:i|we|you)\b)"
    r"(?!.*\b(?:kann|darf|muss|soll|peux|puis|dois|puedo|debo)\b)"
)
_WHEN = "when"
_STATE = re.compile(r"[a-z]+(?:[_ ][a-z]+){0,2}")
"""How records write how something stands: `on_time`, `cancelled`."""
_IDENTIFIER = re.compile(r"\d.*\d")
_SAYS = re.compile(
    r"\b(?:what|where|how many|show|see|list|view|display|tell|know|welche\w*|zeig\w*|montre\w*|muéstr\w*)\b"
)
_SAME_START = 5
"""Letters with which two words begin that mean the same: `insured` and `insurance`."""
_OWNER = re.compile(r"(?:user|customer|account)_?[iI]d")
"""Fields that say no more than whose the record is."""


def records_found(results: Sequence[Result], asked: str = "", *, found: str = FOUND, locale: str = ENGLISH) -> str:
    """Return a line a record; of one with fields that are `asked` about, these alone beside its name."""
    stems = {one for word in content_words(asked) if word not in NAME_NOTHING for one in content_stems(word)}
    stems |= {_WHEN} & set(normal(asked).split())
    lines = [
        line
        for result in _without_ways(results, stems)
        for record in records_in(result.data)
        if (line := _line(record, stems, locale))
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
    chosen = len(last) == 1 and (_OWN.search(asked) or any(_chose(one, last[0]) for one in own))
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
    if not (_HOW_IT_STANDS.match(asked) and (named or own_words or _OWN.search(asked))):
        return ""
    stems = content_stems(asked)
    if own_words and len(last) <= _FEW and not any(_asked(r, stems) for one in last for r in records_in(one.data)):
        return records_found(last, found=found, locale=locale)
    told = [r for r in led_to if any(_asked(record, stems) for record in records_in(r.data))]
    ways = [
        set(texts_in(record)) for r in read for record in records_in(r.data) if not named.isdisjoint(texts_in(record))
    ]
    own = [r for r in told if any(not way.isdisjoint(map(str, r.args.values())) for way in ways)] if named else told
    return records_found(own, asked, found=found, locale=locale)


def _words_of_records_alone(said: str, read: Sequence[Result], conversation: Conversation) -> bool:
    """Say whether a message has a word that stands in a record and in no article: a street, a name."""
    passages = set(content_stems(" ".join(f"{p.title} {p.text}" for p in conversation.passages)))
    _, hits = described(describing(said), [record for one in read for record in records_in(one.data)])
    return any(len(hit) >= _SAME_START and hit not in passages for hit in hits)


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


def _chose(own: Result, other: Result) -> bool:
    """Say whether what one read lists led to the other alone, of several."""
    lists = [v for record in records_in(own.data) for v in record.values() if isinstance(v, list) and len(v) > 1]
    return any(not set(map(str, other.args.values())).isdisjoint(texts_in(one)) for one in lists)


def leads_to(one: Result, other: Result) -> bool:
    """Say whether what one read found holds an argument of the other."""
    return not {str(value) for value in other.args.values() if value}.isdisjoint(texts_in(one.data))


def _only_leads_to(one: Result, other: Result, stems: Collection[str]) -> bool:
    led_to = {str(value) for value in other.args.values() if value}
    beside = [{n: v for n, v in r.items() if led_to.isdisjoint(texts_in(v))} for r in records_in(one.data)]
    return leads_to(one, other) and not any(_asked(kept, stems) for kept in beside)


def nothing_of_own(conversation: Conversation, *, locale: str = ENGLISH, english: str = "") -> str:
    """Return that the customer has none of what a message says is theirs, where that was looked up, else an empty text:
    `can I move my appointment?` where none is booked.
    """
    said = normal(f"{conversation.message} {english}")
    if not (_OWN_THING.search(said) and (_MAY_CHANGE.search(said) or asks_facts(said))):
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
    """Return the records looked up for a question: what the customer's own say, and not what was told just before."""
    said = normal(conversation.message)
    results, stems = conversation.results, content_stems(said)
    asks = bool(_OWN.search(said) and (_SAYS.search(said) or _HOW_IT_STANDS.match(said)))
    if not asks and _OWN_THING.search(said) and _MAY_CHANGE.search(said):
        asks, results = True, tuple(one for one in results if meet(stems, content_stems(_listed_by(one))))
    if not asks or not (_LIST.search(said) or any(_is_about(said, one, conversation) for one in results)):
        return ""
    told = records_found(results, conversation.message, found=found, locale=locale)
    return told if told not in conversation.last_reply else ""


def _is_about(said: str, result: Result, conversation: Conversation) -> bool:
    """Say whether a message speaks of what a tool tells, or of a field of what it found."""
    stems, tool = content_stems(said), conversation.tools.get(result.name, {})
    about = content_stems(f"{words_of_name(result.name)} {tool.get('description', '')}")
    return meet(stems, about) or any(_asked(record, stems) for record in records_in(result.data))


def own_fields(conversation: Conversation) -> str:
    """Return the fields of own records that a message asks for in so many words, as in `what is my plan?`."""
    stems, said = set(content_stems(conversation.message)), conversation.message.lower()
    if not stems or not _OWN.search(said):
        return ""
    if _SEE.search(said):
        return records_found(conversation.results, conversation.message)
    told = [
        result
        for result in conversation.results
        if any(_all_named(stems, _names(result.data) | _names(record)) for record in records_in(result.data))
    ]
    return records_found(told, conversation.message)


def _all_named(stems: Collection[str], names: Collection[str]) -> bool:
    return all(meet([one], names) for one in stems)


def _names(data: Any) -> set[str]:
    """Return the stems of the names of fields."""
    return set(content_stems(" ".join(map(words_of_name, data)))) if isinstance(data, Mapping) else set()


def records_named(conversation: Conversation) -> str:
    """Return the records that the message itself names, where it speaks of no change of them."""
    asked = conversation.message.casefold()
    if names_change(asked):
        return ""
    return records_found(_named(conversation), beside_names(conversation))


def answers_by_field(conversation: Conversation) -> bool:
    """Say whether a record that the message names has a field of what is asked about."""
    stems = set(content_stems(beside_names(conversation)))
    return any(_asked(record, stems) for result in _named(conversation) for record in records_in(result.data))


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


def records_in(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the records in a result: the result itself, or the objects of its lists where it is no more than these."""
    if isinstance(data, Mapping):
        lists = [value for value in data.values() if isinstance(value, list)]
        inner = [record for value in lists for record in value if isinstance(record, Mapping)]
        is_record = any(is_plain(value) for value in data.values())
        yield from [data] if is_record or not inner else inner
    elif isinstance(data, list):
        yield from (record for record in data if isinstance(record, Mapping))


def _asked(record: Mapping[str, Any], stems: Collection[str]) -> dict[str, Any]:
    """Return the fields that some words name, or that hold what they name."""
    named = {name: value for name, value in record.items() if meet(stems, content_stems(_words(name, value)))}
    dated = {name: value for name, value in record.items() if _WHEN in stems and has_dates(value)}
    return {name: value for name, value in record.items() if name in named or name in dated}


def has_dates(value: Any) -> bool:
    """Say whether a value lists things each of which has its day, as flights do."""
    return isinstance(value, list) and any(isinstance(one, Mapping) and "date" in one for one in value)


def meet(some: Collection[str], others: Collection[str]) -> bool:
    """Say whether two sets of stems share one, or long ones that begin alike."""
    return any(
        a == b or (min(len(a), len(b)) >= _SAME_START and a[:_SAME_START] == b[:_SAME_START])
        for a in some
        for b in others
    )


def _words(name: str, value: Any) -> str:
    """Return a field's name with the plain words in it, without what stands in it as figures."""
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    kinds = {str(v) for one in inside if isinstance(one, Mapping) for v in one.values() if isinstance(v, str)}
    return " ".join((words_of_name(name), *kinds)).replace("_", " ")


def _line(record: Mapping[str, Any], stems: Collection[str], locale: str) -> str:
    """Return a record in words: its name and what is asked about, or else its plain fields."""
    told = {name: value for name, value in record.items() if not _OWNER.fullmatch(name) and value not in ("", None)}
    asked = _asked(told, stems)
    if not asked.keys() <= _first(told).keys():  # who names a record wants to know more than its name
        return field_line(told, asked, locale)
    lists = {name: value for name, value in told.items() if _is_list_of_plain(value)}
    return field_line(told, {name: value for name, value in told.items() if is_plain(value)} | lists, locale)


def field_line(record: Mapping[str, Any], fields: Mapping[str, Any], locale: str = ENGLISH) -> str:
    """Return some fields of a record in words, behind what names it; of a record without fields to tell nothing."""
    told = {name: value for name, value in {**_first(record), **fields}.items() if not _OWNER.fullmatch(name)}
    parts = ((name, _told(value, locale)) for name, value in told.items() if fields)
    return ", ".join(f"{label(name, locale)}: {words}" for name, words in parts if words)


def _first(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the field that names a record, the first one with a plain value."""
    return dict([next(((n, v) for n, v in record.items() if is_plain(v)), ("", ""))])


def _told(value: Any, locale: str) -> str:
    """Return a value as it is read: of records within a record their plain values, parted by semicolons."""
    if isinstance(value, Mapping):
        inner = list(value.values())
        if any(isinstance(one, Mapping) for one in inner):
            return "; ".join(filter(None, (_told(one, locale) for one in inner[:_MOST])))
        plain = ((name, one) for name, one in value.items() if is_plain(one) and one != "")
        return " ".join(
            dict.fromkeys(
                words if isinstance(one, str) else f"{label(name, locale)} {words}"
                for name, one in plain
                for words in [_told(one, locale)]
            )
        )
    if isinstance(value, list):
        mark = ", " if _is_list_of_plain(value) else "; "
        return mark.join(filter(None, (_told(one, locale) for one in value[:_MOST])))
    return _spoken(value, locale) if is_plain(value) or value is None else ""


def _spoken(value: str | int | float | None, locale: str) -> str:
    """Return a plain value as it is read; a number or an id keeps its form."""
    words = value_words(value, locale)
    if _STATE.fullmatch(words):
        return label(words, locale)
    return words.replace("_", " ") if re.fullmatch(r"[A-Za-z_]+", words) else words


def is_plain(value: Any) -> bool:
    """Say whether a value is a single one."""
    return isinstance(value, str | int | float)


def _is_list_of_plain(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_plain, value))

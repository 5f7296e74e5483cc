"""Say which fields of a record a question is about: those it names, and those of the kind that it asks for."""

import re
from collections.abc import Mapping
from typing import Any

from core.json_records import Record, records_within, words_of_name
from core.language.records.descriptions import is_day, words_of_value
from core.language.records.record_lines import has_dates, is_plain, meet
from core.language.words import content_stems

ASKED = {
    "date": re.compile(r"\b(?:when|(?:what|which) (?:day|date|time)|how (?:long|late)|wann|quand|cu[aá]ndo)\b"),
    "money": re.compile(
        r"\b(?:how much|what (?:\w+ ){0,6}(?:costs?|price|fees?|pay|owe|charged?)|owe|costs?|prices?|charged?|debited|"
        r"wie ?viel|wie hoch|kostet|kosten|schulde|combien|coûte|cu[aá]nto|cuesta|debo)\b"
    ),
    "duration": re.compile(
        r"\b(?:how long (?:is|are|was|does|do|did|will)|wie lange|combien de temps|cuánto (?:tiempo|dura))\b"
    ),
    "count": re.compile(r"\b(?:how many|left|remaining|wie viele|übrig|combien de|cu[aá]nt[oa]s|quedan)\b"),
    "place": re.compile(r"\b(?:where|wo|wohin|où|d[oó]nde)\b"),
    "payment": re.compile(
        r"\b(?:how|what|how much) (?:did|have) (?:i|we) (?:pay|paid)\b|\b(?:which|what) (?:card|payment)\b|"
        r"\bpaid with\b|"
        r"\b(?:wie|womit) (?:habe? (?:ich|wir)|wurde) .{0,30}(?:be)?zahlt\b|\bcomment (?:ai-je|j'ai|a-t-on) payé\b|"
        r"\bcómo (?:lo |la )?(?:pagué|he pagado|pagamos)\b"
    ),
    "person": re.compile(r"\b(?:who|wer|wem|qui|qui[eé]n)\b"),
}
"""How questions ask for fields of a kind."""
HOW_IT_IS = re.compile(
    r"^(?:(?:and|but|so|also|hi|hey|hello|ok|okay|well|und|et|y)\W+){0,3}"
    r"(?:is|are|was|were|has|have|did|does|ist|sind|war|hat|habe|est|sont|está|están|ha)\b|\bstatus\b|\bwhat happened\b"
)
_OPEN = re.compile(
    r"\b(?:what|who|why|how|was für|wer|warum|wieso|wie|quoi|pourquoi|comment|qué|quién|por qué|cómo)\b|^was\b"
)
"""What asks for more than whether something is so."""
HAVE = r"(?<!how long )\b(?:do|did) (?:i|we) have(?! to)"
"""A pattern for the question what there is; `how long do I have` asks for time."""
LISTS = re.compile(rf"\b(?:which|any|{HAVE}|have (?:i|we)|are there|welche\w*|quel\w*|cuál\w*)\b")
"""What asks for the records themselves, by how they stand or what they are of."""
OWED = re.compile(
    r"\b(?:owe|outstanding|overdue|unpaid|arrears|not (?:yet |been ){0,2}paid|"
    r"(?:still|left|have|need) (?:have )?to (?:be )?(?:pay|paid)|"
    r"nicht bezahlt\w*|pas (?:encore )?(?:été )?payée?s?|sin pagar|(?:tengo que|me queda por) pagar|"
    r"schulde|muss ich noch (?:be)?zahlen|dois-je (?:\w+ ){0,2}(?:payer|régler)|debo)\b"
)
_NEXT = r"next|upcoming|soonest|nächste\w*|prochaine?s?|próxim[oa]s?"
_NO_SPAN = r"(?! (?:month|week|year|monat|woche|jahr|mois|mes))"
COMING = re.compile(rf"\b(?:{_NEXT})\b{_NO_SPAN}")
"""What asks for what is not over yet; `next month` is a time."""
MOST_OF = (
    (
        re.compile(
            r"\b(?:(?:most|more) expensive|(?:high|bigg|larg|dear|prici)(?:est|er)|teuerste\w*|plus chère?|"
            r"más car[oa])\b"
        ),
        "money",
        max,
    ),
    (re.compile(r"\b(?:(?:cheap|low|small)(?:est|er)|(?:least|less) expensive)\b"), "money", min),
    (re.compile(rf"\b(?:{_NEXT}|earliest|first|oldest)\b{_NO_SPAN}"), "date", min),
    (
        re.compile(
            r"\b(?:latest|newest|most recent|last|letzte\w*|dernière?s?|últim[oa]s?)\b"
            r"(?! (?:month|week|year|night|time|monat|woche|jahr|mois|mes))"
        ),
        "date",
        max,
    ),
)
"""How one of several records is picked out, by which kind of field, and from which end."""
_OF_TIME = frozenset({"date", "duration"})
_ONLY_OF_KIND = frozenset({"date", "money", "duration"})
"""Kinds of fields of which one has to be told where they are asked for."""
_NUMBER_OF = re.compile(r"\b(?:id|no|nr|number|code|ref|reference)\b")
_NAMES = {
    "money": re.compile(
        r"price|amount|total$|total (?:price|amount|cost|due)|fee|"
        r"cost|balance|charge|rate\b|deposit|sum|due|premium|rent|paid$|debt|owed"
    ),
    "place": re.compile(
        r"station|club|address|place|city|location|branch|store|site|room|street|office|from|to$|origin|"
        r"destination|where|gate|depot"
    ),
    "payment": re.compile(r"payment|pa(?:y|id) (?:by|with)|card$"),
    "person": re.compile(r"agent|by$|with$|name|person|contact"),
    "duration": re.compile(r"minutes?|hours?|days?\b|weeks?|months?|duration|length"),
    "status": re.compile(r"stat(?:us|e)$"),
}
_MEASURES = {"fast": "speed", "old": "age", "big": "size", "large": "size", "heavy": "weight", "high": "height"}
_AMOUNT = re.compile(r"-?\d+[.,]\d\d")
_DOER = re.compile(r"(?:er|or|ist|ian|ant)\b|mechanic|medic|coach|nurse|guide|host|chef")
"""How English names whoever does something, in any trade: `trainer`, `doctor`, `therapist`."""
_DIRECTIONS = (
    (
        re.compile(
            r"\b(?:ends?|ended|over|until|till|expires?|expired?|runs? out|finish\w*|valid|back|fixed|repaired|"
            r"return\w*|due|latest|how long|endet|läuft|bis|finit|termin\w+|acaba\w*|jusqu\w*|hasta)\b"
        ),
        re.compile(r"end|until|till|expir|valid|over|return|due|close|finish"),
    ),
    (
        re.compile(
            r"\b(?:starts?|started|begins?|began|begun|since|pick\w*|leaves?|departs?|next|upcoming|seit|depuis|desde)\b"
        ),
        re.compile(r"start|begin|since|depart|pick|join|from"),
    ),
)
"""Which end of a span of time a question asks for, and what its field is called."""


def with_measures(said: str) -> str:
    """Return a question with what measures name behind it: `how fast is it?` asks for a speed."""
    return " ".join((said, *(noun for word, noun in _MEASURES.items() if re.search(rf"\bhow {word}\b", said))))


def asks_for_kind(word: str) -> bool:
    """Say whether a word by itself asks for fields of a kind, or for an end of a span of time."""
    return any(asked.search(word) for asked in (_NUMBER_OF, *ASKED.values(), *(asked for asked, _ in _DIRECTIONS)))


def asked_kinds(said: str) -> list[str]:
    """Return the kinds of fields that a question asks for."""
    return [kind for kind, told in ASKED.items() if told.search(said)]


def asks_whether(said: str) -> bool:
    """Say whether a question asks whether something is so."""
    plain = "?" in said and not (asked_kinds(said) or LISTS.search(said) or _OPEN.search(said))
    return plain or HOW_IT_IS.search(said) is not None


def asks_how_it_stands(said: str) -> bool:
    """Say whether a question asks whether something is so, or since or until when."""
    return asks_whether(said) or not _OF_TIME.isdisjoint(asked_kinds(said))


def asked_fields(said: str, record: Record, hits: set[str]) -> dict[str, Any]:
    """Return the fields of a record that a question is about, and those that it told the record by.

    Args:
        said: The question in its normal form.
        record: A record.
        hits: The words by which the record was told from others.
    """
    named = named_fields(said, record)
    asked = dict(named)
    kinds = asked_kinds(said)
    for kind in dict.fromkeys((*kinds, *(kind for how, kind, _ in MOST_OF if how.search(said)))):
        asked |= _of_kind(kind, said, record)
    if "money" in kinds and not asked:  # what it cost stands in what was paid for it
        asked = {n: v for n, v in record.items() if is_a("payment", n, v) and _holds("money", n, v)}
    if _ONLY_OF_KIND.intersection(kinds) and not any(_holds(kind, *field) for kind in kinds for field in asked.items()):
        return {}  # `how much is the insurance?` is not answered by there being one
    if not named and _NUMBER_OF.search(said):  # the number of a record is the field that names it
        asked |= {name: value for name, value in [*record.items()][:1] if any(c.isdigit() for c in str(value))}
    whether = asks_whether(said)
    if whether or LISTS.search(said):
        empty = {name for name, value in record.items() if value is None}
        asked |= {name: "none" for name in empty if names_said(said, name)}
    if whether or (OWED.search(said) and asked):
        asked |= {name: value for name, value in record.items() if is_a("status", name, value)}
    by_value = {name for name, value in record.items() if not hits.isdisjoint(words_of_value(value))}
    if not (asked or whether):
        return {}
    return {name: asked.get(name, value) for name, value in record.items() if name in asked or name in by_value}


def _holds(kind: str, name: str, value: Any) -> bool:
    """Say whether a field, or one within it, is of a kind, or an end that is not known."""
    inner = records_within(value) if isinstance(value, Mapping | list) else ()
    return value is None or is_a(kind, name, value) or any(is_a(kind, *field) for one in inner for field in one.items())


def plain_fields(record: Record) -> dict[str, Any]:
    """Return the fields of a record with single values."""
    return {name: value for name, value in record.items() if is_plain(value) and value != ""}


def _of_kind(kind: str, said: str, record: Record) -> dict[str, Any]:
    own = {name: value for name, value in record.items() if is_a(kind, name, value)}
    by_name = {name: value for name, value in own.items() if names_said(said, name)}
    empty = {name: None for name, value in record.items() if value is None}
    ends = [names for asked, names in _DIRECTIONS if kind == "date" and asked.search(said)]
    some = {n: v for n, v in (own | empty).items() if any(names.search(words_of_name(n)) for names in ends)}
    return by_name | some or ({} if kind == "count" else own)  # an end that is not known is told as that


def named_fields(said: str, record: Record) -> dict[str, Any]:
    """Return the fields that a question names, by whole name or else by a part, but no number that only leads on."""
    stems = content_stems(said)
    given = {
        n: v for place, (n, v) in enumerate(record.items()) if (place or isinstance(v, bool)) and v not in ("", None)
    }
    numbers = {n for n in given if _NUMBER_OF.search(words_of_name(n)) and not _NUMBER_OF.search(said)}
    fields = {name: value for name, value in given.items() if name not in numbers}
    names = {name: content_stems(words_of_name(name)) for name in fields}
    whole = {n: fields[n] for n, own in names.items() if own and all(meet(stems, [one]) for one in own)}
    return whole or {n: fields[n] for n, own in names.items() if meet(stems, own)}


def names_said(said: str, name: str) -> int:
    """Return how many words of a field's name a question says."""
    stems = content_stems(said)
    return sum(meet(stems, [one]) for one in content_stems(words_of_name(name)))


def first_of_kind(kind: str, record: Record) -> Any:
    """Return the value of the first field of a kind, or None."""
    return next((value for name, value in record.items() if is_a(kind, name, value)), None)


def is_a(kind: str, name: str, value: Any) -> bool:
    """Say whether a field is of a kind: by its value, and by its name where a value does not tell."""
    if kind == "date":
        return is_day(value) or has_dates(value)
    if isinstance(value, bool):
        return False
    called = words_of_name(name)
    match kind:
        case "money":
            amount = isinstance(value, int) or (isinstance(value, str) and _AMOUNT.fullmatch(value))
            return isinstance(value, float) or (bool(amount) and bool(_NAMES[kind].search(called)))
        case "duration":
            return isinstance(value, int | float) and bool(_NAMES[kind].search(called))
        case "person" if _DOER.search(called):
            return is_plain(value) and _is_name(str(value))
        case "person" if isinstance(value, list):
            return any(isinstance(one, dict) and any("name" in words_of_name(key) for key in one) for one in value)
        case "payment":
            return bool(value) and bool(_NAMES[kind].search(called))
        case "count":
            return isinstance(value, int) and not _NAMES["money"].search(called)
        case _:
            return is_plain(value) and value != "" and bool(_NAMES[kind].search(called)) and not is_day(value)


def _is_name(value: str) -> bool:
    """Say whether a value is written like a person's name: words that all begin with a capital."""
    words = value.split()
    return bool(words) and all(word[0].isupper() and word.rstrip(".").replace("-", "").isalpha() for word in words)

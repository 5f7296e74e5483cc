"""Compare what a reply says there is, or is not, with the yes-and-no fields of records: `{"outage": true}`."""

import re
from collections.abc import Iterable, Iterator, Sequence

from core.language.action_words import ACTIONS
from core.language.text import normalised
from graph.verification.claims.action_claims import records_about
from graph.verification.evidence import Evidence
from graph.verification.values.value_reading import Value, find_values

_FLAG = re.compile(r'"([a-z][a-z_]{2,40})"\s?:\s?(true|false)\b')
_NOT = (
    r"(?:no|not an?|not any|\w+n't an?|\w+n't any|without an?|not|pas d['’e]\s?|pas de|aucune?|keine?n?|"
    r"ningun[ao]?|nessun[ao]?)"
)
_UNDECIDED = re.compile(r"\?|\b(?:if|whether|in case|should|would|could|may|might|when|si|wenn|falls|ob)\b")
_POSSIBLE = re.compile(r"^(?:is_)?(?:can_(?P<a>\w+)|(?P<b>\w+?)_(?:is_)?(?:possible|allowed)|(?P<c>\w{4,})[ai]ble)$")
"""Names of fields that tell whether something can be done: `cancel_possible`, `can_return`, `refundable`."""
_CAN = (
    r"\b(?:can|cannot|can't|able to|possible to|kann|kannst|können|könnt|lässt sich|peut|peux|pouvez|puede[ns]?)(?!\w)"
    r"[^.?!;:]{0,50}?"
)
_CANNOT = re.compile(r"\b(?:cannot|can't|no longer|not|unable|nicht|kein\w*|pas|plus|no)(?!\w)")
_BEFORE = 8
"""Characters before `can` that may deny it."""
_RULE = re.compile(
    r"\b(?:while|as long as|until|till|within|before|after|once|unless|only|except|orders|items|solange|bis|innerhalb|"
    r"nachdem|tant que|avant|après|dans les|mientras|antes|después|dentro)\b|\b(?:an?|any|every|ein\w?|une?|una?) \w+"
)
"""What makes a sentence tell a rule instead of what can be done with one record."""
_NO_MORE = r"\w*(?:\s\S+){0,3}\W*$"
"""What may follow a denied deed; more words may deny a part of it, or a way."""


def wrong_possibilities(sentence: str, evidence: Evidence, shown: Sequence[Value] = ()) -> Iterator[str]:
    """Yield what a sentence says can, or cannot, be done, where the record says otherwise: `"cancel_possible": false`.

    The record is the one that the words name, or the one that the reply or the customer named last, or any there is.
    """
    said = normalised(sentence)
    if not re.search(_CAN, said) or _UNDECIDED.search(said) or _RULE.search(said):
        return
    if not any(_POSSIBLE.fullmatch(name) for name, _ in _FLAG.findall(evidence.data)):
        return
    records = records_about(_meant(sentence, evidence, shown), evidence.data)
    for name, values in _flags_of(records).items():
        found = _POSSIBLE.fullmatch(name)
        if not found or len(values) > 1:
            continue
        deed = found["a"] or found["b"] or found["c"]
        words = rf"\b(?:{ACTIONS[deed].evidence if deed in ACTIONS else re.escape(deed)})"
        for match in re.finditer(_CAN + words, said):
            denied = bool(_CANNOT.search(said, max(0, match.start() - _BEFORE), match.end()))
            if denied and not re.search(words + _NO_MORE, said[match.start() :]):
                continue
            if values != {"false" if denied else "true"}:
                yield match[0]


def _flags_of(records: Iterable[str]) -> dict[str, set[str]]:
    """Return the values of each yes-and-no field, in all of these records."""
    known: dict[str, set[str]] = {}
    for record in records:
        for name, value in _FLAG.findall(record):
            known.setdefault(name, set()).add(value)
    return known


def _meant(sentence: str, evidence: Evidence, shown: Sequence[Value]) -> str:
    """Return the numbers of the records that a sentence is about, as far as they are named anywhere."""
    inside = [v.text for v in find_values(sentence) if _is_known(v, evidence)]
    if inside:
        return " ".join(inside)
    return next(
        (v.text for v in [*reversed(shown), *reversed(find_values(evidence.customer_words))] if _is_known(v, evidence)),
        "",
    )


def _is_known(value: Value, evidence: Evidence) -> bool:
    return value.kind == "identifier" and value.text.lower() in evidence.data


def wrong_flags(sentence: str, evidence: Evidence) -> Iterator[str]:
    """Yield what a sentence says about a yes-and-no field that every record says otherwise.

    `There is no outage` is wrong where all records that have the field say `"outage": true`; a condition or a question
    says nothing.
    """
    said = " ".join(sentence.lower().split())
    if _UNDECIDED.search(said):
        return
    for name, values in _flags_of([evidence.data]).items():
        words = r"\s".join(map(re.escape, re.sub(r"^(?:is|has)_", "", name).split("_")))
        denied = re.search(rf"\b{_NOT}\s?(?:\w+\s){{0,2}}{words}\b", said)
        told = re.search(
            rf"\b(?:there is|there's|there are|we have|il y a|es gibt|hay|c'è)\s(?:\w+\s){{0,3}}{words}\b", said
        )
        if values == {"true"} and denied:
            yield denied[0]
        elif values == {"false"} and told and not denied:
            yield told[0]

"""Compare what a reply says of a record with it: its state (`shipped`), its yes-and-no fields (`{"outage": true}`).

The words of states are those in which replies and records of any business put them, in many languages.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from core.language.action_words import ACTIONS, READS
from core.language.text import normalised, plain
from core.safety.prefiltered_patterns import PatternSet, PrefilteredPattern
from graph.verification.claims.action_claims import records_about
from graph.verification.evidence import Evidence, ToolOutcome
from graph.verification.values.dates import DateKey, find_dates, same_date
from graph.verification.values.value_reading import Value, find_values

State = Literal["waiting", "packed", "shipped", "delivered", "cancelled"]

_WORDS: dict[State, str] = {
    "waiting": (
        r"pending|not (?:yet )?(?:been )?(?:packed|shipped|dispatched|sent)|(?:hasn't|has not|haven't) (?:yet "
        r")?(?:been )?(?:packed|shipped|dispatched|left|gone out)[^.!?;,]{0,20}|"
        r"noch offen|ausstehend|en attente|pendiente|in attesa|pendente|oczekując[aey]|staat nog open"
    ),
    "packed": r"(?:being )?packed|being prepared|awaiting collection",
    "shipped": (
        r"shipped|dispatched|despatched|in transit|on (?:its|their|the) way|left (?:us|our (?:warehouse|depot|shop))|"
        r"with the (?:carrier|courier)|out for delivery|unterwegs|versandt|versendet|verschickt|expédiée?s?|en route|"
        r"enviad[oa]s?|en camino|spedit[oa]|a caminho|verzonden|onderweg|wysłan[aey]|skickade?s?|skickats"
    ),
    "delivered": (
        r"delivered|geliefert|zugestellt|livrée?s?|entregad[oa]s?|consegnat[oa]|entregue|bezorgd|geleverd|"
        r"dostarczon[aey]|levererade?s?|levererats|arrived|been handed over"
    ),
    "cancelled": (
        r"cancell?ed|storniert|annulée?s?|cancelad[oa]s?|anulad[oa]s?|annullat[oa]|geannuleerd|anulowan[aey]|"
        r"avbokade?s?|avbokats"
    ),
}
_IN_RECORD: dict[State, str] = {
    "waiting": r"pending|open|waiting|offen|placed|received|new|confirmed",
    "packed": r"processed|processing|packed|preparing|being packed",
    "shipped": r"shipped|in transit|dispatched|on (?:its|the) way|out for delivery|sent",
    "delivered": r"delivered|returned|return requested|exchange requested|completed",
    "cancelled": r"cancell?ed|storniert|voided",
}
_AGREE: dict[State, set[State]] = {state: {state} for state in _WORDS} | {"shipped": {"shipped", "delivered"}}
"""In which states of the record a word is true; what is delivered has been shipped."""
_SUBJECT = (
    r"(?:\b(?:it|they|both|(?:your|the|this|that) (?:[\w-]+ )?(?:order|parcel|package|shipment|delivery)|"
    r"(?:ihre|deine|die) (?:bestellung|sendung)|(?:ihr|dein|das|der) (?:paket|auftrag)|(?:votre|la|ta) "
    r"(?:commande)|(?:votre|le|ton) colis|(?:su|tu|el) (?:pedido|paquete)|"
    r"(?:il|l')? ?(?:suo |tuo )?ordine|il (?:suo |tuo )?pacco|(?:o|a) (?:seu |sua )?(?:pedido|encomenda)|(?:uw|"
    r"je|jouw|de) (?:bestelling|pakket)|"
    r"(?:din|ditt) (?:beställning|order|paket)|beställningen|ordern|(?:twoje |pana |pani )?zamówienie)\b|\bstatus\b)"
)
_SAYS = (
    r"(?:is|are|was|were|has|have|'s|has been|have been|ist|sind|wurde|est|a été|está|ha sido|fue|è|è stat[oa]|foi|"
    r"is|werd|jest|został[oa]?|är|har|har blivit|left|arrived|shipped)"
)
_VERBS: dict[State, str] = {
    "waiting": r"(?:hasn't|has not|haven't|have not) (?:yet )?(?:been )?(?:packed|shipped|dispatched|left|gone out)",
    "shipped": r"(?:just |already )?(?:shipped|left (?:us|our (?:warehouse|depot|shop)))",
    "delivered": r"arrived",
}
"""What says the state without `is` or `was`."""
_CLAIMS = {
    state: PrefilteredPattern(
        rf"(?:{_SUBJECT}|(?P<id>(?<![\w-])#?[\w-]{{0,40}}\d{{3}}[\w-]{{0,40}}))[^.!?;|"
        rf"]{{0,45}}?(?:(?:\b{_SAYS}\s(?:(?:still|now|already|currently|yet|just|all|noch|bereits|schon|jetzt|"
        rf"encore|déjà|ya|aún|todavía|già|ancora|"
        rf"já|ainda|nog|al|już|redan|fortfarande|successfully|being|been|bien|worden|stato|stata)\s){{0,3}}|"
        rf"(?::|→|=>|->|=|\||\s-|\()\s*)(?:{words})|\b(?:{_VERBS.get(state, '(?!)')}))(?!\w)"
    )
    for state, words in _WORDS.items()
}
_STATES, _ANY_CLAIM = tuple(_CLAIMS), PatternSet(_CLAIMS.values())
_OPEN = re.compile(
    r"\b(?:if|when|whenever|once|unless|until|after|before|as soon as|whether|would|could|can|cannot|may|might|"
    r"must|should|will|won't|to be|never|not|isn't|hasn't|haven't|wasn't|no longer|"
    r"expected|estimated|due|usually|normally|wenn|sobald|bis|falls|solange|kann|wird|werden|nicht|si|quand|"
    r"lorsque|dès|sera|peut|ne|pas|n'est|cuando|será|puede|no|se|quando|può|non|sarà|"
    r"pode|não|als|zodra|wordt|kan|niet|när|om|inte|jeśli|gdy|nie|może|nog niet|marked|mark|shows?|says|told|"
    r"you (?:say|said|wrote|mention)|sorry)(?!\w)"
)
_ADDED = re.compile(r"[;.]\s|,\s(?:and|but|so|und|aber|et|mais|y|pero|e|ma|mas|en|maar|och|men|i|ale)\s|,\s")
_AND = re.compile(r"\s?(?:,|and|,\s?and|&|\+|und|et|y|e|en|och|i|or)\s?#?")
_STATUS = re.compile(r"\"?\b(?:status|state|stand|estado|statut|stato)\"?\s?[:=]\s?\"?([^\",}]{2,40})")
_MOMENT = re.compile(
    r"\"?(shipped|dispatched|delivered|cancell?ed)(?:_?(?:on|at|date))?\"?\s?[:=]\s?\"?(\d{4}-\d{2}-\d{2})"
)
_SENT = re.compile(r"\"(?:tracking\w*|carrier)\"\s?:\s?(?:\[\s?)?\"\w")
_NUMBERED = re.compile(
    r"\"(?:order(?:_?(?:id|no|number))?|bestellung|pedido|commande|number)\"\s?:\s?\"(#?[\w-]{0,60}\d[\w-]{0,60})\""
)
_MOMENT_STATE: dict[str, State] = {"s": "shipped", "d": "delivered", "c": "cancelled"}


@dataclass(frozen=True)
class _Record:
    """What is recorded under one number: the states it has or has had, and when."""

    states: frozenset[State]
    dates: tuple[tuple[State, DateKey], ...]


def wrong_states(sentence: str, evidence: Evidence, shown: Sequence[Value]) -> list[str]:
    """Return what a sentence says of a state against the record; what has no record is not judged.

    The record is the one the words name, or the one named last, or the only one there is.
    """
    if sentence.rstrip().endswith("?") or not evidence.data:
        return []
    text = plain(sentence).lower()
    records = _records_of(evidence.data)
    if not records:
        return []
    last = next((name for v in reversed(shown) if (name := _key(v.text)) in records), None)
    only = next(iter(records)) if len(records) == 1 else None
    wrong = []
    for part in _ADDED.split(text):
        names = [n for v in find_values(part) if v.kind == "identifier" and (n := _key(v.text)) in records]
        unknown = [v for v in find_values(part) if v.kind == "identifier" and _key(v.text) not in records]
        for state, pattern in ((_STATES[place], _ANY_CLAIM[place]) for place in _ANY_CLAIM.places(part)):
            if state == "cancelled" and any(_cancels(outcome) for outcome in evidence.outcomes):
                continue
            for match in pattern.finditer(part):
                before = part[: match.end()]  # `has not been packed` itself is no negation
                if _OPEN.search(re.sub(_WORDS[state], "", before) if state == "waiting" else before):
                    continue
                inside = _joined(match[0])
                if match["id"] and not any(name in records for name in inside):
                    continue
                meant = names[-1] if names else None if unknown else last or only
                about = inside or ([meant] if meant else [])
                if any(name in records and not _agrees(state, records[name], part, match.end()) for name in about):
                    wrong.append(match[0].strip())
        last = names[-1] if names else last
    return wrong


def _cancels(outcome: ToolOutcome) -> bool:
    """Say whether a tool cancelled something in this conversation: the record read before is out of date."""
    return bool(re.search(ACTIONS["cancel"].evidence, outcome.tool.lower())) and not READS.match(outcome.tool.lower())


def _joined(text: str) -> list[str]:
    """Return the keys of the numbers a statement is about: the last one, and those joined to it by `and`."""
    found = [v for v in find_values(text) if v.kind == "identifier"]
    joined = found[-1:]
    for before, after in reversed(list(pairwise(found))):
        if not _AND.fullmatch(text[before.start + len(before.text) : after.start]):
            break
        joined.append(before)
    return [_key(v.text) for v in joined]


def _agrees(state: State, record: _Record, part: str, end: int) -> bool:
    if not (_AGREE[state] & record.states):
        return False
    said = [keys for start, _, keys in find_dates(part) if 0 <= start - end <= 12]
    known = [key for of, key in record.dates if of == state]
    return not (said and known) or any(same_date(s, k) for keys in said[:1] for s in keys for k in known)


@lru_cache(maxsize=64)
def _records_of(data: str) -> dict[str, _Record]:
    """Return what is known of each record whose status a tool told; what a later result says is added."""
    found: dict[str, _Record] = {}
    for name, record in _pieces(data):
        written = [status.replace("_", " ").strip() for status in _STATUS.findall(record)]
        states = {s for s, words in _IN_RECORD.items() if any(re.fullmatch(words, status) for status in written)}
        if not states:
            continue
        dates = [(_MOMENT_STATE[what[0] if what[:3] != "dis" else "s"], day) for what, day in _MOMENT.findall(record)]
        states |= {state for state, _ in dates}
        if "packed" in states and _SENT.search(record):
            states.add("shipped")
        keys = tuple((state, _date(day)) for state, day in dates)
        before = found.get(name, _Record(frozenset(), ()))
        found[name] = _Record(before.states | states, before.dates + keys)
    return found


def _pieces(data: str) -> list[tuple[str, str]]:
    """Cut tool results into the parts that follow each record's number."""
    starts = [(m.start(), _key(m[1])) for m in _NUMBERED.finditer(data)]
    return [(name, data[start:end]) for (start, name), (end, _) in pairwise([*starts, (len(data), "")])]


def _key(written: str) -> str:
    return re.sub(r"[^a-z0-9]", "", written.lower())


def _date(day: str) -> DateKey:
    year, month, of_month = map(int, day.split("-"))
    return year, month, of_month


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

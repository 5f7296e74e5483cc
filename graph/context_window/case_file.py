"""Keep verbatim what must not be lost when older turns leave the state: numbers, promises, requests, names."""

import re
from collections.abc import Iterable, Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.language.reference_numbers import reference_numbers
from core.language.statements import names_in, promises_in
from core.language.text import sentences
from core.message_marks import marks
from graph.state import clip, text_of

CaseFile = dict[str, list[str]]
"""Facts by kind, in the order in which they came up; plain data, as a checkpoint keeps it."""

# The offline model reads the first three by these names; see `core.offline.answering.recall`.
NAME, ORDER, PROMISE, REQUEST, PREFERENCE, TICKET, DONE = (
    "customer name",
    "order number",
    "promised to the customer",
    "asked for by the customer",
    "preference of the customer",
    "ticket",
    "told about an action",
)
_FIRST, _NEWEST = 8, 16
_LONGEST = 300
_REQUEST = re.compile(
    r"\b(?:please|could you|can you|i want|i need|i would like|i'd like|i wish to|bitte|ich möchte|ich will|"
    r"ich brauche)\b",
    re.IGNORECASE,
)
_PREFERENCE = re.compile(
    r"\b(?:i prefer|i'd rather|i would rather|don't call|do not call|only by (?:e-?mail|phone|text|chat)|i am "
    r"allergic|i'm allergic"
    r"|ich bevorzuge|lieber per|nur per)\b",
    re.IGNORECASE,
)


def with_messages(case: CaseFile, messages: Iterable[AnyMessage]) -> CaseFile:
    """Return the case file with the facts of these messages added; of many of a kind, the first and the newest stay."""
    found: CaseFile = {kind: [*facts] for kind, facts in case.items()}
    for message in messages:
        for kind, fact in _facts(message):
            known = found.setdefault(kind, [])
            clipped = " ".join(fact.split())[:_LONGEST]
            if clipped and clipped not in known:
                known.append(clipped)
    return {kind: _bounded(facts) for kind, facts in found.items()}


def preferences_in(text: str) -> list[str]:
    """Return the sentences of a customer that say how they want to be served."""
    return [" ".join(sentence.split())[:_LONGEST] for sentence in sentences(text) if _PREFERENCE.search(sentence)]


def _facts(message: AnyMessage) -> Iterable[tuple[str, str]]:
    text = clip(text_of(message))
    if isinstance(message, HumanMessage):
        yield from ((NAME, name) for name in names_in(text))
        yield from ((ORDER, number) for number in reference_numbers(text))
        for sentence in sentences(text):
            if _PREFERENCE.search(sentence):
                yield PREFERENCE, sentence
            elif _REQUEST.search(sentence):
                yield REQUEST, sentence
    elif isinstance(message, AIMessage):
        if marks(message).get("tells"):
            yield DONE, text
        if ticket := marks(message).get("ticket_id"):
            yield TICKET, str(ticket)
        else:
            yield from ((ORDER, number) for number in reference_numbers(text))
        yield from ((PROMISE, sentence) for sentence in promises_in(text))


def _bounded(facts: Sequence[str]) -> list[str]:
    if len(facts) <= _FIRST + _NEWEST:
        return [*facts]
    return [*facts[:_FIRST], *facts[-_NEWEST:]]

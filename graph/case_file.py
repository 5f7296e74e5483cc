"""Keep verbatim what must not be lost when older turns leave the state: order numbers, promises, requests, tickets, names."""

import re
from collections.abc import Iterable, Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.offline.order_numbers import order_numbers
from graph.prompts import text_of

CaseFile = dict[str, list[str]]
"""Facts by kind, in the order in which they came up; plain data, as a checkpoint keeps it."""

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
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*(?:\s*\[\d+\])*")
_CITED = re.compile(r"\[\d+\]")
_NAME = re.compile(
    r"\b(?:my name is|my name's|i am called|this is|mein name ist|ich heiße|je m'appelle|me llamo)\s+"
    r"((?-i:[A-ZÀ-Ý])[\w'’-]+(?:\s+(?-i:[A-ZÀ-Ý])[\w'’-]+){0,3})",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:i|we|a colleague|somebody|someone|our team)(?:'ll|’ll| will| promise| have arranged| am going to| are going to)\b"
    r"|\byou(?:'ll|’ll| will) (?:receive|get|be|have|hear)\b|\bwill be (?:refunded|sent|shipped|called|credited|exchanged)\b"
    r"|\b(?:ich|wir) (?:werde|werden|verspreche|versprechen)\b|\bsie (?:erhalten|bekommen)\b",
    re.IGNORECASE,
)
_OFFER = re.compile(r"\bif you\b|\?\s*$|\bwould you\b|\bcan you\b", re.IGNORECASE)
_REQUEST = re.compile(
    r"\b(?:please|could you|can you|i want|i need|i would like|i'd like|i wish to|bitte|ich möchte|ich will|ich brauche)\b",
    re.IGNORECASE,
)
_PREFERENCE = re.compile(
    r"\b(?:i prefer|i'd rather|i would rather|don't call|do not call|only by (?:e-?mail|phone|text|chat)|i am allergic|i'm allergic"
    r"|ich bevorzuge|lieber per|nur per)\b",
    re.IGNORECASE,
)


def no_case() -> CaseFile:
    """Return a case file without facts."""
    return {}


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


def _facts(message: AnyMessage) -> Iterable[tuple[str, str]]:
    text = text_of(message)
    if isinstance(message, HumanMessage):
        yield from ((NAME, name.strip()) for name in _NAME.findall(text))
        yield from ((ORDER, number) for number in order_numbers(text))
        for sentence in sentences(text):
            if _PREFERENCE.search(sentence):
                yield PREFERENCE, sentence
            elif _REQUEST.search(sentence):
                yield REQUEST, sentence
    elif isinstance(message, AIMessage):
        if message.additional_kwargs.get("tells"):
            yield DONE, text
        if ticket := message.additional_kwargs.get("ticket_id"):
            yield TICKET, str(ticket)
        else:
            yield from ((ORDER, number) for number in order_numbers(text))
        # What an article says holds for everybody and is found again; what is said without a source is a promise of ours.
        promised = (s for s in sentences(text) if _PROMISE.search(s) and not _CITED.search(s) and not _OFFER.search(s))
        yield from ((PROMISE, sentence) for sentence in promised)


def sentences(text: str) -> list[str]:
    """Cut a text into sentences."""
    return [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]


def _bounded(facts: Sequence[str]) -> list[str]:
    if len(facts) <= _FIRST + _NEWEST:
        return [*facts]
    return [*facts[:_FIRST], *facts[-_NEWEST:]]

"""Say what is wrong with a sentence of a reply: a value that stands nowhere, a deed that was not done."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graph.checks.deeds import find_claims, is_true
from graph.checks.ground import Ground
from graph.checks.sentences import split_sentences
from graph.checks.values import Kind, Value, find_values

_CITATION = re.compile(r"\s?\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")
NOT_SUPPORTED = ("the ", "nothing in this conversation")
_TIMES_SIGN = 3
_COUNTED_BY_LIST = 12
_WORDS_OF_SUBSTANCE = 8
_NAMES: dict[Kind, str] = {"link": "link", "email": "e-mail address", "identifier": "number", "phone": "phone number"}


@dataclass(frozen=True)
class Fault:
    """Hold one thing a reply may not say."""

    kind: Literal["value", "deed"]
    text: str
    """The words that are wrong."""
    why: str
    """What is wrong with them, as a sentence for the model."""


def faults_of(sentence: str, ground: Ground, shown: list[Value]) -> list[Fault]:
    """Return what is wrong with a sentence, given what the reply has shown before; none means that it may be sent.

    A value must stand in the ground, or follow from it and from what the reply shows by arithmetic.
    """
    values = find_values(sentence)
    standing = [v for v in values if ground.stands(v)]
    standing += [v for v in values if v not in standing and _is_factor(v, values)]
    waiting = [v for v in values if v not in standing and not _counts_a_list(v, sentence)]
    derived: list[Value] = []
    reached: list[Value] = waiting
    while reached:  # one result may be the operand of the next
        reached = [v for v in waiting if v not in derived and ground.derives(v, [*shown, *standing, *derived])]
        derived += reached
    wrong = [_unsupported(v) for v in waiting if v not in derived]
    wrong += [
        Fault("deed", claim.text, f"nothing in this conversation shows that this happened: {claim.text!r}")
        for claim in find_claims(sentence)
        if not is_true(claim, sentence, ground)
    ]
    if not wrong:
        shown += [*standing, *derived]
    return wrong


def with_known_citations(text: str, passages: int) -> str:
    """Return the text without citations of passages that were never retrieved."""

    def keep(match: re.Match[str]) -> str:
        known = [n for n in cited(match[0]) if n <= passages]
        lead = match[0][: match[0].index("[")]
        return lead + "".join(f"[{n}]" for n in known) if known else ""

    return _CITATION.sub(keep, text)


def cited(text: str) -> list[int]:
    """Return the numbers of the passages a text cites, in order."""
    numbers = [int(n) for match in _CITATION.finditer(text) for n in match[1].split(",")]
    return [n for n in dict.fromkeys(numbers) if n >= 1]


def is_answer(said: str) -> bool:
    """Say whether what is left of a reply says more than a greeting: a source, a value, or a sentence of some length."""
    sentences = [s for s in split_sentences(said)[0] if not s.rstrip().endswith("?")]
    return bool(cited(said)) or any(find_values(s) or len(s.split()) >= _WORDS_OF_SUBSTANCE for s in sentences)


def _counts_a_list(value: Value, sentence: str) -> bool:
    """`There are two ways:` counts what the reply is about to list."""
    small = value.kind == "number" and all(isinstance(k, int) or k <= _COUNTED_BY_LIST for k in value.keys)  # type: ignore[operator]
    return small and sentence.rstrip().endswith(":")


def _is_factor(value: Value, values: Sequence[Value]) -> bool:
    """`10 x $1.80` chooses its count; what comes out is recomputed."""
    return value.kind == "number" and any(
        v.kind == "amount" and 0 < v.start - value.start - len(value.text) <= _TIMES_SIGN for v in values
    )


def _unsupported(value: Value) -> Fault:
    name = _NAMES.get(value.kind, value.kind)
    return Fault("value", value.text, f"the {name} {value.text!r} stands in no article, tool result or message")

"""Say what is wrong with a sentence of a reply, such as a value that stands nowhere, and number what it cites."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from rapidfuzz.fuzz import partial_ratio

from core.language.text import normal, plain, split_sentences
from core.language.words import content_stems
from core.passages import Passage
from core.safety.safe_links import LinkRule, safe_text
from graph.verification.claims.action_claims import find_claims, is_true
from graph.verification.claims.boundless_promises import boundless_promises
from graph.verification.claims.record_states import wrong_flags, wrong_possibilities, wrong_states
from graph.verification.evidence import Evidence
from graph.verification.values.number_spelling import with_digits
from graph.verification.values.operands import Expression, find_expressions
from graph.verification.values.value_reading import Kind, Value, find_values

NOT_SUPPORTED = ("the ", "nothing in this conversation")
_CENT = Decimal("0.01")
_EXAMPLE = re.compile(
    r"\b(?:for example|for instance|e\.g\.|would (?:be|cost|come|make)|zum beispiel|z\.\s?b\.|wären|würden?|"
    r"par exemple|coûterai\w*|por ejemplo|"
    r"costarían?|per esempio|costerebbe\w*|bijvoorbeeld|zou(?:den)? .{1,30}kosten|por exemplo|custari\w+|till "
    r"exempel|na przykład)(?:\b|(?<=\.))",
    re.IGNORECASE,
)
_REST = re.compile(
    r"\b(?:other|remaining|anderen?|übrigen|restlichen|autres?|otr[oa]s|altr[ei]|outr[oa]s|andere|overige|"
    r"pozostałe|andra|övriga)\s?$",
    re.IGNORECASE,
)
LONGEST_SENTENCE = 1_000
"""Characters of a sentence that is checked; the checks of a longer one would hold up everybody else."""
_COUNTED_BY_LIST = 12
_WORDS_OF_SUBSTANCE = 8
_WORDS_OF_QUOTE = 5
_STEMS_OF_PARAPHRASE = 3
"""Of how many words that carry meaning, all of them from one passage, a sentence tells that passage in other words."""
QUOTED = 90.0
"""Similarity in per cent (of rapidfuzz) from which on a sentence is taken from a passage."""
_REMEMBERED = 500
"""Passages that are not read again: many questions find the same ones."""
_NAMES: dict[Kind, str] = {"link": "link", "email": "e-mail address", "identifier": "number", "phone": "phone number"}


@dataclass(frozen=True)
class Fault:
    """One thing a reply may not say."""

    kind: Literal["value", "action"]
    text: str
    """The words that are wrong."""
    why: str
    """What is wrong with them, as a sentence for the model."""


def faults_of(sentence: str, evidence: Evidence, shown: list[Value]) -> list[Fault]:
    """Return what is wrong with a sentence, given what the reply has shown before; none means that it may be sent.

    A value must stand in the evidence, or follow from it and from what the reply shows by arithmetic.
    """
    if len(sentence) > LONGEST_SENTENCE:
        return [Fault("value", sentence[:LONGEST_SENTENCE], "a sentence is too long; write short ones")]
    values = find_values(sentence)
    standing = [v for v in values if evidence.stands(v) and not _miscounts_the_rest(v, sentence, evidence, shown)]
    sums = list(find_expressions(with_digits(plain(sentence)))) if len(values) > 1 else []
    standing += [v for v in values if v not in standing and _is_factor(v, sums, standing)]
    standing += [v for v in values if v not in standing and _is_example(v, values, sentence, evidence)]
    right = [s for s in sums if all(_has(standing, s, operand) for operand in s.operands)]
    calculated = [_result_of(s) for s in right]
    told = [v for v in standing if not any(v in _inside(standing, s) for s in right)]
    waiting = [
        v
        for v in values
        if v not in standing and not _counts_a_list(v, sentence) and not _counts_the_rest(v, sentence, evidence, shown)
    ]
    derived: list[Value] = []
    reached: list[Value] = waiting
    while reached:  # one result may be the operand of the next
        reached = [
            v
            for v in waiting
            if v not in derived
            and (_is_result(v, calculated) or evidence.derives(v, [*shown, *told, *calculated, *derived]))
        ]
        derived += reached
    wrong = [_unsupported(v) for v in waiting if v not in derived]
    wrong += [
        Fault("action", claim.text, f"nothing in this conversation shows that this happened: {claim.text!r}")
        for claim in find_claims(sentence)
        if not is_true(claim, sentence, evidence)
    ]
    wrong += [
        Fault("action", said, f"nothing in this conversation shows this; the record says otherwise: {said!r}")
        for said in wrong_states(sentence, evidence, shown)
    ]
    flags = [*wrong_flags(sentence, evidence), *wrong_possibilities(sentence, evidence, shown)]
    wrong += [Fault("action", said, f"a record says otherwise: {said!r}") for said in flags]
    wrong += [
        Fault("value", said, f"the promise {said!r} stands in no article, tool result or message")
        for said in boundless_promises(sentence, evidence)
    ]
    if not wrong:
        shown += [*told, *calculated, *derived]
    return wrong


def is_answer(said: str) -> bool:
    """Say whether what is left of a reply says more than a greeting: a source, a value, or a longer sentence."""
    sentences = [s for s in split_sentences(said)[0] if not s.rstrip().endswith("?")]
    return bool(cited(said)) or any(find_values(s) or len(s.split()) >= _WORDS_OF_SUBSTANCE for s in sentences)


def _counts_a_list(value: Value, sentence: str) -> bool:
    """`There are two ways:` counts what the reply is about to list."""
    small = value.kind == "number" and all(isinstance(k, int) or k <= _COUNTED_BY_LIST for k in value.keys)
    return small and sentence.rstrip().endswith(":")


def _counts_the_rest(value: Value, sentence: str, evidence: Evidence, shown: Sequence[Value]) -> bool:
    """`The other two` counts what is left of a list of known length when what was named before is taken away."""
    if value.kind != "number" or not _REST.search(with_digits(plain(sentence))[: value.start]):
        return False
    named = {key for v in shown if v.kind == "identifier" for key in v.keys}
    taken = {Decimal(len(named)), Decimal(1), *(n for v in shown if v.kind == "number" for n in v.numbers)}
    return any(n + t in evidence.list_lengths for n in value.numbers for t in taken if t)


def _miscounts_the_rest(value: Value, sentence: str, evidence: Evidence, shown: Sequence[Value]) -> bool:
    """`The other three` of three is none too many left out, though three is known as the length of the list."""
    return (
        bool(value.numbers & {Decimal(n) for n in evidence.list_lengths})
        and bool(_REST.search(with_digits(plain(sentence))[: value.start]))
        and not _counts_the_rest(value, sentence, evidence, shown)
    )


def _is_factor(value: Value, sums: Sequence[Expression], standing: Sequence[Value]) -> bool:
    """`10 x $1.80` chooses its count, as long as the price stands; what comes out is recomputed."""
    return value.kind in ("number", "duration", "quantity") and any(
        value.numbers & s.factors and any(v is not value for v in _inside(standing, s)) for s in sums
    )


def _is_example(value: Value, values: Sequence[Value], sentence: str, evidence: Evidence) -> bool:
    """`Three days, for example, would be £29.28` chooses its count, where the amount is that multiple of a price."""
    return (
        value.kind in ("number", "duration", "quantity")
        and bool(_EXAMPLE.search(sentence))
        and any(
            evidence.is_priced(total / n)
            for v in values
            if v.kind == "amount"
            for total in v.numbers
            for n in value.numbers
            if n
        )
    )


def _inside(values: Sequence[Value], calculation: Expression) -> list[Value]:
    return [v for v in values if calculation.start <= v.start < calculation.end]


def _has(values: Sequence[Value], calculation: Expression, operand: Decimal) -> bool:
    """Say whether an operand of a calculation is one of these values; a share is written as a percentage."""
    return any(operand in v.numbers or operand * 100 in v.numbers for v in _inside(values, calculation))


def _result_of(calculation: Expression) -> Value:
    """Return what a calculation comes to, as if the reply showed it as an amount."""
    return Value("amount", f"{calculation.result.normalize():f}", frozenset({calculation.result}), start=-1)


def _is_result(value: Value, calculated: Sequence[Value]) -> bool:
    found = [n for c in calculated for n in c.numbers]
    return value.kind in ("amount", "number", "quantity") and any(
        abs(n - f) < _CENT for n in value.numbers for f in found
    )


def _unsupported(value: Value) -> Fault:
    name = _NAMES.get(value.kind, value.kind)
    return Fault("value", value.text, f"the {name} {value.text!r} stands in no article, tool result or message")


_CITATION = re.compile(r"\s?\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")
_PARAGRAPH = r"\n[^\S\n]*\n"
_CITATION_OR_PARAGRAPH = re.compile(rf"{_CITATION.pattern}|{_PARAGRAPH}")


def cited(text: str) -> list[int]:
    """Return the numbers of the passages a text cites, in order."""
    numbers = [int(n) for match in _CITATION.finditer(text) for n in match[1].split(",")]
    return [n for n in dict.fromkeys(numbers) if n >= 1]


def without_citations(text: str) -> str:
    """Return the text without the numbers of its sources."""
    return _CITATION.sub("", text)


def with_known_citations(text: str, passages: int) -> str:
    """Return the text without citations of passages that were never retrieved."""

    def keep(match: re.Match[str]) -> str:
        return _written(match, [n for n in cited(match[0]) if n <= passages])

    return _CITATION.sub(keep, text)


class Citations:
    """The sources of a turn's reply, in order of use; a model cites them by their places among its passages.

    Args:
        passages: What the model was shown, numbered from 1.
        links: Which addresses a source may carry.
        earlier: Sources that customers have read in this turn.
        already_said: What they have read of this message.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        links: LinkRule,
        *,
        earlier: Iterable[Mapping[str, Any]] = (),
        already_said: str = "",
    ) -> None:
        self._passages, self._links = passages, links
        self._sources = {str(source["passage_id"]): dict(source) for source in earlier}
        self._in_paragraph = set(cited(re.split(_PARAGRAPH, already_said)[-1]))

    def shown(self, text: str) -> str:
        """Return the next piece of a reply with its citations as customers read them."""
        return _CITATION_OR_PARAGRAPH.sub(self._numbered, text)

    @property
    def read(self) -> list[tuple[str, frozenset[str]]]:
        """Return the passages as sentences are held against them: their normal form and the stems of their words."""
        return [_as_held_against(passage.text) for passage in self._passages]

    def with_source(self, sentence: str) -> str:
        """Return a sentence with a citation of the passage it repeats, as a model writes one; others as they are."""
        if cited(sentence) or len(sentence.split()) < _WORDS_OF_QUOTE:
            return sentence
        said, stems = normal(sentence), set(content_stems(sentence))
        near = (
            (tells := len(stems) >= _STEMS_OF_PARAPHRASE and stems <= told, _likeness(said, text, exact=tells), -n)
            for n, (text, told) in enumerate(self.read, start=1)
        )
        paraphrased, nearest, place = max(near, default=(False, 0.0, 0))
        return f"{sentence} [{-place}]" if paraphrased or nearest >= QUOTED else sentence

    def sources(self, text: str) -> list[dict[str, Any]]:
        """Return what a page needs to show and link the sources of a text as customers read it."""
        used = {source["number"]: source for source in self._sources.values()}
        return [used[number] for number in sorted(cited(text)) if number in used]

    def _numbered(self, match: re.Match[str]) -> str:
        if match[1] is None:
            self._in_paragraph.clear()
            return match[0]
        numbers = [self._number(self._passages[n - 1]) for n in cited(match[0]) if n <= len(self._passages)]
        new = [number for number in dict.fromkeys(numbers) if number not in self._in_paragraph]
        self._in_paragraph.update(new)
        return _written(match, new)

    def _number(self, passage: Passage) -> int:
        if passage.id not in self._sources:
            number = max((int(source["number"]) for source in self._sources.values()), default=0) + 1
            self._sources[passage.id] = {
                "number": number,
                "passage_id": passage.id,
                "article_id": passage.article_id,
                "title": safe_text(passage.title, self._links),
                "headings": [safe_text(heading, self._links) for heading in passage.headings],
                "url": self._links.kept(passage.url),
            }
        return int(self._sources[passage.id]["number"])


@lru_cache(maxsize=_REMEMBERED)
def _as_held_against(passage: str) -> tuple[str, frozenset[str]]:
    """Return the normal form of a passage and the stems of its words."""
    return normal(passage), frozenset(content_stems(passage))


def _likeness(sentence: str, passage: str, *, exact: bool) -> float:
    """Return how near in per cent a sentence is to a part of a passage; unless exact, 0 where it is no quote of it."""
    return partial_ratio(sentence, passage, score_cutoff=0.0 if exact else QUOTED)


def _written(match: re.Match[str], numbers: Sequence[int]) -> str:
    """Return the citation of other numbers in the place of one, with the space that leads up to it."""
    return match[0][: match[0].index("[")] + "".join(f"[{n}]" for n in numbers) if numbers else ""

"""Measure how well passages fit a question, and how sure it is that the best of them answers it."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.language.text import normal
from core.language.words import content_stems, content_words, spelled
from core.offline.answering.passage_statements import Statement, statements
from core.offline.reading.asked_values import asks_value, has_asked_value
from core.offline.reading.chat_request import QuotedPassage

Reading = Callable[[str], str]
"""Puts a text into the language it is compared in."""
CONSIDERED = 12
"""Passages at most that are compared."""
_SHARED, _VALUE = 0.1, 0.08
"""What it counts beside likeness that words are shared, and that a statement has a value of the kind asked for."""
_FOUND_FIRST = 0.1
"""What it counts that the search put a passage first: it knows the titles of all articles, and what was talked
about.
"""
_ALIKE, _STRANGE, _LONG, _GAINED, _BIAS = 9.1, -4.4, 0.45, -8.9, -2.8
"""Weights of what tells an answer from what is merely near, fitted to questions over five businesses, leaving one out
in turn: likeness of the best statement, share of words that no passage has, words of the question (a long one is less
like anything), and what likeness gains without such a word.
"""
_MUCH_BETTER, _DOUBTFUL = 0.09, 0.6
"""From this gain without a word no passage can be surer than this to be about it."""
_ELSEWHERE = 0.3
"""How sure it can be of a question that goes on with nothing but words that no passage has."""
_MOST_WORDS = 8
_NAME_NOTHING_TEXT = """
since yesterday today tomorrow tonight now morning evening day days week weeks month months year years ago
recently already still yet even instead really again always never ever often usually actually exactly anyway
maybe perhaps almost suddenly properly currently probably ok okay one two three four five six seven eight nine
ten hundred first second last next another other others same different whole every each both few several able
allowed possible sure come came comes coming go goes went gone keep keeps kept keeping show shows showed shown
say says said saying look looks looked looking see sees saw seen suppose supposed seem seems happen happens
happened cut put take takes took taken bring brings brought give gives gave start starts started stop stops
stopped try tries tried find finds found think thinks thought mean means meant let leave leaves left turn turns
turned stay stays stayed begin ends ended become became call called ask asked hear heard feel felt understand
sort kind way thing things stuff bit lot part forget forgot forgotten fell work works worked
working wife husband mom mum mother father dad son daughter sister brother friend friends partner
boyfriend girlfriend parents
january february march april june july august september october november december
myself yourself yourselves automatically simply
monday tuesday wednesday thursday friday saturday sunday weekend
"""
NAME_NOTHING = frozenset(_NAME_NOTHING_TEXT.split())
"""Words that say when, how, for whom or that something is, but name nothing a passage could be about."""


@dataclass(frozen=True)
class Scored:
    """A passage with its statements, and how well each and all of it fit a question."""

    passage: QuotedPassage
    statements: list[Statement]
    scores: list[float]
    alike: float
    """Likeness of the best statement alone, without what words count."""
    score: float

    @property
    def best(self) -> Statement:
        """Return the statement that fits best."""
        return self.statements[max(range(len(self.scores)), key=lambda i: self.scores[i])]


def with_statements(passages: Sequence[QuotedPassage]) -> list[tuple[QuotedPassage, list[Statement]]]:
    """Return the passages that are compared, with what they state."""
    return [(p, s) for p in passages[:CONSIDERED] if (s := statements(p.text))]


def scored_passages(
    question: str,
    candidates: Sequence[tuple[QuotedPassage, list[Statement]]],
    embeddings: Embeddings | None,
    reading: Reading = str,
) -> list[Scored]:
    """Return the passages with how well they fit a question, in their order, each as `reading` reads it.

    A statement is compared together with the title and the heading above it, as these say what it is about.
    """
    above = [reading(_above(p)) for p, _ in candidates]
    read = [[f"{head}: {reading(s.text)}" for s in said] for head, (_, said) in zip(above, candidates, strict=True)]
    wholes = [" ".join(parts) for parts in read]
    rarity = _rarity(wholes)
    asked = set(content_stems(question))
    plain = normal(question)
    alike = _likeness(question, read, embeddings)
    found = []
    for place, ((passage, said), parts, like) in enumerate(zip(candidates, read, alike, strict=True)):
        shared = [_shared(asked, part, rarity) for part in parts]
        if embeddings:  # what the title says, each statement of the article has; what it says itself counts as much
            own = [_shared(asked, reading(s.text), rarity) for s in said]
            shared = [(one + other) / 2 for one, other in zip(shared, own, strict=True)]
        values = [_VALUE * has_asked_value(plain, normal(s.text)) for s in said]
        each = [
            one + (_SHARED * words + value if embeddings else words)
            for one, words, value in zip(like, shared, values, strict=True)
        ]
        words = _shared(asked, wholes[place], rarity)
        score = max(each) + _SHARED * words if embeddings else words
        found.append(Scored(passage, said, each, max(like) if embeddings else words, score))
    return found


def by_search(scored: Sequence[Scored]) -> list[Scored]:
    """Return passages best first, where it also counts in which order the search found them."""
    worth = {id(one): one.score - _FOUND_FIRST * place / len(scored) for place, one in enumerate(scored)}
    return sorted(scored, key=lambda one: -worth[id(one)])


def mean_of(one: Scored, other: Scored) -> Scored:
    """Weigh a question alone and with the one before it."""
    scores = [(a + b) / 2 for a, b in zip(one.scores, other.scores, strict=True)]
    return replace(one, scores=scores, alike=(one.alike + other.alike) / 2, score=(one.score + other.score) / 2)


def certainty(
    question: str, best: Scored, others: Sequence[Scored], embeddings: Embeddings, *, before: str = "", own: bool = True
) -> float:
    """Return how sure it is, from 0 to 1, that a passage answers a question: near is not enough.

    A word that no passage has and that names something makes it less sure, above all where the passage fits better
    without it: "gift wrapping" is not about gift cards. Words that are not the customer's `own` tell nothing.
    """
    named = _named(f"{before} {question}")
    strange = _strangers(_named(question), [one.passage for one in (best, *others)]) if own else []
    gain = 0.0 if before else _gain(question, strange, best, embeddings)
    value = (
        _ALIKE * best.alike
        + _STRANGE * len(strange) / max(1, len(named))
        + _LONG * min(len(named), _MOST_WORDS)
        + _GAINED * gain
        + _BIAS
    )
    sure = 1 / (1 + math.exp(-value))
    if before and strange and set(strange) == set(_named(question)) and not asks_value(normal(question)):
        sure = min(sure, _ELSEWHERE)
    return min(sure, _DOUBTFUL) if gain > _MUCH_BETTER else sure


def _above(passage: QuotedPassage) -> str:
    return ". ".join(dict.fromkeys(filter(None, (passage.title, passage.section))))


def _likeness(question: str, read: Sequence[Sequence[str]], embeddings: Embeddings | None) -> list[list[float]]:
    """Return the cosine of each statement with the question; nothing where there are no embeddings."""
    if embeddings is None:
        return [[0.0] * len(parts) for parts in read]
    vectors = _unit(embeddings, [spelled(normal(question)), *(part for parts in read for part in parts)])
    alike = iter((vectors[1:] @ vectors[0]).tolist())
    return [[next(alike) for _ in parts] for parts in read]


def _unit(embeddings: Embeddings, texts: list[str]) -> npt.NDArray[np.float64]:
    vectors = np.asarray(embeddings.embed_documents(texts), dtype=np.float64)
    unit: npt.NDArray[np.float64] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def _named(text: str) -> list[str]:
    return [word for word in content_words(text) if word not in NAME_NOTHING and not word.isdigit()]


def _strangers(named: Sequence[str], passages: Sequence[QuotedPassage]) -> list[str]:
    """Return the words that stand in none of the passages."""
    known = {word for p in passages for word in content_stems(f"{p.title} {p.section} {p.text}")}
    return [word for word in named if not set(content_stems(word)) & known]


def _gain(question: str, strange: Sequence[str], best: Scored, embeddings: Embeddings) -> float:
    """Return how much more alike the best statement is to the question without one of some words."""
    if not strange:
        return 0.0
    words = normal(question).split()
    without = [" ".join(w for w in words if word not in w) for word in strange]
    texts = [f"{_above(best.passage)}: {best.best.text}", normal(question), *without]
    said, asked, *others = _unit(embeddings, texts)
    return max(float(other @ said) for other in others) - float(asked @ said)


def _rarity(texts: Sequence[str]) -> dict[str, float]:
    """Return how telling each word is among the passages: rarer words tell more."""
    seen = Counter(word for text in texts for word in set(content_stems(text)))
    return {word: 1 + math.log((1 + len(texts)) / (1 + count)) for word, count in seen.items()}


def _shared(asked: set[str], text: str, rarity: dict[str, float]) -> float:
    """Return the share of the asked words, weighted by rarity, that a text has; a word of no passage weighs most."""
    unseen = max(rarity.values(), default=1.0)
    total = sum(rarity.get(word, unseen) for word in asked)
    there = set(content_stems(text))
    return sum(rarity.get(word, unseen) for word in asked if word in there) / total if total else 0.0

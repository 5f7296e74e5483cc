"""Measure how well passages fit a question, and how sure it is that the best of them answers it."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.embeddings.minilm import MiniLM
from core.language.text import normal
from core.language.word_tables import MONTHS
from core.language.words import content_stems, spelled
from core.offline.answering.passage_statements import Statement, statements
from core.offline.reading.asked_values import has_asked_value
from core.offline.reading.chat_request import QuotedPassage
from core.safety.injection_patterns import directives

Reading = Callable[[str], str]
"""Puts a text into the language it is compared in."""
CONSIDERED = 12
"""Passages at most that are compared."""
_WHOLE, _TOKENS, _VALUE, _CONDITION, _PLACE = 0.3, 0.7, 0.04, 0.06, -0.014
"""What counts for a statement: its cosine with the question, how near each word of the question comes to one of its
words, a value of the kind asked for, that both speak of a condition, and how many passages the search put first.
"""
_SHARPNESS = 20.0
"""What makes such a score, with that of others, a likelihood that this statement is the one that answers."""
_NONE = math.exp(_SHARPNESS * 0.35)
"""How likely it is, beside those, that no statement answers."""
_MOST_LIKELY, _STATEMENTS, _PASSAGES = 0.9, 3, 2
"""How likely it has to be that the answer is among the statements told to a question for one thing; of so many passages
so many are told at most.
"""
_AS_LIKELY_HERE, _AS_LIKELY_ELSEWHERE = 0.1, 0.2
"""How likely each has to be beside the first, in the same passage and in another one."""
_COVERED = 0.4
"""How near a passage has to come to the words of the question that it has least of, not to be surely less about it.

All these are fitted to 374 questions over eight businesses, 142 of which nothing answers, each business judged by what
the other seven taught.
"""
_ELSEWHERE = -0.1
"""What counts besides for a statement under a heading that names a place or a product, where the question does not."""
_NAME = re.compile(r"(?<=\s)[A-ZÀ-Þ][^\W\d_]{2,}")
"""A word of a heading that may be a name; its first word is written large anyway."""
_MONTH = rf"(?:{'|'.join(sorted(MONTHS.keys() - {'may'}))})\b\.?"
_DAY = re.compile(
    rf"\b(?:(?:on|by|at|from|until|since) )?(?:the )?(?:{_MONTH}(?: (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b)?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)\b(?: (?:of )?{_MONTH})?)",
    re.IGNORECASE,
)
"""A day of one customer's."""
_WHERE = re.compile(r"\b(?:to|from) [A-ZÀ-Þ][^\W\d_]{2,}(?:[ -][A-ZÀ-Þ][^\W\d_]+)*")
_TELLING = re.compile(r"\d+\w+|(?!since|until)[^\W\d_]{5,}")
"""A word of a day or place by which it is known."""
_OF_MINE = re.compile(r"\b(?:i|i'm|im|my|we|we're|our)\b", re.IGNORECASE)
_WHAT_IF = re.compile(r"\bif\b|\bwhat happens\b")
_FOR_WHOM = re.compile(r" (?:me|us)(?=\W*$)")
"""Whom something is done for says nothing of what is asked: `what would that cost me?`."""
_CONDITIONAL = re.compile(r"\b(?:if|whoever|those who|otherwise|unless|when|without)\b")
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
    score: float
    covered: float = 1.0
    """How near the words of the question that it has least of come to one of its words."""
    unasked: frozenset[str] = frozenset()
    """Names in its heading that the question lacks: it holds for what they name."""

    @property
    def best(self) -> Statement:
        """Return the statement that fits best."""
        return self.statements[max(range(len(self.scores)), key=lambda i: self.scores[i])]


def with_statements(passages: Sequence[QuotedPassage]) -> list[tuple[QuotedPassage, list[Statement]]]:
    """Return the passages that are compared, with what they state; one that gives orders to an agent tells nothing."""
    return [(p, s) for p in passages[:CONSIDERED] if not directives(p.text) and (s := statements(p.text))]


def scored_passages(
    question: str,
    candidates: Sequence[tuple[QuotedPassage, list[Statement]]],
    embeddings: MiniLM | None,
    reading: Reading = str,
    *,
    before: str = "",
) -> list[Scored]:
    """Return the passages with how well they fit a question, in their order, each as `reading` reads it.

    A statement is compared together with the title and the heading above it, as these say what it is about. What was
    asked `before` is compared with the question, but asks for no value any more.
    """
    whole = f"{before} {question}".strip()
    above = [reading(_above(p)) for p, _ in candidates]
    read = [[f"{head}: {reading(s.text)}" for s in said] for head, (_, said) in zip(above, candidates, strict=True)]
    if embeddings is None:
        return _by_words(whole, candidates, read)
    plain = normal(question)
    texts = " ".join(passage.text for passage, _ in candidates)
    asked, *vectors = embeddings.embed_tokens(
        [
            _FOR_WHOM.sub("", spelled(normal(_general(whole, f"{' '.join(above)} {texts}")))),
            *(part for parts in read for part in parts),
        ]
    )
    following = iter(vectors)
    found = []
    for place, (passage, said) in enumerate(candidates):
        cosines = [asked @ next(following).T for _ in said]
        nearest = [_nearest(one) for one in cosines]
        unasked = _unasked_names(passage, whole, texts)
        less = _PLACE * place + _ELSEWHERE * bool(unasked)
        each = [
            _WHOLE * float(one[0, 0])
            + _TOKENS * float(near.mean())
            + _VALUE * has_asked_value(plain, text)
            + _CONDITION * bool(_WHAT_IF.search(plain) and _CONDITIONAL.search(text))
            + less
            for one, near, text in zip(cosines, nearest, [normal(s.text) for s in said], strict=True)
        ]
        found.append(Scored(passage, said, each, max(each), _least(np.max(nearest, axis=0)), unasked))
    return found


def _general(question: str, texts: str) -> str:
    """Return a question without its days, and without where somebody says that they go or come from, if enough of it
    is left: articles cannot speak of what concerns one customer. What they do speak of stays.
    """
    known = set(re.findall(r"\w+", texts.casefold()))

    def unless_known(named: re.Match[str]) -> str:
        return named[0] if known.intersection(_TELLING.findall(named[0].casefold())) else " "

    without = _DAY.sub(unless_known, question)
    if _OF_MINE.search(without):
        without = _WHERE.sub(unless_known, without)
    return without if len(content_stems(without)) > 1 else question


def best_first(scored: Sequence[Scored]) -> list[Scored]:
    """Return passages best first."""
    return sorted(scored, key=lambda one: -one.score)


def mean_of(one: Scored, other: Scored) -> Scored:
    """Weigh a question alone and with the one before it."""
    scores = [(a + b) / 2 for a, b in zip(one.scores, other.scores, strict=True)]
    covered = (one.covered + other.covered) / 2
    return replace(one, scores=scores, score=(one.score + other.score) / 2, covered=covered)


def likeliest(scored: Sequence[Scored]) -> list[tuple[Scored, set[int]]]:
    """Return of the passages that most likely hold the answer, likeliest first, which of their statements do."""
    each = [(chance, place, i) for place, one in enumerate(scored) for i, chance in enumerate(likelihoods(one))]
    each.sort(key=lambda one: -one[0])
    wanted = _MOST_LIKELY * sum(chance for chance, _, _ in each)
    found: dict[int, set[int]] = {}
    for chance, place, i in each:
        enough = each[0][0] * (_AS_LIKELY_HERE if place == each[0][1] else _AS_LIKELY_ELSEWHERE)
        if wanted <= 0 or sum(map(len, found.values())) == _STATEMENTS:
            break
        if chance >= enough and (place in found or len(found) < _PASSAGES):
            found.setdefault(place, set()).add(i)
            wanted -= chance
    return [(scored[place], kept) for place, kept in found.items()]


def certainty(told: Sequence[Scored], scored: Sequence[Scored]) -> float:
    """Return how sure it is, from 0 to 1, that what is told of passages answers a question: near is not enough."""
    likelihood, all_in_all = (sum(map(sum, map(likelihoods, some))) for some in (told, scored))
    return likelihood / (all_in_all + _NONE) * min(1.0, told[0].covered / _COVERED)


def likelihoods(scored: Scored) -> list[float]:
    """Return how likely each statement is the one that answers, beside each other and those of other passages."""
    return [math.exp(_SHARPNESS * score) for score in scored.scores]


def _above(passage: QuotedPassage) -> str:
    return ". ".join(dict.fromkeys(filter(None, (passage.title, passage.section))))


def _unasked_names(passage: QuotedPassage, question: str, texts: str) -> frozenset[str]:
    """Return the names in the heading of a passage that a question lacks; what the texts of all write small is none."""
    names = (name for name in _NAME.findall(passage.section) if name.casefold() not in question.casefold())
    return frozenset(name for name in names if not re.search(rf"\b{re.escape(name.casefold())}", texts))


def _nearest(cosines: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return how near each token of a question comes to a token of a statement; the first row and column are the
    whole texts.

    This late interaction (Khattab and Zaharia, 2020) hears the one word that tells statements of an article apart,
    which is lost in the vector of the whole.
    """
    near: npt.NDArray[np.float32] = cosines[1:, 1:].max(axis=1, initial=0.0)
    return near if len(near) else np.zeros(1, dtype=np.float32)


def _least(nearest: npt.NDArray[np.float32]) -> float:
    """Return the mean of the lowest third."""
    return float(np.sort(nearest)[: max(1, len(nearest) // 3)].mean())


def _by_words(
    question: str, candidates: Sequence[tuple[QuotedPassage, list[Statement]]], read: Sequence[Sequence[str]]
) -> list[Scored]:
    """Return the passages with how many of the asked words they have, where meaning cannot be compared."""
    wholes = [" ".join(parts) for parts in read]
    rarity = _rarity(wholes)
    asked = set(content_stems(question))
    found = []
    for (passage, said), parts, whole in zip(candidates, read, wholes, strict=True):
        each = [_shared(asked, part, rarity) for part in parts]
        found.append(Scored(passage, said, each, _shared(asked, whole, rarity)))
    return found


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

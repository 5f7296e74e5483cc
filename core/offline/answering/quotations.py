"""Choose the sentences of the quoted passages that answer a question."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from langchain_core.embeddings import Embeddings

from core.language.text import normal, sentences
from core.language.words import content_stems, content_words
from core.offline.reading.chat_request import QuotedPassage
from core.offline.reading.intents import HOW_MUCH

Reading = Callable[[str], str]
"""Puts a text into the language it is compared in."""
_CLOSE = 0.42
"""Likeness from which a passage counts as an answer: mean of the cosines of its best sentence and of the whole."""
_CLOSE_FOR_STRANGERS = 0.48
"""The same where the question has a word that no passage at hand has."""
_SAID_ALONE = 0.35
"""Likeness of a sentence from which new words tell by themselves which one is asked for."""
_MUCH_BETTER = 0.08
"""How much likeness a passage gains by leaving out a word that it does not have, where it is about something else."""
_WORDS_CLOSE = 0.55
"""Share of the question's words, rare ones counting more, that must be found where there are no embeddings."""
_ON_TOPIC = 0.5
_NEAR_IN_ARTICLE, _NEAR_ELSEWHERE = 0.8, 0.9
"""A second passage is quoted beside the first when it fits nearly as well; a neighbour in the same article need not
fit so well.
"""
_MAX_CHARS_BESIDE = 240
MAX_SENTENCES = 4
MAX_CHARS = 420
"""The longest quotation of one passage."""
CONSIDERED = 12
"""Passages at most that are compared."""
_FEW_WORDS = 2
"""A follow-up with no more words than these says nothing without the question before it."""
_FOUND_FIRST = 0.1
"""What it counts that the search put a passage first: it knows the titles of all articles, and what was talked
about.
"""
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
sort kind way thing things stuff bit lot part
"""
NAME_NOTHING = frozenset(_NAME_NOTHING_TEXT.split())
"""Words that say when, how or that something is, but name nothing a passage could be about."""
_MARKER = re.compile(r" ?\[\d+\]")


@dataclass(frozen=True)
class Quote:
    """Hold what the articles say to a question, with citation markers."""

    text: str
    score: float
    """How sure it is that this answers: from about 0.4 it may, from 0.6 it most likely does."""


@dataclass(frozen=True)
class Scored:
    """A passage with its sentences, and how well each and all of it fit a question."""

    passage: QuotedPassage
    sentences: list[str]
    scores: list[float]
    score: float


def find_quote(
    question: str,
    passages: Sequence[QuotedPassage],
    embeddings: Embeddings | None,
    *,
    before: str = "",
    told: str = "",
    on_topic: bool = False,
    reading: Reading = str,
) -> Quote | None:
    """Return the sentences that answer a question, each with its citation such as [2], or None when nothing fits.

    For a question that leans on the one `before` it, a passage must fit both the new words and the two together; what
    was `told` to the one before is not said again where another passage has the new words.
    Passages that are known to be `on_topic` need not fit so well. `reading` puts what they say into the language of the
    question.
    """
    candidates = [(p, statements(p.text)) for p in passages[:CONSIDERED]]
    candidates = [(p, s) for p, s in candidates if s]
    if not candidates or not content_stems(question):
        return None
    scored = scored_passages(question, candidates, embeddings, reading)
    if before:
        together = scored_passages(f"{before} {question}", candidates, embeddings, reading)
        alone = len(content_stems(question)) > _FEW_WORDS
        scored = [_mean(one, other) for one, other in zip(scored, together, strict=True)] if alone else together
    # Whether any of them answers is for the words alone; which of them does, for the search as well.
    places = {s.passage.number: place for place, s in enumerate(scored)}
    scored.sort(key=lambda s: places[s.passage.number] * _FOUND_FIRST / len(candidates) - s.score)
    best = scored[0]
    strange = [] if before or on_topic or reading is not str else _strangers(question, [s.passage for s in scored])
    close = (_CLOSE_FOR_STRANGERS if strange else _CLOSE) if embeddings else _WORDS_CLOSE
    if best.score < close * (_ON_TOPIC if on_topic else 1):
        return None
    if embeddings and strange and _about_a_stranger(question, strange, best, embeddings):
        return None
    if before and _is_told(best, told):
        best = _with_new_words(question, best, [s for s in scored[1:] if s.score >= close]) or best
        scored = [best, *(s for s in scored if s is not best and not _is_told(s, told))]
        if _is_told(best, told):  # of what they have read, only what the new words are about
            (again,) = scored_passages(question, [(best.passage, best.sentences)], embeddings, reading)
            return Quote(cited(again if max(again.scores) >= _SAID_ALONE else best, 1, MAX_CHARS), best.score)
    said = [cited(best, MAX_SENTENCES, MAX_CHARS)]
    said += [
        cited(other, 2, _MAX_CHARS_BESIDE)
        for other in scored[1:2]
        if other.score >= _CLOSE and _belongs_beside(other, best, question) and not _overlap(other, best)
    ]
    return Quote(" ".join(said), best.score)


def _is_told(scored: Scored, told: str) -> bool:
    """Say whether what would be quoted from a passage stands in a reply."""
    return is_told(cited(scored, MAX_SENTENCES, MAX_CHARS), told)


def is_told(quote: str, told: str) -> bool:
    """Say whether a quotation stands in a reply, under whatever number."""
    return _MARKER.sub("", quote) in _MARKER.sub("", told)


def _with_new_words(question: str, told: Scored, others: Sequence[Scored]) -> Scored | None:
    """Return the first passage that has words of a question which the told one lacks, led by the sentence with them."""
    new = set(content_stems(question)) - set(content_stems(told.passage.text))
    for other in others:
        with_them = [len(new & set(content_stems(sentence.replace("-", " ")))) for sentence in other.sentences]
        if max(with_them):
            return replace(other, scores=[float(count) for count in with_them])
    return None


def _strangers(question: str, passages: Sequence[QuotedPassage]) -> list[str]:
    """Return the words of a question that name something and stand in none of the passages."""
    known = {word for p in passages for word in content_stems(f"{p.title} {p.section} {p.text}")}
    return [w for w in content_words(question) if w not in NAME_NOTHING and not set(content_stems(w)) & known]


def _about_a_stranger(question: str, strange: Sequence[str], best: Scored, embeddings: Embeddings) -> bool:
    """Say whether a passage fits much better without a word that it does not have: "gift wrapping" is not about gift
    cards.
    """
    passage = best.passage
    sentence = best.sentences[max(range(len(best.scores)), key=lambda i: best.scores[i])]
    words = normal(question).split()
    without = [" ".join(w for w in words if word not in w) for word in strange]
    said = [f"{passage.title}. {passage.section}. {passage.text}", sentence, normal(question), *without]
    vectors = np.asarray(embeddings.embed_documents(said), dtype=np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    fits = (vectors[:2] @ vectors[2:].T).max(axis=0)
    return bool((fits[1:] > fits[0] + _MUCH_BETTER).any())


def _overlap(one: Scored, other: Scored) -> bool:
    """Say whether two passages share sentences, as neighbours of one article may."""
    return not set(one.sentences).isdisjoint(other.sentences)


def _belongs_beside(other: Scored, best: Scored, question: str) -> bool:
    """Say whether a second passage is quoted, too: a neighbour in the article, or one whose heading names what was
    asked about.
    """
    if other.passage.title == best.passage.title:
        return other.score >= _NEAR_IN_ARTICLE * best.score
    heading = content_stems(f"{other.passage.title} {other.passage.section}")
    return other.score >= _NEAR_ELSEWHERE * best.score and not set(content_stems(question)).isdisjoint(heading)


def scored_passages(
    question: str,
    candidates: Sequence[tuple[QuotedPassage, list[str]]],
    embeddings: Embeddings | None,
    reading: Reading = str,
) -> list[Scored]:
    """Return the passages with how well they fit a question, in their order, each as `reading` reads it."""
    wholes = [reading(f"{p.title}. {p.section}. {p.text}") for p, _ in candidates]
    read = [[reading(part) for part in parts] for _, parts in candidates]
    rarity = _rarity(wholes)
    asked = set(content_stems(question))
    if embeddings is None:
        return [
            Scored(p, s, [_shared(asked, f"{p.title} {p.section} {one}", rarity) for one in s],
                    _shared(asked, whole, rarity))
            for (p, s), whole in zip(candidates, wholes, strict=True)
        ]  # fmt: skip
    texts = [question]
    for whole, parts in zip(wholes, read, strict=True):
        texts += [whole, *parts]
    wants_number = bool(HOW_MUCH.search(question.casefold()))
    vectors = np.asarray(embeddings.embed_documents(texts), dtype=np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    alike = (vectors @ vectors[0]).tolist()
    found, position = [], 1
    for (passage, said), parts, told in zip(candidates, read, wholes, strict=True):
        whole, each = alike[position], alike[position + 1 : position + 1 + len(parts)]
        position += 1 + len(parts)
        words = _shared(asked, told, rarity)
        each = [
            cosine + 0.15 * _shared(asked, one, rarity) + (0.08 if wants_number and any(map(str.isdigit, one)) else 0.0)
            for cosine, one in zip(each, parts, strict=True)
        ]
        found.append(Scored(passage, said, each, 0.5 * whole + 0.5 * max(each) + 0.1 * (words - 0.5)))
    return found


def _mean(one: Scored, other: Scored) -> Scored:
    """Weigh the question alone and with the one before it; what fits one of these well need not fit both."""
    scores = [(a + b) / 2 for a, b in zip(one.scores, other.scores, strict=True)]
    return Scored(
        one.passage, one.sentences, scores, max((one.score + other.score) / 2, 0.85 * max(one.score, other.score))
    )


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


def cited(scored: Scored, most: int, room: int) -> str:
    """Return the best sentence with those around it, as far as there is room, in their order, and the citation once.

    Neighbours carry the conditions of a rule, so the nearest go in first, whatever they score.
    """
    best = max(range(len(scored.scores)), key=lambda i: scored.scores[i])
    keep = {best}
    room -= len(scored.sentences[best])
    for i in sorted(range(len(scored.scores)), key=lambda i: (abs(i - best), -scored.scores[i])):
        if i not in keep and len(keep) < most and len(scored.sentences[i]) <= room:
            keep.add(i)
            room -= len(scored.sentences[i])
    *others, last = sorted(keep)
    return " ".join(
        [*(scored.sentences[i] for i in others), _with_marker(scored.sentences[last], scored.passage.number)]
    )


def _with_marker(sentence: str, number: int) -> str:
    """Put the citation before the closing mark, so that it stays with its sentence."""
    body = sentence.rstrip(".!?:; ")
    end = sentence[len(body) : len(body) + 1]
    return f"{body} [{number}]{end if end in '.!?' and end else '.'}"


def statements(text: str) -> list[str]:
    """Return the sentences of a passage without Markdown marks and headings; a table row or list entry is one."""
    found: list[str] = []
    for block in re.split(r"\n\s{0,20}\n|\n(?=\s{0,20}(?:[-*+•]|\d+[.)]|\|)\s)", text):
        if re.match(r"\s{0,20}(?:#|\|?\s{0,20}:?-{3,})", block):
            block = "\n".join(
                line for line in block.splitlines() if not re.match(r"\s{0,20}(?:#|\|?\s{0,20}:?-{3,})", line)
            )
        plain = re.sub(r"^\s*(?:[-*+•>]|\d+[.)])\s+", "", " ".join(block.split()))
        plain = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", plain).replace("**", "").replace("__", "").replace("`", "")
        plain = " – ".join(cell.strip() for cell in plain.strip("| ").split("|")) if plain.startswith("|") else plain
        found += sentences(plain)
    told = [s for s in found if len(s) > 2 and not s.endswith("?")]
    return told or found

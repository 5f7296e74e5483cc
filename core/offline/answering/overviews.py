"""Tell from a question that it asks for all there is to know of what an article is about."""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.language.text import normal
from core.language.words import STOP_WORDS, content_stems
from core.offline.answering.likeness import Reading, Scored, best_first

_ASKS_ALL_TEXT = """
what what's about over on with for tell me us more all any anything something everything else know explain info infos
information detail details rule rules policy policies is are a an the your our of in to and also so please
"""
_ASKS_ALL = frozenset(_ASKS_ALL_TEXT.split())
"""Words of a question that ask for nothing in particular, and name nothing."""
_ASKS_BESIDE = {
    "work": ("how", "do", "does", "work"),
    "works": ("how", "works"),
    "about": ("how",),
    "know": ("i", "i'd", "would", "like", "want", "should", "must", "need", "have", "let"),
}
"""Words that do so beside another one alone: `how do they work`, unlike `how do I return one`."""
_WORD = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*")
_PARTS = re.compile(r"\b(?:and|or|und|et|y)\b|[,&/]")
_COVERED = 0.5
"""Share of the words of a title that a question has to have: `returns` is what “Returning items” is about."""


def subject_of(question: str) -> set[str]:
    """Return the stems of what a question asks for in general; none where it asks for one thing, or for a way."""
    words = set(_WORD.findall(normal(question).rpartition(": ")[2]))
    asking = _ASKS_ALL | {word for sign, others in _ASKS_BESIDE.items() if sign in words for word in others}
    named = words - asking
    return set() if named & STOP_WORDS else set(content_stems(" ".join(sorted(named))))


def overview(question: str, scored: Sequence[Scored], reading: Reading = str) -> list[Scored]:
    """Return the passages of the one article, or else of its section, that is about what a question asks for in
    general, how it begins first and then what fits best; none where it asks for one thing, or where several are about
    that. Whatever else stands in the question only asks: their heading covers it.
    """
    subject = subject_of(question)
    for headings in ([one.passage.title for one in scored], [one.passage.section for one in scored]):
        shares = [_share(subject, reading(heading)) for heading in headings]
        most = max(shares, default=0.0)
        about = [replace(one, covered=1.0) for one, share in zip(scored, shares, strict=True) if share == most]
        if most >= _COVERED and len({one.passage.title for one in about}) == 1:
            return sorted(best_first(about), key=lambda one: bool(one.passage.section))
    return []


def _share(subject: set[str], heading: str) -> float:
    """Return how much of a heading, or of one of the things it names, a subject says; 0 where it says more."""
    things = [set(content_stems(part)) for part in (heading, *_PARTS.split(normal(heading).partition(":")[0]))]
    return max((len(subject) / len(words) for words in things if subject and subject <= words), default=0.0)

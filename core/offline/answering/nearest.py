"""Find the articles that are nearest to a question which none of them answers for sure."""

from collections.abc import Sequence

from langchain_core.embeddings import Embeddings

from core.language.words import content_stems
from core.offline.answering.quotations import (
    CONSIDERED,
    MAX_CHARS,
    MAX_SENTENCES,
    Reading,
    Scored,
    cited,
    is_told,
    scored_passages,
    statements,
)
from core.offline.reading.chat_request import QuotedPassage

_NEAR = 0.28
"""From here an article is near enough to be offered where none answers."""
_GOES_ON, _GOES_ON_ALONE = 0.4, 0.25
"""How much a sentence of the article that was just quoted has to be like a message with what it leans on, and alone."""
_A_SENTENCE = 20
"""Characters of a sentence that tells which article was quoted."""
_CLEARLY_NEAR, _BEFORE_OTHERS = 0.34, 0.12
"""From here, and where no other article is as near by so much, the nearest one is quoted as what is nearest."""


def near_titles(
    question: str, passages: Sequence[QuotedPassage], embeddings: Embeddings | None, *, most: int = 3
) -> list[str]:
    """Return the titles of the articles nearest to a question that none of them answers, likest first; none where all
    are far.
    """
    scored = _nearest_first(question, passages, embeddings)
    return list(dict.fromkeys(one.passage.title for one in scored if one.score >= _NEAR and one.passage.title))[:most]


def quote_of_nearest(
    question: str, passages: Sequence[QuotedPassage], embeddings: Embeddings, reading: Reading = str
) -> tuple[str, str] | None:
    """Return title and sentences of the article that is nearest to a question by far, though it may not answer it."""
    scored = _nearest_first(question, passages, embeddings, reading)
    if not scored or scored[0].score < _CLEARLY_NEAR:
        return None
    best = scored[0]
    others = max((one.score for one in scored if one.passage.title != best.passage.title), default=0.0)
    if not best.passage.title or best.score - others < _BEFORE_OTHERS:
        return None
    return best.passage.title, cited(best, MAX_SENTENCES, MAX_CHARS)


def more_of_told(
    question: str,
    before: str,
    passages: Sequence[QuotedPassage],
    embeddings: Embeddings,
    told: str,
    reading: Reading = str,
) -> str:
    """Return what the articles that were just quoted say to a short message that goes on, not told before if there is
    such; else an empty text.
    """
    titles = {p.title for p in passages if any(is_told(s, told) for s in statements(p.text) if len(s) > _A_SENTENCE)}
    own = [(p, s) for p in passages[:CONSIDERED] if p.title in titles and (s := statements(p.text))]
    asked = f"{before} {question}".strip()
    if not own or not content_stems(asked):
        return ""
    new = [(p, untold) for p, said in own if (untold := [s for s in said if not is_told(s, told)])]
    for candidates in filter(None, (new, own)):
        best = max(scored_passages(asked, candidates, embeddings, reading), key=lambda one: max(one.scores))
        (alone,) = scored_passages(question, [(best.passage, best.sentences)], embeddings, reading)
        fits = max(alone.scores) >= _GOES_ON_ALONE or not content_stems(question)
        if fits and max(best.scores if before else alone.scores) >= _GOES_ON:
            return cited(best if before else alone, 2, MAX_CHARS)
    return ""


def _nearest_first(
    question: str, passages: Sequence[QuotedPassage], embeddings: Embeddings | None, reading: Reading = str
) -> list[Scored]:
    candidates = [(p, s) for p in passages[:CONSIDERED] if (s := statements(p.text))]
    if not candidates or not content_stems(question):
        return []
    return sorted(scored_passages(question, candidates, embeddings, reading), key=lambda one: -one.score)


def read_out(title: str, passages: Sequence[QuotedPassage]) -> str:
    """Return how an article begins, cited; an empty string where none of the passages is of it."""
    own = [p for p in passages if p.title == title]
    first = min(own, key=lambda p: p.number, default=None)
    said = statements(first.text) if first else []
    return cited(Scored(first, said, [0.0] * len(said), 0.0), MAX_SENTENCES, MAX_CHARS) if first and said else ""

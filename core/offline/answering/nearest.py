"""Find the articles that are nearest to a question which none of them answers for sure."""

from collections.abc import Sequence

from core.embeddings.minilm import MiniLM
from core.language.words import content_stems
from core.offline.answering.likeness import Reading, best_first, scored_passages, with_statements
from core.offline.answering.passage_statements import statements
from core.offline.answering.quotations import beginning
from core.offline.reading.chat_request import QuotedPassage

_NEAR = 0.3
"""From here an article is near enough to be offered where none answers."""
_BEHIND = 0.2
"""How far behind the nearest one it may be."""
_MOST = 3
"""Articles that are offered."""


def near_titles(
    question: str, passages: Sequence[QuotedPassage], embeddings: MiniLM | None, reading: Reading = str
) -> list[str]:
    """Return the titles of the articles nearest to a question that none answers, likest first; none if all are far."""
    candidates = with_statements(passages)
    if not candidates or not content_stems(question):
        return []
    scored = best_first(scored_passages(question, candidates, embeddings, reading))
    enough = max(_NEAR, max(one.score for one in scored) - _BEHIND)
    return list(dict.fromkeys(one.passage.title for one in scored if one.score >= enough and one.passage.title))[:_MOST]


def read_out(title: str, passages: Sequence[QuotedPassage]) -> str:
    """Return how an article begins, cited; an empty string where none of the passages is of it."""
    first = min((p for p in passages if p.title == title), key=lambda p: p.number, default=None)
    said = statements(first.text) if first else []
    return beginning(first, said) if first and said else ""

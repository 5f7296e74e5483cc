"""Group questions by what they mean, so that one article is written for all of a group."""

import logging
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.errors import SupportError
from ingest.search_words import roots_in

ALIKE = 0.62
"""Cosine from which two questions are taken for the same; below it paraphrases of MiniLM mix with other matters."""
MOST = 500
log = logging.getLogger(__name__)


def grouped(questions: Sequence[str], embeddings: Embeddings | None) -> list[list[int]]:
    """Return the places of the questions in groups of one meaning, the largest group first, each newest first.

    Questions come oldest first; of more than 500 the newest are grouped. Without embeddings, or while they fail, only
    the same words make a group.
    """
    places = list(range(len(questions)))[-MOST:][::-1]
    vectors = _vectors([questions[place] for place in places], embeddings)
    groups: list[list[int]] = []
    for at, place in enumerate(places):
        near = [float(vectors[places.index(group[0])] @ vectors[at]) for group in groups] if vectors is not None else []
        same = [_words(questions[group[0]]) == _words(questions[place]) for group in groups]
        if True in same:
            groups[same.index(True)].append(place)
        elif near and max(near) >= ALIKE:
            groups[near.index(max(near))].append(place)
        else:
            groups.append([place])
    return sorted(groups, key=lambda group: -len(group))


def _vectors(texts: list[str], embeddings: Embeddings | None) -> npt.NDArray[np.float32] | None:
    if embeddings is None or not texts:
        return None
    try:
        found = np.asarray(embeddings.embed_documents(texts), dtype=np.float32)
    except (SupportError, OSError) as error:
        log.warning("questions are grouped by their words alone: %s", type(error).__name__)
        return None
    length: npt.NDArray[np.float32] = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(length, 1e-9), dtype=np.float32)


def _words(question: str) -> frozenset[str]:
    return frozenset(roots_in(question)) or frozenset({question})

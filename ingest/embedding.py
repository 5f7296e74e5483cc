"""Give each passage of the articles its vector: the one it had before, or a new one from the embedding model."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.errors import ModelRejected
from ingest.chunking import passage_prefix
from ingest.documents_read import StoredArticle

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
"""Places of passages in an index."""


def embedded_passages(articles: Iterable[StoredArticle]) -> list[str]:
    """Return what the embedding model reads of each passage, in order: the title and the headings, then the text."""
    return [passage_prefix(a.title, headings) + text for a in articles for _, headings, text in a.passages]


def embed(
    articles: Sequence[StoredArticle],
    kept: Mapping[str, Vectors],
    model: Embeddings,
    *,
    batch_size: int,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Vectors, int]:
    """Return one unit vector per passage in order, and how many of them were not among those kept by their text.

    Raises:
        ModelRejected: the model gave vectors that are none.
        ModelError: it failed.
    """
    texts = embedded_passages(articles)
    missing = list({text: None for text in texts if text not in kept})
    # Neighbours in length share a batch, which the model pads to its longest text.
    missing.sort(key=len)
    fresh: list[Vectors] = []
    for start in range(0, len(missing), batch_size):
        batch = missing[start : start + batch_size]
        fresh.append(_unit(model.embed_documents(batch), len(batch)))
        on_progress(start + len(batch), len(missing))
    new = dict(zip(missing, (vector for block in fresh for vector in block), strict=True))
    return np.stack([kept[text] if text in kept else new[text] for text in texts]), len(missing)


def _unit(vectors: list[list[float]], count: int) -> Vectors:
    """Return vectors of length one, whatever the model gave.

    Raises:
        ModelRejected: the model gave another number of vectors, or one without a direction.
    """
    array = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(array, axis=1, keepdims=True) if array.ndim == 2 else np.zeros(1)
    if array.shape[0] != count or not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise ModelRejected(
            f"the embedding model returned {array.shape} numbers for {count} texts; check SUPPORT_EMBEDDING_MODEL"
        )
    unit: Vectors = array / lengths
    return unit

"""Embed what is looked up, and go on without vectors while the embedding model is down."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.embedding import Vectors

_log = logging.getLogger(__name__)

_AT_ONCE = 32


class QueryVectors:
    """Make unit vectors of texts and remember why the last attempt failed."""

    def __init__(self, embeddings: Embeddings, name: str) -> None:
        self._embeddings, self._name = embeddings, name
        self.fault = ""
        """What is wrong with the embedding model, or an empty string."""
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="embed-query")

    def asked_for(self, texts: Sequence[str], dimension: int) -> Callable[[], Vectors | None]:
        """Begin to embed some texts, and return what waits for the vectors while words are looked up.

        It gives unit vectors of shape (texts, dimension), or None while the model is down.
        """
        return self._threads.submit(self._unit_vectors, texts, dimension).result

    def close(self) -> None:
        """Let the threads go once they have ended what they do."""
        self._threads.shutdown(wait=False)

    def _unit_vectors(self, texts: Sequence[str], dimension: int) -> Vectors | None:
        try:
            vectors = np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32)
            if vectors.shape != (len(texts), dimension):
                raise ValueError(f"it gave vectors of shape {vectors.shape}, the index has {dimension} dimensions")
        except Exception as error:  # noqa: BLE001 - whatever an embedding client raises must not cost the keyword answer
            self.fault = (
                f"the embedding model {self._name!r} failed ({error}); only keywords are searched until it answers"
            )
            _log.warning("%s", self.fault)
            return None
        self.fault = ""
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return unit

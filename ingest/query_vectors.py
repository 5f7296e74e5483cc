"""Embed what is looked up, and go on without vectors while the embedding model is down."""

import logging
from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.ranking import Vectors

_log = logging.getLogger(__name__)


class QueryVectors:
    """Make unit vectors of texts and remember why the last attempt failed."""

    def __init__(self, embeddings: Embeddings, name: str) -> None:
        self._embeddings, self._name = embeddings, name
        self.fault = ""
        """What is wrong with the embedding model, or an empty string."""

    def unit_vectors(self, texts: Sequence[str], dimension: int) -> Vectors | None:
        """Return the vectors of some texts, of shape (texts, dimension), or None while the model is down."""
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

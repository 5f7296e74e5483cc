"""Hand the published index to code that is written against langchain-community's FAISS class; the only file that
imports it.
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import faiss
import numpy as np
from langchain_core.embeddings import Embeddings

from core.extras import need_extra
from ingest.index.published_index import open_current
from ingest.langchain.vector_store import as_document

if TYPE_CHECKING:
    from langchain_community.vectorstores import FAISS


def to_langchain(index_dir: Path, embeddings: Embeddings, embedding_model: str) -> "FAISS":
    """Return the serving version as a langchain-community FAISS store, whole in memory and exact; a copy, not a view.

    Raises:
        SettingsError: the extra `langchain` is not installed.
        KnowledgeError: see `ingest.index.published_index.open_current`.
    """
    need_extra("langchain", "langchain-community's FAISS class")
    with warnings.catch_warnings():
        # The package announces its end of life at every import; this bridge is here for those who still use it.
        warnings.simplefilter("ignore")
        from langchain_community.docstore.in_memory import InMemoryDocstore
        from langchain_community.vectorstores import FAISS
        from langchain_community.vectorstores.utils import DistanceStrategy
    index, _ = open_current(index_dir, embedding_model)
    try:
        with index.in_use():
            vectors = np.ascontiguousarray(index.vectors.all_vectors())
            passages = index.store.passages(range(len(vectors)))
    finally:
        index.retire()
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    documents = {passage.id: as_document(passage) for passage in passages.values()}
    return FAISS(
        embeddings,
        flat,
        InMemoryDocstore(dict(documents)),
        {row: passage.id for row, passage in passages.items()},
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )

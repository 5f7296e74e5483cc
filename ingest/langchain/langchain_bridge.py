"""Hand the published index to LangChain: as langchain-core's VectorStore, and as langchain-community's FAISS class."""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import faiss
import numpy as np
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from core.extras import need_extra
from core.passages import Passage, Utterance
from ingest.documents_read import Document
from ingest.index.published_index import open_current
from ingest.pipeline import IngestOptions, ingest_documents
from ingest.search.article_search import HybridRetriever
from ingest.sources.markdown_articles import plain_values


class KnowledgeVectorStore(VectorStore):
    """Search the published index like any LangChain vector store: ids kept, filters before the search, no pickle.

    The index is published whole by an ingest, so texts are added with `from_texts` or `support-agent ingest`, not one
    by one.
    """

    def __init__(self, retriever: HybridRetriever, embeddings: Embeddings) -> None:
        self._retriever = retriever
        self._embeddings = embeddings

    @property
    def embeddings(self) -> Embeddings:
        """Return the model that queries are embedded with."""
        return self._embeddings

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[LangChainDocument]:
        """Return the best `k` passages; `filter` is a mapping of metadata that must all match."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, **kwargs: Any
    ) -> list[tuple[LangChainDocument, float]]:
        """Return the best `k` passages with their scores, higher is better; see `similarity_search`."""
        found = self._retriever.search_now([Utterance("customer", query)], limit=k, filters=kwargs.get("filter"))
        return [(as_document(passage), passage.score) for passage in found]

    def get_by_ids(self, ids: Sequence[str], /) -> list[LangChainDocument]:
        """Return the passages that exist under these ids."""
        return [as_document(passage) for passage in self._retriever.fetch_now(ids)]

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Publish an index of these texts, one passage each, to the folder `index_dir` and open it.

        Raises:
            KnowledgeError: it could not be written.
        """
        folder, model = Path(kwargs["index_dir"]), str(kwargs["embedding_model"])
        options = IngestOptions(
            index_dir=folder,
            embeddings=embedding,
            embedding_model=model,
            count_tokens=lambda counted: [len(text) // 4 for text in counted],
            passage_tokens=max(220, *(len(text) for text in texts)),
            trusted=True,  # the caller hands over texts of its own, and expects each of them back
        )
        ingest_documents(_documents(texts, metadatas, ids), options)
        return cls(HybridRetriever(folder, embedding, model), embedding)


def _documents(texts: list[str], metadatas: list[dict[str, Any]] | None, ids: list[str] | None) -> Iterator[Document]:
    for number, text in enumerate(texts):
        values = plain_values(metadatas[number] if metadatas else {})
        yield Document(
            id=ids[number] if ids else str(number),
            title=values.get("title", ""),
            pieces=(text,),
            url=values.get("url", ""),
            metadata=values,
        )


def as_document(passage: Passage) -> LangChainDocument:
    """Return a passage as LangChain's record."""
    metadata = {
        **passage.metadata,
        "article_id": passage.article_id,
        "title": passage.title,
        "headings": list(passage.headings),
        "url": passage.url,
        "position": passage.position,
    }
    return LangChainDocument(id=passage.id, page_content=passage.text, metadata=metadata)


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

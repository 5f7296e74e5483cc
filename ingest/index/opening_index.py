"""Open the knowledge index where settings say it is, in a folder or in PostgreSQL, with or without a reranker."""

from pathlib import Path

from langchain_core.embeddings import Embeddings

from core.embeddings.reranker import RERANK_SECONDS, Reranker
from ingest.postgres.postgres_index import PostgresRetriever
from ingest.search.article_search import HybridRetriever
from ingest.search.rerank_fusion import RerankedIndex, SearchableIndex


def open_retriever(
    index_dir: Path,
    index_url: str | None,
    embeddings: Embeddings,
    embedding_model: str,
    *,
    reranker: Reranker | None = None,
    rerank_seconds: float = RERANK_SECONDS,
) -> SearchableIndex:
    """Return the retriever over the database if its URL is given, else over the folder.

    A reranker has its say about the order of the first passages if it answers within some seconds.

    Raises:
        KnowledgeError: nothing was published there, or it cannot serve.
    """
    index = (
        PostgresRetriever(index_url, embeddings, embedding_model)
        if index_url
        else HybridRetriever(index_dir, embeddings, embedding_model)
    )
    return RerankedIndex(index, reranker, seconds=rerank_seconds) if reranker else index

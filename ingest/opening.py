"""Open the knowledge index where settings say it is: in a folder or in PostgreSQL."""

from pathlib import Path

from langchain_core.embeddings import Embeddings

from ingest.postgres_index import PostgresRetriever
from ingest.retrieval import HybridRetriever


def open_retriever(
    index_dir: Path, index_url: str | None, embeddings: Embeddings, embedding_model: str
) -> HybridRetriever | PostgresRetriever:
    """Return the retriever over the database if its URL is given, else over the folder.

    Raises:
        KnowledgeError: nothing was published there, or it cannot serve.
    """
    if index_url:
        return PostgresRetriever(index_url, embeddings, embedding_model)
    return HybridRetriever(index_dir, embeddings, embedding_model)

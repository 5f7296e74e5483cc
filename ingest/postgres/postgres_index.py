"""Find passages in PostgreSQL, where a team outgrows one machine."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from langchain_core.embeddings import Embeddings

from core.errors import IndexMismatch, IndexNotFound
from core.passages import Passage, Utterance
from ingest.embedding import Vectors
from ingest.postgres.postgres_search import PostgresSnapshot
from ingest.postgres.postgres_versions import StoredVersion, connect, serving_in, transaction
from ingest.search.article_search import RetrievalHealth
from ingest.search.queries import Queries, queries_for
from ingest.search.query_vectors import QueryVectors
from ingest.search.ranking import embedded_texts, rank


class PostgresRetriever:
    """Find passages in PostgreSQL as `HybridRetriever` does in files; every search sees one published version."""

    def __init__(self, url: str, embeddings: Embeddings, embedding_model: str) -> None:
        """Open the database.

        Raises:
            IndexNotFound: nothing was published to it.
            IndexMismatch: it was built with another embedding model.
            KnowledgeError: it does not answer.
        """
        self._engine = connect(url)
        self._query_vectors = QueryVectors(embeddings, embedding_model)
        with transaction(self._engine) as connection:
            manifest = _serving(connection).manifest
        if manifest.embedding_model != embedding_model:
            raise IndexMismatch(
                f"the knowledge database was built with {manifest.embedding_model!r}, settings ask for "
                f"{embedding_model!r}; run `support-agent ingest SOURCE` again or set SUPPORT_EMBEDDING_MODEL"
            )
        self._dimension = manifest.dimension

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Return at most `limit` passages for the newest utterance, best first; see `core.passages.Retriever`."""
        return await asyncio.to_thread(self.search_now, dialogue, limit=limit, filters=filters)

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Return the passages that still exist under these ids, in the order asked for."""
        return await asyncio.to_thread(self._fetch, passage_ids)

    def search_now(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Do what `search` does in the calling thread."""
        queries = queries_for(dialogue)
        if queries is None:
            return []
        vectors = self._query_vectors.asked_for(embedded_texts(queries), self._dimension)
        try:
            return self._search(queries, vectors, limit, filters)
        except IndexNotFound:
            # The version that was read has just been removed; another one serves by now.
            return self._search(queries, vectors, limit, filters)

    def health(self) -> RetrievalHealth:
        """Return what the database holds and whether the last search could use vectors."""
        with transaction(self._engine) as connection:
            manifest = _serving(connection).manifest
        fault = self._query_vectors.fault
        return RetrievalHealth(manifest.name, manifest.passages, not fault, fault)

    def close(self) -> None:
        """Close the connections."""
        self._query_vectors.close()
        self._engine.dispose()

    def _search(
        self, queries: Queries, vectors: Callable[[], Vectors | None], limit: int, filters: Mapping[str, str] | None
    ) -> list[Passage]:
        with transaction(self._engine) as connection:
            snapshot = PostgresSnapshot(connection, _serving(connection))
            rows = snapshot.rows_matching(filters) if filters else None
            ranked = rank(queries, vectors, snapshot, snapshot, rows, limit)
            passages = snapshot.passages([row for row, _ in ranked])
        return [replace(passages[row], score=score) for row, score in ranked]

    def _fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        with transaction(self._engine) as connection:
            passages = PostgresSnapshot(connection, _serving(connection)).passages_by_id(passage_ids)
        return [passages[passage_id] for passage_id in passage_ids if passage_id in passages]


def _serving(connection: sa.Connection) -> StoredVersion:
    """Return the serving version.

    Raises:
        IndexNotFound: nothing was published.
    """
    if (version := serving_in(connection)) is None:
        raise IndexNotFound("the knowledge database is empty; run `support-agent ingest SOURCE` first")
    return version

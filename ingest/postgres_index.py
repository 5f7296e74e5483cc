"""Keep the published index in PostgreSQL with pgvector, where a team outgrows one machine, and search it there."""

import asyncio
import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from langchain_core.embeddings import Embeddings
from sqlalchemy.exc import SQLAlchemyError

from core.errors import IndexMismatch, IndexNotFound, KnowledgeError
from core.passages import Passage, Utterance
from ingest.index import open_current
from ingest.queries import queries_for
from ingest.ranking import Rows, Vectors, embedded_texts, rank
from ingest.retrieval import RetrievalHealth
from ingest.words import codes_in, roots_in

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE SCHEMA IF NOT EXISTS knowledge;
CREATE TABLE IF NOT EXISTS knowledge.manifest (content jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS knowledge.articles (number bigint PRIMARY KEY, id text, title text, url text, metadata jsonb);
CREATE TABLE IF NOT EXISTS knowledge.passages (
  row bigint PRIMARY KEY, id text UNIQUE, article bigint, position integer, headings jsonb, text text,
  words tsvector, codes text[], embedding vector
);
CREATE INDEX IF NOT EXISTS passages_words ON knowledge.passages USING gin (words);
CREATE INDEX IF NOT EXISTS passages_codes ON knowledge.passages USING gin (codes);
CREATE INDEX IF NOT EXISTS passages_article ON knowledge.passages (article);
CREATE TABLE IF NOT EXISTS knowledge.vocabulary (root text PRIMARY KEY, articles integer, titles integer);
CREATE TABLE IF NOT EXISTS knowledge.title_roots (root text, article bigint, PRIMARY KEY (root, article));
CREATE INDEX IF NOT EXISTS roots_of_title ON knowledge.title_roots (article);
"""
_TABLES = ("manifest", "articles", "passages", "vocabulary", "title_roots")
_COLUMNS = "p.id, a.id AS article_id, a.title, p.text, p.headings, a.url, p.position, a.metadata"
_JOINED = "knowledge.passages p JOIN knowledge.articles a ON a.number = p.article"


def connect(url: str) -> sa.Engine:
    """Return a pool of connections whose transactions each see one published version."""
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="REPEATABLE READ", pool_pre_ping=True
    )


@contextmanager
def _transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        reason = " ".join(str(error).split())[:200]
        raise KnowledgeError(f"the knowledge database failed ({reason}); check its address and that it runs") from None


def publish_to_postgres(url: str, index_dir: Path) -> int:
    """Make the database hold what the serving version in a folder holds, in one transaction; return the passages.

    Raises:
        KnowledgeError: the folder holds no whole index, or the database failed; what it held before still serves.
    """
    index, _ = open_current(index_dir, None)
    engine = connect(url)
    try:
        with index.in_use(), _transaction(engine) as connection:
            # One publisher at a time; readers go on with what they see.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(727274)"))
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    connection.execute(sa.text(statement))
            for table in _TABLES:
                connection.execute(sa.text(f"DELETE FROM knowledge.{table}"))  # noqa: S608 - names of our own
            _write(connection, list(index.store.articles()), index.vectors.all_vectors())
            connection.execute(
                sa.text("INSERT INTO knowledge.manifest VALUES (CAST(:content AS jsonb))"),
                {"content": index.manifest.model_dump_json()},
            )
            return index.manifest.passages
    finally:
        engine.dispose()
        index.retire()


def _write(connection: sa.Connection, articles: Sequence[Any], vectors: Vectors) -> None:
    rows: list[dict[str, object]] = []
    holders: dict[str, list[int]] = {}
    titles: list[dict[str, object]] = []
    for number, article in enumerate(articles):
        title = roots_in(article.title)
        titles += [{"root": root, "article": number} for root in title]
        every = title.union(*(roots_in(" ".join((*above, text))) for _, above, text in article.passages))
        for root in every:
            counts = holders.setdefault(root, [0, 0])
            counts[0] += 1
            counts[1] += root in title
        for position, (passage_id, above, text) in enumerate(article.passages):
            whole = " ".join((article.title, *above, text))
            rows.append(
                {"row": len(rows), "id": passage_id, "article": number, "position": position, "text": text,
                 "headings": json.dumps(above), "whole": whole, "codes": codes_in(whole),
                 "embedding": json.dumps(vectors[len(rows)].tolist())}
            )  # fmt: skip
    connection.execute(
        sa.text("INSERT INTO knowledge.articles VALUES (:number, :id, :title, :url, CAST(:metadata AS jsonb))"),
        [
            {"number": n, "id": a.id, "title": a.title, "url": a.url, "metadata": json.dumps(dict(a.metadata))}
            for n, a in enumerate(articles)
        ],
    )
    connection.execute(
        sa.text(
            "INSERT INTO knowledge.passages VALUES (:row, :id, :article, :position, CAST(:headings AS jsonb), :text, "
            "to_tsvector('english', :whole), :codes, CAST(:embedding AS vector))"
        ),
        rows,
    )
    connection.execute(
        sa.text("INSERT INTO knowledge.vocabulary VALUES (:root, :articles, :titles)"),
        [{"root": root, "articles": held, "titles": titled} for root, (held, titled) in holders.items()],
    )
    if titles:
        connection.execute(sa.text("INSERT INTO knowledge.title_roots VALUES (:root, :article)"), titles)


class _Snapshot:
    """Search one published version inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.article_count = int(self.query("SELECT count(*) FROM knowledge.articles")[0][0])

    def query(self, sql: str, **values: object) -> list[Any]:
        return list(self._connection.execute(sa.text(sql), values))

    def keyword_search(self, words: Mapping[str, int], limit: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        expression = " | ".join(f"'{word}'" for word in list(words)[:512])
        found = self.query(
            "SELECT row, ts_rank_cd(words, q, 1) FROM knowledge.passages, to_tsquery('english', :q) q WHERE words @@ q "
            "AND (CAST(:rows AS bigint[]) IS NULL OR row = ANY(:rows)) ORDER BY 2 DESC, row LIMIT :limit",
            q=expression,
            rows=None if rows is None else rows.tolist(),
            limit=limit,
        )
        return [(row, float(score)) for row, score in found]

    def code_search(self, code: str, limit: int, rows: Rows | None = None) -> list[int]:
        found = self.query(
            "SELECT row FROM knowledge.passages WHERE codes @> ARRAY[CAST(:code AS text)] "
            "AND (CAST(:rows AS bigint[]) IS NULL OR row = ANY(:rows)) ORDER BY row LIMIT :limit",
            code=code,
            rows=None if rows is None else rows.tolist(),
            limit=limit,
        )
        return [row for (row,) in found]

    def vocabulary(self, roots: Collection[str]) -> dict[str, tuple[int, int]]:
        found = self.query("SELECT * FROM knowledge.vocabulary WHERE root = ANY(:roots)", roots=list(roots))
        return {root: (articles, titles) for root, articles, titles in found}

    def titles_with(self, roots: Collection[str]) -> dict[int, dict[str, int]]:
        found = self.query(
            "SELECT t.article, t.root, v.articles FROM knowledge.title_roots t JOIN knowledge.vocabulary v USING (root) "
            "WHERE t.article IN (SELECT article FROM knowledge.title_roots WHERE root = ANY(:roots))",
            roots=list(roots),
        )
        titles: dict[int, dict[str, int]] = {}
        for article, root, articles in found:
            titles.setdefault(article, {})[root] = articles
        return titles

    def rows_of(self, articles: Sequence[int], limit: int) -> Rows:
        found = self.query(
            "SELECT p.row FROM unnest(CAST(:articles AS bigint[])) WITH ORDINALITY o (number, place) "
            "JOIN knowledge.passages p ON p.article = o.number ORDER BY o.place, p.row LIMIT :limit",
            articles=list(articles),
            limit=limit,
        )
        return np.array([row for (row,) in found], dtype=np.int64)

    def articles_of(self, rows: Rows) -> Rows:
        found = self.query("SELECT row, article FROM knowledge.passages WHERE row = ANY(:rows)", rows=rows.tolist())
        by_row = dict(map(tuple, found))
        return np.array([by_row[row] for row in rows.tolist()], dtype=np.int64)

    def search(self, queries: Vectors, limit: int, rows: Rows | None = None) -> list[list[tuple[int, float]]]:
        return [
            [
                (row, float(score))
                for row, score in self.query(
                    "SELECT row, -(embedding <#> CAST(:query AS vector)) FROM knowledge.passages "
                    "WHERE CAST(:rows AS bigint[]) IS NULL OR row = ANY(:rows) "
                    "ORDER BY embedding <#> CAST(:query AS vector) LIMIT :limit",
                    query=json.dumps(query.tolist()),
                    rows=None if rows is None else rows.tolist(),
                    limit=limit,
                )
            ]
            for query in queries
        ]

    def vectors_of(self, rows: Rows) -> Vectors:
        found = self.query(
            "SELECT row, CAST(embedding AS real[]) FROM knowledge.passages WHERE row = ANY(:rows)", rows=rows.tolist()
        )
        by_row = dict(map(tuple, found))
        return np.array([by_row[row] for row in rows.tolist()], dtype=np.float32)

    def rows_matching(self, filters: Mapping[str, str]) -> Rows:
        found = self.query(
            f"SELECT p.row FROM {_JOINED} WHERE a.metadata @> CAST(:filters AS jsonb) ORDER BY p.row",  # noqa: S608
            filters=json.dumps(dict(filters)),
        )
        return np.array([row for (row,) in found], dtype=np.int64)


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
        self._embeddings = embeddings
        self._fault = ""
        with _transaction(self._engine) as connection:
            there = connection.execute(sa.text("SELECT to_regclass('knowledge.manifest') IS NOT NULL")).scalar()
            content = connection.execute(sa.text("SELECT content FROM knowledge.manifest")).scalar() if there else None
        if content is None:
            raise IndexNotFound("the knowledge database is empty; run `support-agent ingest SOURCE` first")
        if content["embedding_model"] != embedding_model:
            raise IndexMismatch(
                f"the knowledge database was built with {content['embedding_model']!r}, settings ask for "
                f"{embedding_model!r}; run `support-agent ingest SOURCE` again or set SUPPORT_EMBEDDING_MODEL"
            )

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
        try:
            vectors = np.asarray(self._embeddings.embed_documents(embedded_texts(queries)), dtype=np.float32)
            unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        except Exception as error:  # noqa: BLE001 - whatever an embedding client raises must not cost the keyword answer
            self._fault = f"the embedding model failed ({error}); only keywords are searched until it answers"
            _log.warning("%s", self._fault)
            unit = None
        else:
            self._fault = ""
        with _transaction(self._engine) as connection:
            snapshot = _Snapshot(connection)
            rows = snapshot.rows_matching(filters) if filters else None
            ranked = rank(queries, unit, snapshot, snapshot, rows, limit)
            found = snapshot.query(
                f"SELECT p.row, {_COLUMNS} FROM {_JOINED} WHERE p.row = ANY(:rows)",  # noqa: S608
                rows=[row for row, _ in ranked],
            )
        passages = {columns[0]: _passage(columns[1:]) for columns in found}
        return [replace(passages[row], score=score) for row, score in ranked]

    def health(self) -> RetrievalHealth:
        """Return what the database holds and whether the last search could use vectors."""
        with _transaction(self._engine) as connection:
            content = connection.execute(sa.text("SELECT content FROM knowledge.manifest")).scalar() or {}
        return RetrievalHealth(content.get("name", ""), content.get("passages", 0), not self._fault, self._fault)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        with _transaction(self._engine) as connection:
            found = connection.execute(
                sa.text(f"SELECT {_COLUMNS} FROM {_JOINED} WHERE p.id = ANY(:ids)"),  # noqa: S608
                {"ids": list(passage_ids)},
            ).all()
        passages = {columns[0]: _passage(columns) for columns in found}
        return [passages[passage_id] for passage_id in passage_ids if passage_id in passages]


def _passage(columns: Sequence[Any]) -> Passage:
    passage_id, article_id, title, text, headings, url, position, metadata = columns
    return Passage(
        id=passage_id, article_id=article_id, title=title, text=text, headings=tuple(headings), url=url,
        position=position, metadata=metadata,
    )  # fmt: skip

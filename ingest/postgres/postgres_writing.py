"""Publish the version that a folder serves to PostgreSQL, with the vector index that its size asks for."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from ingest.documents_read import StoredArticle
from ingest.embedding import Vectors
from ingest.index.published_index import open_current
from ingest.index.vectors import WANTED_RECALL, exact_neighbours, recall
from ingest.postgres.postgres_search import PostgresSnapshot
from ingest.postgres.postgres_versions import (
    StoredVersion,
    changing_versions,
    connect,
    point_to,
    prune,
    read_from,
    schema_of,
    versions_in,
)
from ingest.search_words import STEMMING, codes_in, roots_in

EXACT_UP_TO = 20_000
"""Number of passages up to which every vector is compared."""
_MOST_DIMENSIONS = 2_000  # of an HNSW index over `vector` in pgvector
_FIRST_CANDIDATES, _MOST_CANDIDATES = 40, 1_000  # pgvector's default, and its limit
_SAMPLE = 50
_SEED = 1
_TABLES = (
    "CREATE TABLE articles (number bigint PRIMARY KEY, id text, title text, url text, metadata jsonb)",
    "CREATE TABLE passages (row bigint PRIMARY KEY, id text UNIQUE, article bigint, position integer, headings jsonb, "
    "text text, words tsvector, codes text[], embedding vector({dimension}))",
    "CREATE TABLE vocabulary (root text PRIMARY KEY, articles integer, titles integer)",
    "CREATE TABLE title_roots (root text, article bigint, PRIMARY KEY (root, article))",
)
_INDEXES = (
    "CREATE TABLE lexemes AS SELECT word AS lexeme, ndoc AS passages FROM ts_stat('SELECT words FROM passages')",
    "ALTER TABLE lexemes ADD PRIMARY KEY (lexeme)",
    "CREATE INDEX ON passages USING gin (words)",
    "CREATE INDEX ON passages USING gin (codes)",
    "CREATE INDEX ON passages (article)",
    "CREATE INDEX ON title_roots (article)",
    "ANALYZE articles, passages, vocabulary, title_roots, lexemes",
)


def publish_to_postgres(url: str, index_dir: Path, *, keep: int = 5, exact_up_to: int = EXACT_UP_TO) -> int:
    """Make the database serve the version that the folder serves and return its passages.

    It is written and made the serving one in one transaction: whatever dies, readers see the whole of the old or of the
    new. Older versions beyond `keep` are removed.

    Raises:
        KnowledgeError: the folder holds no whole index, or the database failed; what it held before still serves.
    """
    index, _ = open_current(index_dir, None)
    engine = connect(url)
    try:
        with index.in_use(), changing_versions(engine) as connection:
            manifest = index.manifest.model_copy(update={"stemming": STEMMING})
            if manifest.name not in {version.manifest.name for version in versions_in(connection)}:
                version = StoredVersion(schema_of(manifest.name), manifest, None)
                vectors = index.vectors.all_vectors()
                _write(connection, version, list(index.store.articles()), vectors)
                candidates = _index_vectors(connection, version, vectors) if len(vectors) > exact_up_to else None
                connection.execute(
                    sa.text("INSERT INTO knowledge.versions VALUES (:name, :schema, CAST(:manifest AS jsonb), :kept)"),
                    {
                        "name": manifest.name,
                        "schema": version.schema,
                        "manifest": manifest.model_dump_json(),
                        "kept": candidates,
                    },
                )
            point_to(connection, manifest.name)
        prune(engine, keep)
        return manifest.passages
    finally:
        engine.dispose()
        index.retire()


def _write(
    connection: sa.Connection, version: StoredVersion, articles: Sequence[StoredArticle], vectors: Vectors
) -> None:
    connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS vector"))
    connection.execute(sa.text(f'CREATE SCHEMA "{version.schema}"'))
    read_from(connection, version)
    for statement in _TABLES:
        connection.execute(sa.text(statement.format(dimension=vectors.shape[1])))
    _write_rows(connection, articles, vectors)
    for statement in _INDEXES:
        connection.execute(sa.text(statement))


def _index_vectors(connection: sa.Connection, version: StoredVersion, vectors: Vectors) -> int | None:
    """Build an HNSW index and return how many candidates a search has to keep for the wanted recall.

    Where even the most that pgvector allows do not reach it, the index goes and every vector is compared.
    """
    if vectors.shape[1] > _MOST_DIMENSIONS:
        return None
    connection.execute(
        sa.text("CREATE INDEX passages_nearest ON passages USING hnsw (embedding vector_ip_ops) WITH (m = 16)")
    )
    rng = np.random.default_rng(_SEED)
    queries = vectors[rng.choice(len(vectors), min(_SAMPLE, len(vectors)), replace=False)]
    queries = queries + rng.standard_normal(queries.shape).astype(np.float32) * 0.5 / queries.shape[1] ** 0.5
    truth = exact_neighbours(vectors, queries, 10)
    candidates = _FIRST_CANDIDATES
    while True:
        snapshot = PostgresSnapshot(connection, replace(version, candidates=candidates))
        found = np.array([[row for row, _ in near] for near in snapshot.search(queries, 10)])
        if recall(found, truth) >= WANTED_RECALL:
            return candidates
        if candidates >= _MOST_CANDIDATES:
            connection.execute(sa.text("DROP INDEX passages_nearest"))
            return None
        candidates = min(2 * candidates, _MOST_CANDIDATES)


def _write_rows(connection: sa.Connection, articles: Sequence[StoredArticle], vectors: Vectors) -> None:
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
        sa.text("INSERT INTO articles VALUES (:number, :id, :title, :url, CAST(:metadata AS jsonb))"),
        [
            {"number": n, "id": a.id, "title": a.title, "url": a.url, "metadata": json.dumps(dict(a.metadata))}
            for n, a in enumerate(articles)
        ],
    )
    connection.execute(
        sa.text(
            "INSERT INTO passages VALUES (:row, :id, :article, :position, CAST(:headings AS jsonb), :text, "
            "to_tsvector('english', :whole), :codes, CAST(:embedding AS vector))"
        ),
        rows,
    )
    connection.execute(
        sa.text("INSERT INTO vocabulary VALUES (:root, :articles, :titles)"),
        [{"root": root, "articles": held, "titles": titled} for root, (held, titled) in holders.items()],
    )
    if titles:
        connection.execute(sa.text("INSERT INTO title_roots VALUES (:root, :article)"), titles)

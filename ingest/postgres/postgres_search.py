"""Search one version of the index in PostgreSQL, with pgvector and full-text search."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from core.passages import Passage
from ingest.embedding import Rows, Vectors
from ingest.postgres.postgres_versions import StoredVersion, read_from
from ingest.search_words import telling

_COLUMNS = "p.id, a.id AS article_id, a.title, p.text, p.headings, a.url, p.position, a.metadata"
_JOINED = "passages p JOIN articles a ON a.number = p.article"


class PostgresSnapshot:
    """Search one published version inside one transaction."""

    def __init__(self, connection: sa.Connection, version: StoredVersion) -> None:
        self._connection, self._version = connection, version
        self.article_count, self.stemming = version.manifest.documents, version.manifest.stemming
        read_from(connection, version)

    def _query(self, sql: str, **values: object) -> list[Any]:
        return list(self._connection.execute(sa.text(sql), values))

    def keyword_search(self, words: Mapping[str, int], limit: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """Return row and cover density rank of the passages that fit the words best, among `rows` if given.

        As many passages are read as `telling` allows; words that most of them hold are left out.
        """
        if not (chosen := self._telling(words)):
            return []
        expression = " | ".join(f"'{word}'" for word in chosen)
        found = self._query(
            "SELECT row, ts_rank_cd(words, q, 1) FROM passages, to_tsquery('english', :q) q WHERE words @@ q AND "
            "(CAST(:rows AS bigint[]) IS NULL OR row = ANY(CAST(:rows AS bigint[]))) ORDER BY 2 DESC, row LIMIT :limit",
            q=expression,
            rows=None if rows is None else rows.tolist(),
            limit=limit,
        )
        return [(row, float(score)) for row, score in found]

    def _telling(self, words: Collection[str]) -> list[str]:
        """Return the rarest words; in a version published before words were counted, none is taken for rarer."""
        if self._query("SELECT to_regclass(:name)", name=f'"{self._version.schema}".lexemes')[0][0] is None:
            return telling(dict.fromkeys(words, 1), self._version.manifest.passages)
        counted = self._query(
            "SELECT w.word, coalesce(min(l.passages), 0) FROM unnest(CAST(:words AS text[])) w (word) LEFT JOIN "
            "LATERAL unnest(to_tsvector('english', w.word)) t ON true LEFT JOIN lexemes l USING (lexeme) GROUP BY 1",
            words=list(words),
        )
        return telling(dict(map(tuple, counted)), self._version.manifest.passages)

    def code_search(self, code: str, limit: int, rows: Rows | None = None) -> list[int]:
        """Return the rows of the passages that hold an identifier, as `codes_in` writes it."""
        found = self._query(
            "SELECT row FROM passages WHERE codes @> ARRAY[CAST(:code AS text)] "
            "AND (CAST(:rows AS bigint[]) IS NULL OR row = ANY(:rows)) ORDER BY row LIMIT :limit",
            code=code,
            rows=None if rows is None else rows.tolist(),
            limit=limit,
        )
        return [row for (row,) in found]

    def vocabulary(self, roots: Collection[str]) -> dict[str, tuple[int, int]]:
        """Return, for the roots that occur, how many articles hold them and how many titles do."""
        found = self._query("SELECT * FROM vocabulary WHERE root = ANY(:roots)", roots=list(roots))
        return {root: (articles, titles) for root, articles, titles in found}

    def titles_with(self, roots: Collection[str]) -> dict[int, dict[str, int]]:
        """Return every root of each title that has one of these roots, with the number of articles that have it."""
        found = self._query(
            "SELECT t.article, t.root, v.articles FROM title_roots t JOIN vocabulary v USING (root) "
            "WHERE t.article IN (SELECT article FROM title_roots WHERE root = ANY(:roots))",
            roots=list(roots),
        )
        titles: dict[int, dict[str, int]] = {}
        for article, root, articles in found:
            titles.setdefault(article, {})[root] = articles
        return titles

    def rows_of(self, articles: Sequence[int], limit: int) -> Rows:
        """Return the rows of these articles, for the first of them up to `limit` rows."""
        found = self._query(
            "SELECT p.row FROM unnest(CAST(:articles AS bigint[])) WITH ORDINALITY o (number, place) "
            "JOIN passages p ON p.article = o.number ORDER BY o.place, p.row LIMIT :limit",
            articles=list(articles),
            limit=limit,
        )
        return np.array([row for (row,) in found], dtype=np.int64)

    def articles_of(self, rows: Rows) -> Rows:
        """Return the article number of the passage in each row."""
        found = self._query("SELECT row, article FROM passages WHERE row = ANY(:rows)", rows=rows.tolist())
        by_row = dict(map(tuple, found))
        return np.array([by_row[row] for row in rows.tolist()], dtype=np.int64)

    def search(self, queries: Vectors, limit: int, rows: Rows | None = None) -> list[list[tuple[int, float]]]:
        """Return row and cosine of the nearest passages of each query, best first, among `rows` if given."""
        among = "" if rows is None else "WHERE row = ANY(:rows)"
        sql = (
            f"SELECT row, -(embedding <#> CAST(:query AS vector)) FROM passages {among} "  # noqa: S608
            "ORDER BY embedding <#> CAST(:query AS vector) LIMIT :limit"
        )
        values = {} if rows is None else {"rows": rows.tolist()}
        return [
            [
                (row, float(score))
                for row, score in self._query(sql, query=json.dumps(query.tolist()), limit=limit, **values)
            ]
            for query in queries
        ]

    def vectors_of(self, rows: Rows) -> Vectors:
        """Return the unit vectors in some rows, of shape (rows, dimension)."""
        found = self._query(
            "SELECT row, CAST(embedding AS real[]) FROM passages WHERE row = ANY(:rows)", rows=rows.tolist()
        )
        by_row = dict(map(tuple, found))
        return np.array([by_row[row] for row in rows.tolist()], dtype=np.float32)

    def rows_matching(self, filters: Mapping[str, str]) -> Rows:
        """Return the rows of the passages whose article has every one of these metadata values."""
        found = self._query(
            f"SELECT p.row FROM {_JOINED} WHERE a.metadata @> CAST(:filters AS jsonb) ORDER BY p.row",  # noqa: S608
            filters=json.dumps(dict(filters)),
        )
        return np.array([row for (row,) in found], dtype=np.int64)

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages in these rows."""
        found = self._query(f"SELECT p.row, {_COLUMNS} FROM {_JOINED} WHERE p.row = ANY(:rows)", rows=list(rows))  # noqa: S608
        return {columns[0]: _passage(columns[1:]) for columns in found}

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passages that exist under these ids."""
        found = self._query(f"SELECT {_COLUMNS} FROM {_JOINED} WHERE p.id = ANY(:ids)", ids=list(ids))  # noqa: S608
        return {columns[0]: _passage(columns) for columns in found}


def _passage(columns: Sequence[Any]) -> Passage:
    passage_id, article_id, title, text, headings, url, position, metadata = columns
    return Passage(
        id=passage_id, article_id=article_id, title=title, text=text, headings=tuple(headings), url=url,
        position=position, metadata=metadata,
    )  # fmt: skip

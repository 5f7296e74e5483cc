"""Keep the passages of one index version in SQLite: their text, their words for keyword search, and what filters match."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue

import numpy as np
import numpy.typing as npt

from core.errors import IndexCorrupt
from core.passages import Passage
from ingest.words import codes_in

Rows = npt.NDArray[np.int64]

_CONNECTIONS = 4
_WEIGHTS = "2.0, 1.0, 1.0, 4.0"
_SCHEMA = """
CREATE TABLE articles (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, url TEXT NOT NULL, source TEXT NOT NULL,
  reviewed TEXT NOT NULL, metadata TEXT NOT NULL, content_hash TEXT NOT NULL
);
CREATE TABLE passages (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article_id TEXT NOT NULL REFERENCES articles (id),
  position INTEGER NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX passages_of_article ON passages (article_id, position);
CREATE TABLE filters (key TEXT NOT NULL, value TEXT NOT NULL, article_id TEXT NOT NULL);
CREATE INDEX filters_by_value ON filters (key, value, article_id);
CREATE VIRTUAL TABLE words USING fts5 (title, headings, text, codes, content='', tokenize='porter unicode61');
"""
_PASSAGE_COLUMNS = "p.id, p.article_id, a.title, p.text, p.headings, a.url, p.position, a.metadata"


@dataclass(frozen=True, kw_only=True)
class StoredArticle:
    """Hold one article with the passages cut from it."""

    id: str
    title: str
    url: str
    source: str
    reviewed: str
    metadata: Mapping[str, str]
    content_hash: str
    """Hash of everything that decides what its passages are."""
    passages: tuple[tuple[str, tuple[str, ...], str], ...]
    """Id, headings and text of each passage."""


def write_store(path: Path, articles: Iterable[StoredArticle]) -> None:
    """Write a new store; passages are numbered from 0 in the order given, like the vectors beside it.

    Raises:
        OSError: the disk is full or the path is taken.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        row = 0
        for article in articles:
            row = _write_article(connection, article, row)
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from None
    finally:
        connection.close()


def _write_article(connection: sqlite3.Connection, article: StoredArticle, row: int) -> int:
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            article.id,
            article.title,
            article.url,
            article.source,
            article.reviewed,
            json.dumps(dict(article.metadata), ensure_ascii=False, sort_keys=True),
            article.content_hash,
        ),
    )
    connection.executemany(
        "INSERT INTO filters VALUES (?, ?, ?)", [(key, value, article.id) for key, value in article.metadata.items()]
    )
    for position, (passage_id, headings, text) in enumerate(article.passages):
        connection.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            (row, passage_id, article.id, position, json.dumps(headings, ensure_ascii=False), text),
        )
        above = " ".join(headings)
        connection.execute(
            "INSERT INTO words (rowid, title, headings, text, codes) VALUES (?, ?, ?, ?, ?)",
            (row, article.title, above, text, " ".join(codes_in(f"{article.title} {above} {text}"))),
        )
        row += 1
    return row


class PassageStore:
    """Read the store of one published version; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frequencies: dict[str, int] = {}
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        for _ in range(_CONNECTIONS):
            # All connections open now: the file stays readable through them even after the version was removed.
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            connection.execute("PRAGMA query_only=ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            self._idle.put(connection)

    def close(self) -> None:
        """Close every connection; searches under way finish first."""
        for _ in range(_CONNECTIONS):
            self._idle.get().close()

    def keyword_search(self, expression: str, limit: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """Return row and BM25 score (higher is better) of the best matches of an FTS5 expression, among `rows` if given."""
        among = "" if rows is None else "AND rowid IN (SELECT value FROM json_each(?))"
        parameters: list[object] = [expression, *([] if rows is None else [json.dumps(rows.tolist())]), limit]
        return [
            (row, -score)
            for row, score in self._query(
                f"SELECT rowid, bm25(words, {_WEIGHTS}) AS score FROM words WHERE words MATCH ? {among} "  # noqa: S608
                "ORDER BY score LIMIT ?",
                parameters,
            )
        ]

    def frequency(self, word: str) -> int:
        """Return how many passages hold a word, in any of its inflected forms."""
        if word not in self._frequencies:
            self._frequencies[word] = self._query("SELECT count(*) FROM words WHERE words MATCH ?", [f'"{word}"'])[0][0]
        return self._frequencies[word]

    def rows_matching(self, filters: Mapping[str, str]) -> Rows:
        """Return the rows of the passages whose article has every one of these metadata values."""
        having = " INTERSECT ".join("SELECT article_id FROM filters WHERE key = ? AND value = ?" for _ in filters)
        return np.array(
            [
                row
                for (row,) in self._query(
                    f"SELECT row FROM passages WHERE article_id IN ({having}) ORDER BY row",  # noqa: S608
                    [part for pair in filters.items() for part in pair],
                )
            ],
            dtype=np.int64,
        )

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages in these rows."""
        found = self._query(
            f"SELECT p.row, {_PASSAGE_COLUMNS} FROM passages p JOIN articles a ON a.id = p.article_id "  # noqa: S608
            "WHERE p.row IN (SELECT value FROM json_each(?))",
            [json.dumps(list(rows))],
        )
        return {row: _passage(*columns) for row, *columns in found}

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passages that exist under these ids."""
        found = self._query(
            f"SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN articles a ON a.id = p.article_id "  # noqa: S608
            "WHERE p.id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(ids))],
        )
        return {columns[0]: _passage(*columns) for columns in found}

    def articles(self) -> Iterator[StoredArticle]:
        """Yield every article with its passages, in the order of their rows."""
        found = self._query(
            "SELECT a.id, a.title, a.url, a.source, a.reviewed, a.metadata, a.content_hash, p.id, p.headings, p.text "
            "FROM passages p JOIN articles a ON a.id = p.article_id ORDER BY p.row",
            [],
        )
        current: tuple[object, ...] = ()
        passages: list[tuple[str, tuple[str, ...], str]] = []
        for *article, passage_id, headings, text in found:
            if tuple(article) != current:
                if current:
                    yield _stored(current, passages)
                current, passages = tuple(article), []
            passages.append((passage_id, tuple(json.loads(headings)), text))
        if current:
            yield _stored(current, passages)

    def _query(self, sql: str, parameters: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]
        with self._connection() as connection:
            try:
                return connection.execute(sql, parameters).fetchall()
            except sqlite3.DatabaseError as error:
                raise IndexCorrupt(
                    f"the document store {self._path} cannot be read ({error}); "
                    "run `support-agent ingest SOURCE` again, or `support-agent knowledge rollback`"
                ) from None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = self._idle.get()
        try:
            yield connection
        finally:
            self._idle.put(connection)


def _passage(
    passage_id: str, article_id: str, title: str, text: str, headings: str, url: str, position: int, metadata: str
) -> Passage:
    return Passage(
        id=passage_id,
        article_id=article_id,
        title=title,
        text=text,
        headings=tuple(json.loads(headings)),
        url=url,
        position=position,
        metadata=json.loads(metadata),
    )


def _stored(article: tuple[object, ...], passages: list[tuple[str, tuple[str, ...], str]]) -> StoredArticle:
    article_id, title, url, source, reviewed, metadata, content_hash = map(str, article)
    return StoredArticle(
        id=article_id,
        title=title,
        url=url,
        source=source,
        reviewed=reviewed,
        metadata=json.loads(metadata),
        content_hash=content_hash,
        passages=tuple(passages),
    )

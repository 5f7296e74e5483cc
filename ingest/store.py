"""Keep the passages of one index version in SQLite: their text, their words for keyword search, and what filters match."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from queue import LifoQueue

import numpy as np
import numpy.typing as npt

from core.errors import IndexCorrupt
from core.passages import Passage
from ingest.words import codes_in, roots_in

Rows = npt.NDArray[np.int64]

_CONNECTIONS = 4
_COMMON = 0.2
"""Share of the passages above which a word says nothing about any of them."""
_MAX_WORDS = 512
_SCHEMA = """
CREATE TABLE articles (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, url TEXT NOT NULL, source TEXT NOT NULL,
  reviewed TEXT NOT NULL, metadata TEXT NOT NULL, content_hash TEXT NOT NULL
);
CREATE TABLE passages (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article INTEGER NOT NULL REFERENCES articles (number),
  position INTEGER NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX passages_of_article ON passages (article, position);
CREATE TABLE filters (key TEXT, value TEXT, article INTEGER, PRIMARY KEY (key, value, article)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (title, headings, text, codes, content='', tokenize='porter unicode61');
CREATE TABLE vocabulary (root TEXT PRIMARY KEY, articles INTEGER NOT NULL, titles INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE title_roots (root TEXT, article INTEGER, PRIMARY KEY (root, article)) WITHOUT ROWID;
CREATE INDEX roots_of_title ON title_roots (article);
"""
_PASSAGE_COLUMNS = "p.id, a.id, a.title, p.text, p.headings, a.url, p.position, a.metadata"
_JOINED = "passages p JOIN articles a ON a.number = p.article"


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
        row, in_articles, in_titles = 0, Counter[str](), Counter[str]()
        for number, article in enumerate(articles):
            row = _write_article(connection, number, article, row)
            in_titles.update(title := roots_in(article.title))
            in_articles.update(
                title.union(*(roots_in(" ".join((*above, text))) for _, above, text in article.passages))
            )
        connection.executemany(
            "INSERT INTO vocabulary VALUES (?, ?, ?)", ((root, n, in_titles[root]) for root, n in in_articles.items())
        )
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from None
    finally:
        connection.close()


def _write_article(connection: sqlite3.Connection, number: int, article: StoredArticle, row: int) -> int:
    metadata = json.dumps(dict(article.metadata), ensure_ascii=False, sort_keys=True)
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            article.id,
            article.title,
            article.url,
            article.source,
            article.reviewed,
            metadata,
            article.content_hash,
        ),
    )
    connection.executemany(
        "INSERT INTO filters VALUES (?, ?, ?)", [(key, value, number) for key, value in article.metadata.items()]
    )
    connection.executemany("INSERT INTO title_roots VALUES (?, ?)", [(r, number) for r in roots_in(article.title)])
    for position, (passage_id, headings, text) in enumerate(article.passages):
        connection.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            (row, passage_id, number, position, json.dumps(headings, ensure_ascii=False), text),
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
        self.passage_count: int = self._query("SELECT count(*) FROM passages", [])[0][0]
        self.article_count: int = self._query("SELECT count(*) FROM articles", [])[0][0]

    def close(self) -> None:
        """Close every connection; searches under way finish first."""
        for _ in range(_CONNECTIONS):
            self._idle.get().close()

    def keyword_search(self, words: Mapping[str, int], limit: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """Return row and BM25 score (higher is better) of the passages that fit the words best, among `rows` if given.

        Each word counts as often as its number says; words that most passages hold are left out.
        """
        most = max(_COMMON * self.passage_count, 10)
        chosen = [word for word in words if self._frequency(word) <= most][:_MAX_WORDS]
        expression = " OR ".join(f'"{word}"' for word in chosen for _ in range(min(words[word], 3)))
        return self._match(expression, limit, rows) if chosen else []

    def code_search(self, code: str, limit: int, rows: Rows | None = None) -> list[int]:
        """Return the rows of the passages that hold an identifier, as `codes_in` writes it."""
        return [row for row, _ in self._match(f'codes : "{code}"', limit, rows)]

    def _match(self, expression: str, limit: int, rows: Rows | None) -> list[tuple[int, float]]:
        among = "" if rows is None else "AND rowid IN (SELECT value FROM json_each(?))"
        parameters: list[object] = [expression, *([] if rows is None else [json.dumps(rows.tolist())]), limit]
        sql = f"SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ? {among} ORDER BY rank LIMIT ?"  # noqa: S608
        return self._query(sql, parameters)

    def _frequency(self, word: str) -> int:
        """Return how many passages hold a word, in any of its inflected forms."""
        if word not in self._frequencies:
            self._frequencies[word] = self._query("SELECT count(*) FROM words WHERE words MATCH ?", [f'"{word}"'])[0][0]
        return self._frequencies[word]

    def vocabulary(self, roots: Collection[str]) -> dict[str, tuple[int, int]]:
        """Return, for the roots that occur, how many articles hold them and how many titles do."""
        found = self._query(
            "SELECT root, articles, titles FROM vocabulary WHERE root IN (SELECT value FROM json_each(?))",
            [json.dumps(list(roots))],
        )
        return {root: (articles, titles) for root, articles, titles in found}

    def titles_with(self, roots: Collection[str]) -> dict[int, dict[str, int]]:
        """Return, for each article with one of the roots in its title, every root of that title with its article count."""
        found = self._query(
            "SELECT t.article, t.root, v.articles FROM title_roots t JOIN vocabulary v USING (root) WHERE t.article IN "
            "(SELECT article FROM title_roots WHERE root IN (SELECT value FROM json_each(?)))",
            [json.dumps(list(roots))],
        )
        titles: dict[int, dict[str, int]] = {}
        for article, root, articles in found:
            titles.setdefault(article, {})[root] = articles
        return titles

    def rows_of(self, articles: Sequence[int], limit: int) -> dict[int, int]:
        """Return the rows of these articles with their article, for the first of them up to `limit` rows."""
        return dict(
            self._query(
                "SELECT p.row, p.article FROM json_each(?) j CROSS JOIN passages p ON p.article = j.value LIMIT ?",
                [json.dumps(list(articles)), limit],
            )
        )

    def articles_of(self, rows: Collection[int]) -> dict[int, int]:
        """Return the article number of the passages in these rows."""
        return dict(
            self._query(
                "SELECT row, article FROM passages WHERE row IN (SELECT value FROM json_each(?))",
                [json.dumps(list(rows))],
            )
        )

    def rows_matching(self, filters: Mapping[str, str]) -> Rows:
        """Return the rows of the passages whose article has every one of these metadata values."""
        having = " INTERSECT ".join("SELECT article FROM filters WHERE key = ? AND value = ?" for _ in filters)
        found = self._query(
            f"SELECT row FROM passages WHERE article IN ({having}) ORDER BY row",  # noqa: S608
            [part for pair in filters.items() for part in pair],
        )
        return np.array([row for (row,) in found], dtype=np.int64)

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages in these rows."""
        found = self._query(
            f"SELECT p.row, {_PASSAGE_COLUMNS} FROM {_JOINED} WHERE p.row IN (SELECT value FROM json_each(?))",  # noqa: S608
            [json.dumps(list(rows))],
        )
        return {row: _passage(*columns) for row, *columns in found}

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passages that exist under these ids."""
        found = self._query(
            f"SELECT {_PASSAGE_COLUMNS} FROM {_JOINED} WHERE p.id IN (SELECT value FROM json_each(?))",  # noqa: S608
            [json.dumps(list(ids))],
        )
        return {columns[0]: _passage(*columns) for columns in found}

    def articles(self) -> Iterator[StoredArticle]:
        """Yield every article with its passages, in the order of their rows."""
        found = self._query(
            "SELECT a.id, a.title, a.url, a.source, a.reviewed, a.metadata, a.content_hash, p.id, p.headings, p.text "  # noqa: S608
            f"FROM {_JOINED} ORDER BY p.row",
            [],
        )
        for article, group in groupby(found, key=lambda columns: columns[:7]):
            yield _stored(article, [(pid, tuple(json.loads(above)), text) for *_, pid, above, text in group])

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

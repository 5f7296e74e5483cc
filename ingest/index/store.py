"""Read the document store of one published version: passages, their words, their names and what filters match."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from queue import LifoQueue

import numpy as np

from core.errors import IndexCorrupt
from core.passages import Passage
from ingest.documents_read import StoredArticle
from ingest.embedding import Rows
from ingest.search_words import STEMMING, telling

_CONNECTIONS = 4
_REMEMBERED = 50_000
_CODES_REMEMBERED = 2_000
_PASSAGE_COLUMNS = "p.id, a.id, a.title, p.text, p.headings, a.url, p.position, a.metadata"
_JOINED = "passages p JOIN articles a ON a.number = p.article"


class PassageStore:
    """Read the store of one published version; safe to share between threads."""

    def __init__(self, path: Path, *, stemming: int = STEMMING) -> None:
        self._path, self.stemming = path, stemming
        self._frequencies: dict[str, int] = {}
        # Each turn asks for all that its conversation has named.
        self._rows_of_code = lru_cache(_CODES_REMEMBERED)(self._with_code)
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        for _ in range(_CONNECTIONS):
            # All connections open now: the file stays readable through them even after the version was removed.
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            connection.execute("PRAGMA query_only=ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            self._idle.put(connection)
        self.article_count: int = self._query("SELECT count(*) FROM articles", [])[0][0]
        ranges = self._query("SELECT article, min(row), count(*) FROM passages GROUP BY article ORDER BY min(row)", [])
        # The passages of an article lie side by side: where each begins and ends says all about whose they are.
        self._articles, self._first, counts = np.array(ranges, dtype=np.int64).reshape(-1, 3).T
        self._places = {article: place for place, article in enumerate(self._articles.tolist())}
        self._end = self._first + counts
        self.passage_count = int(counts.sum())

    def close(self) -> None:
        """Close every connection; searches under way finish first."""
        for _ in range(_CONNECTIONS):
            self._idle.get().close()

    def keyword_search(self, words: Mapping[str, int], limit: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """Return row and BM25 score (higher is better) of the passages that fit the words best, among `rows` if given.

        Each word counts as often as its number says; words that most passages hold are left out.
        """
        chosen = telling({word: self._frequency(word) for word in words}, self.passage_count)
        expression = " OR ".join(f'"{word}"' for word in chosen for _ in range(min(words[word], 3)))
        return self._match(expression, limit, rows) if expression else []

    def code_search(self, code: str, limit: int, rows: Rows | None = None) -> list[int]:
        """Return the rows of the passages that hold an identifier, as `codes_in` writes it."""
        return list(self._rows_of_code(code, limit)) if rows is None else self._with_code(code, limit, rows)

    def _with_code(self, code: str, limit: int, rows: Rows | None = None) -> list[int]:
        return [row for row, _ in self._match(f'codes : "{code}"', limit, rows)]

    def _match(self, expression: str, limit: int, rows: Rows | None) -> list[tuple[int, float]]:
        among = "" if rows is None else "AND rowid IN (SELECT value FROM json_each(?))"
        parameters: list[object] = [expression, *([] if rows is None else [json.dumps(rows.tolist())]), limit]
        sql = f"SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ? {among} ORDER BY rank LIMIT ?"  # noqa: S608
        return self._query(sql, parameters)

    def _frequency(self, word: str) -> int:
        """Return how many passages hold a word, in any of its inflected forms."""
        found = self._frequencies.get(word)
        if found is None:
            if len(self._frequencies) >= _REMEMBERED:
                self._frequencies.clear()  # customers invent words without end
            found = self._query("SELECT count(*) FROM words WHERE words MATCH ?", [f'"{word}"'])[0][0]
            self._frequencies[word] = found
        return found

    def vocabulary(self, roots: Collection[str]) -> dict[str, tuple[int, int]]:
        """Return, for the roots that occur, how many articles hold them and how many titles do."""
        found = self._query(
            "SELECT root, articles, titles FROM vocabulary WHERE root IN (SELECT value FROM json_each(?))",
            [json.dumps(list(roots))],
        )
        return {root: (articles, titles) for root, articles, titles in found}

    def titles_with(self, roots: Collection[str]) -> dict[int, dict[str, int]]:
        """Return every root of each title that has one of these roots, with the number of articles that have it."""
        found = self._query(
            "SELECT t.article, t.root, v.articles FROM title_roots t JOIN vocabulary v USING (root) WHERE t.article IN "
            "(SELECT article FROM title_roots WHERE root IN (SELECT value FROM json_each(?)))",
            [json.dumps(list(roots))],
        )
        titles: dict[int, dict[str, int]] = {}
        for article, root, articles in found:
            titles.setdefault(article, {})[root] = articles
        return titles

    def rows_of(self, articles: Sequence[int], limit: int) -> Rows:
        """Return the rows of these articles, for the first of them up to `limit` rows."""
        places = [self._places[article] for article in articles if article in self._places]
        ranges = [np.arange(self._first[place], self._end[place]) for place in places]
        return np.concatenate(ranges)[:limit] if ranges else np.empty(0, dtype=np.int64)

    def articles_of(self, rows: Rows) -> Rows:
        """Return the article number of the passage in each row."""
        found: Rows = self._articles[np.searchsorted(self._first, rows, side="right") - 1]
        return found

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
            "SELECT a.id, a.title, a.url, a.source, a.reviewed, a.metadata, a.content_hash, "  # noqa: S608
            f"p.id, p.headings, p.text FROM {_JOINED} ORDER BY p.row",
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

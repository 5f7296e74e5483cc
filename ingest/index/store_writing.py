"""Write the document store of a new index version: passages in SQLite with their words, names and filters."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ingest.documents_read import StoredArticle
from ingest.search_words import codes_in, roots_in

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

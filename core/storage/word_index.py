"""Index texts of a table by their words: FTS5 on SQLite, kept by triggers; a GIN index on PostgreSQL."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
MOST_TERMS = 8
WORD_INDEXES = "word_indexes"
"""Where the `info` of tables' MetaData names their word indexes."""


def terms_of(query: str) -> list[str]:
    """Return the words of a query in lower case, each once, at most eight."""
    return list(dict.fromkeys(_WORD.findall(query.casefold())))[:MOST_TERMS]


@dataclass(frozen=True, kw_only=True)
class WordIndex:
    """A table's text, indexed by words; the names below are of this program, never of a request."""

    name: str
    """Of the index, such as `inbox_messages_words`."""
    table: str
    key: str
    """The column that names a row."""
    owner: str
    """The column that a search returns."""
    sqlite_text: str
    """The indexed text as an expression over a row called `new`, such as `new.text`."""
    postgres_text: str
    """The same over the bare columns."""
    sqlite_when: str = ""
    """Which rows are indexed, and stay so from then on, such as `new.status <> 'waiting'`; all of them where empty.

    SQLite keeps a word that was taken out of its index in the file until parts of the index are joined.
    """

    def statements(self, dialect: str) -> Sequence[str]:
        """Return the SQL that makes the index and fills it from what is there; running it again changes nothing."""
        if dialect == "sqlite":
            return self._sqlite()
        vector = f"to_tsvector('simple', {self.postgres_text})"
        return (f"CREATE INDEX IF NOT EXISTS {self.name} ON {self.table} USING gin ({vector})",)

    def query(self, dialect: str) -> str:
        """Return the SQL that finds the owners of rows with a word that begins with `:term`."""
        if dialect == "sqlite":
            return f"SELECT DISTINCT owner FROM {self.name} WHERE {self.name} MATCH :term"  # noqa: S608
        vector = f"to_tsvector('simple', {self.postgres_text})"
        return f"SELECT DISTINCT {self.owner} FROM {self.table} WHERE {vector} @@ to_tsquery('simple', :term)"  # noqa: S608

    def term(self, word: str, dialect: str) -> str:
        """Return a word as `query` takes it."""
        return f'words : "{word}"*' if dialect == "sqlite" else f"{word}:*"

    def _sqlite(self) -> Sequence[str]:
        """Return the statements that make the index; rows are known by their key, as a VACUUM changes row numbers."""
        name, table = self.name, self.table
        gone = f"""DELETE FROM {name} WHERE rowid IN (SELECT rowid FROM {name} WHERE {name} MATCH 'id : "' || \
old.{self.key} || '"');"""  # noqa: S608
        kept = f"INSERT INTO {name} (id, owner, words) VALUES (new.{self.key}, new.{self.owner}, {self.sqlite_text});"  # noqa: S608
        text, when = self.sqlite_text, self.sqlite_when or "TRUE"
        was, is_of_rows = when.replace("new.", "old."), when.replace("new.", f"{table}.")
        of_rows = text.replace("new.", f"{table}.")
        return (
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(id, owner UNINDEXED, words, prefix='2 3')",
            f"CREATE TRIGGER IF NOT EXISTS {name}_added AFTER INSERT ON {table} WHEN {when} BEGIN {kept} END",
            f"CREATE TRIGGER IF NOT EXISTS {name}_gone AFTER DELETE ON {table} BEGIN {gone} END",
            f"CREATE TRIGGER IF NOT EXISTS {name}_ready AFTER UPDATE ON {table} WHEN {when} AND NOT ({was}) "
            f"BEGIN {kept} END",
            f"CREATE TRIGGER IF NOT EXISTS {name}_changed AFTER UPDATE ON {table} WHEN ({was}) AND {text} IS NOT "
            f"{text.replace('new.', 'old.')} BEGIN {gone} {kept} END",
            f"INSERT INTO {name} (id, owner, words) SELECT {self.key}, {self.owner}, {of_rows} FROM {table} "  # noqa: S608
            f"WHERE {is_of_rows} AND NOT EXISTS (SELECT 1 FROM {name})",
        )

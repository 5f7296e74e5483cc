"""Leave nothing of deleted rows in the files of a database."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy

from core.errors import BackendUnavailable
from core.storage.database import sql_errors
from core.storage.engines import open_engine, parse_url, shown, sqlite_file

_WORD_INDEXES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"
"""Word indexes keep deleted words until their parts are joined."""
_SAMPLED = """
    SELECT s.attname, format_type(a.atttypid, a.atttypmod) FROM pg_stats s
    JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(s.tablename)) AND a.attname = s.attname
    WHERE s.tablename = %(table)s AND s.schemaname = current_schema()
    AND format_type(a.atttypid, a.atttypmod) ~ '^(text|character|json|bytea)'
"""
"""Columns whose statistics hold samples of words; a table without rows keeps those it had."""
PATIENCE_SECONDS = 30.0
"""How long to wait for other processes to end their transactions."""
SHORT_PATIENCE_SECONDS = 1.0
"""The same where a customer's turn is held up meanwhile."""


async def secure_delete(url: str, *, tables: tuple[str, ...] = ()) -> None:
    """Write a SQLite file anew without free pages and empty its journal; vacuum these tables of a PostgreSQL database.

    PostgreSQL keeps write-ahead segments and backups of its own, which its administrator has to let go.

    Raises:
        BackendUnavailable: the database is busy or cannot be reached; the rows are deleted, their bytes may still be
            there.
    """
    parsed = parse_url(url)
    file = sqlite_file(parsed)
    if file is None and parsed.get_backend_name() == "sqlite":
        return

    def failure(error: Exception) -> BackendUnavailable:
        return BackendUnavailable(
            f"the rows were deleted, but {shown(parsed)} could not be written anew ({type(error).__name__}); "
            "run the command again while nothing else uses the database"
        )

    with sql_errors(failure):
        await asyncio.to_thread(_shred_file, file) if file else await asyncio.to_thread(_vacuum, url, tables)


async def empty_journal(url: str) -> None:
    """Fold a SQLite file's journal in, with what older pages held; left for the next time where somebody reads."""
    file = sqlite_file(parse_url(url))
    if file is None:
        return
    with suppress(sqlite3.Error):
        await asyncio.to_thread(_empty_journal, file, SHORT_PATIENCE_SECONDS)


def _empty_journal(file: Path, patience: float) -> None:
    with closing(sqlite3.connect(file, timeout=patience, isolation_level=None)) as connection:
        _fold_in(connection)


def _shred_file(file: Path) -> None:
    if not file.exists():
        return
    with closing(sqlite3.connect(file, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        for (index,) in connection.execute(_WORD_INDEXES).fetchall():
            connection.execute(f'INSERT INTO "{index}" ("{index}") VALUES (\'optimize\')')  # noqa: S608 - a name of this file's own
        connection.execute("VACUUM")
        _fold_in(connection)


def _fold_in(connection: sqlite3.Connection) -> None:
    # The journal goes only when no other process reads from it, which the time-out waits for.
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise sqlite3.OperationalError("the journal is in use")


def _vacuum(url: str, tables: tuple[str, ...]) -> None:
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            there = set(sqlalchemy.inspect(connection).get_table_names())
            for table in sorted(there & set(tables)):
                for column, kind in connection.exec_driver_sql(_SAMPLED, {"table": table}).all():
                    # The statistics of a column go when its type is set, be it the one that it has.
                    connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {kind}')
                connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table}"')
            connection.exec_driver_sql("VACUUM (FULL) pg_catalog.pg_statistic")
    finally:
        engine.dispose()

"""Open SQL databases by URL: SQLite as a file of its own owner's, PostgreSQL where its driver is installed."""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import SettingsError
from core.extras import need_extra

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio.engine import AsyncConnection as AsyncConnection
    from sqlalchemy.ext.asyncio.engine import AsyncEngine as AsyncEngine
else:  # they bring an object-relational mapper, 6 MB that a conversation mostly does without
    AsyncConnection = AsyncEngine = Any

BUSY_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_SECONDS = 10


def parse_url(url: str) -> URL:
    """Return the URL with only a supported database behind it, whose driver is there; else raises SettingsError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("a database URL cannot be read; wanted sqlite:///FILE or postgresql://...") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsError(f"database {shown(parsed)} is not supported; wanted sqlite:///FILE or postgresql://...")
    if parsed.get_backend_name() == "postgresql":
        need_extra("postgres", f"database {shown(parsed)}")
    return parsed


def shown(url: URL) -> str:
    """Write a URL for a message, its password hidden."""
    return url.render_as_string(hide_password=True)


def sqlite_file(url: URL) -> Path | None:
    """Return the file of a SQLite URL, or None for PostgreSQL and for a database in memory."""
    in_memory = url.database in (None, "", ":memory:")
    return None if url.get_backend_name() != "sqlite" or in_memory else Path(str(url.database))


def make_private(file: Path) -> None:
    """Make a database file that only its owner may read, where there is none; SQLite's journals get the same rights.

    One that is there is not opened: closing it would drop the locks of every connection that this process has to it.
    """
    with suppress(OSError):  # whoever opens it says what is wrong with it
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def open_engine(url: str) -> Engine:
    """Open a database for a command, creating the folder of a SQLite file."""
    parsed = parse_url(url)
    if file := sqlite_file(parsed):
        file.parent.mkdir(parents=True, exist_ok=True)
    return engine_of(parsed)


def engine_of(url: URL, **options: Any) -> Engine:
    """Open a database whose URL was read."""
    engine = create_engine(_with_driver(url, "pysqlite"), connect_args=_connect_args(url), **options)
    _prepare(engine)
    return engine


def async_engine_of(url: URL, **options: Any) -> AsyncEngine:
    """Open such a database for an event loop."""
    from sqlalchemy.ext.asyncio.engine import create_async_engine

    engine = create_async_engine(_with_driver(url, "aiosqlite"), connect_args=_connect_args(url), **options)
    _prepare(engine.sync_engine)
    return engine


def _with_driver(url: URL, sqlite_driver: str) -> URL:
    sqlite = url.get_backend_name() == "sqlite"
    return url.set(drivername=f"sqlite+{sqlite_driver}" if sqlite else "postgresql+psycopg")


def _connect_args(url: URL) -> dict[str, Any]:
    return {} if url.get_backend_name() == "sqlite" else {"connect_timeout": CONNECT_TIMEOUT_SECONDS}


def _prepare(engine: Engine) -> None:
    """Have SQLite wait for its lock, keep readers and writers apart, and begin when SQLAlchemy says so.

    A transaction takes the write lock at once (BEGIN IMMEDIATE): one that upgrades later can fail without waiting.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "do_connect")
    def before_connect(*_: object) -> None:
        if file := sqlite_file(engine.url):
            make_private(file)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=FAST")  # what is written over is gone from its page
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(cursor: Any) -> None:
    """Switch a file to the write-ahead journal, which it keeps.

    Where several connections do so to a new file at once, SQLite does not let them wait for each other but says at once
    that it is locked; who is told so tries again.
    """
    for left in reversed(range(BUSY_TIMEOUT_MS // 20)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            time.sleep(0.02)

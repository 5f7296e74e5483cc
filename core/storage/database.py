"""Open SQL databases by URL, synchronous for commands and asynchronous for the agent."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from core.errors import SettingsError
from core.extras import need_extra

BUSY_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_SECONDS = 10
OWN_SETTINGS = "SUPPORT_DATABASE_URL or SUPPORT_DATA_DIR"
"""What says where tables of our own are."""
FILE_RECYCLE_SECONDS = 60
"""How long a connection may go on reading a SQLite file that somebody has moved away meanwhile."""
READERS = ThreadPoolExecutor(4, "database-reads")
"""Threads of this process that read SQLite files, started when needed; no search or embedding keeps them waiting."""


def _readers_of_a_fork() -> None:
    """Give a forked process threads of its own: those of its parent are not there, and work would wait for ever."""
    global READERS
    READERS = ThreadPoolExecutor(4, "database-reads")


os.register_at_fork(after_in_child=_readers_of_a_fork)

Answer = TypeVar("Answer")


def cause_of(error: Exception) -> str:
    """Return the first line of what a database said."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


@contextmanager
def sql_errors(say: Callable[[Exception], Exception], *, but: type[Exception] | None = None) -> Iterator[None]:
    """Raise what `say` makes of a failure of a database, SQLAlchemy's, SQLite's or its file's; `but` passes as is."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        if but and isinstance(error, but):
            raise
        raise say(error) from error


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
    return _engine_of(parsed)


def _engine_of(url: URL, **options: Any) -> Engine:
    engine = create_engine(_with_driver(url, "pysqlite"), connect_args=_connect_args(url), **options)
    _prepare(engine)
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


class Database:
    """Hand out asynchronous connections to one database, to any number of event loops."""

    def __init__(self, url: str) -> None:
        parsed = parse_url(url)
        self.file = sqlite_file(parsed)
        # Absolute from here on: finding out the working folder later would be a blocking call in an event loop.
        self.url = parsed.set(database=str(self.file.absolute())) if self.file else parsed
        self._engines: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncEngine] = WeakKeyDictionary()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
        self._closing: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[None]] = WeakKeyDictionary()

    def __str__(self) -> str:
        return shown(self.url)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection on which every statement sees the same moment."""
        async with (await self._engine()).connect() as connection:
            await connection.execution_options(writes=False)
            yield connection

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Return what a function reads on a connection on which every statement sees the same moment.

        A SQLite file is read in one visit to a thread, where `reading` pays several for each statement; raises
        FileNotFoundError where it is gone.
        """
        if self.file:
            return await asyncio.get_running_loop().run_in_executor(READERS, self._read_file, work)
        async with self.reading() as connection:
            return await connection.run_sync(work)

    def _read_file(self, work: Callable[[Connection], Answer]) -> Answer:
        if self.file and not self.file.exists():
            raise FileNotFoundError(f"{self.file} is not there")
        with self._file_engine.connect() as connection:
            return work(connection)

    @cached_property
    def _file_engine(self) -> Engine:
        """Open the file for reading; any thread may use it."""
        return _engine_of(self.url, pool_recycle=FILE_RECYCLE_SECONDS, execution_options={"writes": False})

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is committed as a whole or, on any error, not at all."""
        async with self._turn(), (await self._engine()).begin() as connection:
            yield connection

    async def is_writable(self) -> bool:
        """Say whether a transaction that writes can be committed by somebody who opens the database now."""
        try:
            if self.file:
                await asyncio.get_running_loop().run_in_executor(READERS, self._write_once)
            else:
                async with self.writing() as connection:
                    await connection.exec_driver_sql("SELECT txid_current()")  # refused where it only reads
        except (SQLAlchemyError, sqlite3.Error, OSError):
            return False
        return True

    def _write_once(self) -> None:
        """Write what the file holds already; a pooled connection would go on with one that is gone."""
        with _engine_of(self.url, poolclass=NullPool).begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar()
            connection.exec_driver_sql(f"PRAGMA user_version = {int(version or 0)}")

    def _turn(self) -> AbstractAsyncContextManager[Any]:
        """Return what writers of this process wait in, first come first served; a file takes one at a time anyway."""
        if self.file is None:
            return nullcontext()
        return self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def close(self) -> None:
        """Close the connections of the running event loop, and those for reading, which are opened anew when needed."""
        if self.file:
            await asyncio.to_thread(self._file_engine.dispose)
        self._engines.pop(asyncio.get_running_loop(), None)
        if closing := self._closing.pop(asyncio.get_running_loop(), None):
            await closing.aclose()

    async def _engine(self) -> AsyncEngine:
        """Return the engine of the running loop; pooled connections must not wander from one loop to another."""
        loop = asyncio.get_running_loop()
        if loop not in self._engines:
            engine = create_async_engine(
                _with_driver(self.url, "aiosqlite"),
                connect_args=_connect_args(self.url),
                **({"pool_recycle": FILE_RECYCLE_SECONDS} if self.file else {"pool_pre_ping": True}),
            )
            _prepare(engine.sync_engine)
            self._engines[loop] = engine
            self._closing[loop] = _closed_with_its_loop(engine)
            await anext(self._closing[loop])
            _OPEN[engine] = self._closing[loop]
        return self._engines[loop]


async def _closed_with_its_loop(engine: AsyncEngine) -> AsyncGenerator[None]:
    """Close connections at the latest when their loop ends its generators, for callers who forget to."""
    try:
        yield
    finally:
        _OPEN.pop(engine, None)
        await engine.dispose()


_OPEN: dict[AsyncEngine, AsyncGenerator[None]] = {}
"""What closes each engine: a generator that nobody holds is ended too late for a loop that ends just then."""

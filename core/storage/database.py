"""Hand out connections to a database, or to tables of our own that are created on first use; failures are ours."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Executable, MetaData, Row, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from core.errors import BackendUnavailable
from core.storage.engines import (
    AsyncConnection,
    AsyncEngine,
    async_engine_of,
    engine_of,
    make_private,
    open_engine,
    parse_url,
    shown,
    sqlite_file,
)
from core.storage.schema_versions import bring_up_to_date
from core.storage.shared_visits import SharedVisits
from core.storage.word_index import WORD_INDEXES

OWN_SETTINGS = "SUPPORT_DATABASE_URL or SUPPORT_DATA_DIR"
"""What says where tables of our own are."""
FILE_RECYCLE_SECONDS = 60
"""How long a connection may go on reading a SQLite file that somebody has moved away meanwhile."""
READERS = ThreadPoolExecutor(4, "database-reads")
"""Threads of this process that read SQLite files, started when needed; no search or embedding keeps them waiting."""
WRITERS = ThreadPoolExecutor(4, "database-writes")
"""Those that write, as they may have to wait for another process."""


def _threads_of_a_fork() -> None:
    """Give a forked process threads of its own: those of its parent are not there, and work would wait for ever."""
    global READERS, WRITERS
    READERS, WRITERS = ThreadPoolExecutor(4, "database-reads"), ThreadPoolExecutor(4, "database-writes")


os.register_at_fork(after_in_child=_threads_of_a_fork)

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
        self._reads = SharedVisits(self._begin_read)

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

        A SQLite file is read in one visit to a thread, together with what others ask in the same moment, where
        `reading` pays several for each statement; raises FileNotFoundError where it is gone.
        """
        if self.file:
            return await self._reads.answer(work)
        async with self.reading() as connection:
            return await connection.run_sync(work)

    def _begin_read(self, work: Callable[[Connection], Answer]) -> "asyncio.Future[Answer]":
        return asyncio.get_running_loop().run_in_executor(READERS, self._visit, self._file_reader, work)

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Return what a function does in a transaction that is committed as a whole or, on any error, not at all.

        It visits a file as `read` does, where `writing` pays a visit for each statement; raises FileNotFoundError.
        """
        if self.file:
            async with self._turn():
                return await asyncio.get_running_loop().run_in_executor(WRITERS, self._visit, self._file_engine, work)
        async with self.writing() as connection:
            return await connection.run_sync(work)

    def _visit(self, engine: Engine, work: Callable[[Connection], Answer]) -> Answer:
        if self.file and not self.file.exists():
            raise FileNotFoundError(f"{self.file} is not there")
        with engine.begin() as connection:
            return work(connection)

    @cached_property
    def _file_engine(self) -> Engine:
        """Open the file; any thread may use it."""
        return engine_of(self.url, pool_recycle=FILE_RECYCLE_SECONDS)

    @cached_property
    def _file_reader(self) -> Engine:
        """Use the same connections for reading alone."""
        return self._file_engine.execution_options(writes=False)

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
        with engine_of(self.url, poolclass=NullPool).begin() as connection:
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
            recycled = {"pool_recycle": FILE_RECYCLE_SECONDS} if self.file else {"pool_pre_ping": True}
            engine = async_engine_of(self.url, **recycled)
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


class OwnDatabase:
    """Hand out connections to a database that holds these tables.

    Every connection raises BackendUnavailable when the database cannot be used; IntegrityError goes through, because
    only the caller knows what a row that is already there means.
    """

    def __init__(self, url: str | Database, tables: MetaData, *, called: str, setting: str = OWN_SETTINGS) -> None:
        """Name the database for messages, for example `the action ledger`, and the settings that say where it is."""
        self._database = Database(url) if isinstance(url, str) else url
        self._tables, self._called, self._setting = tables, called, setting
        self._prepared = False

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    def unavailable(self, cause: str) -> BackendUnavailable:
        """Return the error that says the database cannot be used, and what to check."""
        return BackendUnavailable(
            f"{self._called} {self._database} does not answer ({cause}); check {self._setting} and that there is room"
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection that only reads."""
        async with self._translated(), self._database.reading() as connection:
            yield connection

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Return what a function reads on one connection; the way for what every turn asks."""
        async with self._translated():
            return await self._database.read(work)

    async def rows(self, query: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return the rows of a query."""
        return await self.read(lambda connection: connection.execute(query).all())

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Return what a function does in one transaction; the way for what every turn writes."""
        async with self._translated():
            return await self._database.write(work)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is committed as a whole or not at all."""
        async with self._translated(), self._database.writing() as connection:
            yield connection

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        with sql_errors(lambda error: self.unavailable(cause_of(error)), but=IntegrityError):
            if not self._prepared:
                await self._prepare()
            yield

    async def _prepare(self) -> None:
        if self._database.file:
            await asyncio.to_thread(self._database.file.parent.mkdir, parents=True, exist_ok=True)
        await make_tables(self._database, self._tables)
        self._prepared = True


async def make_tables(database: Database, tables: MetaData) -> None:
    """Give a database its tables as this program wants them; processes that start at once take turns.

    Raises:
        SchemaMismatch: a newer program wrote it, or it is older and may not be changed.
        SQLAlchemyError: the database cannot be used.
    """
    if database.file:
        await asyncio.to_thread(make_private, database.file)  # who visits a file finds it there
    await database.write(lambda connection: _in_turn(connection, tables))


def upgrade_database(url: str, *stores: MetaData, may_upgrade: bool | None = None) -> None:
    """Do for the stores of a database what `make_tables` does, for callers without an event loop."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            for tables in stores:
                _in_turn(connection, tables, may_upgrade=may_upgrade)
    finally:
        engine.dispose()


def _in_turn(connection: Connection, tables: MetaData, *, may_upgrade: bool | None = None) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(text("SELECT pg_advisory_xact_lock(445203)"))
    bring_up_to_date(connection, tables, may_upgrade=may_upgrade)
    for index in tables.info.get(WORD_INDEXES, ()):
        for statement in index.statements(connection.dialect.name):
            connection.exec_driver_sql(statement)

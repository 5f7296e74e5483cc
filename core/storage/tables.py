"""Keep tables of our own in a database: created on first use, its failures told in our words."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, Executable, MetaData, Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import BackendUnavailable
from core.storage.database import OWN_SETTINGS, Answer, Database, cause_of, open_engine, sql_errors
from core.storage.schema_versions import bring_up_to_date
from core.storage.word_index import WORD_INDEXES


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
    async with database.writing() as connection:
        await connection.run_sync(_in_turn, tables)


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

"""Open the store that keeps customers' files between conversations, beside the conversation memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from langgraph.store.base import BaseStore

from core.errors import SettingsError


@asynccontextmanager
async def open_store(memory_url: str) -> AsyncIterator[BaseStore]:
    """Yield the store in the database of a memory URL (see `graph.memory.checkpointers.open_checkpointer`); its tables
    are made if needed.

    Raises:
        SettingsError: the URL is of no known kind.
    """
    # Each loaded where it is used: most installations need one of them or none.
    if memory_url.startswith("sqlite:///"):
        from langgraph.store.sqlite.aio import AsyncSqliteStore

        async with AsyncSqliteStore.from_conn_string(memory_url.removeprefix("sqlite:///")) as in_file:
            await in_file.conn.execute("PRAGMA busy_timeout=10000")
            await in_file.setup()
            yield in_file
    elif memory_url.startswith(("postgresql://", "postgres://")):
        from langgraph.store.postgres.aio import AsyncPostgresStore

        async with AsyncPostgresStore.from_conn_string(memory_url) as shared:
            await shared.setup()
            yield shared
    else:
        raise SettingsError(f"{memory_url!r} is no conversation memory; use sqlite:///FILE or postgresql://…")

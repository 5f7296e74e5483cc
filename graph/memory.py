"""Open the conversation memory: the checkpointer that keeps threads between turns and restarts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from core.errors import BackendUnavailable, SettingsError

SERDE = JsonPlusSerializer(allowed_msgpack_modules=None)
"""Reads only the library's own safe types: a hostile row in the database is data, never code."""


@asynccontextmanager
async def open_checkpointer(url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Yield the saver that a URL names: `sqlite:///file`, `postgresql://…` or `memory`.

    Raises:
        SettingsError: the URL is of no known kind.
        BackendUnavailable: the database cannot be opened.
    """
    if url == "memory":
        yield InMemorySaver(serde=SERDE)
    elif url.startswith("sqlite:///"):
        async with _sqlite(Path(url.removeprefix("sqlite:///"))) as saver:
            yield saver
    elif url.startswith(("postgresql://", "postgres://")):
        async with _postgres(url) as saver:
            yield saver
    else:
        raise SettingsError(f"SUPPORT_MEMORY_URL is {url!r}; use sqlite:///FILE, postgresql://… or memory")


@asynccontextmanager
async def _sqlite(path: Path) -> AsyncIterator[AsyncSqliteSaver]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(path)
    except (OSError, aiosqlite.Error) as error:
        raise BackendUnavailable(
            f"the conversation memory {path} cannot be opened ({error}); check SUPPORT_MEMORY_URL and its folder"
        ) from error
    try:
        # WAL and a wait: several processes may write to one file.
        await connection.execute("PRAGMA busy_timeout = 10000")
        saver = AsyncSqliteSaver(connection, serde=SERDE)
        await saver.setup()
        yield saver
    finally:
        await connection.close()


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    # Loaded here because most installations never need the driver.
    import psycopg
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    try:
        async with AsyncPostgresSaver.from_conn_string(url, serde=SERDE) as saver:
            await saver.setup()
            yield saver
    except psycopg.OperationalError as error:
        raise BackendUnavailable(
            "the conversation memory (PostgreSQL) does not answer; check SUPPORT_MEMORY_URL and that it is running"
        ) from error

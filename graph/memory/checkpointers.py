"""Open the conversation memory: the checkpointer that keeps threads between turns and restarts."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from sqlalchemy import MetaData

from core.errors import BackendUnavailable, SettingsError
from core.extras import need_extra
from core.storage.database import OWN_SETTINGS, cause_of, sql_errors, upgrade_database
from core.storage.schema_versions import HISTORY, History
from graph.memory.erasure_markers import prepare_postgres
from graph.memory.fencing import fence_postgres
from graph.memory.sqlite_saver import SqliteSaver

SERDE = JsonPlusSerializer(allowed_msgpack_modules=None)
"""Reads only the library's own safe types: a hostile row in the database is data, never code."""
CHECKPOINTS_KEPT = 20
"""How many checkpoints a thread keeps; a run of a server writes up to sixteen, and may be rolled back to before it."""
POOL_SIZE = 8
"""Connections of one process to a PostgreSQL memory."""


@asynccontextmanager
async def open_checkpointer(url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Yield the saver that a URL names: `sqlite:///file` or `postgresql://…`.

    Raises:
        SettingsError: the URL is of no known kind.
        BackendUnavailable: the database cannot be opened.
    """
    if url.startswith("sqlite:///"):
        async with _sqlite(Path(url.removeprefix("sqlite:///"))) as saver:
            yield saver
    elif url.startswith(("postgresql://", "postgres://")):
        async with _postgres(url) as saver:
            yield saver
    else:
        raise SettingsError(f"{url!r} is no conversation memory; use sqlite:///FILE or postgresql://…")


MEMORY = MetaData(info={HISTORY: History("memory")})
"""The library's savers and ours make their own tables; the history says of which version they are."""


@asynccontextmanager
async def _sqlite(path: Path) -> AsyncIterator[SqliteSaver]:
    def failure(error: Exception) -> BackendUnavailable:
        return BackendUnavailable(
            f"the conversation memory {path} cannot be opened ({cause_of(error)}); check {OWN_SETTINGS}"
        )

    with sql_errors(failure):
        await asyncio.to_thread(upgrade_database, f"sqlite:///{path}", MEMORY)
        saver = await asyncio.to_thread(SqliteSaver, path, serde=SERDE, checkpoints_kept=CHECKPOINTS_KEPT)
    try:
        yield saver
    finally:
        await asyncio.to_thread(saver.close)


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    # Loaded here because most installations never need the driver.
    need_extra("postgres", "SUPPORT_DATABASE_URL with postgresql://…")
    import psycopg
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool, PoolTimeout

    from graph.memory.postgres_saver import PostgresSaver

    asked = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool: Any = AsyncConnectionPool(
        url, kwargs=asked, min_size=1, max_size=POOL_SIZE, open=False, check=AsyncConnectionPool.check_connection
    )
    try:
        async with pool:
            await pool.wait(timeout=10)
            saver = PostgresSaver(pool, serde=SERDE, checkpoints_kept=CHECKPOINTS_KEPT)
            # Each operation has a connection of its own; the library's one lock would queue them all.
            saver.lock = asyncio.Semaphore(POOL_SIZE)  # type: ignore[assignment]
            async with pool.connection() as one:
                # Processes that start at once take turns. Asking again and again, because setup builds an index that
                # waits for every statement under way, one that waits for this lock included.
                turn = "SELECT pg_try_advisory_lock(445202) AS mine"
                while not (await (await one.execute(turn)).fetchone())["mine"]:  # noqa: ASYNC110  another process's
                    await asyncio.sleep(0.2)
                try:
                    await asyncio.to_thread(upgrade_database, re.sub("^postgres:", "postgresql:", url), MEMORY)
                    await saver.setup()
                    await fence_postgres(saver)
                    await prepare_postgres(pool)
                finally:
                    await one.execute("SELECT pg_advisory_unlock(445202)")
            yield saver
    except (psycopg.OperationalError, PoolTimeout) as error:
        raise BackendUnavailable(
            "the conversation memory (PostgreSQL) does not answer; check SUPPORT_DATABASE_URL and that it is running"
        ) from error

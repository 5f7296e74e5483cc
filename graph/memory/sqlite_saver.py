"""Keep conversations in SQLite: each message once, and of each thread only its newest checkpoints.

A stock saver writes the whole conversation again with every checkpoint. Here a checkpoint names its messages by digest
and the messages stand in a table of their own, so that a turn costs what it added. A message that left the state (see
`graph.context_window.case_file`) stays in that table as the transcript, until retention or erasure removes the thread.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver as LibrarySaver

from core.errors import BackendUnavailable, ThreadDamaged
from core.storage.engines import make_private
from graph.memory.checkpoint_prefetch import take
from graph.memory.erasure_markers import check_sqlite, mark_erased_sqlite, prepare_sqlite
from graph.memory.fencing import fence_sqlite
from graph.memory.message_rows import SCHEMA, MessageRows
from graph.memory.stored_state import checked, damaged
from graph.state import TURN_BEGAN

BUSY_TIMEOUT_SECONDS = 10.0
_CHANNEL, _DIGESTS = "messages", "messages@digests"

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def _in_its_thread(
    work: Callable[Concatenate["SqliteSaver", Given], Answer],
) -> Callable[Concatenate["SqliteSaver", Given], Coroutine[Any, Any, Answer]]:
    """Return what does a method's work on the database's own thread."""

    @wraps(work)
    async def done(saver: "SqliteSaver", /, *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        return await saver._in_thread(partial(work, saver, *args, **kwargs))

    return done


class SqliteSaver(LibrarySaver):
    """Save checkpoints for synchronous and asynchronous graphs, from any number of threads."""

    def __init__(self, path: Path, *, serde: SerializerProtocol, checkpoints_kept: int) -> None:
        """Open the database; raises sqlite3.Error or OSError when it cannot be opened."""
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_TIMEOUT_SECONDS)
        super().__init__(connection, serde=serde)
        self._kept = checkpoints_kept
        self._rows = MessageRows(serde)
        self._thread = ThreadPoolExecutor(1, "conversation-memory")
        self.setup()
        # A committed turn survives the death of the process; only the power going can take back the newest ones. What a
        # customer was promised stands in the desk's own database, which waits for the disk.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA journal_size_limit=4000000")
        connection.executescript(SCHEMA)
        fence_sqlite(connection)
        prepare_sqlite(connection)

    def close(self) -> None:
        """Close the database once what is under way has ended."""
        with self.lock:
            self.conn.close()
        self._thread.shutdown(wait=False)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the named or the newest checkpoint of a thread, its messages with it."""
        try:
            found = super().get_tuple(config)
            return checked(self._whole(found)) if found else None
        except (sqlite3.Error, ThreadDamaged):
            raise
        except Exception as error:  # noqa: BLE001  whatever a row holds that nobody here wrote
            raise damaged(config["configurable"]["thread_id"], type(error).__name__) from None

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Yield the checkpoints that are kept, newest first."""
        # The cursor holds the lock until it ends, and reading messages takes it again.
        for found in [*super().list(config, filter=filter, before=before, limit=limit)]:
            yield self._whole(found)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint with the messages that are new, and drop those it supersedes, all in one transaction."""
        thread, space = str(config["configurable"]["thread_id"]), config["configurable"].get("checkpoint_ns", "")
        values = dict(checkpoint["channel_values"])
        try:
            with self.cursor() as cursor:
                if isinstance(values.get(_CHANNEL), list):
                    values[_DIGESTS] = self._rows.write(cursor, thread, values.pop(_CHANNEL))
                kind, stored = self.serde.dumps_typed({**checkpoint, "channel_values": values})
                about = json.dumps(get_checkpoint_metadata(config, metadata), ensure_ascii=False)
                parent = config["configurable"].get("checkpoint_id")
                cursor.execute(
                    "INSERT OR REPLACE INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, "
                    "parent_checkpoint_id, type, checkpoint, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (thread, space, checkpoint["id"], parent, kind, stored, about.encode("utf-8", "ignore")),
                )
                _drop_superseded(cursor, thread, space, self._kept)
                check_sqlite(cursor, thread, json.loads(about).get(TURN_BEGAN), time.time())
        except sqlite3.Error:
            self._rows.forget(thread)  # its new rows were rolled back
            raise
        saved = {"thread_id": thread, "checkpoint_ns": space, "checkpoint_id": checkpoint["id"]}
        return {"configurable": saved}

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a task wrote, unless its conversation was erased meanwhile."""
        given = config["configurable"]
        with self.cursor(transaction=False) as cursor:
            check_sqlite(cursor, str(given["thread_id"]), given.get(TURN_BEGAN), time.time())
        super().put_writes(config, writes, task_id, task_path)

    def erase_thread(self, thread_id: str, now: float) -> None:
        """Delete everything a thread holds and keep a turn that is under way from bringing it back."""
        with self.cursor() as cursor:
            for table in ("checkpoints", "writes", "messages", "thread_tokens"):
                cursor.execute(f"DELETE FROM {table} WHERE thread_id = ?", (thread_id,))  # noqa: S608
            mark_erased_sqlite(cursor, thread_id, now)
            self._rows.forget(thread_id)

    def delete_thread(self, thread_id: str) -> None:
        """Delete everything a thread holds, its transcript included."""
        with self.cursor() as cursor:
            for table in ("checkpoints", "writes", "messages"):
                cursor.execute(f"DELETE FROM {table} WHERE thread_id = ?", (str(thread_id),))  # noqa: S608
            self._rows.forget(str(thread_id))

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete the checkpoints of these runs; what was said stays in the transcript."""
        with self.cursor() as cursor:
            named = "SELECT {} FROM checkpoints WHERE metadata ->> 'run_id' IN (SELECT value FROM json_each(?))"
            runs = (json.dumps([str(run) for run in run_ids]),)
            key = "thread_id, checkpoint_ns, checkpoint_id"
            cursor.execute(f"DELETE FROM writes WHERE ({key}) IN ({named.format(key)})", runs)  # noqa: S608
            cursor.execute(f"DELETE FROM checkpoints WHERE ({key}) IN ({named.format(key)})", runs)  # noqa: S608

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy everything one thread holds to another."""
        with self.cursor() as cursor:
            for table in ("checkpoints", "writes", "messages"):
                cursor.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608
                columns = ", ".join(c[0] for c in cursor.description if c[0] != "thread_id")
                cursor.execute(
                    f"INSERT OR REPLACE INTO {table} (thread_id, {columns}) "  # noqa: S608
                    f"SELECT ?, {columns} FROM {table} WHERE thread_id = ? ORDER BY rowid",
                    (str(target_thread_id), str(source_thread_id)),
                )

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep the newest checkpoint of each thread (`keep_latest`) or nothing (`delete`); else raises ValueError."""
        if strategy not in ("keep_latest", "delete"):
            raise ValueError(f"the prune strategy is {strategy!r}; use keep_latest or delete")
        for thread in thread_ids:
            if strategy == "delete":
                self.delete_thread(thread)
                continue
            with self.cursor() as cursor:
                cursor.execute("SELECT DISTINCT checkpoint_ns FROM checkpoints WHERE thread_id = ?", (str(thread),))
                for (space,) in cursor.fetchall():
                    _drop_superseded(cursor, str(thread), space, 1)

    def thread_ids(self) -> Sequence[str]:
        """Return the ids of all threads."""
        with self.cursor(transaction=False) as cursor:
            return [row[0] for row in cursor.execute("SELECT DISTINCT thread_id FROM checkpoints")]

    def transcript(self, thread_id: str) -> Sequence[Any]:
        """Return every message of a thread as it was last stored, in the order in which they came up."""
        with self.lock:
            return self._rows.read_all(self.conn, thread_id)

    def compact(self) -> None:
        """Give the space of deleted rows back to the disk, so that nothing deleted can be read from the file."""
        with self.lock:
            self.conn.execute("VACUUM")
            # The journal goes only when no other process reads from it, which the connection's time-out waits for.
            if self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise BackendUnavailable(
                    "the rows were deleted, but the memory's journal is in use and still holds them; run the "
                    "command again later"
                )

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        """Do work on the database's own thread: one is enough for one connection, and no other work delays it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Do what `get_tuple` does in a thread, unless the turn has read it before."""
        return take(config) or await self._in_thread(partial(self.get_tuple, config))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Do what `list` does in a thread."""
        for found in await self._in_thread(lambda: [*self.list(config, filter=filter, before=before, limit=limit)]):
            yield found

    aput = _in_its_thread(put)
    aput_writes = _in_its_thread(put_writes)
    aerase_thread = _in_its_thread(erase_thread)
    adelete_thread = _in_its_thread(delete_thread)
    adelete_for_runs = _in_its_thread(delete_for_runs)
    acopy_thread = _in_its_thread(copy_thread)
    aprune = _in_its_thread(prune)
    athread_ids = _in_its_thread(thread_ids)
    atranscript = _in_its_thread(transcript)
    acompact = _in_its_thread(compact)

    def _whole(self, found: CheckpointTuple) -> CheckpointTuple:
        """Put the messages of a checkpoint back in place."""
        values = found.checkpoint["channel_values"]
        if _DIGESTS in values:
            with self.lock:
                thread = found.config["configurable"]["thread_id"]
                values[_CHANNEL] = self._rows.read(self.conn, thread, values.pop(_DIGESTS))
        return found


def _drop_superseded(cursor: sqlite3.Cursor, thread: str, space: str, kept: int) -> None:
    """Delete all but the newest checkpoints of a thread, with their pending writes."""
    cursor.execute(
        "SELECT checkpoint_id FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? "
        "ORDER BY checkpoint_id DESC LIMIT 1 OFFSET ?",
        (thread, space, kept - 1),
    )
    if oldest := cursor.fetchone():
        for table in ("checkpoints", "writes"):
            cursor.execute(
                f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id < ?",  # noqa: S608
                (thread, space, oldest[0]),
            )

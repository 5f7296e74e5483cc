"""Keep checkpoints in SQLite with all that a LangGraph server asks of its saver: forget runs, copy and prune threads."""

from collections.abc import Iterable, Sequence

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

_CHECKPOINT = "thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata"
_WRITE = "thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, value"
_KEY = "thread_id, checkpoint_ns, checkpoint_id"
_OF_RUN = "FROM checkpoints WHERE json_extract(CAST(metadata AS TEXT), '$.run_id') = ?"
_NEWEST = "SELECT checkpoint_ns, MAX(checkpoint_id) FROM checkpoints WHERE thread_id = ? GROUP BY checkpoint_ns"


class SqliteSaver(AsyncSqliteSaver):
    """Add to the library's saver what its base class describes and it leaves out."""

    async def adelete_for_runs(self, run_ids: Iterable[str]) -> None:
        """Delete the checkpoints of these runs, and what was written on them."""
        async with self.lock, self.conn.cursor() as cursor:
            for run_id in run_ids:
                await cursor.execute(f"DELETE FROM writes WHERE ({_KEY}) IN (SELECT {_KEY} {_OF_RUN})", (str(run_id),))  # noqa: S608
                await cursor.execute(f"DELETE {_OF_RUN}", (str(run_id),))
            await self.conn.commit()

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy every checkpoint and pending write of one thread to another."""
        async with self.lock, self.conn.cursor() as cursor:
            for table, columns in (("checkpoints", _CHECKPOINT), ("writes", _WRITE)):
                rest = columns.removeprefix("thread_id, ")
                await cursor.execute(
                    f"INSERT OR REPLACE INTO {table} ({columns}) SELECT ?, {rest} FROM {table} WHERE thread_id = ?",  # noqa: S608  constants
                    (str(target_thread_id), str(source_thread_id)),
                )
            await self.conn.commit()

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep the newest checkpoint of each thread (`keep_latest`) or none (`delete`); raises ValueError for others."""
        if strategy not in ("keep_latest", "delete"):
            raise ValueError(f"the prune strategy is {strategy!r}; use keep_latest or delete")
        for thread_id in thread_ids:
            if strategy == "delete":
                await self.adelete_thread(str(thread_id))
                continue
            async with self.lock, self.conn.cursor() as cursor:
                newest = list(await (await cursor.execute(_NEWEST, (str(thread_id),))).fetchall())
                for namespace, checkpoint_id in newest:
                    for table in ("checkpoints", "writes"):
                        await cursor.execute(
                            f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id <> ?",  # noqa: S608  constants
                            (str(thread_id), namespace, checkpoint_id),
                        )
                await self.conn.commit()

"""Keep conversations in PostgreSQL, and what leaves a conversation's state as rows, so that it can still be read."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import psycopg
from langchain_core.messages import AnyMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from core.errors import ThreadDamaged
from graph.memory.checkpoint_prefetch import take
from graph.memory.stored_state import checked, damaged

_TABLE = """
CREATE TABLE IF NOT EXISTS left_messages (
    thread_id TEXT NOT NULL, message_id TEXT NOT NULL, number BIGSERIAL, type TEXT NOT NULL, value BYTEA NOT NULL,
    PRIMARY KEY (thread_id, message_id)
)
"""
_SUPERSEDED = """
WITH oldest AS (
    SELECT checkpoint_id FROM checkpoints WHERE thread_id = %(thread)s AND checkpoint_ns = %(space)s
    ORDER BY checkpoint_id DESC LIMIT 1 OFFSET %(kept)s - 1
), without_writes AS (
    DELETE FROM checkpoint_writes USING oldest
    WHERE thread_id = %(thread)s AND checkpoint_ns = %(space)s AND checkpoint_writes.checkpoint_id < \
oldest.checkpoint_id
)
DELETE FROM checkpoints USING oldest
WHERE thread_id = %(thread)s AND checkpoint_ns = %(space)s AND checkpoints.checkpoint_id < oldest.checkpoint_id
"""
_UNNAMED = """
DELETE FROM checkpoint_blobs b WHERE thread_id = %(thread)s AND checkpoint_ns = %(space)s AND NOT EXISTS (
    SELECT 1 FROM checkpoints c WHERE c.thread_id = b.thread_id AND c.checkpoint_ns = b.checkpoint_ns
    AND c.checkpoint -> 'channel_versions' ->> b.channel = b.version
)
"""
"""A value that no checkpoint of the thread names any more; one that is being saved is not visible here yet."""
_CHANNEL = "messages"
_LOADED = 256
"""Checkpoints whose messages stay in memory, to see what leaves with the next one."""


class PostgresSaver(AsyncPostgresSaver):
    """Save checkpoints as the library does; what a checkpoint no longer holds is written down before it is gone.

    Of each thread only the newest checkpoints stay, with the values they name.
    """

    def __init__(self, *args: Any, checkpoints_kept: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = checkpoints_kept
        self._messages: OrderedDict[str, Sequence[AnyMessage]] = OrderedDict()

    async def setup(self) -> None:
        """Make the tables that are not there yet."""
        await super().setup()
        async with self._cursor() as cursor:
            await cursor.execute(_TABLE)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the named or the newest checkpoint of a thread."""
        try:
            found = take(config) or await super().aget_tuple(config)
            if found:
                self._remember(checked(found).checkpoint)
        except (psycopg.Error, ThreadDamaged):
            raise
        except Exception as error:  # noqa: BLE001  whatever a row holds that nobody here wrote
            raise damaged(config["configurable"]["thread_id"], type(error).__name__) from None
        return found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint, after the messages that its parent held and it does not."""
        parent = config["configurable"].get("checkpoint_id")
        if parent and _CHANNEL in new_versions and not config["configurable"].get("checkpoint_ns"):
            if parent not in self._messages:
                await self.aget_tuple(config)
            staying = {message.id for message in checkpoint["channel_values"].get(_CHANNEL, ())}
            leaving = [message for message in self._messages.get(parent, ()) if message.id not in staying]
            await self._write_down(str(config["configurable"]["thread_id"]), leaving)
        saved = await super().aput(config, checkpoint, metadata, new_versions)
        self._remember(checkpoint)
        thread, space = str(config["configurable"]["thread_id"]), config["configurable"].get("checkpoint_ns", "")
        async with self._cursor() as cursor:
            await cursor.execute(_SUPERSEDED, {"thread": thread, "space": space, "kept": self._kept})
            if cursor.rowcount:
                await cursor.execute(_UNNAMED, {"thread": thread, "space": space})
        return saved

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete everything a thread holds, what left its state included."""
        await super().adelete_thread(thread_id)
        async with self._cursor() as cursor:
            await cursor.execute("DELETE FROM left_messages WHERE thread_id = %s", (str(thread_id),))

    async def atranscript(self, thread_id: str) -> Sequence[AnyMessage]:
        """Return every message of a thread, in the order in which they came up."""
        query = "SELECT type, value FROM left_messages WHERE thread_id = %s ORDER BY number"
        async with self._cursor() as cursor:
            await cursor.execute(query, (str(thread_id),))
            left = [self.serde.loads_typed((row["type"], row["value"])) for row in await cursor.fetchall()]
        found = await self.aget_tuple({"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}})
        held = found.checkpoint["channel_values"].get(_CHANNEL, []) if found else []
        known = {message.id for message in held}
        return [*(message for message in left if message.id not in known), *held]

    async def _write_down(self, thread_id: str, messages: Sequence[AnyMessage]) -> None:
        rows = [(thread_id, str(message.id), *self.serde.dumps_typed(message)) for message in messages]
        if rows:
            insert = "INSERT INTO left_messages (thread_id, message_id, type, value) VALUES (%s, %s, %s, %s)"
            async with self._cursor(pipeline=True) as cursor:
                await cursor.executemany(f"{insert} ON CONFLICT DO NOTHING", rows)

    def _remember(self, checkpoint: Checkpoint) -> None:
        self._messages[checkpoint["id"]] = list(checkpoint["channel_values"].get(_CHANNEL, ()))
        self._messages.move_to_end(checkpoint["id"])
        while len(self._messages) > _LOADED:
            self._messages.popitem(last=False)

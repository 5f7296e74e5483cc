"""Look after stored conversations: list them, add up what they cost, delete what nobody wrote in for long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from langchain_core.messages import AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from core.errors import ThreadDamaged
from graph.memory.sqlite_saver import SqliteSaver
from graph.state import Usage, added, state_of

_LOOKED_AT = 2_000
"""Newest threads whose stored state `damaged_threads` reads."""


@runtime_checkable
class KeepsTranscripts(Protocol):
    """Keep what left a conversation's state."""

    async def atranscript(self, thread_id: str) -> Sequence[AnyMessage]:
        """Return every message of a thread, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Thread:
    """What is known of one stored conversation."""

    id: str
    customer_id: str | None
    owner: str
    turns: int
    """Customer messages that the state still holds; older ones are in the transcript."""
    updated: datetime
    """When the last turn ended, in UTC."""
    usage: Usage
    """What all its turns and summaries asked of the model."""


async def list_threads(saver: BaseCheckpointSaver[Any]) -> list[Thread]:
    """Return all threads that can be read, the one that was used last first; `damaged_threads` names the others."""
    found = [thread for thread_id in await thread_ids(saver) if (thread := await _readable(saver, thread_id))]
    return sorted(found, key=lambda thread: thread.updated, reverse=True)


async def damaged_threads(saver: BaseCheckpointSaver[Any]) -> list[str]:
    """Return the threads, among the newest ones, whose stored state is not what was written."""
    found = []
    for thread_id in list(await thread_ids(saver))[-_LOOKED_AT:]:
        try:
            await saver.aget_tuple(_config(thread_id))
        except ThreadDamaged:
            found.append(thread_id)
    return found


async def _readable(saver: BaseCheckpointSaver[Any], thread_id: str) -> Thread | None:
    try:
        return await get_thread(saver, thread_id)
    except ThreadDamaged:
        return None


async def get_thread(saver: BaseCheckpointSaver[Any], thread_id: str) -> Thread | None:
    """Return one thread, or None when there is none of this id."""
    found = await saver.aget_tuple(_config(thread_id))
    if found is None:
        return None
    state = state_of(found.checkpoint["channel_values"])
    return Thread(
        id=thread_id,
        customer_id=state.customer_id,
        owner=state.owner,
        turns=sum(isinstance(m, HumanMessage) for m in state.messages),
        updated=_updated(found),
        usage=added(added(state.earlier_usage, state.usage), state.summary_usage),
    )


async def transcript(saver: BaseCheckpointSaver[Any], thread_id: str) -> list[AnyMessage]:
    """Return everything that was said in a thread, oldest first; a memory not kept knows only its state."""
    if isinstance(saver, KeepsTranscripts):
        return list(await saver.atranscript(thread_id))
    found = await saver.aget_tuple(_config(thread_id))
    return state_of(found.checkpoint["channel_values"]).messages if found else []


async def earlier(saver: BaseCheckpointSaver[Any], thread_id: str, held: Sequence[AnyMessage]) -> list[AnyMessage]:
    """Return what was said before the messages that a thread's state still holds, oldest first."""
    said = await transcript(saver, thread_id)
    first = held[0].id if held else None
    return said[: next((i for i, message in enumerate(said) if message.id == first), len(said))]


async def prune(saver: BaseCheckpointSaver[Any], *, older_than_days: int, now: datetime | None = None) -> list[str]:
    """Delete the threads nobody wrote in for so many days, and what of others is superseded; return the deleted ids."""
    deleted = await delete_old(saver, before=(now or datetime.now(UTC)) - timedelta(days=older_than_days))
    if deleted and isinstance(saver, SqliteSaver):
        await saver.acompact()
    return deleted


async def delete_old(saver: BaseCheckpointSaver[Any], *, before: datetime) -> list[str]:
    """Do so without giving the space back yet."""
    deleted = []
    for thread_id in await thread_ids(saver):
        try:
            found = await saver.aget_tuple(_config(thread_id))
        except ThreadDamaged:  # when it was last used cannot be read either; `support-agent doctor` names it
            continue
        if found and _updated(found) < before:
            await saver.adelete_thread(thread_id)
            deleted.append(thread_id)
        elif isinstance(saver, SqliteSaver):
            await saver.aprune([thread_id])
    return deleted


async def thread_ids(saver: BaseCheckpointSaver[Any]) -> list[str]:
    """Return the ids of all threads, damaged ones included."""
    if isinstance(saver, SqliteSaver):
        return list(await saver.athread_ids())
    return list(dict.fromkeys([str(t.config["configurable"]["thread_id"]) async for t in saver.alist(None)]))


def _config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}


def _updated(found: CheckpointTuple) -> datetime:
    return datetime.fromisoformat(found.checkpoint["ts"])

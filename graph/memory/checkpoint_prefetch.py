"""Hand the checkpoint that a turn has just read to the run it starts, so that it is not read twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple


@dataclass
class _Read:
    """What was read; the first who asks for it takes it."""

    thread_id: str
    found: CheckpointTuple


_read: ContextVar[list[_Read] | None] = ContextVar("checkpoint_read", default=None)


@contextmanager
def prefetch_checkpoint(thread_id: str, found: CheckpointTuple | None) -> Iterator[None]:
    """Let the first run inside the block begin with this newest checkpoint of a thread that nobody else writes to."""
    waiting = [_Read(thread_id, found)] if found else []
    _read.set(waiting)
    try:
        yield
    finally:
        waiting.clear()  # not the variable: a stream may be closed in another context than it was begun in


def take(config: RunnableConfig) -> CheckpointTuple | None:
    """Return the checkpoint that was read ahead, once, if the newest one of its thread is asked for."""
    waiting, asked = _read.get(), config["configurable"]
    if not waiting or asked.get("checkpoint_id") or asked.get("checkpoint_ns"):
        return None
    return waiting.pop().found if waiting[0].thread_id == asked.get("thread_id") else None

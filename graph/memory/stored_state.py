"""Check that a stored conversation is what this program writes, before anything works with it."""

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.checkpoint.base import CheckpointTuple

from core.errors import ThreadDamaged
from graph.state import State

_PLAIN = (str, int, float, bool, type(None))
_FIELDS: Mapping[str, tuple[type, ...]] = {
    name: (type(value),) if isinstance(value, dict | list) else (*_PLAIN, dict) if value is None else _PLAIN
    for name, value in vars(State()).items()
}
"""A field that begins as None may hold a dictionary later."""


def checked(found: CheckpointTuple) -> CheckpointTuple:
    """Return a checkpoint whose parts are of the kinds they were written in; raises ThreadDamaged for any other."""
    values = found.checkpoint.get("channel_values") if isinstance(found.checkpoint, dict) else None
    if not isinstance(values, dict):
        raise damaged(found.config["configurable"]["thread_id"], "its state is no state")
    messages = values.get("messages", [])
    if not isinstance(messages, list) or not all(isinstance(message, BaseMessage) for message in messages):
        raise damaged(found.config["configurable"]["thread_id"], "its messages are no messages")
    for name, kinds in _FIELDS.items():
        if name in values and values[name] is not None and not isinstance(values[name], kinds):
            raise damaged(found.config["configurable"]["thread_id"], f"its {name} is {type(values[name]).__name__}")
    return found


def damaged(thread_id: Any, why: str) -> ThreadDamaged:
    """Return the error for a conversation that cannot be read safely."""
    return ThreadDamaged(
        f"the stored conversation {str(thread_id)!r} is not what was written ({why}); it is left alone and all others "
        "go on; restore the memory from a backup, or delete this conversation"
    )

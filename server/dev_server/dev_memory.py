"""Offer the memory that `langgraph.json` names: threads of the LangGraph dev server survive a kill."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from core.settings import Settings
from graph.memory.checkpointers import open_checkpointer


@dataclass
class Opened:
    """The memory while the server runs."""

    saver: BaseCheckpointSaver[Any] | None = None


OPENED = Opened()


@asynccontextmanager
async def open_memory() -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Yield the saver of the settings."""
    async with open_checkpointer(Settings.from_env().memory_url) as saver:
        OPENED.saver = saver
        try:
            yield saver
        finally:
            OPENED.saver = None


async def stored_owner(thread_id: str) -> str | None:
    """Return whose a stored thread is, "" where nobody knows, or None where nothing is stored under this id."""
    if OPENED.saver is None:
        return None
    found = await OPENED.saver.aget_tuple({"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}})
    if found is None:
        return None
    values = found.checkpoint["channel_values"]
    signed_in = values.get("customer_id") if values.get("verified_by") == "sign-in" else None
    about: dict[str, Any] = {**found.metadata}
    return str(about.get("owner") or (f"customer:{signed_in}" if signed_in else ""))

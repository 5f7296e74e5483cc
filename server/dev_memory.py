"""Offer the memory that `langgraph.json` names: threads of the LangGraph dev server survive a kill."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from core.settings import Settings
from graph.memory import open_checkpointer


@asynccontextmanager
async def open_memory() -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Yield the saver of SUPPORT_MEMORY_URL."""
    async with open_checkpointer(Settings.from_env().memory_url) as saver:
        yield saver

"""Find the passages that may answer the customer."""

import time
from typing import Any

from langgraph.runtime import Runtime

from core.passages import Retriever
from graph.context_window.prompts import dialogue
from graph.phrases import phrase
from graph.state import State, worked
from tools.context import Context


async def retrieve(state: State, runtime: Runtime[Context], *, retriever: Retriever, limit: int) -> dict[str, Any]:
    """Return the ids of the passages that fit the conversation best."""
    locale = (runtime.context or Context()).locale
    runtime.stream_writer({"progress": phrase("searching", locale)})
    started = time.monotonic()
    found = await retriever.search(dialogue(state.messages), limit=limit)
    return {"passage_ids": [passage.id for passage in found], "usage": worked(state.usage, since=started)}

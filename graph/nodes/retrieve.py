"""Find the passages that may answer the customer."""

import time
from dataclasses import replace
from typing import Any

from langgraph.runtime import Runtime

from core.passages import Retriever
from graph.context_window.prompts import dialogue, text_of
from graph.phrases import phrase
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import cases_of
from graph.procedures.leading import hear
from graph.state import State, newest_turn, worked
from tools.context import Context


async def retrieve(
    state: State,
    runtime: Runtime[Context],
    *,
    retriever: Retriever,
    limit: int,
    procedures: ProcedureBook | None = None,
) -> dict[str, Any]:
    """Return the ids of the passages that fit the conversation best, and the open cases after the newest message."""
    context = runtime.context or Context()
    runtime.stream_writer({"progress": phrase("searching", context.locale)})
    started = time.monotonic()
    found = await retriever.search(dialogue(state.messages), limit=limit)
    update: dict[str, Any] = {"passage_ids": [passage.id for passage in found]}
    if procedures and (message := newest_turn(state.messages)[:1]):
        customer = replace(context, customer_id=state.customer_id)
        heard = await hear(procedures, cases_of(state.cases), text_of(message[0]), f"message:{message[0].id}", customer)
        update |= {"cases": heard.cases, "case_led": heard.led}
    return update | {"usage": worked(state.usage, since=started)}

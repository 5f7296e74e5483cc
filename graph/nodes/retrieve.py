"""Find what may answer the customer: passages, the records that the message names, and the open case after it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from core.json_records import json_or_text
from core.language.fixed_sentences import phrase
from core.language.records.told import MOST_READS, Read, Told, told_in
from core.language.words import leans_on_before
from core.passages import Retriever
from graph.procedures.book import ProcedureBook
from graph.procedures.case_messages import apply_message
from graph.procedures.cases import cases_of
from graph.state import State, acting, context_of, dialogue, newest_turn, text_of, thread_of, worked
from graph.tool_calls.executors import ToolExecutor
from graph.tool_calls.records_ahead import calls_ahead, read_ahead, said_before
from tools.actions.workflow import ConfirmedActions
from tools.context import Context
from tools.identity.verification import IdentityDesk
from tools.tool import Tool

REPLIES = 3
"""Replies that are looked back over for the records a wish speaks of."""


async def retrieve(
    state: State,
    config: RunnableConfig,
    runtime: Runtime[Context],
    *,
    retriever: Retriever,
    limit: int,
    executor: ToolExecutor | None = None,
    tools: Sequence[Tool] = (),
    identity: IdentityDesk | None = None,
    procedures: ProcedureBook | None = None,
    actions: ConfirmedActions | None = None,
) -> dict[str, Any]:
    """Return the ids of the passages that fit best, the records the message names, and the open cases after it.

    Records stand in the conversation like the results of any other call, so that the model has them at its first
    request.
    """
    context = replace(context_of(state, runtime.context), thread_id=thread_of(config))
    runtime.stream_writer({"progress": phrase("searching", context.locale)})
    started = time.monotonic()
    search = asyncio.ensure_future(retriever.search(dialogue(state.messages), limit=limit))
    rule = identity.rule if identity else None
    reader = acting(state, context, rule, rule.reads if rule else "code")
    leads = procedures is not None and procedures.leads
    records: list[AnyMessage] = []
    looked_up = 0
    if executor and reader.customer_id and (calls := calls_ahead(state.messages, tools, leads=leads)):
        runtime.stream_writer({"progress": phrase("looking_up", context.locale)})
        run = partial(executor.run, config=config, runtime=runtime, context=reader)
        today = procedures.now().date() if procedures else None
        found, (records, looked_up) = await asyncio.gather(
            search, read_ahead(state.messages, calls, run, tools, today=today, leads=leads)
        )
    else:
        found = await search
    update: dict[str, Any] = {"passage_ids": [passage.id for passage in found], "messages": records}
    if procedures and (message := newest_turn(state.messages)[:1]):
        customer = replace(context, customer_id=state.customer_id)
        said, source = text_of(message[0]), f"message:{message[0].id}"
        answered = await apply_message(
            procedures,
            cases_of(state.cases),
            said,
            source,
            customer,
            chooses=leads,
            before=led_up_to(state.messages),
            told=told_lately(state.messages) if leads else (),
        )
        update |= {"cases": answered.cases, "case_led": answered.led}
        if answered.dropped and actions and state.open_question:  # nothing is to wait for a yes any more
            await actions.supersede(thread_of(config), state.open_question)
            update["open_question"] = []
    usage = worked(state.usage, since=started)
    return update | {"usage": {**usage, "tool_calls": usage.get("tool_calls", 0) + looked_up}}


def led_up_to(messages: Sequence[AnyMessage]) -> str:
    """Return what the customer said before the newest message, behind what that leans on itself."""
    before = said_before(messages)
    said = [m for m in messages if isinstance(m, HumanMessage)]
    return f"{said_before(said[:-1])}\n{before}".strip() if leans_on_before(before) else before


def told_lately(messages: Sequence[AnyMessage]) -> list[list[Told]]:
    """Return the records that each of the last few replies before the newest message told, the newest first."""
    before = messages[: len(messages) - len(newest_turn(list(messages)))]
    replies = [text for m in reversed(before) if isinstance(m, AIMessage) and (text := text_of(m)).strip()][:REPLIES]
    calls = {call["id"]: call for m in before if isinstance(m, AIMessage) for call in m.tool_calls}
    found = [
        (call, m.text)
        for m in before
        if isinstance(m, ToolMessage) and m.status == "success" and (call := calls.get(m.tool_call_id))
    ]
    reads = [Read(call["name"], call["args"], json_or_text(text)) for call, text in found[-MOST_READS:]]
    return [told_in(reply, reads) for reply in replies]

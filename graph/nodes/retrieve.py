"""Find what may answer the customer: passages, the records that the message names, and the open case after it."""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from core.json_records import json_or_text, words_of_name
from core.language.detection import spoken_language
from core.language.fixed_sentences import ENGLISH, phrase
from core.language.glossary import in_english
from core.language.records.descriptions import dated, described, describing, names_in
from core.language.records.told import MOST_READS, Read, Told, told_in
from core.language.reference_numbers import CODE
from core.language.requested_changes import asks_own_facts
from core.language.words import content_stems, leans_on_before
from core.passages import Retriever
from graph.procedures.book import ProcedureBook
from graph.procedures.case_messages import apply_message
from graph.procedures.cases import cases_of
from graph.state import State, acting, context_of, dialogue, newest_turn, pending_calls, text_of, thread_of, worked
from graph.tool_calls.executors import ToolExecutor
from tools.actions.workflow import ConfirmedActions
from tools.context import Context
from tools.identity.verification import IdentityDesk
from tools.tool import Tool

MOST_LED_TO = 8
"""Reads at most that the records of a message lead to at a time."""
REPLIES = 3
"""Replies that are looked back over for the records a wish speaks of."""
DEEPEST = 3
"""How often records that were read lead on to others."""


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
    calls = calls_ahead(state.messages, tools, leads=leads) if executor and reader.customer_id else []
    update: dict[str, Any] = {}
    if executor and calls:
        runtime.stream_writer({"progress": phrase("looking_up", context.locale)})
        found, results = await asyncio.gather(search, executor.run(calls, config, runtime, reader))
        asked = dated(_asked(state.messages), procedures.now().date()) if procedures else _asked(state.messages)
        lists = [_ahead(tool, {}) for tool in tools if tool.explains_codes] if leads else []
        codes = await executor.run(lists, config, runtime, reader) if lists else []
        names = names_in([json_or_text(m.text) for m in codes]) if codes else {}
        called = {tool.name: frozenset(content_stems(" ".join(tool.also_called))) for tool in tools} if leads else {}
        made = list(calls)
        for _ in range(DEEPEST):
            calls = meant(asked, calls, results, names, called) if leads else calls
            of_calls = {call["id"] for call in calls}
            read = [m for m in results if m.tool_call_id in of_calls]
            if not (further := calls_led_to(asked, tools, made, read, names)):
                break
            calls, made = [*calls, *further], [*made, *further]
            results = [*read, *await executor.run(further, config, runtime, reader)]
        spoken = set(content_stems(asked))
        told = {
            str(m.tool_call_id)
            for m in results  # a number may be of something else
            if m.status == "success" or (leads and not spoken.isdisjoint(content_stems(words_of_name(str(m.name)))))
        }
        if kept := [call for call in calls if call["id"] in told]:
            kept_ids = {call["id"] for call in kept}
            update["messages"] = [AIMessage("", tool_calls=kept), *(m for m in results if m.tool_call_id in kept_ids)]
    else:
        found = await search
    update["passage_ids"] = [passage.id for passage in found]
    if procedures and (message := newest_turn(state.messages)[:1]):
        customer = replace(context, customer_id=state.customer_id)
        said, source, chooses = text_of(message[0]), f"message:{message[0].id}", procedures.leads
        answered = await apply_message(
            procedures,
            cases_of(state.cases),
            said,
            source,
            customer,
            chooses=chooses,
            before=led_up_to(state.messages),
            told=told_lately(state.messages) if chooses else (),
        )
        update |= {"cases": answered.cases, "case_led": answered.led}
        if answered.dropped and actions and state.open_question:  # nothing is to wait for a yes any more
            await actions.supersede(thread_of(config), state.open_question)
            update["open_question"] = []
    usage = worked(state.usage, since=started)
    return update | {"usage": {**usage, "tool_calls": usage.get("tool_calls", 0) + len(calls)}}


def calls_ahead(messages: Sequence[AnyMessage], tools: Sequence[Tool], *, leads: bool = False) -> list[ToolCall]:
    """Return the reads that the newest message asks for by itself; none while the graph's own calls wait.

    Where no model leads, a question what is so of the customer's own asks for all that is read whole besides: a field
    that it names may stand anywhere.
    """
    if pending_calls(list(messages)):
        return []
    said, newest = _asked(messages), text_of(messages[-1])
    reads = [tool for tool in tools if tool.ahead and tool.effect == "read"]
    named = {tool.name: [_ahead(tool, args) for args in tool.ahead(said)] for tool in reads if tool.ahead}
    whole = [tool for tool in reads if tool.reads_whole and not named[tool.name]] if leads else []
    besides = (
        [_ahead(tool, {}) for tool in whole]
        if whole and (asks_own_facts(newest) or asks_own_facts(said) or re.search(CODE, said))
        else []
    )
    return [*(call for calls in named.values() for call in calls), *besides]


def meant(
    said: str,
    calls: Sequence[ToolCall],
    results: Sequence[ToolMessage],
    names: Mapping[str, set[str]],
    called: Mapping[str, frozenset[str]],
) -> list[ToolCall]:
    """Return the calls without those for records of a kind of which a message describes others, by other words than
    what the kind is called.
    """
    records = {
        m.tool_call_id: record
        for m in results
        if m.status == "success" and isinstance(record := json_or_text(m.text), Mapping)
    }
    left_out: set[str | None] = set()
    for name in {call["name"] for call in calls}:
        own = [call["id"] for call in calls if call["name"] == name and call["id"] in records]
        words = describing(said) - called.get(name, frozenset())
        places, _ = described(words, [records[str(one)] for one in own], names)
        left_out |= set(own) - {own[place] for place in places}
    return [call for call in calls if call["id"] not in left_out]


def calls_led_to(
    said: str,
    tools: Sequence[Tool],
    made: Sequence[ToolCall],
    results: Sequence[ToolMessage],
    names: Mapping[str, set[str]],
) -> list[ToolCall]:
    """Return the reads that a message asks for and the records just read lead to, a few at most."""
    known = {(call["name"], str(call["args"])) for call in made}
    found = {
        (tool.name, str(args)): _ahead(tool, args)
        for message in results
        if message.status == "success" and not isinstance(record := json_or_text(message.text), str)
        for tool in tools
        if tool.led_to and tool.name not in {call["name"] for call in made if call["id"] == message.tool_call_id}
        for args in tool.led_to(said, record, names)
    }
    return [call for key, call in found.items() if key not in known][:MOST_LED_TO]


def _asked(messages: Sequence[AnyMessage]) -> str:
    """Return the newest message, behind the one before it where it leans on that one, and behind what the words of
    both are in English, which tools and the fields of their records are named in.
    """
    said = text_of(messages[-1])
    said = f"{said_before(messages)}\n{said}".strip() if leans_on_before(said) else said
    return f"{in_english(said, spoken_language(said, ENGLISH))}\n{said}".strip()


def said_before(messages: Sequence[AnyMessage]) -> str:
    """Return what the customer said before the newest message, or an empty text."""
    return next((text_of(m) for m in reversed(messages[:-1]) if isinstance(m, HumanMessage)), "")


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


def _ahead(tool: Tool, args: Mapping[str, Any]) -> ToolCall:
    return ToolCall(name=tool.name, args=dict(args), id=f"ahead_{uuid4().hex}", type="tool_call")

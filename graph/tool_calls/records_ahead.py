"""Look up the records that a message names, or leads to, before a model is asked: it has them at its first request."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage

from core.json_records import json_or_text, words_of_name
from core.language.detection import spoken_language
from core.language.fixed_sentences import ENGLISH
from core.language.glossary import in_english
from core.language.records.descriptions import dated, described, describing, names_in
from core.language.reference_numbers import CODE
from core.language.requested_changes import asks_own_facts
from core.language.words import content_stems, leans_on_before
from graph.state import pending_calls, text_of
from tools.tool import Tool

MOST_LED_TO = 8
"""Reads at most that the records of a message lead to at a time."""
DEEPEST = 3
"""How often records that were read lead on to others."""

Run = Callable[[Sequence[ToolCall]], Awaitable[list[ToolMessage]]]
"""Runs calls, and returns their results in order."""
Names = Mapping[str, set[str]]
"""What codes stand for, by code."""


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


async def read_ahead(
    messages: Sequence[AnyMessage],
    calls: Sequence[ToolCall],
    run: Run,
    tools: Sequence[Tool],
    *,
    today: date | None,
    leads: bool,
) -> tuple[list[AnyMessage], int]:
    """Run the reads that the newest message asks for, and those that their records lead to.

    Returns the message that makes them and their results, without those that told nothing, and how many were run. The
    customer's days are read as dates from `today`; where no model `leads`, records they do not speak of are left out.
    """
    asked = dated(_asked(messages), today) if today else _asked(messages)
    results = await run(calls)
    names, called = await _codes(tools, run) if leads else ({}, {})
    made = list(calls)
    for _ in range(DEEPEST):
        calls = meant(asked, calls, results, names, called) if leads else calls
        of_calls = {call["id"] for call in calls}
        read = [m for m in results if m.tool_call_id in of_calls]
        if not (further := calls_led_to(asked, tools, made, read, names)):
            break
        calls, made = [*calls, *further], [*made, *further]
        results = [*read, *await run(further)]
    spoken = set(content_stems(asked))
    told = {
        str(m.tool_call_id)
        for m in results  # a number may be of something else
        if m.status == "success" or (leads and not spoken.isdisjoint(content_stems(words_of_name(str(m.name)))))
    }
    if not (kept := [call for call in calls if call["id"] in told]):
        return [], len(made)
    kept_ids = {call["id"] for call in kept}
    return [AIMessage("", tool_calls=kept), *(m for m in results if m.tool_call_id in kept_ids)], len(made)


async def _codes(tools: Sequence[Tool], run: Run) -> tuple[Names, dict[str, frozenset[str]]]:
    """Return what codes in records stand for, as lists that can be read say, and the words each tool is called by."""
    lists = [_ahead(tool, {}) for tool in tools if tool.explains_codes]
    codes = await run(lists) if lists else []
    called = {tool.name: frozenset(content_stems(" ".join(tool.also_called))) for tool in tools}
    return names_in([json_or_text(m.text) for m in codes]) if codes else {}, called


def meant(
    said: str,
    calls: Sequence[ToolCall],
    results: Sequence[ToolMessage],
    names: Names,
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
    names: Names,
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


def _ahead(tool: Tool, args: Mapping[str, Any]) -> ToolCall:
    return ToolCall(name=tool.name, args=dict(args), id=f"ahead_{uuid4().hex}", type="tool_call")

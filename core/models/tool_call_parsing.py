"""Read a model's answer strictly: what it says, which calls are fit to run, and what is wrong with it."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, ToolCall
from langchain_core.tools import BaseTool
from pydantic import BaseModel, ValidationError

from core.models.written_calls import written_calls

RAW_CALLS = "raw_tool_calls"
"""Where the endpoint keeps the calls of an answer as they came: the library makes cut arguments look valid."""

CUT = "it was cut off before its end; write a shorter one"
EMPTY = "it was empty"
WITHHELD = "it was withheld by a content filter"
GARBLED = "a tool call in it could not be read; write each call again with its arguments as one valid JSON object"

_FINISHED = {None, "", "stop", "tool_calls", "function_call", "end_turn", "eos"}
_FENCE = re.compile(r"```(?:json|tool_call|tool_code|xml)?\s*(?P<body>.*?)```", re.DOTALL)
_TAG = re.compile(r"<(?P<tag>tool_call|function_call|tools?)>\s*(?P<body>.*?)\s*(?:</(?P=tag)>|\Z)", re.DOTALL)
_CALL_BEGINS = re.compile(r"<(?:tool_call|function_call|tools?)\b|```|^\s{0,40}[\[{]|\n\s{0,40}[\[{]\s{0,40}\"|<\|")
_CONTROL_TOKENS = re.compile(r"<\|[a-z_]{1,30}\|>|\[TOOL_CALLS\]")
_OPENER = re.compile(r"(?:```\w{0,20}|print\(|[\[{`\"])\s{0,20}\Z")
"""What leads up to a written call and belongs to it."""
_OPENER_LENGTH = 43


@dataclass(frozen=True)
class RawCall:
    """A tool call as it came."""

    name: str
    arguments: Any
    """Text as a rule; whatever else an endpoint sends is not accepted."""
    id: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a model's message amounts to."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    fault: str | None = None
    """Why the message may not be acted on, or None."""


def read_answer(message: AIMessage, tools: Mapping[str, BaseTool]) -> Answer:
    """Return the text and the calls of a message; a message that is cut, withheld, empty or garbled has no calls.

    Calls written as text are recovered when each names a known tool and its arguments fit that tool's schema.
    """
    finish = message.response_metadata.get("finish_reason")
    text = _CONTROL_TOKENS.sub("", message.text)
    if finish not in _FINISHED:
        return Answer(text, fault=WITHHELD if "filter" in str(finish) else CUT)
    raw = raw_calls(message)
    if raw:
        calls = [_parsed(call) for call in raw]
        if None in calls or message.invalid_tool_calls:
            return Answer(text, fault=GARBLED)
        return Answer(text, tuple(call for call in calls if call))
    if begins_call(text, tools):
        rest, calls_in_text = _from_text(_undoubled(text), tools)
        if calls_in_text:
            return Answer(rest, tuple(calls_in_text))
        if (other := _in_other_forms(text, tools)) is not None:
            return other
        if _CALL_BEGINS.search(text) and _names_a_call(text):
            return Answer("", fault=GARBLED)
    return Answer(text, fault=None if text.strip() else EMPTY)


def _in_other_forms(text: str, tools: Mapping[str, BaseTool]) -> Answer | None:
    """Return what a text with calls in a form of its own amounts to, or None where it has none."""
    written = written_calls(text, {name: list(tool.args) for name, tool in tools.items()})
    if not written:
        return None
    calls = [
        _written_call({"name": call.name, "arguments": _typed(call.arguments, tools[call.name])}, tools)
        for call in written
    ]
    if None in calls:
        return Answer("", fault=GARBLED)
    said = _without_openers(text[: written[0].start])
    return Answer(said, tuple(call for call in calls if call))


def _without_openers(text: str) -> str:
    while opener := _OPENER.search(text, max(0, len(text) - _OPENER_LENGTH)):
        text = text[: opener.start()]
    return text.rstrip()


def _typed(given: Mapping[str, Any], tool: BaseTool) -> dict[str, Any]:
    """Return arguments with the texts that stand for something else read as JSON."""
    typed = dict(given)
    for name, value in given.items():
        if isinstance(value, str) and tool.args.get(name, {}).get("type", "string") != "string":
            with suppress(ValueError):
                typed[name] = json.loads(value)
    return typed


def begins_call(text: str, tools: Collection[str] = ()) -> bool:
    """Say whether a text, also an unfinished one, may be or hold a tool call."""
    if _CALL_BEGINS.search(text) or re.search(r"<[a-z_|]{0,15}$", text):
        return True
    names = "|".join(sorted(map(re.escape, tools), key=len, reverse=True))
    by_name = rf"\b(?:{names})(?:\s{{0,3}}[(:]|\"?>|\"\s{{0,3}}:)|<(?:{names})\b|\b[Aa]ction:\s"
    return bool(tools) and re.search(by_name, text) is not None


def raw_calls(message: AIMessage) -> list[RawCall]:
    """Return the native tool calls of a message with their arguments as they came."""
    kept = message.additional_kwargs.get(RAW_CALLS)
    if kept is not None:
        return [RawCall(c["name"], c["arguments"], c["id"]) for c in kept]
    if isinstance(message, AIMessageChunk) and message.tool_call_chunks:
        return [RawCall(c["name"] or "", c["args"], c["id"]) for c in message.tool_call_chunks]
    return [RawCall(c["name"], json.dumps(c["args"]), c["id"]) for c in message.tool_calls]


def misfit(tool: BaseTool, args: Mapping[str, Any]) -> str | None:
    """Say how arguments miss a tool's schema, strictly: no conversions, no unknown names; None when they fit."""
    schema = tool.tool_call_schema
    if not isinstance(schema, type):
        from core import schema_check  # takes long to load, and only tools of other servers have such schemas

        return schema_check.misfit(schema, dict(args))
    if not issubclass(schema, BaseModel):
        return None
    known = {field.alias or name for name, field in schema.model_fields.items()}
    if unknown := [name for name in args if name not in known]:
        return f"{tool.name} has no argument {unknown[0]!r}; it takes: {', '.join(sorted(known)) or 'none'}"
    try:
        schema.model_validate_json(json.dumps(dict(args)), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return None


def _parsed(call: RawCall) -> ToolCall | None:
    """Return the call with its arguments read as strict JSON, or None; no arguments at all is an empty object."""
    if call.arguments in (None, ""):
        args: Any = {}
    elif not isinstance(call.arguments, str):
        return None
    else:
        try:
            args = json.loads(call.arguments, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
        except ValueError:
            return None
    if not isinstance(args, dict) or not call.name:
        return None
    return ToolCall(name=call.name, args=args, id=call.id or None, type="tool_call")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names something twice: nobody knows which one is meant."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _from_text(text: str, tools: Mapping[str, BaseTool]) -> tuple[str, list[ToolCall]]:
    """Return the text before the first written call and the calls, or no calls unless every one of them is valid."""
    start, bodies = _written(text)
    calls: list[ToolCall] = []
    for body in bodies:
        for written in _objects(body):
            call = _written_call(written, tools)
            if call is None:
                return text, []
            calls.append(call)
    return text[:start].rstrip(), calls


def _undoubled(text: str) -> str:
    """Return a text without the doubled braces of a template that was copied with its escapes."""
    start, end = text.find("{{"), text.rfind("}}")
    return f"{text[:start]}{text[start + 1 : end + 1]}{text[end + 2 :]}" if 0 <= start < end else text


def _written(text: str) -> tuple[int, list[str]]:
    for pattern in (_TAG, _FENCE):
        if found := list(pattern.finditer(text)):
            return found[0].start(), [m["body"] for m in found]
    bare = re.search(r"[\[{]", text)
    return (bare.start(), [text[bare.start() :]]) if bare else (len(text), [])


def _objects(body: str) -> Iterator[Any]:
    """Yield the JSON values that stand one after the other in a text; anything else in it is no call."""
    decoder, position, body = json.JSONDecoder(object_pairs_hook=_without_repeats), 0, body.strip()
    while position < len(body):
        try:
            value, position = decoder.raw_decode(body, position)
        except ValueError:
            yield None
            return
        yield from value if isinstance(value, list) else (value,)
        position += len(body[position:]) - len(body[position:].lstrip(" \n\r\t,"))


def _written_call(value: Any, tools: Mapping[str, BaseTool]) -> ToolCall | None:
    """Return one written call when it names a known tool with fitting arguments."""
    if not isinstance(value, dict):
        return None
    value = value["function"] if isinstance(value.get("function"), dict) else value
    name = value.get("name") or value.get("tool") or value.get("function")
    args: Any = next((value[key] for key in ("arguments", "parameters", "args", "input") if key in value), {})
    if isinstance(args, str):
        try:
            args = json.loads(args, object_pairs_hook=_without_repeats)
        except ValueError:
            return None
    tool = tools.get(name) if isinstance(name, str) else None
    if tool is None or not isinstance(args, dict):
        return None
    # Small models fill in what a tool does not ask for; what it does ask for has to fit.
    args = {key: given for key, given in args.items() if key in tool.args}
    if misfit(tool, args):
        return None
    return ToolCall(name=tool.name, args=args, id=None, type="tool_call")


def _names_a_call(text: str) -> bool:
    """Tell a broken call from an innocent code block or list."""
    return bool(
        re.search(r"<(?:tool_call|function_call|tools?)\b|\"(?:name|function|tool|arguments|parameters)\"\s*:", text)
    )

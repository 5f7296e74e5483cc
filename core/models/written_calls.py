"""Find tool calls that a model wrote into its text in a form of its own: like Python, as XML, or by name."""

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 4_000
"""Characters of a written call that are read."""
_PARAMETER = re.compile(
    r"<parameter(?:=|\s+name=)\"?(?P<name>\w+)\"?>(?P<value>.*?)</parameter>|<(?P<tag>\w+)>(?P<text>.*?)</(?P=tag)>",
    re.DOTALL,
)


@dataclass(frozen=True)
class WrittenCall:
    """A call as it stands in a text."""

    start: int
    end: int
    name: str
    arguments: Mapping[str, Any]
    """Values as they were written; those of XML are texts."""


def written_calls(text: str, tools: Mapping[str, Collection[str]]) -> list[WrittenCall]:
    """Return the calls of known tools in a text, in order; `tools` names their arguments in order."""
    if not tools:
        return []
    names = "|".join(sorted(map(re.escape, tools), key=len, reverse=True))
    found = [*_like_python(text, names, tools), *_as_xml(text, names), *_by_name(text, names)]
    found.sort(key=lambda call: (call.start, -call.end))
    kept: list[WrittenCall] = []
    for call in found:
        if not kept or call.start >= kept[-1].end:
            kept.append(call)
    return kept


def _like_python(text: str, names: str, tools: Mapping[str, Collection[str]]) -> Iterator[WrittenCall]:
    for match in re.finditer(rf"\b(?P<name>{names})\s{{0,3}}\(", text):
        end = _closing(text, match.end() - 1)
        try:
            call = ast.parse(text[match.start() : end], mode="eval").body
            if isinstance(call, ast.Call):
                given = dict(zip(tools[match["name"]], map(ast.literal_eval, call.args), strict=False))
                given |= {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg}
                yield WrittenCall(match.start(), end, match["name"], given)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue


def _closing(text: str, start: int) -> int:
    """Return where the bracket that opens at `start` is closed, outside of quotes; the end where it is not."""
    depth, quote = 0, ""
    for place in range(start, min(len(text), start + _LONGEST)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote and text[place - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return place + 1
    return len(text)


def _as_xml(text: str, names: str) -> Iterator[WrittenCall]:
    opened = (
        rf"<(?:function=\"?(?P<a>{names})\"?|(?:invoke|function|tool)\s+name=\"(?P<b>{names})\"|(?P<c>{names}))\s*>"
    )
    for match in re.finditer(opened, text):
        name = match["a"] or match["b"] or match["c"]
        closing = re.compile(r"</(?:function|invoke|tool|" + re.escape(name) + r")>").search(text, match.end())
        end = closing.end() if closing else len(text)
        body = text[match.end() : closing.start() if closing else end][:_LONGEST]
        given = {
            p["name"] or p["tag"]: (p["value"] if p["name"] else p["text"]).strip() for p in _PARAMETER.finditer(body)
        }
        yield WrittenCall(match.start(), end, name, given)


def _by_name(text: str, names: str) -> Iterator[WrittenCall]:
    """Yield `Action: NAME` with its input, `NAME: {…}` and `{"NAME": {…}}`."""
    for match in re.finditer(
        rf"(?:\b[Aa]ction:\s{{0,3}}(?P<a>{names})\s{{0,3}}\n?\s{{0,3}}[Aa]ction [Ii]nput:"
        rf"|\b(?P<b>{names})[`\"]?\s{{0,3}}:)\s{{0,5}}(?=\{{)",
        text,
    ):
        try:
            given, length = json.JSONDecoder().raw_decode(text[match.end() : match.end() + _LONGEST])
        except (ValueError, RecursionError):
            continue
        if isinstance(given, dict):
            yield WrittenCall(match.start(), match.end() + length, match["a"] or match["b"], given)

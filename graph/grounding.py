"""Refuse tool calls whose arguments were made up or do not fit, before anything runs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.tools import BaseTool

from core.answers import misfit
from graph.checks.arithmetic import MONEY_KEY
from graph.checks.conversation import MADE_UP
from graph.checks.ground import Text, lay_ground
from graph.checks.values import Kind, Value, find_values

CHECKED: frozenset[Kind] = frozenset({"identifier", "email", "phone", "amount"})
_MONEY_NAME = re.compile(MONEY_KEY, re.IGNORECASE)


def refusals(
    calls: Sequence[ToolCall], tools: Mapping[str, BaseTool], messages: Sequence[AnyMessage]
) -> dict[str, str]:
    """Return, by call id, a sentence for the model about each call that may not run; unknown tools are left to others."""
    texts = heard(messages)
    told = {}
    for call in calls:
        if call["name"] not in tools:
            continue
        if problem := misfit(tools[call["name"]], call["args"]):
            told[str(call["id"])] = f"Those arguments do not fit the tool: {problem}"
        elif invented := ungrounded(call["args"], texts):
            told[str(call["id"])] = (
                f"{MADE_UP} {', '.join(invented)} was named neither by the customer nor by an earlier result. "
                "Look it up first, or ask the customer; never guess."
            )
    return told


def ungrounded(args: Mapping[str, Any], texts: Sequence[str]) -> list[str]:
    """Return the order numbers, e-mail addresses, phone numbers and amounts in arguments that stand in none of the texts.

    Spelling does not matter: `AF-10283`, `#af10283` and `10283` are the same, and so are `$12` and `12.00`.
    """
    ground = lay_ground([Text(text, "customer") for text in texts])
    return list(dict.fromkeys(value.text for value in _values(args) if not ground.stands(value)))


def heard(messages: Sequence[AnyMessage]) -> list[str]:
    """Return what arguments may be taken from: the customer's words, tool results, and replies, which were checked."""
    return [
        m.text
        for m in messages
        if isinstance(m, HumanMessage | AIMessage) or (isinstance(m, ToolMessage) and not m.text.startswith(MADE_UP))
    ]


def _values(args: Any, name: str = "") -> Iterator[Value]:
    """Yield what has to be checked in arguments, however deep it stands."""
    if isinstance(args, Mapping):
        for key, inner in args.items():
            yield from _values(inner, str(key))
    elif isinstance(args, list | tuple):
        for inner in args:
            yield from _values(inner, name)
    elif isinstance(args, str):
        yield from (value for value in find_values(args) if value.kind in CHECKED)
    elif isinstance(args, int | float) and not isinstance(args, bool) and _MONEY_NAME.search(name):
        yield Value("amount", str(args), frozenset({Decimal(str(args))}))

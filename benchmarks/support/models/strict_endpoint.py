"""Check a request the way a strict OpenAI-style endpoint does."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage


def broken_rules(request: Sequence[BaseMessage]) -> list[str]:
    """Return what a strict endpoint would reject in a request, in its own order; empty when nothing."""
    broken = []
    open_calls: list[str] = []
    for index, message in enumerate(request):
        if isinstance(message, SystemMessage) and index:
            broken.append("a system message after the first place")
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in open_calls:
                broken.append("a tool result without its call")
            else:
                open_calls.remove(message.tool_call_id)
            continue
        if open_calls:
            broken.append("a call without its result")
            open_calls = []
        if isinstance(message, AIMessage):
            if not message.text.strip() and not message.tool_calls:
                broken.append("an empty assistant message")
            open_calls = [str(call["id"]) for call in message.tool_calls]
            if len(set(open_calls)) != len(open_calls):
                broken.append("two calls with one id")
    return broken + ["a call without its result"] * bool(open_calls)

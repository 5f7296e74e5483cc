"""Run the tool calls of the model."""

from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolInvocationError
from langgraph.runtime import Runtime

from core.errors import BackendUnavailable, Refused
from graph.phrases import phrase
from graph.state import State, pending_calls
from tools.context import Context

NOTHING_NEW = "Nothing further was found."


async def execute_tools(
    state: State, config: RunnableConfig, runtime: Runtime[Context], *, tool_node: ToolNode
) -> dict[str, Any]:
    """Return the results of the open calls, and the passages they found; the calls run side by side."""
    runtime.stream_writer({"progress": phrase("looking_up", (runtime.context or Context()).locale)})
    calls = pending_calls(state.messages)
    results = await tool_node.ainvoke([AIMessage("", tool_calls=calls)], config)
    messages = [_only_new_passages(message, state.passage_ids) for message in results]
    return {"messages": messages, "passage_ids": [pid for m in messages for pid in m.artifact or ()]}


def tell_model(error: Refused | BackendUnavailable | ToolInvocationError) -> str:
    """Put a failure the model may know about into words; any other is a fault and stops the run."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, BackendUnavailable):
        return "The order system does not answer at the moment. Nothing was looked up and nothing was changed."
    return f"Those arguments do not fit the tool: {error.message}"


def _only_new_passages(message: ToolMessage, known: list[str]) -> ToolMessage:
    """Keep in a search result what the model has not seen yet."""
    if not message.artifact:
        return message
    new = [pid for pid in message.artifact if pid not in known]
    content = message.content if new else NOTHING_NEW
    return message.model_copy(update={"artifact": new or None, "content": content})

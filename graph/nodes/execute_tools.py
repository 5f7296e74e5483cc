"""Run the tool calls of a message: reads at once, writes only as the ledger allows."""

from typing import Any

from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolInvocationError
from langgraph.runtime import Runtime

from core.errors import BackendUnavailable, Refused
from graph.action_calls import result_of
from graph.grounding import refusals
from graph.phrases import phrase
from graph.state import State, newest_turn, pending_calls, thread_of
from tools.confirmed_actions import ConfirmedActions, rank
from tools.context import Context

NOTHING_NEW = "Nothing further was found."


async def execute_tools(
    state: State,
    config: RunnableConfig,
    runtime: Runtime[Context],
    *,
    tool_node: ToolNode,
    actions: ConfirmedActions,
) -> dict[str, Any]:
    """Return a result for each open call, and the passages they found.

    Reads run side by side. A write that a model calls is only proposed; one the graph calls for a confirmed action is carried out.
    Running this node again repeats no effect: the ledger knows what was done.
    """
    context = runtime.context or Context()
    runtime.stream_writer({"progress": phrase("looking_up", context.locale)})
    calls = pending_calls(state.messages)
    confirmed = _confirmed(state)
    asked = [call for call in calls if str(call["id"]) not in confirmed]  # what the graph calls stands in the ledger
    refused = refusals(asked, tool_node.tools_by_name, state.messages)
    messages: list[ToolMessage] = [
        ToolMessage(refused[str(call["id"])], tool_call_id=str(call["id"]), name=call["name"], status="error")
        for call in calls
        if str(call["id"]) in refused
    ]
    calls = [call for call in calls if str(call["id"]) not in refused]
    reads = [call for call in calls if not actions.is_write(call["name"])]
    writes = sorted((call for call in calls if actions.is_write(call["name"])), key=lambda call: rank(call["name"]))
    if reads:
        found = await tool_node.ainvoke([AIMessage("", tool_calls=reads)], config)
        messages += [_only_new_passages(message, state.passage_ids) for message in found]
    thread_id = thread_of(config)
    for call in writes:
        messages.append(await _write(call, confirmed.get(str(call["id"])), state, thread_id, context, actions))
    return {"messages": messages, "passage_ids": [pid for m in messages for pid in m.artifact or ()]}


async def _write(
    call: ToolCall,
    action_id: str | None,
    state: State,
    thread_id: str,
    context: Context,
    actions: ConfirmedActions,
) -> ToolMessage:
    """Carry out a confirmed action, or propose what a model asks for."""
    try:
        if action_id is not None:
            return result_of(call, await actions.carry_out(thread_id, action_id))
        asked_by = next((m.id for m in newest_turn(state.messages)), None)
        proposal = await actions.propose(thread_id, context, call["name"], call["args"], asked_message_id=asked_by)
        return result_of(call, proposal)
    except (Refused, BackendUnavailable) as error:
        return ToolMessage(tell_model(error), tool_call_id=str(call["id"]), name=call["name"], status="error")


def tell_model(error: Refused | BackendUnavailable | ToolInvocationError) -> str:
    """Put a failure the model may know about into words; any other is a fault and stops the run."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, BackendUnavailable):
        return "The order system does not answer at the moment. Nothing was looked up and nothing was changed."
    return f"Those arguments do not fit the tool: {error.message}"


def _confirmed(state: State) -> dict[str, str]:
    """Return call id to action id for the calls of this turn that the graph wrote."""
    return {
        call_id: action_id
        for message in newest_turn(state.messages)
        if isinstance(message, AIMessage)
        for call_id, action_id in message.additional_kwargs.get("actions", {}).items()
    }


def _only_new_passages(message: ToolMessage, known: list[str]) -> ToolMessage:
    """Keep in a search result what the model has not seen yet."""
    if not message.artifact:
        return message
    new = [pid for pid in message.artifact if pid not in known]
    content = message.content if new else NOTHING_NEW
    return message.model_copy(update={"artifact": new or None, "content": content})

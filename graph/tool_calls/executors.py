"""Run tool calls in this process, or hand them to the host of the graph and take the results back."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langgraph.prebuilt.tool_node import ToolInvocationError, ToolNode
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from core.errors import BackendUnavailable, InputError, NotIdentified, Refused
from core.model_notes import ASK_WHO, MISFIT
from tools.context import Context

log = logging.getLogger(__name__)

TOOL_CALLS = "tool_calls"
"""The type of the interrupt by which a host is asked to run calls."""


class ToolExecutor(Protocol):
    """Run tool calls and return one result for each."""

    carries_out: bool
    """Whether writes the customer agreed to are run by `run` as well, and not by the business's own rules."""

    @property
    def tools(self) -> Mapping[str, BaseTool]:
        """Return the tools by name; arguments of their calls are checked before."""
        ...

    async def run(
        self, calls: Sequence[ToolCall], config: RunnableConfig, runtime: Runtime[Context], context: Context
    ) -> list[ToolMessage]:
        """Run the calls on behalf of the customer of `context`, in any order; running them again must do no harm."""
        ...


class InProcess:
    """Fulfil `ToolExecutor` with tools of this process, side by side."""

    carries_out = False

    def __init__(self, tools: Sequence[BaseTool], *, asks_who: bool = False) -> None:
        """Take the tools; `asks_who` says whether an open chat can find out whose account it is about."""

        def told(error: Refused | BackendUnavailable | ToolInvocationError) -> str:
            return tell_model(error, asks_who=asks_who)

        self._node = ToolNode(tools, handle_tool_errors=told)

    @property
    def tools(self) -> Mapping[str, BaseTool]:
        """Return the tools by name."""
        return self._node.tools_by_name

    async def run(
        self, calls: Sequence[ToolCall], config: RunnableConfig, runtime: Runtime[Context], context: Context
    ) -> list[ToolMessage]:
        """Run the calls side by side; a failure the model may know about is a result."""
        message = AIMessage("", tool_calls=list(calls))
        found: list[ToolMessage] = await self._node.ainvoke(
            [message], config, runtime=replace(runtime, context=context)
        )
        return found


class InHost:
    """Fulfil `ToolExecutor` by an interrupt: whoever runs the graph runs the calls and resumes with the results.

    The interrupt's value is `{"type": "tool_calls", "calls": [{"id", "name", "args"}]}`, the answer `{"results":
    [{"id", "content", "status"?}]}` with one result for each call; `status` is "success" or "error". An answer that
    does not fit is asked for again, with the reason under `problem`.
    """

    carries_out = True

    def __init__(self, tools: Sequence[BaseTool]) -> None:
        self._tools = {tool.name: tool for tool in tools}

    @property
    def tools(self) -> Mapping[str, BaseTool]:
        """Return the tools by name."""
        return self._tools

    async def run(
        self, calls: Sequence[ToolCall], config: RunnableConfig, runtime: Runtime[Context], context: Context
    ) -> list[ToolMessage]:
        """Pause the run until the host has answered every call."""
        request: dict[str, Any] = {
            "type": TOOL_CALLS,
            "calls": [{"id": call["id"], "name": call["name"], "args": call["args"]} for call in calls],
        }
        answer = interrupt(request)
        while True:
            try:
                results = read_results(answer, {str(call["id"]) for call in calls})
            except InputError as error:
                answer = interrupt(request | {"problem": str(error)})
                continue
            return [
                ToolMessage(
                    results[str(call["id"])]["content"],
                    tool_call_id=str(call["id"]),
                    name=call["name"],
                    status=results[str(call["id"])].get("status", "success"),
                )
                for call in calls
            ]


def read_results(answer: Any, wanted: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Return the host's results by call id; raises InputError unless each call has exactly one, with a text."""
    results = answer.get("results") if isinstance(answer, Mapping) else None
    if not isinstance(results, list) or not all(isinstance(r, Mapping) for r in results):
        raise InputError('tool calls are answered with {"results": [{"id": …, "content": …}]}')
    ids = [r.get("id") for r in results]
    if unknown := [i for i in ids if i not in wanted]:
        raise InputError(
            f"there is a result for {str(unknown[0])[:80]!r}, which was not called; answer {sorted(wanted)}"
        )
    if missing := sorted(set(wanted) - set(ids)):
        raise InputError(f"there is no result for {missing[0]!r}; send one for each call")
    if len(set(ids)) < len(ids):
        raise InputError("two results have the same id; send one for each call")
    for result in results:
        if not isinstance(result.get("content"), str):
            raise InputError(f"the content of {result['id']!r} is no text; send what the tool returned as text")
        if result.get("status", "success") not in ("success", "error"):
            raise InputError(f"the status of {result['id']!r} is unknown; send success or error")
    return {str(result["id"]): result for result in results}


def tell_model(error: Refused | BackendUnavailable | ToolInvocationError, *, asks_who: bool = False) -> str:
    """Put a failure the model may know about into words; any other is a fault and stops the run."""
    if isinstance(error, NotIdentified) and asks_who:
        return ASK_WHO
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, BackendUnavailable):
        log.warning("%s", error)  # neither the model nor the customer can do anything about it
        return "Our system does not answer at the moment. Nothing was looked up and nothing was changed."
    return f"{MISFIT} {error.message}"

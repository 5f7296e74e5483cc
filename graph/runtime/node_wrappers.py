"""Wrap every node: what it did is told in a log line and a span, and code without an event loop can run it too."""

import asyncio
import contextvars
import functools
import inspect
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import nullcontext
from functools import partial
from typing import Any

from langchain_core.messages import HumanMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.errors import GraphBubbleUp
from langgraph.runtime import get_runtime

from core.observability.telemetry import OpenTelemetry
from graph.state import State, thread_of

log = logging.getLogger("graph.node")
Node = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
COUNTED = ("requests", "input_tokens", "output_tokens")


def observed(node: partial[Coroutine[Any, Any, dict[str, Any]]], telemetry: OpenTelemetry | None) -> Node:
    """Return the node with its line, its span and its figures; only names, ids and counts are in them, never a text."""
    name, signature = node.func.__name__, inspect.signature(node)
    takes_config = "config" in signature.parameters

    async def run(state: State, *, config: RunnableConfig, **given: Any) -> dict[str, Any]:
        told: dict[str, Any] = {"node": name, "thread_id": thread_of(config), "turn_id": _turn(state)}
        began, counted = time.perf_counter(), dict.fromkeys(COUNTED, 0)
        with telemetry.span(name, told) if telemetry else nullcontext():
            try:
                update = await node(state, **given, **({"config": config} if takes_config else {}))
                counted = _counted(state, update)
            except GraphBubbleUp:  # a wait for staff or for the host, not a failure
                raise
            except BaseException as error:
                told["failed"] = type(error).__name__
                raise
            finally:
                told |= {"seconds": round(time.perf_counter() - began, 4), **counted}
                log.log(logging.WARNING if "failed" in told else logging.INFO, name, extra=told)
        return update

    # The library looks at the signature to see what to hand in; the thread's id is in the configuration.
    asked = [*signature.parameters.values()]
    if not takes_config:
        kind = inspect.Parameter.KEYWORD_ONLY
        asked = [p for p in asked if p.kind is not kind] + [
            inspect.Parameter("config", kind, annotation=RunnableConfig)
        ]
    run.__name__ = name
    run.__signature__ = signature.replace(parameters=asked)  # type: ignore[attr-defined]
    return run


def _turn(state: State) -> str:
    return next((str(m.id) for m in reversed(state.messages) if isinstance(m, HumanMessage)), "")


def _counted(state: State, update: Mapping[str, Any]) -> dict[str, int]:
    """Return what a node asked of the model: the difference it made to the turn's usage, or to that of summaries."""
    before_after = ((getattr(state, name), update[name]) for name in ("usage", "summary_usage") if update.get(name))
    counted = dict.fromkeys(COUNTED, 0)
    for before, after in before_after:
        counted = {name: counted[name] + max(0, after[name] - before[name]) for name in COUNTED}
    return counted


Route = Callable[[Any], Any]


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the one background loop that synchronous callers share.

    One loop for all of them, because connections belong to the loop they were opened on.
    """
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="support-agent-sync", daemon=True).start()
    return loop


def _run_and_wait(node: Node, *args: Any, **kwargs: Any) -> Any:
    """Run a node on the background loop in the caller's context, and wait for its result."""
    context = contextvars.copy_context()
    done: Future[Any] = Future()

    def start() -> None:
        task = asyncio.get_running_loop().create_task(node(*args, **kwargs), context=context)
        task.add_done_callback(finish)

    def finish(task: asyncio.Task[Any]) -> None:
        if task.cancelled():
            done.cancel()
        elif error := task.exception():
            done.set_exception(error)
        else:
            done.set_result(task.result())

    _loop().call_soon_threadsafe(start)
    return done.result()


class _Bridged(Runnable[Any, Any]):
    """An async function as a step of a graph; the graph itself traces it, a second time would only cost."""

    def __init__(self, function: Node, synchronous: Callable[..., Any]) -> None:
        self.name: str = getattr(function, "func", function).__name__
        self._function = function
        self._synchronous = synchronous
        parameters = inspect.signature(function).parameters
        self._takes_config = "config" in parameters
        self._takes_runtime = "runtime" in parameters

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Call it from synchronous code."""
        return self._synchronous(input, **self._asked_for(config), **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Call it where it is."""
        return await self._function(input, **self._asked_for(config), **kwargs)

    def _asked_for(self, config: RunnableConfig | None) -> dict[str, Any]:
        """Return what the function takes besides the state."""
        asked: dict[str, Any] = {"config": config} if self._takes_config else {}
        return asked | ({"runtime": get_runtime()} if self._takes_runtime else {})


def sync_bridge(node: Node) -> Runnable[Any, Any]:
    """Return a node for `add_node` that serves `invoke` and `ainvoke` alike."""
    return _Bridged(node, functools.partial(_run_and_wait, node))


def inline_route(route: Route) -> Runnable[Any, Any]:
    """Return a routing function for `add_conditional_edges` that an asynchronous run calls where it is.

    A plain function would be sent to a thread, which takes many times as long as deciding.
    """

    @functools.wraps(getattr(route, "func", route))
    async def decide(state: Any) -> Any:
        return route(state)

    return _Bridged(decide, route)

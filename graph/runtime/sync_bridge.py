"""Let a graph of async nodes be invoked from synchronous code as well, and decide its edges without a thread."""

import asyncio
import contextvars
import functools
import inspect
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.runtime import get_runtime

Node = Callable[..., Coroutine[Any, Any, Any]]
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

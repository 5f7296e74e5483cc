"""Let a graph of async nodes be invoked from synchronous code as well, and decide its edges without a thread."""

import asyncio
import contextvars
import functools
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from langgraph._internal._runnable import RunnableCallable

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


def sync_bridge(node: Node) -> RunnableCallable:
    """Return a node for `add_node` that serves `invoke` and `ainvoke` alike."""

    @functools.wraps(node)
    def synchronous(*args: Any, **kwargs: Any) -> Any:
        return _run_and_wait(node, *args, **kwargs)

    # The graph itself traces each node; a second time would only cost.
    return RunnableCallable(synchronous, node, name=getattr(node, "func", node).__name__, trace=False)


def inline_route(route: Route) -> RunnableCallable:
    """Return a routing function for `add_conditional_edges` that an asynchronous run calls where it is.

    A plain function would be sent to a thread, which takes many times as long as deciding.
    """

    async def decide(state: Any) -> Any:
        return route(state)

    return RunnableCallable(route, decide, name=getattr(route, "func", route).__name__, trace=False)

"""Serve an agent over HTTP as people write it around one: Starlette, a thread a conversation, the reply as JSON."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.race.peers.lines import Turn


def app_around(opened: Callable[[], AbstractAsyncContextManager[Turn]]) -> Starlette:
    """Return an application that holds one agent in each process."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened() as turn:
            app.state.turn = turn
            yield

    routes = [Route("/v1/messages", _messages, methods=["POST"]), Route("/readyz", _ready)]
    return Starlette(routes=routes, lifespan=lifespan)


async def _messages(request: Request) -> JSONResponse:
    """Answer `{"thread_id"?, "text"}`."""
    asked = await request.json()
    thread = asked.get("thread_id") or uuid4().hex
    return JSONResponse({"thread_id": thread, "text": await request.app.state.turn(thread, asked["text"])})


async def _ready(_: Request) -> JSONResponse:
    """Say that turns can be taken."""
    return JSONResponse({})

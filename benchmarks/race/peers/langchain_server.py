"""Serve LangChain `create_agent` over HTTP, for `uvicorn`; WORLD and HISTORY name its files.

What people write around it: Starlette, a thread a conversation, the reply as JSON.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.race.peers.langchain_peer import opened
from benchmarks.race.peers.lines import World


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Hold the agent."""
    world = World.read(os.environ["WORLD"])
    async with opened(world, os.environ["HISTORY"]) as turn:
        app.state.turn = turn
        yield


async def messages(request: Request) -> JSONResponse:
    """Answer `{"thread_id"?, "text"}`."""
    asked = await request.json()
    thread = asked.get("thread_id") or uuid4().hex
    return JSONResponse({"thread_id": thread, "text": await request.app.state.turn(thread, asked["text"])})


async def ready(_: Request) -> JSONResponse:
    """Say that turns can be taken."""
    return JSONResponse({})


app = Starlette(routes=[Route("/v1/messages", messages, methods=["POST"]), Route("/readyz", ready)], lifespan=lifespan)

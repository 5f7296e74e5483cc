"""Serve an empty graph over HTTP, for `uvicorn`: what the libraries alone take. HISTORY names its file."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.race.peers.lines import Turn
from benchmarks.race.peers.over_http import app_around
from benchmarks.support.peers import empty_graph
from core.factory import embedding_model
from core.settings import Settings


@asynccontextmanager
async def opened() -> AsyncIterator[Turn]:
    """Yield the graph, with the endpoint of the settings."""
    settings = Settings.from_env(os.environ, env_file=None)
    file = Path(os.environ["HISTORY"])
    async with empty_graph(os.environ["SUPPORT_BASE_URL"], file, embedding_model(settings)) as nothing:

        async def turn(thread: str, text: str) -> str:
            result = await nothing(thread, text)
            return str(result["messages"][-1].text)  # type: ignore[index]

        yield turn


app = app_around(opened)

"""Serve LangChain `create_agent` over HTTP, for `uvicorn`; WORLD and HISTORY name its files."""

import os

from benchmarks.race.peers.langchain_peer import opened
from benchmarks.race.peers.lines import World
from benchmarks.race.peers.over_http import app_around

app = app_around(lambda: opened(World.read(os.environ["WORLD"]), os.environ["HISTORY"]))

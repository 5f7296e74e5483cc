"""Build the world of one trial: its own records, ticket desk and memory in a folder of its own, on a fixed day."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from langchain_core.callbacks import AsyncCallbackHandler

from core.settings import Settings
from evals.conversations.open_records import OpenRecords, open_records
from evals.conversations.scenarios import Scenario
from evals.conversations.start_state import StartState
from graph.agent import open_agent
from graph.assembly import assemble
from graph.builder import Parts
from graph.replies import Reply
from graph.state import State


class Agent(Protocol):
    """Conversations, one a thread."""

    async def send(
        self, thread_id: str, text: str, *, customer_id: str | None = None, channel: str = "chat", locale: str = "en"
    ) -> Reply:
        """Return the reply to a customer's message."""
        ...

    async def state(self, thread_id: str) -> State:
        """Return what the thread holds now."""
        ...


MakeAgent = Callable[[Parts, date], Agent]
"""Makes another agent than ours from the same parts and the day it is."""


@dataclass(frozen=True, kw_only=True)
class World:
    """One trial's agent and records."""

    agent: Agent
    settings: Settings
    parts: Parts
    records: OpenRecords
    nodes: list[str]
    """The nodes of the graph that ran, in order, all turns together."""


@asynccontextmanager
async def open_world(
    ground: StartState, scenario: Scenario, folder: Path, *, thread_id: str, make_agent: MakeAgent | None = None
) -> AsyncIterator[World]:
    """Yield the agent in a fresh world; the folder is the trial's own."""
    async with open_records(ground, scenario, folder, thread_id=thread_id) as records:
        own = records.settings
        parts = await asyncio.to_thread(
            assemble, own, now=lambda: ground.now, retriever=ground.retriever, connected=records.connected
        )
        async with open_agent(own, parts=parts) as ours:
            heard = NodeRecorder()
            ours.graph = ours.graph.with_config(callbacks=[heard])
            agent = make_agent(parts, ground.suite.today) if make_agent else ours
            yield World(agent=agent, settings=own, parts=parts, records=records, nodes=heard.nodes)


class NodeRecorder(AsyncCallbackHandler):
    """Note which nodes of the graph run."""

    def __init__(self) -> None:
        self.nodes: list[str] = []

    async def on_chain_start(self, serialized: Any, inputs: Any, **about: Any) -> None:
        """Note a node; whatever runs inside one has another name."""
        if about.get("name") == (about.get("metadata") or {}).get("langgraph_node"):
            self.nodes.append(str(about["name"]))

"""Build the world of one trial: its own shop, ticket desk and memory in a folder of its own, on a fixed day."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Protocol

from langchain_core.callbacks import AsyncCallbackHandler

from core.settings import Settings
from evals.conversations.gold import fresh_shop
from evals.conversations.scenarios import Scenario
from evals.conversations.start_state import StartState
from graph.agent import open_agent
from graph.assembly import assemble
from graph.builder import Parts
from graph.replies import Reply
from graph.state import State
from tools.retail.importing import export_shop


class Agent(Protocol):
    """Hold conversations, one a thread."""

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
    """Hold one trial's agent and shop."""

    agent: Agent
    settings: Settings
    parts: Parts
    nodes: list[str]
    """The nodes of the graph that ran, in order, all turns together."""

    def shop_now(self) -> dict[str, Any]:
        """Return the whole shop in the shape of a shop file."""
        return export_shop(self.settings.orders_url)


@asynccontextmanager
async def open_world(
    ground: StartState, scenario: Scenario, settings: Settings, folder: Path, *, make_agent: MakeAgent | None = None
) -> AsyncIterator[World]:
    """Yield the agent in a fresh world; the folder is the trial's own."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    shop = folder / "shop.db"
    await fresh_shop(scenario, ground, shop)
    own = settings.model_copy(
        update={
            "orders_url": f"sqlite:///{shop}",
            "desk_url": f"sqlite:///{folder / 'desk.db'}",
            "memory_url": "memory",
            "index_dir": ground.index,
            "embedding_model": "minilm",
        }
    )
    # Half past nine on the suite's day: what a customer is told about the wait must not depend on when a suite is run.
    morning = datetime.combine(ground.suite.today, time(9, 30), tzinfo=UTC)
    parts = assemble(own, now=lambda: morning)
    async with open_agent(own, parts=parts) as ours:
        heard = NodeRecorder()
        ours.graph = ours.graph.with_config(callbacks=[heard])
        agent = make_agent(parts, ground.suite.today) if make_agent else ours
        yield World(agent=agent, settings=own, parts=parts, nodes=heard.nodes)


class NodeRecorder(AsyncCallbackHandler):
    """Note which nodes of the graph run."""

    def __init__(self) -> None:
        self.nodes: list[str] = []

    async def on_chain_start(self, serialized: Any, inputs: Any, **about: Any) -> None:
        """Note a node; whatever runs inside one has another name."""
        if about.get("name") == (about.get("metadata") or {}).get("langgraph_node"):
            self.nodes.append(str(about["name"]))

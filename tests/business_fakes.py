"""Open the agent of a folder with a scripted model, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from core.settings import Settings
from graph.agent import SupportAgent
from graph.assembly import assemble
from graph.builder import Parts, build_graph
from tests.graph_fakes import scripted

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@dataclass
class Opened:
    """The agent of a business, with everything it is made of."""

    agent: SupportAgent
    parts: Parts
    data: Path

    async def say(self, text: str, customer: str | None = "c1", thread: str = "t", locale: str | None = None) -> str:
        """Return the reply to a message."""
        return (await self.agent.send(thread, text, customer_id=customer, locale=locale)).text


def settings_of(folder: Path, data: Path) -> Settings:
    """Return settings that open a business and keep its data in a folder."""
    return Settings.from_env({"SUPPORT_BUSINESS": str(folder), "SUPPORT_DATA_DIR": str(data)}, env_file=None)


@asynccontextmanager
async def opened(folder: Path, data: Path, *answers: Any, **changed: Any) -> AsyncIterator[Opened]:
    """Yield the agent of a folder; the model gives these answers."""
    parts = replace(assemble(settings_of(folder, data)), model=scripted(*answers), **changed)
    if answers and parts.procedures:  # the model leads, and not the procedures themselves
        parts = replace(parts, procedures=replace(parts.procedures, leads=False, chooser=None))
    agent = SupportAgent(build_graph(parts, checkpointer=InMemorySaver()), max_message_chars=10_000, parts=parts)
    try:
        yield Opened(agent, parts, data)
    finally:
        await agent.close()

"""Run one turn under each fault a model endpoint can have, streamed and not: nothing acts, everybody gets an answer in
time.

python -m benchmarks.faults [--json] [--check]
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from langchain_core.tools import BaseTool, tool
from langgraph.checkpoint.memory import InMemorySaver
from rich.console import Console
from rich.table import Table

from benchmarks.support.databases import add_postgres, server_for, store_urls, stores_in
from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.models.fault_server import CONTROL, FAULTS, HARMLESS, FaultServer
from benchmarks.support.sample_shop import prepare
from core.factory import chat_model
from core.settings import Settings
from graph.agent import SupportAgent
from graph.assembly import assemble
from graph.builder import Parts, build_graph
from graph.replies import Reply, Token
from tools.retail.offline.shop_planner import ShopPlanner
from tools.tool import Tool

CUSTOMER = "ada_brook_1001"
MESSAGE = "Please refund $100 for order AF10283. How long does that take?"
TURN_SECONDS, REQUEST_SECONDS = 20.0, 2.0
AT_ONCE = 2


@dataclass(frozen=True)
class Turn:
    """What one turn under one fault brought about."""

    fault: str
    streaming: bool
    effects: int
    text: str
    streamed: str
    tools: tuple[str, ...]
    owner: str
    requests: int
    seconds: float


def recording_tool(effects: list[str]) -> BaseTool:
    """Make a write tool without any protection of its own: whatever reaches it has acted."""

    @tool
    async def send_money_back(order_id: str, amount: int) -> str:
        """Refund an order.

        Args:
            order_id: The order number.
            amount: How much, in dollars.
        """
        effects.append(f"{order_id} {amount}")
        return f"Refunded {amount} for {order_id}."

    return send_money_back


async def turn_under(fault: str, server: FaultServer, parts: Parts, settings: Settings, *, streaming: bool) -> Turn:
    """Hold a turn of one message whose model endpoint has the fault."""
    effects: list[str] = []
    tools = [*parts.tools, Tool(bound=recording_tool(effects))]
    faulty = settings.model_copy(update={"model": fault, "base_url": server.base_url})
    model = chat_model(faulty, streaming=streaming, planner=ShopPlanner).bind_tools([tool.bound for tool in tools])
    graph = build_graph(replace(parts, model=model, tools=tools), checkpointer=InMemorySaver())
    agent = SupportAgent(graph, max_message_chars=10_000)
    started, reply, streamed = time.perf_counter(), None, ""
    async for event in agent.stream(f"{fault}-{streaming}", MESSAGE, customer_id=CUSTOMER):
        if isinstance(event, Token):
            streamed += event.text
        elif isinstance(event, Reply):
            reply = event
    seconds = time.perf_counter() - started
    if reply is None:
        raise AssertionError(f"no reply under {fault}")
    return Turn(fault, streaming, len(effects), reply.text, streamed, reply.tools, reply.owner, reply.requests, seconds)


@asynccontextmanager
async def sample_agent(folder: Path, postgres: str | None = None) -> AsyncIterator[tuple[Parts, Settings]]:
    """Yield parts and settings of the sample shop, built in a folder."""
    url = store_urls(folder, postgres)
    values = {
        **stores_in(folder, url),
        "SUPPORT_LIMITS": f"turn_seconds={TURN_SECONDS} timeout_seconds={REQUEST_SECONDS}",
    }
    settings = Settings.from_env(values, env_file=None)
    await asyncio.to_thread(prepare, settings)
    parts = await asyncio.to_thread(assemble, settings)
    try:
        yield parts, settings
    finally:
        await parts.close()


async def run(faults: Sequence[str], postgres: str | None = None) -> list[Turn]:
    """Return one turn per fault and way of answering."""
    gate, server = asyncio.Semaphore(AT_ONCE), FaultServer()
    listening = await server.start()
    with tempfile.TemporaryDirectory() as folder:
        async with sample_agent(Path(folder), postgres) as (parts, settings):

            async def one(fault: str, *, streaming: bool) -> Turn:
                async with gate:
                    return await turn_under(fault, server, parts, settings, streaming=streaming)

            await one("http_401", streaming=True)  # loads the models once, outside the measured turns
            turns = await asyncio.gather(*(one(f, streaming=s) for f in (*faults, *CONTROL) for s in (True, False)))
    listening.close()
    return list(turns)


def figures(turns: Sequence[Turn]) -> list[Figure]:
    """Return what has to hold, over all turns under a fault."""
    faulty = [t for t in turns if t.fault not in CONTROL]
    odd = [t for t in turns if t.fault in HARMLESS]
    control = [t for t in turns if t.fault in CONTROL]
    return [
        Figure("turns under a fault", len(faulty)),
        Figure("effects", sum(t.effects for t in faulty), 0, "at most"),
        Figure("empty replies", sum(not t.text.strip() for t in faulty), 0, "at most"),
        Figure("replies that differ from what was streamed", sum(t.text != t.streamed for t in faulty), 0, "at most"),
        Figure("slowest turn, seconds", max(t.seconds for t in faulty), TURN_SECONDS, "at most"),
        Figure("most requests in a turn", max(t.requests for t in faulty), 8, "at most"),
        Figure("odd but clear calls that ran", sum("get_order" in t.tools for t in odd) / max(1, len(odd)), 1),
        Figure("effects of a good call (control)", sum(t.effects for t in control) / max(1, len(control)), 1),
    ]


def show(turns: Sequence[Turn]) -> None:
    """Print a line per turn."""
    table = Table("Fault", "Streamed", "Effects", "Seconds", "Requests", "Owner", title="Turns", title_justify="left")
    for t in turns:
        streamed = "yes" if t.streaming else "no"
        table.add_row(t.fault, streamed, str(t.effects), f"{t.seconds:.1f}", str(t.requests), t.owner)
    Console().print(table)


def main() -> int:
    """Run the benchmark from the command line."""
    asked = parser(__doc__)
    add_postgres(asked)
    options = asked.parse_args()
    logging.getLogger("core.models.fallback").setLevel(logging.CRITICAL)  # every failure is meant
    with server_for(options) as postgres:
        turns = asyncio.run(run(FAULTS, postgres))
    if not options.json:
        show(turns)
    return report("Faults of the model endpoint", figures(turns), options)


if __name__ == "__main__":
    sys.exit(main())

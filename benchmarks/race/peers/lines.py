"""Answer a message a line on standard input, and say what each turn took.

`python -m benchmarks.race.peers.NAME WORLD FILE` reads what all peers share from the JSON file WORLD (address of the
endpoint, system prompt, two articles, orders) and keeps its history in the SQLite file FILE.
"""

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

Turn = Callable[[str, str], Awaitable[str]]
"""Answer a message of a thread: `await turn(thread, text)`."""
Open = Callable[["World", str], AbstractAsyncContextManager[Turn]]
"""Open a peer for a world, with its history in a file."""


class World:
    """What every peer is given: the endpoint, the prompt, two articles and the orders."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.url: str = values["url"]
        self.system: str = values["system"]
        self.articles: str = values["articles"]
        self.orders: dict[str, Any] = values["orders"]
        self.tools: list[dict[str, Any]] = values["tools"]
        """Tools as this project offers them, in the endpoint's format."""
        self._client: Any = None

    @classmethod
    def read(cls, file: str) -> "World":
        """Read what a file gives to every peer."""
        return cls(json.loads(Path(file).read_text(encoding="utf-8")))

    async def embed(self, text: str) -> list[float]:
        """Return the embedding of a text, asked of the endpoint."""
        from openai import AsyncOpenAI

        self._client = self._client or AsyncOpenAI(base_url=self.url, api_key="none")
        answer = await self._client.embeddings.create(model="stub", input=text)
        vector: list[float] = answer.data[0].embedding
        return vector

    async def grounded(self, text: str) -> str:
        """Return a message with the two articles before it: one embedding, and a search that costs nothing."""
        await self.embed(text)
        return f"{self.articles}\n\n<customer_message>\n{text}\n</customer_message>"

    def get_order(self, order_id: str) -> str:
        """Return an order as JSON."""
        return json.dumps(self.orders.get(f"#{order_id.removeprefix('#')}"))


class History:
    """Conversations as one JSON value a thread in SQLite, for frameworks that leave storage to their users."""

    def __init__(self, file: str) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("CREATE TABLE IF NOT EXISTS history (thread TEXT PRIMARY KEY, kept BLOB)")

    def read(self, thread: str) -> Any:
        """Return what is kept of a thread, or None."""
        row = self._database.execute("SELECT kept FROM history WHERE thread = ?", (thread,)).fetchone()
        return row[0] if row else None

    def write(self, thread: str, kept: str | bytes) -> None:
        """Keep this of a thread."""
        self._database.execute("INSERT OR REPLACE INTO history VALUES (?, ?)", (thread, kept))


def resident_mb() -> float:
    """Return the resident memory of this process in megabytes of 10⁶ bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1000


async def answer_lines(turn: Turn) -> None:
    """Answer `{"thread", "text"}` a line with `{"text", "elapsed", "processor", "resident_mb"}`, times in seconds."""
    print("{}", flush=True)  # it is ready
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        processor, elapsed = time.process_time(), time.perf_counter()
        text = await turn(asked["thread"], asked["text"])
        took = {"elapsed": time.perf_counter() - elapsed, "processor": time.process_time() - processor}
        print(json.dumps({"text": text, **took, "resident_mb": resident_mb()}), flush=True)


def serve(opening: Open) -> None:
    """Open a peer for the world that the command line names, and answer lines until standard input is closed."""

    async def main() -> None:
        world = World.read(sys.argv[1])
        async with opening(world, sys.argv[2]) as turn:
            await answer_lines(turn)

    asyncio.run(main())

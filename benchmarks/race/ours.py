"""This project's agent, answering a message a line as the peers do: `python -m benchmarks.race.ours WORLD`.

`python -m benchmarks.race.ours WORLD FILE` is a graph of its three steps instead that embeds, asks and remembers, and
does nothing else: what the libraries alone take.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import benchmarks.race.installed  # noqa: F401
from benchmarks.race.peers.lines import answer_lines
from core.factory import embedding_model
from core.settings import Settings
from graph.agent import open_agent


async def main(world: dict[str, Any], empty: str | None) -> None:
    """Answer lines until standard input is closed."""
    settings = Settings.from_env(world["settings"], env_file=None)
    if empty:
        from benchmarks.support.peers import empty_graph  # which loads what the other peers need too

        async with empty_graph(world["url"], Path(empty), embedding_model(settings)) as nothing:

            async def bare(thread: str, text: str) -> str:
                return str(await nothing(thread, text))

            await answer_lines(bare)
        return
    async with open_agent(settings) as agent:

        async def turn(thread: str, text: str) -> str:
            return (await agent.send(thread, text, customer_id=world["customer"])).text

        await answer_lines(turn)


if __name__ == "__main__":
    asyncio.run(
        main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2] if len(sys.argv) > 2 else None)
    )

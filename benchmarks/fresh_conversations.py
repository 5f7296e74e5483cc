"""Hold the conversations of `data/fresh_conversations.yaml` without a model, and print them beside what was wanted.

    python -m benchmarks.fresh_conversations [--batch 1|2|…|13]

Whether a customer would call a reply good is for a reader to say; the verdicts at first sight stand in the file.
"""

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from benchmarks.conversations import shop
from core.settings import Settings
from evals.conversations.suites import read_suite
from graph.agent import open_agent

HERE = Path(__file__).resolve().parent
SHOP = "alder-finch"
DAYS = dict.fromkeys((8, 9, 10, 11, 12, 13), date(2026, 11, 29))
"""The day it is in the shop, where those who wrote a batch were told another than the suite's."""


async def hold(agent: Any, thread: str, talk: dict[str, Any]) -> None:
    """Hold one conversation and print it."""
    print(f"\n--- {thread} ({talk['business']}), wanted: {talk['wanted']}")
    for line in talk["lines"]:
        reply = await agent.send(thread, line, customer_id=talk["customer"])
        print(f"> {line}\n{reply.text}")


async def run(batch: int) -> None:
    """Hold every conversation of a batch, each on records of its own, but for those of the shop."""
    told = yaml.safe_load((HERE / "data" / "fresh_conversations.yaml").read_text(encoding="utf-8"))[f"batch_{batch}"]
    named = [(f"{batch}.{number}", talk) for number, talk in enumerate(told, start=1)]
    with tempfile.TemporaryDirectory(prefix="fresh-") as scratch:
        for thread, talk in named:
            if talk["business"] != SHOP:
                folder = HERE.parent / "examples" / talk["business"]
                settings = Settings.from_env({"SUPPORT_DATA_DIR": f"{scratch}/{thread}"}, business=folder)
                async with open_agent(settings) as agent:
                    await hold(agent, thread, talk)
        (Path(scratch) / SHOP).mkdir()
        suite = read_suite()
        suite = replace(suite, today=DAYS.get(batch, suite.today))
        async with shop(suite, Settings.from_env({}), Path(scratch) / SHOP) as world:
            for thread, talk in named:
                if talk["business"] == SHOP:
                    await hold(world.agent, thread, talk)


def main() -> int:
    """Print the conversations of a batch."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--batch", type=int, choices=range(1, 14), default=13)
    asyncio.run(run(asked.parse_args().batch))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Hold whole conversations with the agent as it is without a key, and count what goes well: `python -m
benchmarks.conversations`.

The shipped suite; twins of its conversations with the customer's words misspelt; questions about actions, after which
nothing may be proposed; and proposals that are declined, after which nothing may bring them back.
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.misspeller import misspelt
from core.settings import Settings
from evals.conversations.scenarios import Line, Scenario
from evals.conversations.start_state import prepare
from evals.conversations.suites import Suite, read_suite
from evals.conversations.world import World, open_world
from evals.runner import RunOptions, run_suite

DATA = Path(__file__).resolve().parent / "data"
SEED = 20_261_129
TWINS = 60
NOT_MISSPELT = ("voice_transcript", "injection", "empty_or_enormous", "unsupported_language")
"""Kinds of conversation whose words are heard, somebody else's, or no English."""
PASSED, TWINS_PASSED = 112, 52


async def passed(suite: Suite, settings: Settings, folder: Path) -> set[str]:
    """Return the ids of a suite's conversations that pass."""
    trials = await run_suite(suite, settings, RunOptions(seed=SEED), folder)
    return {str(trial["scenario"]) for trial in trials if trial["passed"]}


def twins(suite: Suite, good: set[str]) -> Suite:
    """Return so many of the conversations that pass, with the customer's lines misspelt."""
    able = [s for s in suite.scenarios if s.id in good and s.kind not in NOT_MISSPELT]
    chosen = random.Random(SEED).sample(able, min(TWINS, len(able)))
    return replace(suite, scenarios=tuple(twin(scenario) for scenario in chosen))


def twin(scenario: Scenario) -> Scenario:
    """Return a conversation with its lines misspelt; what it expects stays."""
    lines = tuple(_misspelt_line(line, f"{SEED}/{scenario.id}/{n}") for n, line in enumerate(scenario.lines))
    return scenario.model_copy(update={"lines": lines})


def _misspelt_line(line: Line, seed: str) -> Line:
    return line.model_copy(update={"say": misspelt(line.say, seed)})


@asynccontextmanager
async def shop(suite: Suite, settings: Settings, folder: Path) -> AsyncIterator[World]:
    """Yield one agent over the untouched sample shop, for many conversations of one turn or two."""
    ground = await asyncio.to_thread(prepare, suite, settings, folder)
    untouched = suite.scenarios[0].model_copy(update={"before": type(suite.scenarios[0].before)()})
    async with open_world(ground, untouched, folder / "world", thread_id="t") as world:
        yield world


async def proposed(world: World, thread: str) -> bool:
    """Say whether anything of a thread waits for the customer's yes or was done."""
    actions = await world.parts.actions.ledger.find(thread_id=thread)
    return any(action.state in ("proposed", "confirmed", "done") for action in actions)


async def questions_that_propose(world: World) -> tuple[int, list[str]]:
    """Return how many questions about actions were asked, and those after which something was proposed."""
    asked = _read("action_questions.yaml")
    every = [question for of_language in asked["questions"].values() for question in of_language]
    wrong = []
    for number, question in enumerate(every):
        await world.agent.send(f"q{number}", question, customer_id=asked["customer"])
        if await proposed(world, f"q{number}"):
            wrong.append(question)
    return len(every), wrong


async def wishes_lost(world: World) -> list[str]:
    """Return the clear wishes after which nothing was proposed."""
    wanted = _read("action_wishes.yaml")
    lost = []
    for number, wish in enumerate(wanted["wishes"]):
        await world.agent.send(f"w{number}", wish["say"], customer_id=wanted["customer"])
        if not await proposed(world, f"w{number}"):
            lost.append(wish["say"])
    return lost


async def declined_that_return(world: World) -> tuple[int, list[str]]:
    """Return how many proposals were declined, and those that small talk and a yes brought back."""
    told = _read("declined.yaml")
    back, tried = [], 0
    for action_number, action in enumerate(told["actions"]):
        for number, small_talk in enumerate(told["small_talk"]):
            thread = f"d{action_number}-{number}"
            no = told["declines"][number % len(told["declines"])]
            for line in (action["say"], no, small_talk, "yes"):
                await world.agent.send(thread, line, customer_id=action["customer"])
            tried += 1
            if await proposed(world, thread):
                back.append(f"{action['say']} · {no} · {small_talk}")
    return tried, back


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return found


async def measure(*, wrong: bool) -> list[Figure]:
    """Return every figure; with `wrong`, also print what went wrong."""
    suite, settings = read_suite(), Settings.from_env({})
    with tempfile.TemporaryDirectory(prefix="conversations-") as scratch:
        folder = Path(scratch)
        good = await passed(suite, settings, folder / "shipped")
        misspelt_suite = twins(suite, good)
        good_twins = await passed(misspelt_suite, settings, folder / "twins")
        (folder / "shop").mkdir()
        async with shop(suite, settings, folder / "shop") as world:
            asked, proposing = await questions_that_propose(world)
            lost = await wishes_lost(world)
            declined, back = await declined_that_return(world)
    if wrong:
        _show("does not pass", [s.id for s in suite.scenarios if s.id not in good])
        _show("twin does not pass", [f"{s.id}: {s.lines}" for s in misspelt_suite.scenarios if s.id not in good_twins])
        _show("proposes", proposing)
        _show("lost", lost)
        _show("comes back", back)
    return [
        Figure(f"shipped suite, offline: passed of {len(suite.scenarios)}", len(good), PASSED),
        Figure(f"misspelt twins: passed of {len(misspelt_suite.scenarios)}", len(good_twins), TWINS_PASSED),
        Figure(f"questions about actions ({asked}): proposals", len(proposing), 0, "at most"),
        Figure("clear wishes: not proposed", len(lost), 0, "at most"),
        Figure(f"declined, then small talk ({declined}): the action returns", len(back), 0, "at most"),
    ]


def _show(what: str, found: Sequence[str]) -> None:
    for one in found:
        print(f"{what}: {one}", file=sys.stderr)


def main() -> int:
    """Run the benchmark from the command line."""
    asked = parser(__doc__)
    asked.add_argument("--wrong", action="store_true", help="also print every conversation that went wrong")
    options = asked.parse_args()
    return report("Conversations without a key", asyncio.run(measure(wrong=options.wrong)), options)


if __name__ == "__main__":
    sys.exit(main())

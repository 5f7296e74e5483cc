"""Run a suite: every conversation, as many trials as asked, side by side up to a bound, each in a world of its own."""

import asyncio
import hashlib
import random
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.factory import TEMPERATURE
from core.models.prices import PriceTable, load_prices
from core.settings import Settings
from evals import results
from evals.conversations.conversation import play
from evals.conversations.gold import expected_changes, inputs, reference_outputs
from evals.conversations.played_customers import ModelCustomer, ScriptedCustomer, prompt_digest
from evals.conversations.scenarios import Scenario
from evals.conversations.start_state import prepare
from evals.conversations.suites import Suite
from evals.conversations.world import MakeAgent, open_world
from evals.evaluators.evaluator_table import judge_all, passed
from evals.evaluators.model_judge import ModelJudge

PACKAGES = ("core", "ingest", "tools", "graph", "evals")
MakeCustomer = Callable[[Scenario, int], ScriptedCustomer | ModelCustomer]
"""Makes the customer of a scenario from the trial's seed."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a suite is run."""

    trials: int = 1
    concurrency: int = 4
    seed: int = 0
    max_turns: int = 20
    prices: PriceTable = field(default_factory=load_prices)
    customer: str = "scripted"
    """`scripted`, or the name of the model that plays the customers."""
    judge: str | None = None
    """Name of the judge model, or None."""
    agent: str = "graph"
    """What is being judged: `graph`, or the name of a reference agent in its place."""


def manifest(suite: Suite, settings: Settings, options: RunOptions) -> dict[str, Any]:
    """Return everything that moves the scores: the suite, the agent, its model, and who plays and judges."""
    return {
        "suite": suite.name,
        "conversations": [scenario.id for scenario in suite.scenarios],
        "suite_digest": suite.fingerprint(),
        "code_digest": code_digest(),
        "agent": options.agent,
        "model": settings.model,
        "base_url": settings.base_url,
        "temperature": TEMPERATURE,
        "max_output_tokens": settings.limits.max_output_tokens,
        "context_tokens": settings.limits.context_tokens,
        "passages_per_turn": settings.limits.passages_per_turn,
        "turn_seconds": settings.limits.turn_seconds,
        "trials": options.trials,
        "seed": options.seed,
        "max_turns": options.max_turns,
        "customer": options.customer,
        "customer_prompt": None if options.customer == "scripted" else prompt_digest(),
        "judge": options.judge,
        "python": ".".join(map(str, sys.version_info[:2])),
    }


def code_digest() -> str:
    """Return a digest of the program, so that results of another version are never gone on with."""
    root = Path(__file__).resolve().parent.parent
    files = [
        f
        for p in PACKAGES
        for f in sorted((root / p).rglob("*"))
        if f.suffix in (".py", ".md", ".yaml") and f.name != "README.md"
    ]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


async def run_suite(
    suite: Suite,
    settings: Settings,
    options: RunOptions,
    folder: Path,
    *,
    on_trial: Callable[[Mapping[str, Any]], None] = lambda trial: None,
    make_agent: MakeAgent | None = None,
    customer: MakeCustomer | None = None,
    judge: ModelJudge | None = None,
) -> list[dict[str, Any]]:
    """Run what is not yet in the folder, and return all its trials; every finished one is kept whatever happens next.

    Raises:
        ConversationFileError: a gold action is refused, or the folder holds another run.
        SupportError: the suite's shop or articles cannot be used.
    """
    results.start(folder, manifest(suite, settings, options))
    gate = asyncio.Semaphore(options.concurrency)
    make_customer = customer or (lambda scenario, seed: ScriptedCustomer(scenario))
    with tempfile.TemporaryDirectory(prefix="support-eval-") as scratch:
        ground = await asyncio.to_thread(prepare, suite, settings, Path(scratch))

        async def one(scenario: Scenario, number: int, wanted: Mapping[str, Any]) -> None:
            async with gate:
                seed = trial_seed(options.seed, scenario.id, number)
                place = Path(scratch) / f"{scenario.id}.{number}"
                thread = f"{scenario.id}-{number}"
                async with open_world(ground, scenario, place, thread_id=thread, make_agent=make_agent) as world:
                    happened = await play(
                        scenario,
                        world,
                        make_customer(scenario, seed),
                        thread_id=thread,
                        max_turns=options.max_turns,
                        prices=options.prices,
                    )
                trial = {"scenario": scenario.id, "kind": scenario.kind, "trial": number, "seed": seed}
                trial |= await _judged(inputs(scenario), happened, wanted, judge)
                results.save(folder, trial)
                on_trial(trial)

        async with asyncio.TaskGroup() as group:
            for scenario in suite.scenarios:
                missing = [n for n in range(1, options.trials + 1) if not results.has(folder, scenario.id, n)]
                if missing:
                    wanted = reference_outputs(scenario, await expected_changes(scenario, ground))
                    for number in missing:
                        group.create_task(one(scenario, number, wanted))
    return results.read(folder)[1]


def trial_seed(seed: int, scenario: str, number: int) -> int:
    """Return a seed of the trial's own, the same in every run."""
    return random.Random(f"{seed}/{scenario}/{number}").randrange(2**31)


async def _judged(
    inputs: Mapping[str, Any], outputs: Mapping[str, Any], wanted: Mapping[str, Any], judge: ModelJudge | None
) -> dict[str, Any]:
    verdicts = judge_all(inputs, outputs, wanted)
    right = passed(verdicts)
    if judge is not None:
        verdicts.append(await judge.judge(inputs, outputs, wanted))
    return {"passed": right, "verdicts": verdicts, "inputs": inputs, "outputs": outputs, "reference_outputs": wanted}

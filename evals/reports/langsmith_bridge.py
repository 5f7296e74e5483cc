"""Take the same conversations and evaluators to LangSmith: datasets and `aevaluate`, sent or not."""

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from langsmith import Client, aevaluate
from langsmith.run_helpers import tracing_context
from langsmith.schemas import Example

from core.models.prices import load_prices
from core.settings import Settings
from evals.conversations.conversation import play
from evals.conversations.gold import expected_changes, inputs, reference_outputs
from evals.conversations.played_customers import ScriptedCustomer
from evals.conversations.start_state import StartState, prepare
from evals.conversations.suites import Suite
from evals.conversations.world import open_world
from evals.evaluators.evaluator_table import EVALUATORS

MAX_TURNS = 20
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


async def examples(suite: Suite, ground: StartState) -> list[dict[str, Any]]:
    """Return the suite's conversations as LangSmith examples: inputs, outputs (what must be true) and metadata."""
    return [
        {
            "inputs": inputs(scenario),
            "outputs": reference_outputs(scenario, await expected_changes(scenario, ground)),
            "metadata": {"id": scenario.id, "kind": scenario.kind},
        }
        for scenario in suite.scenarios
    ]


async def evaluate_with_langsmith(
    suite: Suite, settings: Settings, *, client: Client | None, dataset: str = "support-agent"
) -> list[dict[str, Any]]:
    """Run `langsmith.aevaluate` over the suite and return, per conversation, the scores by evaluator.

    With a client the dataset is made from the files once, and the results are uploaded as an experiment. Without one
    nothing leaves this machine: `upload_results=False` alone still sends traces, so these are switched off as well.

    Raises:
        ConversationFileError: a gold action is refused.
    """
    with tempfile.TemporaryDirectory(prefix="support-eval-") as scratch:
        ground = prepare(suite, settings, Path(scratch))
        cases = await examples(suite, ground)
        target = _target(suite, ground, Path(scratch))
        how: dict[str, Any] = {"evaluators": [*EVALUATORS.values()], "max_concurrency": 4}
        if client is not None:
            name = f"{dataset}-{suite.fingerprint()}"
            if not client.has_dataset(dataset_name=name):
                made = client.create_dataset(name, description=f"Conversations of the suite {suite.name}.")
                client.create_examples(dataset_id=made.id, examples=cases)
            found = await aevaluate(target, data=name, client=client, experiment_prefix=settings.model, **how)
            return [_scores(dict(row)) async for row in found]
        with tracing_context(enabled=False):
            data = [_example(case) for case in cases]
            silent = Client(
                api_url="http://127.0.0.1:9", api_key="none", tracing_sampling_rate=0.0, auto_batch_tracing=False
            )
            found = await aevaluate(target, data=data, client=silent, upload_results=False, **how)
            return [_scores(dict(row)) async for row in found]


def _target(suite: Suite, ground: StartState, scratch: Path) -> Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]:
    by_id = {scenario.id: scenario for scenario in suite.scenarios}

    async def converse(inputs: dict[str, Any]) -> dict[str, Any]:
        scenario = by_id[inputs["id"]]
        async with open_world(ground, scenario, scratch / scenario.id, thread_id=scenario.id) as world:
            customer = ScriptedCustomer(scenario)
            return await play(
                scenario, world, customer, thread_id=scenario.id, max_turns=MAX_TURNS, prices=load_prices()
            )

    return converse


def _example(case: Mapping[str, Any]) -> Example:
    name = uuid5(NAMESPACE_URL, case["metadata"]["id"])
    return Example(id=name, dataset_id=uuid5(NAMESPACE_URL, "suite"), created_at=_EPOCH, **case)


def _scores(row: Mapping[str, Any]) -> dict[str, Any]:
    results = row["evaluation_results"]["results"]
    return {"id": row["example"].inputs["id"]} | {result.key: result.score for result in results}

"""Give bad agents to the shipped suite: each gets the low score it deserves, and for the right reason."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.agents.reference_agents import REFERENCE_AGENTS
from core.settings import Settings
from evals.conversations.suites import Suite, read_suite
from evals.reports.run_summary import summarise
from evals.runner import RunOptions, manifest, run_suite


def sample() -> Suite:
    """Return one conversation of every kind, the first by name, so that nobody picks them."""
    suite = read_suite()
    first = {s.kind: s.id for s in reversed(suite.scenarios)}
    return suite.only(set(first.values()))


@pytest.fixture(scope="module")
def suite() -> Suite:
    return sample()


async def figures(suite: Suite, folder: Path, agent: str) -> dict[str, Any]:
    options = RunOptions(agent=agent)
    trials = await run_suite(
        suite, Settings.from_env({}, None), options, folder, make_agent=REFERENCE_AGENTS.get(agent)
    )
    return summarise(manifest(suite, Settings.from_env({}, None), options), trials)


@pytest.mark.parametrize(
    ("agent", "at_most", "worst"),
    [
        ("escalates", 0.25, "escalation"),
        ("says-yes", 0.25, "promises"),
        ("does-nothing", 0.40, "facts"),
        ("obeys", 0.15, "facts"),
    ],
)
async def test_a_bad_agent_gets_the_score_it_deserves(
    suite: Suite, tmp_path: Path, agent: str, at_most: float, worst: str
) -> None:
    found = await figures(suite, tmp_path, agent)
    assert found["pass"]["1"]["value"] <= at_most
    judged = {key: row["right"] for key, row in found["evaluators"].items() if row["asked"]}
    assert judged[worst] <= 0.5
    assert found["evaluators"]["end_state"]["right"] < 1


def test_every_reference_agent_is_judged() -> None:
    assert set(REFERENCE_AGENTS) == {"escalates", "says-yes", "does-nothing", "obeys"}
    assert len(sample().scenarios) == len({s.kind for s in read_suite().scenarios})

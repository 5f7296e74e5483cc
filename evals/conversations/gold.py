"""Replay gold actions through the business's own tools and rules, to learn which records are right afterwards."""

import tempfile
from pathlib import Path
from typing import Any

from evals.conversations.open_records import open_records
from evals.conversations.scenarios import Scenario
from evals.conversations.start_state import StartState, differences


async def expected_changes(scenario: Scenario, ground: StartState) -> list[dict[str, Any]]:
    """Return, for each right way, the records that must have changed, whole, by `table/id`.

    Raises:
        ConversationFileError: there is no such tool, or a rule refuses an action.
    """
    found: list[dict[str, Any]] = []
    for number, way in enumerate((scenario.expect.actions, *scenario.expect.also_right)):
        field = f"{scenario.id}: expect.actions" if number == 0 else f"{scenario.id}: expect.also_right.{number - 1}"
        if not way:
            found.append({})
            continue
        with tempfile.TemporaryDirectory() as folder:
            async with open_records(ground, scenario, Path(folder), thread_id="gold") as records:
                before = await records.read()
                await records.carry_out(way, field)
                found.append(differences(before, await records.read()))
    return found


def reference_outputs(scenario: Scenario, changes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what must be true, in the shape evaluators take as `reference_outputs`."""
    return scenario.expect.model_dump(mode="json", exclude={"actions", "also_right"}) | {"changes": changes}


def inputs(scenario: Scenario) -> dict[str, Any]:
    """Return the customer's side, in the shape evaluators take as `inputs`."""
    return scenario.model_dump(mode="json", exclude={"expect"})

"""Replay gold actions through the shop's own tools and rules, to learn which records are right afterwards."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import ConversationFileError, Refused
from evals.conversations.scenarios import GoldAction, Scenario
from evals.conversations.start_state import StartState, differences, stock_shop
from tools.context import Context
from tools.retail.importing import export_shop
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy
from tools.retail.sql.sql_backend import SqlOrderBackend


async def fresh_shop(scenario: Scenario, ground: StartState, database: Path) -> None:
    """Make the shop a conversation starts with; raises ConversationFileError when `before` does not fit."""
    stock_shop(ground, scenario, database)
    await carry_out(scenario, scenario.before.actions, ground, database, "before.actions")


async def carry_out(
    scenario: Scenario, actions: Sequence[GoldAction], ground: StartState, database: Path, field: str
) -> None:
    """Plan and apply actions one after the other on a shop.

    Raises:
        ConversationFileError: there is no such tool, or a rule refuses the action; `field` says where it stands in the
            file.
    """
    orders = SqlOrderBackend(f"sqlite:///{database}")
    context, policy = Context(customer_id=scenario.customer), load_policy()
    try:
        for number, action in enumerate(actions):
            place = f"{scenario.id}: {field}.{number} ({action.tool})"
            if action.tool not in WRITE_ACTIONS:
                raise ConversationFileError(f"{place} names no write tool; there are {', '.join(WRITE_ACTIONS)}")
            try:
                change = await WRITE_ACTIONS[action.tool].plan(
                    context, action.args, orders=orders, policy=policy, today=ground.suite.today
                )
                await orders.apply(change, key=f"{field}-{number}")
            except Refused as error:
                raise ConversationFileError(f"{place} is refused: {error}; correct the arguments") from None
    finally:
        await orders.close()


async def expected_changes(scenario: Scenario, ground: StartState) -> list[dict[str, Any]]:
    """Return, for each right way, the records that must have changed, whole, by `table/id`; raises as `carry_out`."""
    found = []
    for number, way in enumerate((scenario.expect.actions, *scenario.expect.also_right)):
        field = "expect.actions" if number == 0 else f"expect.also_right.{number - 1}"
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "shop.db"
            await fresh_shop(scenario, ground, database)
            before = export_shop(f"sqlite:///{database}")
            await carry_out(scenario, way, ground, database, field)
            found.append(differences(before, export_shop(f"sqlite:///{database}")) if way else {})
    return found


def reference_outputs(scenario: Scenario, changes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what must be true, in the shape evaluators take as `reference_outputs`."""
    return scenario.expect.model_dump(mode="json", exclude={"actions", "also_right"}) | {"changes": changes}


def inputs(scenario: Scenario) -> dict[str, Any]:
    """Return the customer's side, in the shape evaluators take as `inputs`."""
    return scenario.model_dump(mode="json", exclude={"expect"})

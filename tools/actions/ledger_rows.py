"""Read and note rows of the action ledger over an open connection."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import InputError
from tools.actions.action import Action, State
from tools.actions.changes import read_change
from tools.actions.ledger_schema import actions, events


async def note(
    connection: AsyncConnection, action_id: str, at: datetime, state: State, actor: str, detail: str | None
) -> None:
    """Add a step to the life of an action."""
    row = {"action_id": action_id, "at": at, "state": state, "actor": actor, "detail": detail or None}
    await connection.execute(insert(events).values(row))


async def first_action(connection: AsyncConnection, where: ColumnElement[bool]) -> Action | None:
    """Return an action that fits, or None."""
    row = (await connection.execute(select(actions).where(where))).mappings().first()
    return None if row is None else to_action(row)


async def one_action(connection: AsyncConnection, action_id: str) -> Action:
    """Return the action of this id; raises InputError when there is none."""
    return await connection.run_sync(stored_action, action_id)


def stored_action(connection: Connection, action_id: str) -> Action:
    """Do what `one_action` does on a synchronous connection."""
    row = connection.execute(select(actions).where(actions.c.id == action_id)).mappings().first()
    if row is None:
        raise InputError(f"action {action_id!r} is not in the ledger; wanted the id of a proposed action")
    return to_action(row)


def to_action(row: RowMapping) -> Action:
    """Build an action from its row."""
    names = [name for name in Action.__dataclass_fields__ if name != "change"]
    return Action(**{name: row[name] for name in names}, change=read_change(row["change"]))

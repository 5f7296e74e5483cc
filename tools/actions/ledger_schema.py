"""Define the tables of the action ledger, and read and note their rows over an open connection."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    insert,
    select,
)

from core.errors import InputError
from core.storage.column_types import Instant, record_of
from core.storage.engines import AsyncConnection
from core.storage.schema_versions import HISTORY, History
from tools.actions.action import Action, State
from tools.actions.changes import read_change

metadata = MetaData(info={HISTORY: History("actions")})

actions = Table(
    "actions",
    metadata,
    Column("id", String, primary_key=True, comment="also the idempotency key of the change"),
    Column("thread_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("tool", String, nullable=False),
    Column("args", JSON, nullable=False, comment="canonical arguments"),
    Column("fingerprint", String, nullable=False, comment="customer, tool and arguments in one: the business key"),
    Column("preview", String, nullable=False, comment="what the customer is asked to agree to"),
    Column("change", JSON, nullable=False, comment="the planned change with the records before and after"),
    Column("approval", String, comment="why staff has to agree, if it has to"),
    Column("state", String, nullable=False),
    Column("settled", Boolean, nullable=False, comment="over and told: the same wish is a new one from now on"),
    Column("asked_message_id", String, comment="message that asked for it"),
    Column("proposed_at", Instant, nullable=False),
    Column("yes_message_id", String),
    Column("yes_text", String, comment="the words of the customer's yes"),
    Column("yes_at", Instant),
    Column("decided_by", String, comment="member of staff who approved or rejected"),
    Column("decision_note", String),
    Column("decided_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("claim", String, comment="token of the process that is carrying it out"),
    Column("lease_until", Instant, comment="when another process may take over"),
    Column("result", JSON(none_as_null=True), comment="words for the customer, and the records as they are now"),
    Column("told_at", Instant, comment="when the customer heard the result"),
    Column("updated_at", Instant, nullable=False),
)

Index("actions_of_thread", actions.c.thread_id, actions.c.settled)
Index("actions_by_state", actions.c.state, actions.c.updated_at)
Index(
    "one_open_action_per_intent",
    actions.c.thread_id,
    actions.c.fingerprint,
    unique=True,
    sqlite_where=actions.c.settled.is_(False),
    postgresql_where=actions.c.settled.is_(False),
)

events = Table(
    "action_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False, comment="the state it came into"),
    Column("actor", String, nullable=False, comment="customer, agent, clock or the name of a member of staff"),
    Column("detail", String),
)


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
    return record_of(Action, row, change=read_change(row["change"]))

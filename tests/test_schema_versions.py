"""Bring databases up to date by revisions, once, whoever opens them; refuse what a newer program wrote."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, inspect, select, text

from core.errors import SchemaMismatch
from core.storage.database import upgrade_database
from core.storage.engines import open_engine
from core.storage.schema_versions import HISTORY, History, version_of
from server.inbox import inbox_schema
from tests.test_old_databases import old as old
from tools.actions import ledger_schema
from tools.desk import desk_schema

FIRST = """
revision = "things_0001"
down_revision = None


def upgrade():
    pass
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "things_0002"
down_revision = "things_0001"


def upgrade():
    op.add_column("things", sa.Column("loud", sa.String(20), nullable=False, server_default=""))
    op.execute("UPDATE things SET loud = upper(name)")
"""


def tables(folder: Path, *columns: str) -> MetaData:
    """Return a store of one table whose history is in a folder."""
    made = MetaData(info={HISTORY: History("things", folder)})
    Table("things", made, Column("id", Integer, primary_key=True), *(Column(name, String(20)) for name in columns))
    return made


@pytest.fixture
def first(tmp_path: Path, database_url: str) -> MetaData:
    """The tables of a first version, which wrote a row."""
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "things_0001.py").write_text(FIRST)
    made = tables(tmp_path / "first", "name")
    upgrade_database(database_url, made)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(insert(made.tables["things"]).values(id=1, name="kettle"))
    engine.dispose()
    return made


@pytest.fixture
def second(tmp_path: Path) -> MetaData:
    """The tables of the version after it."""
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "things_0001.py").write_text(FIRST)
    (tmp_path / "second" / "things_0002.py").write_text(SECOND)
    return tables(tmp_path / "second", "name", "loud")


def rows(url: str, store: MetaData) -> list[tuple[object, ...]]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(select(store.tables["things"]))]
    engine.dispose()
    return found


def test_processes_that_open_an_older_database_at_once_upgrade_it_once_and_keep_its_rows(
    first: MetaData, second: MetaData, database_url: str
) -> None:
    with ThreadPoolExecutor(4) as processes:
        for done in [processes.submit(upgrade_database, database_url, second) for _ in range(4)]:
            done.result()
    assert rows(database_url, second) == [(1, "kettle", "KETTLE")]


def test_an_older_program_refuses_a_newer_database_in_one_line_and_leaves_it_alone(
    first: MetaData, second: MetaData, database_url: str
) -> None:
    upgrade_database(database_url, second)
    with pytest.raises(SchemaMismatch, match="things_0002, which a newer program wrote") as refusal:
        upgrade_database(database_url, first)
    assert "\n" not in str(refusal.value)
    assert rows(database_url, second) == [(1, "kettle", "KETTLE")]


def test_where_opening_may_not_upgrade_the_command_is_named_and_does_it(
    first: MetaData, second: MetaData, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_UPGRADE_DATABASES", "false")
    with pytest.raises(SchemaMismatch, match="support-agent upgrade"):
        upgrade_database(database_url, second)
    assert rows(database_url, first) == [(1, "kettle")]
    upgrade_database(database_url, second, may_upgrade=True)
    assert rows(database_url, second) == [(1, "kettle", "KETTLE")]


def test_a_revision_that_fails_leaves_the_database_at_the_version_before(
    first: MetaData, second: MetaData, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "second" / "things_0002.py").write_text(SECOND.replace("upper(name)", "no_such(name)"))
    with pytest.raises(Exception, match="no_such"):
        upgrade_database(database_url, second)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        assert version_of(connection, History("things", tmp_path / "first")) == "things_0001"
        assert [column["name"] for column in inspect(connection).get_columns("things")] == ["id", "name"]
    engine.dispose()


@pytest.mark.parametrize(
    ("store", "before", "table", "added"),
    [
        (
            desk_schema.metadata,
            "tickets_0002",
            "tickets",
            ("ix_tickets_created_at", "ix_tickets_closed_at", "ix_tickets_rated_at"),
        ),
        (ledger_schema.metadata, "actions_0001", "actions", ("actions_by_state",)),
        (inbox_schema.METADATA, "inbox_0007", "inbox_ratings", ("ix_inbox_ratings_rated_at",)),
    ],
    ids=("tickets", "actions", "inbox"),
)
def test_the_stores_of_the_version_before_get_the_indexes_of_a_new_one(
    store: MetaData, before: str, table: str, added: Sequence[str], database_url: str
) -> None:
    upgrade_database(database_url, store)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        of_new = index_names(connection, table)
        for name in added:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        if before == "actions_0001":
            connection.exec_driver_sql("CREATE INDEX ix_actions_state ON actions (state)")
        connection.exec_driver_sql(f"UPDATE {before.partition('_')[0]}_schema_version SET version_num = '{before}'")
    upgrade_database(database_url, store)
    with engine.connect() as connection:
        assert index_names(connection, table) == of_new
    engine.dispose()


def index_names(connection: Connection, table: str) -> set[str]:
    return {str(index["name"]) for index in inspect(connection).get_indexes(table)}


@pytest.mark.parametrize(
    ("store", "name"),
    [(desk_schema.metadata, "one_ticket_with_people"), (ledger_schema.metadata, "one_open_action_per_intent")],
    ids=("tickets", "actions"),
)
def test_what_may_be_there_once_while_it_is_open_may_be_there_again_later(
    store: MetaData, name: str, database_url: str
) -> None:
    upgrade_database(database_url, store)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        written = (
            "SELECT sql FROM sqlite_master WHERE name = :name"
            if connection.dialect.name == "sqlite"
            else "SELECT indexdef FROM pg_indexes WHERE indexname = :name"
        )
        assert " WHERE " in connection.execute(text(written), {"name": name}).scalar_one()
    engine.dispose()

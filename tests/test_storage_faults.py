"""Databases are private from their first byte; one that is broken stops what needs it, and nothing else."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import BackendUnavailable
from core.storage.database import Database
from core.storage.engines import open_engine
from graph.memory.checkpointers import open_checkpointer
from tests.fakes import FakeOrders
from tests.graph_fakes import confirmed_actions
from tests.server_fakes import serving
from tools.actions.ledger import ActionLedger


def modes(folder: Path) -> dict[str, str]:
    """Return who may do what with each file, as an octal number."""
    return {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


def break_store(file: Path) -> None:
    """Put something that is no database in its place."""
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()
    file.mkdir()


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
async def test_databases_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    ledger = ActionLedger(f"sqlite:///{tmp_path / 'desk.db'}")
    assert await ledger.find() == []
    with open_engine(f"sqlite:///{tmp_path / 'shop.db'}").begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    async with open_checkpointer(f"sqlite:///{tmp_path / 'memory.db'}"):
        pass
    made = modes(tmp_path)
    assert made.keys() >= {"desk.db", "shop.db", "memory.db"}
    assert set(made.values()) == {"0o600"}
    await ledger.close()


async def test_a_further_connection_leaves_the_locks_of_the_others(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    async with database.writing() as connection:
        await connection.exec_driver_sql("CREATE TABLE t (x)")
    async with database.reading() as reading:
        await reading.exec_driver_sql("SELECT * FROM t")
        assert await database.is_writable()  # opens a connection of its own
        elsewhere = (
            f"import sqlite3; c = sqlite3.connect({str(tmp_path / 'desk.db')!r}); c.execute('SELECT * FROM t'); "
            f"c.close()"
        )
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", elsewhere], check=True)
        assert (tmp_path / "desk.db-wal").exists(), (
            "who closes last removes the journal: another process took itself for that"
        )
    await database.close()


async def test_what_needs_no_ledger_is_answered_while_the_ledger_is_broken(tmp_path: Path) -> None:
    actions = confirmed_actions(FakeOrders())
    actions.ledger = ActionLedger(f"sqlite:///{tmp_path / 'desk.db'}")
    async with serving(tmp_path, made_of={"actions": actions}) as server:
        for part in ("", "-wal", "-shm"):
            (tmp_path / f"desk.db{part}").write_bytes(b"this is no database" * 500)
        told = await server.say("ada", "How long do I have to return something?")
        assert "You have 30 days" in told["reply"]["text"]
        ready = await server.client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["parts"]["desk"] == "cannot be written"
        assert ready.json()["parts"]["inbox"] == "ok"


async def test_a_server_starts_with_a_corrupt_desk_and_answers_what_needs_none(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is no database" * 500)
    actions = confirmed_actions(FakeOrders())
    actions.ledger = ActionLedger(f"sqlite:///{tmp_path / 'desk.db'}")
    async with serving(tmp_path, made_of={"actions": actions}) as server:
        told = await server.say("ada", "How long do I have to return something?")
        assert "You have 30 days" in told["reply"]["text"]
        ready = await server.client.get("/readyz")
        assert (ready.status_code, ready.json()["parts"]["desk"]) == (503, "cannot be written")


@pytest.mark.parametrize("store", ["inbox", "memory"])
async def test_a_server_does_not_start_without_what_every_answer_needs(tmp_path: Path, store: str) -> None:
    (tmp_path / f"{store}.db").write_bytes(b"this is no database" * 500)
    with pytest.raises(BackendUnavailable, match=rf"{store}\.db cannot be used"):
        async with serving(tmp_path):
            pass


@pytest.mark.parametrize("store", ["inbox", "desk", "memory"])
async def test_readiness_needs_every_store_to_be_writable(tmp_path: Path, store: str) -> None:
    async with serving(tmp_path) as server:
        ready = await server.client.get("/readyz")
        assert (ready.status_code, ready.json()["parts"][store]) == (200, "ok")
        break_store(tmp_path / f"{store}.db")
        ready = await server.client.get("/readyz")
        assert (ready.status_code, ready.json()["parts"][store]) == (503, "cannot be written")


async def test_a_broken_file_is_told_as_a_database_that_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database" * 500)
    assert not await Database(f"sqlite:///{tmp_path / 'broken.db'}").is_writable()
    assert await Database(f"sqlite:///{tmp_path / 'new.db'}").is_writable()

"""Read a database from forked processes, and leave one open."""

import asyncio
import os
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.storage.database import Database


def _one(connection: Connection) -> int:
    return int(connection.execute(text("SELECT 1")).scalar_one())


def test_a_forked_process_reads_with_threads_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.touch()

    def read() -> None:
        assert asyncio.run(Database(f"sqlite:///{file}").read(_one)) == 1

    read()

    def read_and_leave() -> None:
        read()
        os._exit(7)

    child = get_context("fork").Process(target=read_and_leave)
    child.start()
    child.join(30)
    hung = child.exitcode is None
    child.kill()
    assert not hung
    assert child.exitcode == 7


async def test_what_is_asked_in_one_moment_is_read_on_one_connection_and_fails_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.touch()
    database, used = Database(f"sqlite:///{file}"), list[Connection]()

    def noted(connection: Connection) -> int:
        used.append(connection)
        return _one(connection)

    def wrong(connection: Connection) -> int:
        used.append(connection)
        connection.execute(text("SELECT 1 FROM nowhere"))
        raise AssertionError("there is no such table")

    left = asyncio.ensure_future(database.read(noted))
    asked = asyncio.gather(*(database.read(work) for work in (noted, wrong, noted)), return_exceptions=True)
    await asyncio.sleep(0)
    left.cancel()
    first, failed, last = await asked
    assert (first, last) == (1, 1)
    assert isinstance(failed, OperationalError)
    assert len(used) == 4
    assert len(set(map(id, used))) == 1
    assert left.cancelled()
    file.unlink()
    with pytest.raises(FileNotFoundError):
        await asyncio.gather(database.read(noted), database.read(noted))
    await database.close()


def test_what_nobody_closed_is_closed_before_its_loop_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[AsyncEngine] = []
    dispose = AsyncEngine.dispose

    async def noted(engine: AsyncEngine, close: bool = True) -> None:
        await dispose(engine, close)
        closed.append(engine)

    monkeypatch.setattr(AsyncEngine, "dispose", noted)

    async def use_and_forget(steps: int) -> None:
        async with Database(f"sqlite:///{tmp_path}/{steps}.db").writing() as connection:
            await connection.exec_driver_sql("CREATE TABLE t (a)")
        for _ in range(steps):  # the loop ends in the middle of whatever was begun meanwhile
            await asyncio.sleep(0)

    for steps in range(4):
        asyncio.run(use_and_forget(steps))
        assert len(closed) == steps + 1

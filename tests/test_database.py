"""Read a database from processes that were forked while their parent was reading."""

import asyncio
import os
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import Connection, text

from tools.database import Database


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

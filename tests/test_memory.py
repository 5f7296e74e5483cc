"""Check that conversations survive a restart, on every memory there is."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from core.errors import BackendUnavailable, SettingsError, ThreadDamaged
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.memory.checkpointers import CHECKPOINTS_KEPT, open_checkpointer
from graph.memory.threads import damaged_threads, list_threads
from tests.graph_fakes import parts, scripted
from tests.postgres import fresh_database


async def two_turns_with_a_restart_between(url: str) -> list[str]:
    """Return what the model was shown in the second turn."""
    first = parts(scripted("You have 30 days. [1]"))
    async with open_checkpointer(url) as saver:
        agent = SupportAgent(build_graph(first, checkpointer=saver), max_message_chars=1000)
        await agent.send("t", "how do returns work?", customer_id="ada")
    model = scripted("From delivery on.")
    async with open_checkpointer(url) as saver:
        agent = SupportAgent(build_graph(parts(model), checkpointer=saver), max_message_chars=1000)
        await agent.send("t", "from when?", customer_id="ada")
    return [m.text for m in model.requests[0] if isinstance(m, HumanMessage)]


async def test_sqlite_remembers_after_a_restart(tmp_path: Path) -> None:
    shown = await two_turns_with_a_restart_between(f"sqlite:///{tmp_path}/new/folder/memory.db")
    assert shown[0] == "how do returns work?"


@pytest.fixture(scope="module")
def postgres(shared_postgres: str) -> str:
    return fresh_database(shared_postgres)


@pytest.mark.server
async def test_postgresql_remembers_after_a_restart(postgres: str) -> None:
    shown = await two_turns_with_a_restart_between(postgres)
    assert shown[0] == "how do returns work?"


@pytest.mark.server
async def test_postgresql_keeps_only_the_newest_checkpoints_and_what_they_name(postgres: str) -> None:
    async with open_checkpointer(postgres) as saver:
        agent = SupportAgent(build_graph(parts(scripted("Hm.")), checkpointer=saver), max_message_chars=1000)
        for number in range(CHECKPOINTS_KEPT + 5):
            await agent.send("many", f"how do returns work, for the {number}. time?", customer_id="ada")
        kept = [found async for found in saver.alist({"configurable": {"thread_id": "many"}})]
        assert len(kept) == CHECKPOINTS_KEPT
        assert len(kept[0].checkpoint["channel_values"]["messages"]) == 2 * (CHECKPOINTS_KEPT + 5)
        assert kept[-1].checkpoint["channel_values"]["messages"]
        pool: Any = saver.conn  # type: ignore[attr-defined]
        async with pool.connection() as connection:
            blobs = "SELECT count(*) AS n FROM checkpoint_blobs WHERE thread_id = 'many' AND channel = 'messages'"
            assert (await (await connection.execute(blobs)).fetchone())["n"] == CHECKPOINTS_KEPT


async def test_a_url_of_no_known_kind_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match="sqlite:///FILE or postgresql://"):
        async with open_checkpointer("mongodb://x"):
            pass


async def test_a_memory_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackendUnavailable, match="SUPPORT_DATABASE_URL"):
        async with open_checkpointer(f"sqlite:///{tmp_path}/file/memory.db"):
            pass


class Planted:
    """Note whether it was ever made."""

    made = False

    def __init__(self, *_: Any) -> None:
        type(self).made = True


def test_a_hostile_row_is_never_code(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"
    asyncio.run(two_turns_with_a_restart_between(url))
    # The library's own extension for "call this class with these arguments".
    hostile = ormsgpack.packb(ormsgpack.Ext(0, ormsgpack.packb((Planted.__module__, Planted.__qualname__, "x"))))
    with sqlite3.connect(tmp_path / "memory.db") as connection:
        connection.execute("UPDATE checkpoints SET type = 'msgpack', checkpoint = ?", (hostile,))

    async def read() -> None:
        async with open_checkpointer(url) as saver:
            await saver.aget_tuple({"configurable": {"thread_id": "t"}})

    with contextlib.suppress(Exception):  # whatever it raises, the class must not be made
        asyncio.run(read())
    assert not Planted.made
    JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(("msgpack", hostile))
    assert Planted.made, "the row is harmless to every serializer and proves nothing"


PLANTS = {
    "code": {"messages": ormsgpack.Ext(0, ormsgpack.packb((Planted.__module__, "Planted", "x")))},
    "words for messages": {"messages": "x"},
    "no state": None,
    "a list for a name": {"customer_id": ["ada"], "messages": []},
}


@pytest.mark.parametrize("plant", PLANTS)
async def test_a_hostile_row_costs_one_thread_and_doctor_names_it(tmp_path: Path, plant: str) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"
    model = scripted("You have 30 days. [1]")
    async with open_checkpointer(url) as saver:
        agent = SupportAgent(build_graph(parts(model), checkpointer=saver), max_message_chars=1000)
        for thread in ("bad", "good"):
            await agent.send(thread, "how do returns work?", customer_id="ada")
    row = {"v": 4, "id": "x", "ts": "t", "channel_values": PLANTS[plant], "channel_versions": {}, "versions_seen": {}}
    with sqlite3.connect(tmp_path / "memory.db") as connection:
        stored = ("msgpack", ormsgpack.packb(row), "bad")
        connection.execute("UPDATE checkpoints SET type = ?, checkpoint = ? WHERE thread_id = ?", stored)
    Planted.made = False
    async with open_checkpointer(url) as saver:
        agent = SupportAgent(build_graph(parts(model), checkpointer=saver), max_message_chars=1000)
        with pytest.raises(ThreadDamaged, match="'bad' is not what was written"):
            await agent.send("bad", "and shipping?", customer_id="ada")
        assert (await agent.send("good", "and returns?", customer_id="ada")).text == "You have 30 days. [1]"
        assert await damaged_threads(saver) == ["bad"]
        assert [thread.id for thread in await list_threads(saver)] == ["good"]
    assert not Planted.made

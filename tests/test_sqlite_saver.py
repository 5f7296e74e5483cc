"""Check that conversations on disk stay small, whole and erasable."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig

from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.memory.checkpointers import SERDE
from graph.memory.sqlite_saver import SqliteSaver
from graph.state import TurnInput
from tests.graph_fakes import call, parts, scripted
from tools.context import Context


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.db"


def opened(file: Path, kept: int = 20) -> SqliteSaver:
    return SqliteSaver(file, serde=SERDE, checkpoints_kept=kept)


@pytest.fixture
def memory(file: Path) -> Iterator[SqliteSaver]:
    made = opened(file)
    yield made
    made.close()


def agent_on(memory: SqliteSaver) -> SupportAgent:
    made = parts(scripted("You have 30 days. [1]"))
    return SupportAgent(build_graph(made, checkpointer=memory), max_message_chars=1000)


def rows(file: Path, table: str, thread: str = "t") -> int:
    with sqlite3.connect(file) as connection:
        query = f"SELECT count(*) FROM {table} WHERE thread_id = ?"
        return int(connection.execute(query, (thread,)).fetchone()[0])


async def test_each_message_is_stored_once_and_superseded_checkpoints_go(file: Path) -> None:
    memory = opened(file, kept=3)
    agent = agent_on(memory)
    for number in range(12):
        await agent.send("t", f"how do returns work, for the {number}. time?", customer_id="ada")
    memory.close()
    assert rows(file, "messages") == 24
    assert rows(file, "checkpoints") == 3
    assert rows(file, "writes") == 0


async def test_another_process_reads_the_whole_conversation(file: Path, memory: SqliteSaver) -> None:
    await agent_on(memory).send("t", "how do returns work?", customer_id="ada")
    other = opened(file)
    state = await agent_on(other).state("t")
    other.close()
    assert [m.text for m in state.messages] == ["how do returns work?", "You have 30 days. [1]"]


async def test_a_message_in_two_threads_is_stored_in_both(file: Path, memory: SqliteSaver) -> None:
    graph = build_graph(parts(scripted("Hello.")), checkpointer=memory)
    same = HumanMessage("hello", id="same")
    for thread in ("t", "u"):
        await graph.ainvoke(TurnInput(messages=[same]), {"configurable": {"thread_id": thread}}, durability="exit")
    assert (rows(file, "messages", "t"), rows(file, "messages", "u")) == (2, 2)


async def test_an_erased_thread_is_gone_and_can_begin_anew(file: Path, memory: SqliteSaver) -> None:
    agent = agent_on(memory)
    await agent.send("t", "how do returns work?", customer_id="ada")
    await memory.adelete_thread("t")
    assert [rows(file, table) for table in ("messages", "checkpoints", "writes")] == [0, 0, 0]
    await agent.send("t", "how do returns work?", customer_id="bob")
    assert len((await agent.state("t")).messages) == 2


async def test_a_copied_thread_lives_on_without_the_first(memory: SqliteSaver) -> None:
    agent = agent_on(memory)
    await agent.send("t", "how do returns work?", customer_id="ada")
    await memory.acopy_thread("t", "u")
    await memory.adelete_thread("t")
    await agent.send("u", "how do returns work?", customer_id="ada")
    assert len((await agent.state("u")).messages) == 4


async def test_every_step_can_be_saved_and_listed(memory: SqliteSaver) -> None:
    made = parts(scripted(call("get_order", order_id="A1"), "Delivered."))
    graph = build_graph(made, checkpointer=memory)
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    await graph.ainvoke(
        TurnInput(messages=[HumanMessage("where is A1?")]),
        config,
        context=Context(customer_id="ada"),
        durability="sync",
    )
    history = [len(snapshot.values.get("messages", [])) async for snapshot in graph.aget_state_history(config)]
    assert history[0] == 4
    assert 0 in history
    await memory.aprune(["t"])
    assert len([t async for t in memory.alist({"configurable": {"thread_id": "t"}})]) == 1


async def test_the_checkpoints_of_a_run_can_be_taken_back(memory: SqliteSaver) -> None:
    graph = build_graph(parts(scripted("Hello.")), checkpointer=memory)
    for run in ("first", "second"):
        await graph.ainvoke(
            TurnInput(messages=[HumanMessage(f"hello, {run}")]),
            {"configurable": {"thread_id": "t"}, "metadata": {"run_id": run}},
            durability="async",
        )
    await memory.adelete_for_runs(["second"])
    state = await graph.aget_state({"configurable": {"thread_id": "t"}})
    assert [m.text for m in state.values["messages"]] == ["hello, first", "Hello."]

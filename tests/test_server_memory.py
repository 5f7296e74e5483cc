"""Check the savers: what a LangGraph server asks of them, and that an old turn's checkpoint is refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.conformance import checkpointer_test, validate

from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.memory.checkpointers import open_checkpointer
from graph.memory.fencing import REFUSED
from tests.graph_fakes import parts, scripted
from tests.postgres import fresh_database


async def conforms(url: str) -> set[str]:
    """Return which capabilities the saver behind a URL has, all of them as the suite wants them."""

    @checkpointer_test(name="ours")
    async def saver() -> AsyncIterator[BaseCheckpointSaver[Any]]:
        async with open_checkpointer(url) as opened:
            yield opened

    report = await validate(saver)
    assert {name: r.failures for name, r in report.results.items() if r.detected and not r.passed} == {}
    assert report.passed_all_base()
    return {name for name, r in report.results.items() if r.passed}


async def test_the_sqlite_saver_passes_the_conformance_suite(tmp_path: Path) -> None:
    # Copying threads and forgetting runs are what a LangGraph server asks for besides.
    assert {"copy_thread", "delete_for_runs"} <= await conforms(f"sqlite:///{tmp_path}/memory.db")


@pytest.mark.server
async def test_the_postgresql_saver_passes_the_conformance_suite(shared_postgres: str) -> None:
    await conforms(fresh_database(shared_postgres))


def was_refused(error: BaseException | None) -> bool:
    """Say whether an error is the refusal of an old token, however the library wrapped it."""
    return error is not None and (REFUSED in str(error) or was_refused(error.__cause__ or error.__context__))


async def a_stale_worker(url: str) -> None:
    """Let a turn begin, give the thread to another worker, and let the first one wake up again."""
    async with open_checkpointer(url) as first, open_checkpointer(url) as second:
        asleep = SupportAgent(
            build_graph(parts(scripted("From the sleeper.")), checkpointer=first), max_message_chars=99
        )
        awake = SupportAgent(build_graph(parts(scripted("From the other.")), checkpointer=second), max_message_chars=99)
        early = asleep.stream("t", "how do returns work?", message_id="m1", turn_token=1)
        await anext(early)  # the run has begun and now sleeps
        replies = [e async for e in awake.stream("t", "how do returns work?", message_id="m1", turn_token=2)]
        assert replies[-1].text == "From the other."
        with pytest.raises(Exception) as refusal:
            async for _ in early:
                pass
        assert was_refused(refusal.value)
        said = [m.text for m in (await awake.state("t")).messages]
        assert said == ["how do returns work?", "From the other."]
        # The sleeper's connection is in order again: the next turn it is given goes through.
        later = [e async for e in asleep.stream("t", "thanks", message_id="m2", turn_token=3)]
        assert later[-1].text == "From the sleeper."


async def test_a_stale_worker_changes_nothing_on_sqlite(tmp_path: Path) -> None:
    await a_stale_worker(f"sqlite:///{tmp_path}/memory.db")


@pytest.mark.server
async def test_a_stale_worker_changes_nothing_on_postgresql(shared_postgres: str) -> None:
    await a_stale_worker(fresh_database(shared_postgres))


async def test_a_message_that_comes_twice_is_answered_once(tmp_path: Path) -> None:
    model = scripted("You have 30 days.", "again")
    async with open_checkpointer(f"sqlite:///{tmp_path}/memory.db") as saver:
        agent = SupportAgent(build_graph(parts(model), checkpointer=saver), max_message_chars=99)
        first = await agent.send("t", "how do returns work?", message_id="m1")
        second = await agent.send("t", "how do returns work?", message_id="m1")
    assert first == second
    assert len(model.requests) == 1


async def test_a_turn_that_died_goes_on_where_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"
    model = scripted(ConnectionError("the process dies here"), "You have 30 days.")
    async with open_checkpointer(url) as saver:
        agent = SupportAgent(build_graph(parts(model), checkpointer=saver), max_message_chars=99)
        with pytest.raises(ConnectionError):
            await agent.send("t", "how do returns work?", message_id="m1")
    async with open_checkpointer(url) as saver:
        agent = SupportAgent(build_graph(parts(model), checkpointer=saver), max_message_chars=99)
        reply = await agent.send("t", "how do returns work?", message_id="m1")
        assert reply.text == "You have 30 days."
        assert len((await agent.state("t")).messages) == 2

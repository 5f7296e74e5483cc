"""What authors, tools and customers do wrong: slow tools, files that are gone, procedures of a megabyte."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from benchmarks.procedures.planted import CANCEL as TRIP
from benchmarks.procedures.planted import CATALOGUE
from core.errors import BackendUnavailable
from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.procedures import book as procedure_book
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.format.procedure_file import LARGEST, read_procedure
from tests.graph_fakes import call, scripted
from tests.test_procedures_graph import CANCEL, PAY, following, told
from tools.context import Context


def agent_with(made: Parts, saver: InMemorySaver) -> SupportAgent:
    return SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=made.max_message_chars)


async def test_a_tool_that_never_answers_is_given_up_and_a_person_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(context: Context, args: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(procedure_book, "READ_SECONDS", 0.01)
    made = following(scripted("unreachable"), CANCEL, leads=True)
    assert made.procedures
    made.procedures.records["get_order"] = never  # type: ignore[index]
    with pytest.raises(BackendUnavailable, match=r"did not answer within 0\.01 seconds"):
        await made.procedures.reader(Context())("get_order", {})
    reply = await agent_with(made, InMemorySaver()).send("t", "please cancel my order #AF1", customer_id="ada")
    assert (reply.owner, "a colleague has to look at it" in reply.text) == ("pending", True)


async def test_a_slow_tool_lets_a_model_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(context: Context, args: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(procedure_book, "READ_SECONDS", 0.01)
    made = following(scripted(call("cancel_order", order_id="#AF1", reason="no longer needed"), "Sorry."), CANCEL)
    assert made.procedures
    made.procedures.records["get_order"] = never  # type: ignore[index]
    await agent_with(made, InMemorySaver()).send("t", "cancel #AF1, no longer needed", customer_id="ada")
    assert "cancel_order cannot run" in told(made, 1)
    assert not await made.actions.ledger.any_open("t")


async def test_an_open_case_keeps_its_rules_when_its_file_is_gone() -> None:
    saver = InMemorySaver()
    dear = CANCEL.replace("< 500.0", "< 50.0")
    before = following(scripted("unreachable"), dear, PAY, leads=True)
    await agent_with(before, saver).send("t", "please cancel my order", customer_id="ada")
    after = following(scripted("unreachable"), PAY, leads=True)
    assert after.procedures
    assert after.procedures.owner_of("cancel_order") is None
    reply = await agent_with(after, saver).send("t", "#AF1", customer_id="ada")
    assert (reply.owner, "A colleague has to look at an order of" in reply.text) == ("pending", True)


async def test_an_open_case_whose_file_is_gone_is_done_by_its_own_version() -> None:
    saver = InMemorySaver()
    before = following(scripted("unreachable"), CANCEL, PAY, leads=True)
    await agent_with(before, saver).send("t", "please cancel my order #AF1", customer_id="ada")
    after = following(scripted("unreachable"), PAY, leads=True)
    agent = agent_with(after, saver)
    await agent.send("t", "no longer needed", customer_id="ada")
    [action] = await after.actions.unsettled("t")
    assert action.change.procedure
    assert action.change.procedure["version"] == before.procedures.procedures["cancel-order"].version  # type: ignore[union-attr]
    await agent.send("t", "yes", customer_id="ada")
    assert (await agent.state("t")).cases == []


async def test_a_write_that_no_procedure_owns_keeps_the_rules_of_its_connector() -> None:
    made = following(scripted(call("cancel_order", order_id="#AF2", reason="no longer needed"), "No."), PAY)
    await agent_with(made, InMemorySaver()).send("t", "cancel #AF2, no longer needed", customer_id="ada")
    assert "It can only be cancelled while" in told(made, 1)


def test_a_file_of_a_megabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.md"
    path.write_text(TRIP + "word " * 200_000, encoding="utf-8")
    read, [problem] = read_procedure(path)
    assert read is None
    assert problem.kind == "too-large"
    assert str(LARGEST) in problem.message
    assert [p.kind for p in check_folder(tmp_path, CATALOGUE)[1]] == ["too-large"]

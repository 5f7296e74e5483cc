"""Let the host of the graph run the tool calls, and hold its writes to the customer's yes."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from core.errors import SettingsError
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.memory.checkpointers import open_checkpointer
from graph.tool_calls.executors import InHost
from tests.graph_fakes import call, parts, scripted
from tests.server_fakes import serving
from tools.actions.hosted import HostedActions, HostTool, as_tools
from tools.actions.ledger import ActionLedger
from tools.context import Context

ORDER = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
TOOLS = [
    HostTool(name="order_details", description="Look up an order.", parameters=ORDER, effect="read"),
    HostTool(name="cancel_pending_order", description="Cancel an order.", parameters=ORDER, effect="write"),
]
LOOK = call("order_details", "look", order_id="#W1")
CANCEL = call("cancel_pending_order", "cancel", order_id="#W1")
SHIPPED = [{"id": "look", "content": "shipped"}]


def host(
    *answers: Any, saver: Any = None, url: str | None = None, confirm_writes: bool = True, approve: str | None = None
) -> SupportAgent:
    """Return an agent whose calls the test runs; `approve` says why staff has to agree to every one."""
    ledger = ActionLedger(url or f"sqlite:///{tempfile.mkdtemp()}/desk.db")
    theirs = [replace(tool, approve=lambda args: approve) for tool in TOOLS]
    actions = HostedActions(ledger=ledger, tools=theirs, confirm_writes=confirm_writes)
    tools = as_tools(theirs)
    made = parts(scripted(*answers), tools=tools, actions=actions, executor=InHost([tool.bound for tool in tools]))
    return SupportAgent(build_graph(made, checkpointer=saver or InMemorySaver()), max_message_chars=1000)


async def test_calls_go_to_the_host_and_its_results_to_the_model() -> None:
    agent = host(LOOK, "It has left.")
    reply = await agent.send("t", "where is #W1?")
    assert reply.text == ""
    assert await agent.host_calls("t") == [{"id": "look", "name": "order_details", "args": {"order_id": "#W1"}}]
    assert (await agent.give_results("t", SHIPPED)).text == "It has left."
    assert await agent.host_calls("t") == []
    [told] = [m for m in (await agent.state("t")).messages if isinstance(m, ToolMessage)]
    assert (told.text, told.name, told.status) == ("shipped", "order_details", "success")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "shipped",
        {"results": []},
        {"results": ["shipped"]},
        {"results": [{"id": "look"}]},
        {"results": [{"id": "look", "content": 3}]},
        {"results": [{"id": "look", "content": "a"}, {"id": "look", "content": "b"}]},
        {"results": [{"id": "look", "content": "a"}, {"id": "other", "content": "b"}]},
        {"results": [{"id": "look", "content": "a", "status": "perhaps"}]},
    ],
)
async def test_results_that_do_not_fit_are_asked_for_again_with_the_reason(answer: Any) -> None:
    agent = host(LOOK, "It has left.")
    await agent.send("t", "where is #W1?")
    config: Any = {"configurable": {"thread_id": "t"}}
    resume: Command[Any] = Command(resume=answer if answer is not None else {"nothing": 1})
    await agent.graph.ainvoke(resume, config, context=Context())
    [asked] = (await agent.graph.aget_state(config)).interrupts
    assert asked.value["type"] == "tool_calls"
    assert len(asked.value["problem"]) > 20
    assert [c["id"] for c in await agent.host_calls("t")] == ["look"]
    assert (await agent.give_results("t", SHIPPED)).text == "It has left."


async def test_a_write_reaches_the_host_only_after_the_customers_yes() -> None:
    agent = host(CANCEL)
    asked = await agent.send("t", "cancel #W1")
    assert "Cancel pending order (order id #W1)" in asked.text
    assert await agent.host_calls("t") == []
    await agent.send("t", "yes")
    [wanted] = await agent.host_calls("t")
    assert (wanted["name"], wanted["args"]) == ("cancel_pending_order", {"order_id": "#W1"})
    done = await agent.give_results("t", [{"id": wanted["id"], "content": '{"status": "cancelled"}'}])
    assert done.text.startswith("Done: Cancel pending order")


async def test_a_write_the_host_refuses_is_told_so() -> None:
    agent = host(CANCEL)
    await agent.send("t", "cancel #W1")
    await agent.send("t", "yes")
    [wanted] = await agent.host_calls("t")
    results = [{"id": wanted["id"], "content": "It has left already.", "status": "error"}]
    assert (await agent.give_results("t", results)).text == "It has left already."


async def test_a_no_keeps_a_write_from_the_host() -> None:
    agent = host(CANCEL)
    await agent.send("t", "cancel #W1")
    await agent.send("t", "no")
    assert await agent.host_calls("t") == []


async def test_a_host_whose_policy_makes_the_model_ask_gets_writes_at_once() -> None:
    agent = host(CANCEL, "It is cancelled.", confirm_writes=False)
    await agent.send("t", "cancel #W1")
    assert [c["name"] for c in await agent.host_calls("t")] == ["cancel_pending_order"]


async def test_an_order_nobody_named_does_not_reach_the_host() -> None:
    agent = host(call("order_details", order_id="#W7654321"), "Which order?")
    assert (await agent.send("t", "where is my order?")).text == "Which order?"


async def test_waiting_calls_survive_a_restart(tmp_path: Path) -> None:
    memory, desk = f"sqlite:///{tmp_path / 'memory.db'}", f"sqlite:///{tmp_path / 'desk.db'}"
    async with open_checkpointer(memory) as saver:
        agent = host(CANCEL, saver=saver, url=desk)
        await agent.send("t", "cancel #W1")
        await agent.send("t", "yes")
        before = await agent.host_calls("t")
    async with open_checkpointer(memory) as saver:
        agent = host(saver=saver, url=desk)
        assert await agent.host_calls("t") == before
        done = await agent.give_results("t", [{"id": before[0]["id"], "content": "ok"}])
        assert done.text.startswith("Done: ")
    ledger = ActionLedger(desk)
    [action] = await ledger.find(thread_id="t")
    await ledger.close()
    assert (action.state, action.attempts, action.yes_text) == ("done", 1, "yes")


async def test_a_write_that_staff_has_to_agree_to_reaches_the_host_after_both() -> None:
    agent = host(CANCEL, approve="it is a large order")
    await agent.send("t", "cancel #W1")
    assert "colleague has to agree" in (await agent.send("t", "yes")).text
    assert await agent.host_calls("t") == []
    await agent.decide("t", {"decisions": [{"type": "approve"}]}, operator="kim")
    [wanted] = await agent.host_calls("t")
    assert (wanted["name"], wanted["args"]) == ("cancel_pending_order", {"order_id": "#W1"})
    done = await agent.give_results("t", [{"id": wanted["id"], "content": "ok"}])
    assert "Done: Cancel pending order" in done.text


async def test_what_staff_declines_never_reaches_the_host() -> None:
    agent = host(CANCEL, approve="it is a large order")
    await agent.send("t", "cancel #W1")
    await agent.send("t", "yes")
    await agent.decide("t", {"decisions": [{"type": "reject", "message": "Too late."}]}, operator="kim")
    assert await agent.host_calls("t") == []


async def test_a_server_refuses_at_its_start_what_only_a_host_could_run(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="hands its tool calls to a host"):
        async with serving(tmp_path, made_of={"executor": InHost([])}):
            pass

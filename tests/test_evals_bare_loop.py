"""Play the loop without gates that the graph is measured beside: what the model calls runs, what it says is sent."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from openai.types.chat import ChatCompletion

from benchmarks.agents.bare_loop import MOST_ROUNDS, BareLoop
from benchmarks.small_model import figures, outcome
from core.errors import MessageRejected
from core.settings import Settings
from tests.graph_fakes import parts, scripted

SETTINGS = Settings.from_env({"SUPPORT_BASE_URL": "http://127.0.0.1:1/v1", "SUPPORT_MODEL": "m"}, env_file=None)


def says(content: str | None, *calls: tuple[str, str]) -> dict[str, Any]:
    functions = [
        {"id": f"c{n}", "type": "function", "function": {"name": f, "arguments": a}} for n, (f, a) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content} | ({"tool_calls": functions} if calls else {})
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def loop(*answers: dict[str, Any]) -> tuple[BareLoop, list[Any]]:
    """Return a loop whose endpoint gives these answers, the last one again and again, and the requests it gets."""
    left, asked = list(answers), []
    agent = BareLoop(SETTINGS, parts(scripted("unused")), date(2026, 11, 22))

    async def create(**request: Any) -> ChatCompletion:
        asked.append([dict(m) for m in request["messages"]])
        return ChatCompletion.model_validate(left.pop(0) if len(left) > 1 else left[0])

    agent._client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))  # type: ignore[assignment]
    return agent, asked


async def test_what_the_model_calls_runs_and_what_it_says_is_sent_whatever_it_is() -> None:
    agent, asked = loop(says(None, ("get_order", '{"order_id": "A1"}')), says("Delivered, and I refunded $99!"))
    reply = await agent.send("t", "where is A1?", customer_id="ada")
    assert (reply.text, reply.tools, reply.requests, reply.input_tokens) == (
        "Delivered, and I refunded $99!",
        ("get_order",),
        2,
        20,
    )
    assert '"status": "delivered"' in asked[1][-1]["content"]
    found = [m for m in (await agent.state("t")).messages if isinstance(m, ToolMessage)]
    assert [m.status for m in found] == ["success"]


@pytest.mark.parametrize("call", [("get_order", '{"order_id": "B1"}'), ("get_order", '{"order'), ("drop_tables", "{}")])
async def test_a_failing_call_is_told_to_the_model_and_counted(call: tuple[str, str]) -> None:
    agent, asked = loop(says(None, call), says("Hm."))
    assert (await agent.send("t", "where is it?", customer_id="ada")).text == "Hm."
    assert asked[1][-1]["content"].startswith("Error: ")
    assert [m.status for m in (await agent.state("t")).messages if isinstance(m, ToolMessage)] == ["error"]


async def test_a_model_that_calls_for_ever_ends_and_an_empty_message_is_refused() -> None:
    agent, asked = loop(says(None, ("get_order", '{"order_id": "A1"}')))
    assert (await agent.send("t", "where is A1?", customer_id="ada")).requests == len(asked) == MOST_ROUNDS
    with pytest.raises(MessageRejected):
        await agent.send("t", "  ")


def trial(
    *, passed: bool, said_no: str = "", call: dict[str, Any] | None = None, changed: bool = False, reply: str = "Yes."
) -> dict[str, Any]:
    comment = "orders/A1 changed and should not have" if changed else ""
    return {
        "passed": passed,
        "verdicts": [{"key": "end_state", "score": not changed, "comment": comment}]
        + ([{"key": said_no, "score": False, "comment": "x"}] if said_no else []),
        "outputs": {"owner": "bot", "turns": [{"reply": reply, "tools": [call] if call else [], "requests": 3}]},
        "reference_outputs": {"tools": {"must_not": ["refund_order"]}},
    }


def test_what_customers_got_is_counted_side_by_side() -> None:
    stopped = {"name": "get_order", "status": "error", "result": "Not run: 123 was named by nobody."}
    forbidden = {"name": "refund_order", "status": "success", "result": "done"}
    graph = outcome([*[trial(passed=True)] * 9, trial(passed=False, call=stopped)])
    untrue = trial(passed=False, said_no="groundedness", reply="I call the `get_order` function.")
    bare = outcome([untrue, trial(passed=False, call=forbidden, changed=True, reply="It is [tracking number].")])
    assert (graph.inner_works, bare.inner_works) == (0, 2)
    assert (graph.resolved, graph.untrue, graph.wrong_calls, graph.stopped_calls, graph.wrong_changes) == (
        9,
        0,
        0,
        1,
        0,
    )
    assert (bare.resolved, bare.untrue, bare.wrong_calls, bare.calls, bare.wrong_changes) == (0, 1, 1, 1, 1)
    assert all(figure.met for figure in figures({"bare-loop": bare, "graph": graph}))
    assert not all(figure.met for figure in figures({"bare-loop": graph, "graph": bare}))

"""Check that facts of the first turns survive hundreds of turns, in little memory and with a stable beginning of each
request.
"""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from benchmarks.support.models.strict_endpoint import broken_rules
from core.errors import ModelUnavailable
from core.offline.model import OfflineChatModel
from core.safety.untrusted_text import read_earlier
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.context_window.case_file import (
    DONE,
    NAME,
    ORDER,
    PREFERENCE,
    PROMISE,
    REQUEST,
    TICKET,
    CaseFile,
    with_messages,
)
from graph.context_window.prompts import history_chars, leaving_messages
from graph.context_window.summary import LONGEST, ModelSummary, RuleSummary
from graph.memory.checkpointers import open_checkpointer
from tests.graph_fakes import call, parts, scripted
from tests.test_history import histories

FIRST = "Hello, my name is Ada Brook. My order is #AF10283, please send the spare lid by Friday. I prefer e-mail."
PROMISE_MADE = "A colleague will write to you about the spare lid by Friday."


def answers(request: list[BaseMessage]) -> AIMessage:
    """Promise something in the first turn, look up an order in every third, and say a long thing otherwise."""
    newest = request[-1].text
    if "spare lid" in newest and "number" not in newest:
        return AIMessage(PROMISE_MADE)
    if isinstance(request[-1], ToolMessage):
        return AIMessage("Order A1 is delivered.")
    if "order A1" in newest:
        return call("get_order", order_id="A1")
    return AIMessage("You can return items within 30 days. [1] " * 6)


def shared_chars(first: list[BaseMessage], second: list[BaseMessage]) -> int:
    """Return how many characters two requests have in common from their beginning."""
    one, other = ("\x00".join(f"{m.type}:{m.text}" for m in request) for request in (first, second))
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


async def test_facts_of_the_first_turn_are_shown_at_turn_300_after_restarts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"
    model = scripted(answers)
    made = parts(model, context_tokens=3_000)
    texts = [FIRST] + [
        f"how do returns work for number {n}?" if n % 3 else f"where is order A1, for the {n}. time?"
        for n in range(299)
    ]
    for start in range(0, 300, 100):  # a restart every hundred turns
        async with open_checkpointer(url) as saver:
            agent = SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=1000)
            for text in texts[start : start + 100]:
                await agent.send("t", text, customer_id="ada")
            state = await agent.state("t")
            assert sum(len(m.text) for m in state.messages) <= history_chars(3_000) * 1.3
    facts = read_earlier(model.requests[-1][0].text)
    assert facts[NAME] == ["Ada Brook"]
    assert facts[ORDER][0] == "#AF10283"
    assert facts[PROMISE] == [PROMISE_MADE]
    assert "please send the spare lid" in facts[REQUEST][0]
    assert facts[PREFERENCE] == ["I prefer e-mail."]
    assert max(sum(len(m.text) for m in request) for request in model.requests) <= 3_000 * 4
    assert all(broken_rules(request) == [] for request in model.requests)
    async with open_checkpointer(url) as saver:
        offline = parts(OfflineChatModel(embeddings=None), context_tokens=3_000)
        agent = SupportAgent(build_graph(offline, checkpointer=saver), max_message_chars=1000)
        asked = ("What is my name?", "What was my order number?", "What did you promise me in the beginning?")
        told = [(await agent.send("t", question, customer_id="ada")).text for question in asked]
    assert "Ada Brook" in told[0]
    assert "#AF10283" in told[1]
    assert PROMISE_MADE in told[2]


async def test_the_beginning_of_a_request_changes_only_when_turns_leave() -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    model = scripted(answers)
    agent = SupportAgent(
        build_graph(parts(model, context_tokens=3_000), checkpointer=InMemorySaver()), max_message_chars=1000
    )
    for number in range(60):
        await agent.send("t", f"how do returns work for number {number}?", customer_id="ada")
    broken = 0
    for earlier, later in zip(model.requests, model.requests[1:], strict=False):
        # All but the newest message of the earlier request, which held the passages, is there again byte for byte.
        kept = "\x00".join(f"{m.type}:{m.text}" for m in earlier[:-1])
        broken += shared_chars(earlier, later) < len(kept)
    assert 1 <= broken <= 60 / 8, "turns leave many at a time"


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(200, 4000))
def test_whole_turns_leave_and_the_two_newest_stay(history: list[AnyMessage], limit: int) -> None:
    left = leaving_messages(history, history_chars=limit)
    kept = history[len(left) :]
    assert history[: len(left)] == left
    assert not kept or isinstance(kept[0], HumanMessage) or not left
    asked = [m for m in history if isinstance(m, HumanMessage)]
    assert asked[-2:] == [m for m in kept if isinstance(m, HumanMessage)][-2:]


def test_a_case_file_holds_tickets_and_what_was_done_and_no_policy() -> None:
    case = with_messages(
        {},
        [
            AIMessage("I am handing over. Your ticket is T1001.", additional_kwargs={"ticket_id": "T1001"}),
            AIMessage("Order #AF1 was cancelled.", additional_kwargs={"tells": ["a1"]}),
            AIMessage("You will get your money back within 5 days. [1]"),
            AIMessage("If you send it back, you will get a refund."),
        ],
    )
    assert case[TICKET] == ["T1001"]
    assert case[DONE] == ["Order #AF1 was cancelled."]
    assert PROMISE not in case


def test_a_case_file_is_bounded_and_keeps_the_first_and_the_newest() -> None:
    case: CaseFile = {}
    for number in range(200):
        case = with_messages(case, [HumanMessage(f"where is order #AF{10_000 + number}?")])
    assert len(case[ORDER]) <= 24
    assert (case[ORDER][0], case[ORDER][-1]) == ("#AF10000", "#AF10199")


async def test_a_summary_by_rule_is_bounded() -> None:
    said: list[Any] = [HumanMessage("x" * 400), AIMessage("y" * 400)]
    summary = ""
    for _ in range(20):
        summary, cost = await RuleSummary().summarise(summary, said)
    assert 0 < len(summary) <= LONGEST
    assert cost["requests"] == 0


async def test_a_summary_by_the_model_is_counted_and_has_the_rule_behind_it() -> None:
    said: list[Any] = [HumanMessage("Where is my lamp?"), AIMessage("At the depot.")]
    model = scripted("They talked about a lamp.", ModelUnavailable("down"), "")
    summariser = ModelSummary(model)
    assert (await summariser.summarise("", said))[0] == "They talked about a lamp."
    assert isinstance(model.requests[0][0], SystemMessage)
    by_rule = "Customer: Where is my lamp?\nAgent: At the depot."
    assert (await summariser.summarise("", said))[0] == by_rule
    text, cost = await summariser.summarise("", said)
    assert (text, cost["requests"]) == (by_rule, 1)


async def test_the_summary_never_reaches_the_customer() -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    from graph.replies import Reply, Token

    model, summary = scripted(answers), scripted("SECRET SUMMARY")
    made = parts(model, context_tokens=2_000, summariser=ModelSummary(summary))
    agent = SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=1000)
    for number in range(20):
        events = [e async for e in agent.stream("t", f"how do returns work for number {number}?", customer_id="ada")]
        tokens = "".join(e.text for e in events if isinstance(e, Token))
        assert isinstance(events[-1], Reply)
        assert "SECRET" not in tokens + events[-1].text
    state = await agent.state("t")
    assert state.summary == "SECRET SUMMARY"
    assert state.summary_usage["requests"] == len(summary.requests) > 0

"""Check what the model is shown of any history against the rules of OpenAI-style endpoints."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from benchmarks.support.models.strict_endpoint import broken_rules
from core.safety.untrusted_text import read_message
from graph.context_window.prompts import CHARS_PER_TOKEN, context_budget, prompt_messages
from tests.graph_fakes import RETURNS


@st.composite
def histories(draw: st.DrawFn) -> list[AnyMessage]:
    """Draw a conversation with crashes: results lost, doubled or orphaned, replies empty or missing."""
    messages: list[AnyMessage] = []
    for turn in range(draw(st.integers(1, 6))):
        messages.append(HumanMessage(draw(st.sampled_from(["hi", "where is it?", "x" * 3000])), id=f"h{turn}"))
        for step in range(draw(st.integers(0, 3))):
            ids = [f"{turn}.{step}.{n}" for n in range(draw(st.integers(1, 3)))]
            messages.append(AIMessage("", tool_calls=[{"name": "get_order", "args": {}, "id": i} for i in ids]))
            answered = draw(st.lists(st.sampled_from([*ids, "orphan"]), max_size=4))
            messages += [ToolMessage("result", tool_call_id=i) for i in answered]
        if draw(st.booleans()):
            messages.append(AIMessage(draw(st.sampled_from(["", "Delivered.", "y" * 4000]))))
    return messages


@settings(max_examples=500, deadline=None)
@given(histories(), st.integers(500, 4000))
def test_whatever_happened_the_request_is_valid_and_holds_the_newest_message(
    history: list[AnyMessage], context_tokens: int
) -> None:
    request = prompt_messages(history, [RETURNS], system="Be kind.", context_tokens=context_tokens)
    assert broken_rules(request) == []
    newest = next(m for m in reversed(history) if isinstance(m, HumanMessage))
    shown = [read_message(m.text) for m in request if isinstance(m, HumanMessage)]
    assert shown[-1] == newest.text


def test_older_turns_are_dropped_whole() -> None:
    history: list[AnyMessage] = []
    for turn in range(20):
        call = {"name": "get_order", "args": {}, "id": f"c{turn}"}
        history += [
            HumanMessage(f"question {turn}"),
            AIMessage("", tool_calls=[call]),
            ToolMessage("r" * 400, tool_call_id=f"c{turn}"),
            AIMessage(f"answer {turn}"),
        ]
    history.append(HumanMessage("and now?"))
    request = prompt_messages(history, [], system="Be kind.", context_tokens=500)
    assert sum(len(m.text) for m in request) <= 500 * CHARS_PER_TOKEN + 100
    assert [type(m) for m in request[1:5]] == [HumanMessage, AIMessage, ToolMessage, AIMessage]
    assert request[1].text == "question 16"


@pytest.mark.parametrize(
    ("window", "tokens"),
    [(None, 12_000), (4_096, 2_457), (8_192, 5_734), (32_768, 12_000), (131_072, 16_384), (1_000_000, 125_000)],
)
def test_a_request_is_as_long_as_the_window_of_the_model_suggests(window: int | None, tokens: int) -> None:
    assert context_budget(window, 1_024) == tokens

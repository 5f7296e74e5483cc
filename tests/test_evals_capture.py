"""Turn a conversation into a file: played again it is the same, and nobody's name is in it."""

from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.errors import ConversationFileError
from evals.conversations.capture import as_yaml, capture
from evals.conversations.suites import read_scenario
from tests.fakes import ADA

MESSAGES: list[AnyMessage] = [
    HumanMessage("Hi, Ada Brook here (ada@example.com, 503-555-0142). Cancel #AF1, card 4111 1111 1111 1111."),
    AIMessage("", tool_calls=[{"name": "get_order", "args": {"order_id": "#AF1"}, "id": "1", "type": "tool_call"}]),
    ToolMessage("{}", tool_call_id="1", name="get_order"),
    AIMessage("Shall I?", additional_kwargs={"sources": [{"article_id": "cancelling-an-order"}]}),
    HumanMessage("Yes, and write to 12 Bristol Road."),
]


def test_a_captured_conversation_is_a_file_that_reads(tmp_path: Path) -> None:
    action = {"tool": "cancel_order", "args": {"order_id": "#AF1", "reason": "no longer needed"}}
    found = capture(
        "Thread 7/b", MESSAGES, kind="happy_path", customer=ADA, owner="bot", ticket_reason=None, actions=[action]
    )
    path = tmp_path / f"{found.id}.yaml"
    path.write_text(as_yaml(found))
    again = read_scenario(path)
    assert again == found
    assert again.id == "captured-thread-7-b"
    assert again.expect.tools.must == ("get_order",)
    assert again.expect.cites == (("cancelling-an-order",),)
    assert again.expect.actions[0].args == action["args"]
    text = path.read_text()
    for private in ("Ada", "Brook", "ada@", "555", "4111", "Bristol"):
        assert private not in text
    assert "#AF1" in text


def test_a_handed_over_conversation_keeps_owner_and_reason() -> None:
    found = capture("t", MESSAGES, kind="anger", customer=None, owner="pending", ticket_reason="angry", actions=[])
    assert (found.expect.owner, found.expect.ticket) == ("human", {"reason": ("angry",)})


def test_an_empty_thread_is_an_error() -> None:
    with pytest.raises(ConversationFileError, match="no customer message"):
        capture("t", [], kind="anger", customer=None, owner="bot", ticket_reason=None, actions=[])

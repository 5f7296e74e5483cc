"""Check that what is written for a model alone never reaches a customer through the offline model."""

import asyncio
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from core.model_notes import MISFIT, NOT_RUN
from core.offline.model import OfflineChatModel
from tests.offline_shop import shop_tools
from tools.retail.offline.shop_planner import ShopPlanner

NOTES = (
    f"{NOT_RUN} 63.95 was named neither by the customer nor by an earlier result. Look it up first; never guess.",
    f"{MISFIT} never guess the reason.",
)


def answer(message: str, name: str, args: dict[str, Any], note: str) -> AIMessage:
    """Return what the model says once a call of this turn was refused with a note."""
    turn: list[BaseMessage] = [
        HumanMessage(message),
        AIMessage("", tool_calls=[ToolCall(name=name, args=args, id="call-1")]),
        ToolMessage(note, tool_call_id="call-1", name=name, status="error"),
    ]
    return asyncio.run(OfflineChatModel(planner=ShopPlanner).bind_tools(shop_tools("ada_brook_1001")).ainvoke(turn))


@pytest.mark.parametrize("note", NOTES)
def test_a_note_on_a_look_up_is_not_shown(note: str) -> None:
    said = answer("Where is AF10283?", "get_order", {"order_id": "#AF10283"}, note)
    assert said.text
    assert "guess" not in said.text


@pytest.mark.parametrize("note", NOTES)
def test_a_note_on_a_change_is_not_shown_and_the_change_is_not_tried_again(note: str) -> None:
    args = {"order_id": "#AF10326", "reason": "no longer needed"}
    said = answer("Cancel AF10326, I no longer need it", "cancel_order", args, note)
    assert "guess" not in said.text
    assert "not changed anything" in said.text
    assert not said.tool_calls


def test_a_refused_call_for_a_person_is_not_made_again() -> None:
    said = answer("You charged me twice", "request_human", {"reason": "charged twice"}, NOTES[0])
    assert said.text
    assert not said.tool_calls

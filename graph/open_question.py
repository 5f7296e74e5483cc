"""Apply a customer's message to what she was asked, and take up what an earlier turn left undone or untold."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from graph.action_calls import calls_of
from graph.phrases import phrase
from tools.confirmed_actions import ConfirmedActions


async def hear(
    messages: Sequence[AnyMessage], message: HumanMessage, *, thread_id: str, locale: str, actions: ConfirmedActions
) -> dict[str, Any]:
    """Return the calls that are to be carried out, the question that stays open, and what waits for staff.

    `messages` is the conversation before the message. A yes or a no counts for the question right before it, and for no other.
    """
    said_last = next((m for m in reversed(messages) if isinstance(m, AIMessage) and not m.tool_calls), None)
    asked = said_last.additional_kwargs if said_last else {}
    if told := asked.get("tells"):
        await actions.told(told)
    heard = await actions.hear(thread_id, asked.get("asks", ()), message_id=str(message.id), text=message.text)
    due = await actions.due(thread_id)
    update: dict[str, Any] = {
        # A question is put again once, after a digression; then it rests.
        "open_question": [a.id for a in heard.still_open if a.id not in asked.get("asked_before", ())],
        "approvals": [action.id for action in await actions.waiting(thread_id)],
        "messages": [],
    }
    # What she agreed to may wait for staff instead of being due: that has to be said, too.
    waiting = [action for action in heard.agreed if action.id not in {d.id for d in due}]
    if due or waiting:
        update["messages"] = [calls_of([*due, *waiting], then="confirm" if heard.agreed else "reason")]
    elif heard.withdrawn:
        update["messages"] = [AIMessage(phrase("withdrawn", locale), additional_kwargs={"then": "end"})]
    return update

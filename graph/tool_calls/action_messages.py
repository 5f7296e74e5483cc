"""Write the calls and results of confirmed actions into the conversation, from ledger rows and nothing else."""

import json
from collections.abc import Sequence
from uuid import uuid4

from langchain_core.messages import AIMessage, ToolCall, ToolMessage

from core.message_marks import mark
from core.model_notes import NOT_DONE_YET
from tools.actions.action import Action


def calls_of(actions: Sequence[Action]) -> AIMessage:
    """Return the message that calls these actions: what a model would have said, but with the ledger's arguments."""
    calls = [
        # An id of its own each time: an action may be called again after a time-out.
        ToolCall(name=action.tool, args=dict(action.args), id=f"call_{uuid4().hex}", type="tool_call")
        for action in actions
    ]
    ids = {str(call["id"]): action.id for call, action in zip(calls, actions, strict=True)}
    return AIMessage("", tool_calls=calls, additional_kwargs=mark(actions=ids))


def result_of(call: ToolCall, action: Action) -> ToolMessage:
    """Return the result of a write call: where its action stands."""
    content = json.dumps({"status": action.state, "detail": action.words}, ensure_ascii=False)
    if action.state == "proposed":
        content = json.dumps(
            {"status": NOT_DONE_YET, "detail": action.preview, "next": "the customer is asked for their yes"},
            ensure_ascii=False,
        )
    kwargs = mark(action=action.id, state=action.state)
    return ToolMessage(content, tool_call_id=str(call["id"]), name=call["name"], additional_kwargs=kwargs)

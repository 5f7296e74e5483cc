"""Write confirmed actions into the conversation as calls and results, and ask staff about them, from ledger rows alone.

The request to staff is the `HITLRequest` of LangChain's human-in-the-loop middleware, which agent-chat-ui and Agent
Inbox show. Both the answer of that format and the older list of one `{"type": "accept" | "ignore" | "response" |
"edit", "args": …}` are read.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, ToolCall, ToolMessage

from core.errors import InputError
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


def approval_request(actions: Sequence[Action], *, problem: str = "") -> dict[str, Any]:
    """Return what staff is shown, from ledger rows alone; `problem` is why the last answer decided nothing."""
    return ({"problem": problem} if problem else {}) | {
        "action_requests": [
            {
                "name": action.tool,
                "args": dict(action.args),
                "description": f"{action.preview}\nNeeds approval because {action.approval}.\n"
                f"Customer {action.customer_id} agreed with: {action.yes_text}",
            }
            for action in actions
        ],
        "review_configs": [
            {"action_name": action.tool, "allowed_decisions": ["approve", "edit", "reject"]} for action in actions
        ],
    }


def read_decisions(answer: Any, count: int) -> list[Mapping[str, Any]]:
    """Return one decision an action, in the order of the request; raises InputError when there are not as many."""
    decisions = answer.get("decisions") if isinstance(answer, Mapping) else answer
    if isinstance(decisions, Mapping):
        decisions = [decisions]
    if not isinstance(decisions, list) or not all(isinstance(d, Mapping) for d in decisions):
        raise InputError('an approval is answered with {"decisions": [{"type": "approve"}]}')
    if len(decisions) != count:
        raise InputError(f"{len(decisions)} decisions came for {count} requests; send one for each, in their order")
    return decisions

"""Speak the format in which inboxes show a request to staff and answer it.

The request is the `HITLRequest` of LangChain's human-in-the-loop middleware, which agent-chat-ui and Agent Inbox show.
Both the answer of that format and the older list of one `{"type": "accept" | "ignore" | "response" | "edit", "args":
…}` are read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import InputError
from tools.actions.action import Action


def approval_request(actions: Sequence[Action], *, problem: str = "") -> dict[str, Any]:
    """Return what staff is shown, built from ledger rows and from nothing a model wrote; `problem` is why the last
    answer decided nothing.
    """
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

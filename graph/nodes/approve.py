"""Wait for staff to decide on actions above the policy's limits."""

from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from core.errors import InputError
from graph.action_calls import calls_of
from graph.approval import approval_request, read_decisions
from graph.state import State, thread_of
from tools.confirmed_actions import ConfirmedActions
from tools.context import Context


async def approve(
    state: State, config: RunnableConfig, runtime: Runtime[Context], *, actions: ConfirmedActions
) -> dict[str, Any]:
    """Return the calls of what was decided; pauses the run until then.

    The request and its answer are rows of the ledger: a decision made elsewhere counts as much as a resume, a customer who writes
    meanwhile only lifts the pause until the end of her turn, and only a run on behalf of staff can answer.
    """
    thread_id = thread_of(config)
    asked = await actions.get(thread_id, state.approvals)
    if all(action.state == "awaiting_approval" for action in asked):
        answer = interrupt(approval_request(asked))
        operator = (runtime.context or Context()).operator
        while operator is None or not _readable(answer, len(asked)):
            answer = interrupt(approval_request(asked))
        for action, decision in zip(asked, read_decisions(answer, len(asked)), strict=True):
            await actions.decide(action.id, decision, by=operator)
        asked = await actions.get(thread_id, state.approvals)
    waiting = [action.id for action in asked if action.state == "awaiting_approval"]
    decided = [action for action in asked if action.state not in ("awaiting_approval", "withdrawn")]
    go_on = [*decided, *await actions.edited(thread_id)]
    update: dict[str, Any] = {"approvals": waiting}
    return update | ({"messages": [calls_of(go_on, then="confirm")]} if go_on else {})


def _readable(answer: Any, count: int) -> bool:
    """Say whether an answer has one decision a request; any other is asked again."""
    try:
        read_decisions(answer, count)
    except InputError:
        return False
    return True

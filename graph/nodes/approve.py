"""Wait for staff to decide on actions above the policy's limits."""

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from core.errors import InputError, Refused
from graph.state import State, thread_of
from graph.tool_calls.action_messages import approval_request, calls_of, read_decisions
from tools.actions.action import Action
from tools.actions.workflow import ConfirmedActions
from tools.context import Context


async def approve(
    state: State, config: RunnableConfig, runtime: Runtime[Context], *, actions: ConfirmedActions
) -> dict[str, Any]:
    """Return the calls of what was decided; pauses the run until then.

    The request and its answer are rows of the ledger: a decision made elsewhere counts as much as a resume, a customer
    who writes meanwhile only lifts the pause until the end of their turn, and only a run on behalf of staff can answer.
    An answer that decides nothing ends this task with the reason, and the next one pauses again: a task that is resumed
    twice reads its first answer again.
    """
    thread_id, problem = thread_of(config), ""
    asked = await actions.get(thread_id, state.approvals)
    if all(action.state == "awaiting_approval" for action in asked):
        answer = interrupt(approval_request(asked, problem=state.approval_problem))
        try:
            await _decide(answer, asked, (runtime.context or Context()).operator, actions)
        except (InputError, Refused) as error:
            problem = str(error)
        asked = await actions.get(thread_id, state.approvals)
    waiting = [action.id for action in asked if action.state == "awaiting_approval"]
    decided = [action for action in asked if action.state not in ("awaiting_approval", "withdrawn")]
    go_on = [*decided, *await actions.edited(thread_id)]
    update: dict[str, Any] = {"approvals": waiting, "approval_problem": problem}
    return update | ({"messages": [calls_of(go_on)], "next_step": "confirm"} if go_on else {})


async def _decide(answer: Any, asked: Sequence[Action], operator: str | None, actions: ConfirmedActions) -> None:
    """Apply an answer's decisions; raises InputError or Refused where it is none that counts."""
    if operator is None:
        raise InputError("only staff decide; resume the run with the operator's name in its context")
    for action, decision in zip(asked, read_decisions(answer, len(asked)), strict=True):
        await actions.decide(action.id, decision, by=operator)

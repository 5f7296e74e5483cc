"""Decide every conditional edge: pure functions of the state with a closed set of answers."""

from typing import Literal

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

from core.message_marks import marks
from graph.context_window.prompts import is_long
from graph.state import State, action_ids, newest_turn, pending_calls, tool_rounds, turn_actions
from tools.desk.ownership import WITH_PEOPLE

HUMAN_TOOL = "request_human"
"""The tool a model calls to bring in a person; `reason` heeds it if there is a reason, it is never executed."""


def after_receive(state: State) -> Literal["retrieve", "execute_tools", "confirm", "escalate", "__end__"]:
    """Neither a wish for a person nor a plain yes or no needs the model; a person's thread stays silent."""
    if state.owner in WITH_PEOPLE:
        return "__end__"
    if state.handoff:
        return "escalate"
    match next_step(state, state.messages[-1]):
        case "confirm":
            return "execute_tools"
        case "ask":
            return "confirm"
        case "end":
            return "__end__"
        case _:
            return "retrieve"


def after_retrieve(state: State, *, history_chars: int) -> list[Literal["execute_tools", "reason", "remember"]]:
    """What an earlier turn left to be carried out comes first, and the model then reads how it ended.

    Where the conversation has grown long, its older turns leave the state at the same time.
    """
    following: Literal["execute_tools", "reason"] = "execute_tools" if pending_calls(state.messages) else "reason"
    return [following, "remember"] if is_long(state.messages, history_chars=history_chars) else [following]


def after_reason(
    state: State, *, max_tool_rounds: int
) -> Literal["execute_tools", "escalate", "verify", "confirm", "approve", "__end__"]:
    """A message without calls ends the turn, at once where nothing of it was held back; a reason that a node recorded
    or too many rounds bring a person in.
    """
    if state.handoff:
        return "escalate"
    calls = pending_calls(state.messages)
    if not calls:
        held_back = state.faults or state.held_back
        spoken = any(isinstance(m, AIMessage) and m.text.strip() for m in newest_turn(state.messages))
        return "verify" if held_back or not spoken else _after_reply(state)
    if tool_rounds(state.messages) > rounds_of(state, max_tool_rounds):
        return "escalate"
    return "execute_tools"


def rounds_of(state: State, max_tool_rounds: int) -> int:
    """Return how many rounds of tools the turn has, up to the model that it may ask first: each has its own."""
    return max_tool_rounds * (state.first_model + 1)


def after_execute_tools(state: State) -> Literal["confirm", "reason"]:
    """Where every call was a write that is proposed or done, or sent a code, the graph says so; else the model does."""
    turn = newest_turn(state.messages)
    called = next(m for m in reversed(turn) if isinstance(m, AIMessage) and m.tool_calls)
    if action_ids(called):
        return "confirm" if next_step(state, called) == "confirm" else "reason"
    ids = {call["id"] for call in called.tool_calls}
    results = [m for m in turn if isinstance(m, ToolMessage) and m.tool_call_id in ids]
    said = ("action", "says")
    return "confirm" if all(any(marks(m).get(by) for by in said) for m in results) else "reason"


def after_verify(state: State) -> Literal["reason", "escalate", "confirm", "approve", "__end__"]:
    """What was held back is asked for again, what no model can say goes to a person; then come proposals and staff."""
    if state.handoff:
        return "escalate"
    return "reason" if state.faults else _after_reply(state)


def _after_reply(state: State) -> Literal["confirm", "approve", "__end__"]:
    if turn_actions(state.messages) or state.open_question:
        return "confirm"
    return "approve" if state.approvals else "__end__"


def after_confirm(state: State) -> Literal["escalate", "execute_tools", "approve", "__end__"]:
    """The next case of a procedure goes to a person or on with its write; then wait for staff where it needs them."""
    if state.handoff:
        return "escalate"
    if pending_calls(state.messages):
        return "execute_tools"
    return "approve" if state.approvals else "__end__"


def after_approve(state: State) -> Literal["execute_tools", "approve", "__end__"]:
    """Carry out or report what staff decided; wait again where an answer decided nothing."""
    if pending_calls(state.messages):
        return "execute_tools"
    return "approve" if state.approval_problem and state.approvals else "__end__"


def next_step(state: State, message: AnyMessage) -> str | None:
    """Return what follows what the graph has said or called; a turn that 0.1.0 began keeps it on its message."""
    return state.next_step or (marks(message).get("then") if isinstance(message, AIMessage) else None)


def escalation_reason(state: State) -> str:
    """Name why the turn goes to a person: what a node recorded, or a spent budget."""
    if state.handoff:
        return state.handoff
    return f"no answer after {tool_rounds(newest_turn(state.messages))} rounds of tools"

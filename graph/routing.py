"""Decide every conditional edge: pure functions of the state with a closed set of answers."""

from typing import Literal

from graph.state import State, newest_turn, pending_calls, tool_rounds
from tools.ownership import WITH_PEOPLE

HUMAN_TOOL = "request_human"
"""The tool a model calls to bring in a person; the graph answers it by `escalate`, it is never executed."""


def after_receive(state: State) -> Literal["retrieve", "escalate", "__end__"]:
    """A person's thread stays silent; a recognised wish for a person needs neither search nor model."""
    if state.owner in WITH_PEOPLE:
        return "__end__"
    return "escalate" if state.handoff else "retrieve"


def after_reason(state: State, *, max_tool_rounds: int) -> Literal["execute_tools", "escalate", "verify"]:
    """A message without calls ends the turn; a call for a person or too many rounds bring one in."""
    if state.handoff:
        return "escalate"
    calls = pending_calls(state.messages)
    if not calls:
        return "verify"
    if any(call["name"] == HUMAN_TOOL for call in calls) or tool_rounds(state.messages) > max_tool_rounds:
        return "escalate"
    return "execute_tools"


def after_verify(state: State) -> Literal["reason", "escalate", "__end__"]:
    """An answer that was held back is asked for once more; one that could not be made fit to send goes to a person."""
    if state.handoff:
        return "escalate"
    return "reason" if state.faults else "__end__"


def escalation_reason(state: State) -> str:
    """Name why the turn goes to a person: what a node recorded, the model's own words, or a spent budget."""
    if state.handoff:
        return state.handoff
    for call in pending_calls(state.messages):
        if call["name"] == HUMAN_TOOL:
            return str(call["args"].get("reason") or "the model asked for a person")
    return f"no answer after {tool_rounds(newest_turn(state.messages))} rounds of tools"

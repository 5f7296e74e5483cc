"""Decide what becomes of a reply."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langgraph.runtime import Runtime

from core.language.fixed_sentences import phrase
from core.message_marks import mark, marked
from core.models.tool_call_parsing import EMPTY
from graph.handoff.handoff_reasons import MODEL_FAILED
from graph.state import State, context_of, newest_turn, text_of
from graph.verification.reply import NOT_SUPPORTED, is_answer
from tools.context import Context


async def verify(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Return what was held back; or the wish to ask once more, then the model behind; or to bring in a person.

    What stands in the state was checked sentence by sentence while it was written, and the customer may have read it.
    """
    if state.faults and not state.usage["repairs"]:
        return {"usage": {**state.usage, "repairs": 1}, "held_back": state.faults}
    turn = newest_turn(state.messages)
    spoken = [m for m in turn if isinstance(m, AIMessage) and text_of(m).strip()]
    if not spoken or (state.faults and not is_answer(answer_of(turn))):
        if state.next_model is not None:
            held_back = [*state.held_back, *state.faults]
            return {"first_model": state.next_model, "faults": state.faults or [EMPTY], "held_back": held_back}
        held_back = list(dict.fromkeys([*state.held_back, *state.faults]))
        if any(fault.startswith(NOT_SUPPORTED) for fault in held_back):
            # A text of others can have a model claim anything, but it calls nobody in: that is the customer's to say.
            told_instead = phrase("no_safe_answer", context_of(state, runtime.context).locale)
            return {"faults": [], "messages": [AIMessage(told_instead, additional_kwargs=mark(held_back=held_back))]}
        return {"faults": [], "handoff": f"{MODEL_FAILED}: {state.faults[0] if state.faults else 'it gave no reply'}"}
    if not (held_back := list(dict.fromkeys([*state.held_back, *state.faults]))):
        return {"faults": []}
    # For colleagues who ask why it answered that; the customer and the model never read it.
    told = spoken[-1].model_copy(update={"additional_kwargs": marked(spoken[-1], held_back=held_back)})
    return {"messages": [told], "faults": []}


def answer_of(turn: Sequence[AnyMessage]) -> str:
    """Return what was said after the last look-up; before it, the customer was only told that one is made."""
    last_result = max((i for i, m in enumerate(turn) if isinstance(m, ToolMessage)), default=0)
    return "\n".join(text_of(m) for m in turn[last_result:] if isinstance(m, AIMessage))

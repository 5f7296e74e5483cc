"""Ask the model what to say or which tools to call."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage, ToolCall
from langchain_core.runnables import Runnable

from core.passages import Retriever
from graph.history import prompt_messages
from graph.state import State, Usage


async def reason(
    state: State,
    *,
    model: Runnable[LanguageModelInput, AIMessage],
    retriever: Retriever,
    system: str,
    context_tokens: int,
) -> dict[str, Any]:
    """Return the model's message and what it cost."""
    passages = await retriever.fetch(state.passage_ids)
    request = prompt_messages(state.messages, passages, system=system, context_tokens=context_tokens)
    answer = await model.ainvoke(request)
    spent = answer.usage_metadata
    usage = Usage(
        requests=state.usage["requests"] + 1,
        input_tokens=state.usage["input_tokens"] + (spent["input_tokens"] if spent else 0),
        output_tokens=state.usage["output_tokens"] + (spent["output_tokens"] if spent else 0),
    )
    return {"messages": [with_unique_call_ids(answer, state.messages)], "usage": usage}


def with_unique_call_ids(answer: AIMessage, earlier: Sequence[AnyMessage]) -> AIMessage:
    """Give each tool call an id of its own in the thread; some servers send none, or the same one again."""
    used = {call["id"] for m in earlier if isinstance(m, AIMessage) for call in m.tool_calls}
    calls = []
    for call in answer.tool_calls:
        fresh = not call["id"] or call["id"] in used
        calls.append(ToolCall(name=call["name"], args=call["args"], id=f"call_{uuid4().hex}" if fresh else call["id"]))
        used.add(calls[-1]["id"])
    return answer.model_copy(update={"tool_calls": calls}) if answer.tool_calls else answer

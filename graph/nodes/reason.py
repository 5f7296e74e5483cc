"""Ask the model what to say or which tools to call."""

from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
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
    return {"messages": [answer], "usage": usage}

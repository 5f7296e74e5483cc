"""Decide what becomes of a reply, and attach its sources."""

from typing import Any

from langchain_core.messages import AIMessage

from core.passages import Passage, Retriever
from graph.checks.reply import NOT_SUPPORTED, cited, is_answer
from graph.prompts import text_of
from graph.state import State


async def verify(state: State, *, retriever: Retriever) -> dict[str, Any]:
    """Return the reply with its sources; or the wish to ask the model once more; or to bring in a person.

    What stands in the state was checked sentence by sentence while it was written, and the customer may have read it.
    """
    if state.faults and not state.usage["repairs"]:
        return {"usage": {**state.usage, "repairs": 1}}
    reply = state.messages[-1]
    said = text_of(reply) if isinstance(reply, AIMessage) else ""
    if not said.strip() or (state.faults and not is_answer(said)):
        return {"faults": [], "handoff": handoff_reason(state)}
    passages = await retriever.fetch(state.passage_ids)
    sources = [source(number, passages[number - 1]) for number in cited(said) if number <= len(passages)]
    kwargs = {**reply.additional_kwargs, "sources": sources}
    return {"messages": [reply.model_copy(update={"additional_kwargs": kwargs})], "faults": []}


def handoff_reason(state: State) -> str:
    """Tell the person who takes over why there is no reply."""
    if not state.faults:
        return "the model failed: it gave no reply"
    unsupported = state.faults[0].startswith(NOT_SUPPORTED)
    return f"the reply was not supported: {state.faults[0]}" if unsupported else f"the model failed: {state.faults[0]}"


def source(number: int, passage: Passage) -> dict[str, Any]:
    """Return what a page needs to show and link a cited passage."""
    return {
        "number": number,
        "passage_id": passage.id,
        "article_id": passage.article_id,
        "title": passage.title,
        "headings": list(passage.headings),
        "url": passage.url,
    }

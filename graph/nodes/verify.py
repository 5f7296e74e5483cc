"""Check a reply before the turn ends, and attach its sources."""

import re
from typing import Any

from langchain_core.messages import AIMessage
from langgraph.runtime import Runtime

from core.passages import Passage, Retriever
from graph.phrases import phrase
from graph.prompts import text_of
from graph.state import State
from tools.context import Context

_CITATION = re.compile(r"\s?\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")


async def verify(state: State, runtime: Runtime[Context], *, retriever: Retriever) -> dict[str, Any]:
    """Return the reply with its sources, or the wish to bring in a person when there is no reply at all."""
    reply = state.messages[-1]
    if not isinstance(reply, AIMessage) or not text_of(reply).strip():
        return {"handoff": "the model gave an empty reply"}
    passages = await retriever.fetch(state.passage_ids)
    text, cited = keep_known_citations(text_of(reply), len(passages))
    if not text.strip():
        text = phrase("no_answer", (runtime.context or Context()).locale)
    sources = [source(number, passages[number - 1]) for number in cited]
    kwargs = {**reply.additional_kwargs, "sources": sources}
    return {"messages": [reply.model_copy(update={"content": text, "additional_kwargs": kwargs})]}


def keep_known_citations(text: str, passages: int) -> tuple[str, list[int]]:
    """Return the text without citations of passages that were never retrieved, and the numbers that stay."""
    cited: list[int] = []

    def keep(match: re.Match[str]) -> str:
        numbers = [int(n) for n in match[1].split(",")]
        known = [n for n in numbers if 1 <= n <= passages]
        cited.extend(known)
        lead = match[0][: match[0].index("[")]
        return lead + "".join(f"[{n}]" for n in known) if known else ""

    return _CITATION.sub(keep, text), list(dict.fromkeys(cited))


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

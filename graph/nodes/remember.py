"""Let older turns leave the state: their facts go into the case file, the rest into a summary."""

from typing import Any

from langchain_core.messages import RemoveMessage

from graph.context_window.case_file import with_messages
from graph.context_window.prompts import leaving_messages
from graph.context_window.summary import ModelSummary, RuleSummary
from graph.state import State, added


async def remember(state: State, *, summariser: RuleSummary | ModelSummary, history_chars: int) -> dict[str, Any]:
    """Return the case file and the summary with what leaves, and its removal.

    It runs beside `reason`, which still shows these turns once more: a summary by the model keeps nobody waiting.
    """
    leaving = leaving_messages(state.messages, history_chars=history_chars)
    summary, cost = await summariser.summarise(state.summary, leaving)
    return {
        "case_file": with_messages(state.case_file, leaving),
        "summary": summary,
        "summary_usage": added(state.summary_usage, cost),
        "messages": [RemoveMessage(id=str(message.id)) for message in leaving],
    }

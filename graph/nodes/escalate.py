"""Hand the conversation over to a person: a change of state with a ticket, told to the customer."""

from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from graph.phrases import phrase
from graph.prompts import text_of
from graph.routing import escalation_reason
from graph.state import State, pending_calls
from tools.context import Context
from tools.handoff import TicketDesk, TicketRequest

_SUMMARY_MESSAGES, _SUMMARY_CHARS = 6, 300


async def escalate(
    state: State, config: RunnableConfig, runtime: Runtime[Context], *, desk: TicketDesk
) -> dict[str, Any]:
    """Return the thread owned by a person, every open call answered and the customer told."""
    locale = (runtime.context or Context()).locale
    reason = escalation_reason(state)
    ticket = await desk.open_ticket(
        TicketRequest(
            thread_id=str(config["configurable"].get("thread_id", "")),
            customer_id=state.customer_id,
            reason=reason,
            summary=summarise(state.messages),
        )
    )
    answers: list[AnyMessage] = [
        ToolMessage(phrase("not_done", locale), tool_call_id=str(call["id"]), name=call["name"], status="error")
        for call in pending_calls(state.messages)
    ]
    notice = AIMessage(phrase("handed_over", locale, ticket=ticket.id), additional_kwargs={"ticket_id": ticket.id})
    return {
        "messages": [*_without_empty_reply(state), *answers, notice],
        "owner": "human",
        "ticket_id": ticket.id,
        "handoff": reason,
    }


def summarise(messages: list[AnyMessage]) -> str:
    """Return the newest things that were said, one line each, clipped."""
    said = [
        f"{'Customer' if isinstance(m, HumanMessage) else 'Agent'}: {' '.join(text_of(m).split())[:_SUMMARY_CHARS]}"
        for m in messages
        if isinstance(m, HumanMessage | AIMessage) and text_of(m).strip()
    ]
    return "\n".join(said[-_SUMMARY_MESSAGES:])


def _without_empty_reply(state: State) -> list[RemoveMessage]:
    """Drop a reply that says and calls nothing; endpoints reject it in a history."""
    last = state.messages[-1]
    empty = isinstance(last, AIMessage) and not last.tool_calls and not text_of(last).strip()
    return [RemoveMessage(id=str(last.id))] if empty else []

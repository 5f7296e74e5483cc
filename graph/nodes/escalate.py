"""Hand the conversation over to a person: a change of state with a ticket, told to the customer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, RemoveMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from core.errors import BackendUnavailable
from core.language.fixed_sentences import phrase
from core.message_marks import mark
from graph.context_window.customer_profile import TICKETS, add_facts
from graph.handoff.handoff_notice import handoff_notice
from graph.handoff.handoff_reasons import reason_code, topic_rule
from graph.handoff.ticket_facts import shortened
from graph.handoff.ticket_writer import TicketWriter, transcript
from graph.routing import escalation_reason
from graph.state import State, added, context_of, pending_calls, text_of, thread_of
from tools.actions.action import Action
from tools.actions.workflow import ConfirmedActions
from tools.business.business_file import HandoffTopic
from tools.connectors.declarations import in_language
from tools.context import Context
from tools.desk.hours import DeskAvailability
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.tickets import MOST_LISTED, TicketDraft, TicketRequest


async def escalate(
    state: State,
    config: RunnableConfig,
    runtime: Runtime[Context],
    *,
    desk: SqlTicketDesk,
    writer: TicketWriter,
    availability: DeskAvailability,
    actions: ConfirmedActions,
    turn_seconds: float = 45.0,
    remembers_customers: bool = False,
    topics: Mapping[str, HandoffTopic] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the thread owned by people, every open call answered and the customer told; or that it failed."""
    context = context_of(state, runtime.context)
    locale = context.locale
    agreed = await actions.withdraw_unstarted(thread_of(config))
    detail = escalation_reason(state)
    reason = reason_code(detail)
    left = turn_seconds - state.usage["seconds"]
    may_ask = reason not in ("budget", "unavailable") and left > 0
    written = await writer.write(
        state.messages, reason=reason, detail=detail, locale=locale, may_ask=may_ask, seconds=left
    )
    topic = next((topic for name, topic in topics.items() if detail == topic_rule(name)), None)
    if topic and topic.queue:
        written = replace(written, draft=written.draft.model_copy(update={"queue": topic.queue}))
    expected_answer = await availability.expected_answer()
    request = TicketRequest(
        thread_id=thread_of(config),
        customer_id=state.customer_id,
        reason=reason,
        detail=detail,
        draft=with_agreed(written.draft, agreed),
        transcript=transcript(state.messages),
        channel=context.channel,
        locale=locale,
        callback=not expected_answer.staffed,
    )
    update: dict[str, Any] = {"handoff": detail, "usage": added(state.usage, written.usage)}
    try:
        ticket = await desk.open_ticket(request)
    except BackendUnavailable:
        # Never promise a person who was not told: the conversation stays where it is.
        notice = AIMessage(phrase("desk_down", locale))
    else:
        why = in_language(topic.say, locale) if topic else ""
        told = handoff_notice(reason, ticket.id, expected_answer, locale, why=why)
        if agreed:
            told += f"\n\n{phrase('not_yet_done', locale)}\n" + "\n".join(f"- {action.preview}" for action in agreed)
        notice = AIMessage(told, additional_kwargs=mark(ticket_id=ticket.id, handed_over=ticket.id))
        update |= {"owner": ticket.status, "ticket_id": ticket.id}
        if remembers_customers and runtime.store and state.customer_id:
            opened = f"{ticket.id}, opened {ticket.created_at:%Y-%m-%d}: {written.draft.summary}"
            await add_facts(runtime.store, state.customer_id, TICKETS, [opened])
    answers: list[AnyMessage] = [
        ToolMessage(phrase("not_done", locale), tool_call_id=str(call["id"]), name=call["name"], status="error")
        for call in pending_calls(state.messages)
    ]
    return update | {"messages": [*_without_empty_reply(state), *answers, notice]}


def with_agreed(draft: TicketDraft, agreed: Sequence[Action]) -> TicketDraft:
    """Put first what the customer had agreed to and waited for, because nothing but a person brings it about now."""
    open_ = [
        shortened(f"The customer agreed to this and it is not done; decide on it: {a.preview}", 500) for a in agreed
    ]
    return draft.model_copy(update={"facts": (*open_, *draft.facts)[:MOST_LISTED]}) if open_ else draft


def _without_empty_reply(state: State) -> list[RemoveMessage]:
    """Drop a reply that says and calls nothing; endpoints reject it in a history."""
    last = state.messages[-1]
    empty = isinstance(last, AIMessage) and not last.tool_calls and not text_of(last).strip()
    return [RemoveMessage(id=str(last.id))] if empty else []

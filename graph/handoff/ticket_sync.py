"""Keep a conversation and its ticket in step: customers' messages go to the ticket, people's to the conversation."""

from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.language.fixed_sentences import phrase
from core.language.requested_changes import asks_about, wishes
from core.language.signals import wants_agent_back
from core.language.text import sentences
from core.message_marks import mark, marks
from graph.state import State, clip, text_of
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.tickets import Delivery

_NEWEST = 20
"""How many customer messages are looked at again; more are never missing unless the desk was down for as many turns."""


async def with_people(state: State, desk: SqlTicketDesk, *, thread_id: str, locale: str) -> dict[str, Any]:
    """Return who owns the conversation now and what people wrote that is not in it yet; notes what the customer wrote.

    A customer who no longer wants to wait has the agent back, as long as nobody has taken their ticket.

    Raises:
        Refused: there is no such ticket.
        BackendUnavailable: the desk does not answer.
    """
    ticket = await desk.get_ticket(str(state.ticket_id))
    if ticket.with_people:
        # All since the handoff, not only the newest: one may be missing because the desk was down. Each counts once.
        for message in _written_since_handoff(state.messages, ticket.id)[-_NEWEST:]:
            await desk.add_note(ticket.id, author="customer", text=text_of(message), key=str(message.id))
    written = clip(text_of(state.messages[-1]))
    cancel_handoff = ticket.status == "pending" and wants_agent_back(written)
    if cancel_handoff:
        ticket = await desk.cancel_handoff(ticket.id)
    arrived = await collect(state.messages, desk, thread_id=thread_id)
    update: dict[str, Any] = {"owner": ticket.status if ticket.with_people else "bot", "messages": arrived}
    if cancel_handoff and not ticket.with_people:
        arrived.append(AIMessage(phrase("cancel_handoff", locale, ticket=ticket.id)))
        if not _asks_more(written):
            update["next_step"] = "end"
    return update


def _asks_more(text: str) -> bool:
    """Say whether a customer who calls a person off goes on with a question or a wish for the agent."""
    others = [said for said in sentences(text) if not wants_agent_back(said)]
    return any("?" in said or asks_about(said) or wishes(said) for said in others)


async def collect(messages: list[AnyMessage], desk: SqlTicketDesk, *, thread_id: str) -> list[AnyMessage]:
    """Return the people's messages that a conversation lacks, and record those that it has as delivered.

    A message counts as delivered only when a later look finds it: whatever dies or is overtaken in between, it is
    written again, and its id keeps it from standing there twice.
    """
    on_their_way = await desk.undelivered(thread_id)
    there = {m.id for m in messages}
    if arrived := [d.key for d in on_their_way if message_id(d) in there]:
        await desk.delivered(arrived)
    return [as_message(d) for d in on_their_way if message_id(d) not in there]


def message_id(delivery: Delivery) -> str:
    """Return the id a delivery has in its conversation."""
    return f"desk-{delivery.key}"


def as_message(delivery: Delivery) -> AIMessage:
    """Return a delivery as a message of the conversation that names who wrote it."""
    named = mark(ticket_id=delivery.ticket_id, author=delivery.author)
    if delivery.pictures:
        named |= mark(pictures=list(delivery.pictures))
    return AIMessage(delivery.text, id=message_id(delivery), additional_kwargs=named)


def _written_since_handoff(messages: list[AnyMessage], ticket_id: str) -> list[HumanMessage]:
    """Return what the customer wrote after the notice that opened or reopened a ticket."""
    told = [i for i, m in enumerate(messages) if isinstance(m, AIMessage) and marks(m).get("handed_over") == ticket_id]
    return [m for m in messages[max(told, default=-1) + 1 :] if isinstance(m, HumanMessage)]

"""Let people work on conversations: every function here serves the command line and HTTP alike.

What a person does is first a row of the desk and then part of the conversation. A process may die in between: whoever
looks next, an operator's command or the customer's next message, finishes the delivery, and message ids keep it from
being done twice.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph

from core.errors import NotFound, Refused, ThreadForbidden
from core.language.detection import language_of
from core.language.fixed_sentences import phrase
from core.message_marks import marks
from core.pictures import Picture
from graph.builder import SupportGraph
from graph.handoff.suggested_replies import check_finished
from graph.handoff.ticket_sync import collect
from graph.handoff.ticket_writer import TicketWriter, transcript
from graph.state import State, TurnInput, newest_words, run_config
from tools.context import Context
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.tickets import Ticket, TicketRequest


def thread_graph(checkpointer: BaseCheckpointSaver[Any]) -> SupportGraph:
    """Return a graph that reads and amends the conversations of a memory but cannot run a turn: it needs no model."""
    drawn = StateGraph(State, context_schema=Context, input_schema=TurnInput)
    drawn.add_node("escalate", lambda _: {})
    drawn.add_edge(START, "escalate")
    drawn.add_edge("escalate", END)
    return drawn.compile(checkpointer=checkpointer, name="support_agent_threads")


async def reply(
    graph: SupportGraph,
    desk: SqlTicketDesk,
    ticket_id: str,
    *,
    operator: str,
    text: str,
    key: str | None = None,
    pictures: Sequence[Picture] = (),
) -> Ticket:
    """Take the ticket, and put a reply into the conversation exactly once.

    Without a `key`, the same words of the same operator to the same customer messages are the same reply: repeating a
    command that was interrupted is harmless.

    Raises:
        Refused: there is no such ticket, it is not with people or with another one, or the text is empty or not filled
            in.
        KeyReused: the key brought other words before.
    """
    check_finished(text)
    ticket = await desk.reply(ticket_id, operator=operator, text=text, key=key, pictures=pictures)
    await deliver(graph, desk, ticket.thread_id, ticket)
    return ticket


async def resolve(
    graph: SupportGraph, desk: SqlTicketDesk, ticket_id: str, *, operator: str | None = None, tell: bool = True
) -> Ticket:
    """Close a ticket, and tell the customer unless `tell` is false.

    Raises:
        Refused: it is not with people, or with another one than the operator, where they are named.
    """
    notice = await _notice(desk, ticket_id, "ticket_resolved") if tell else ""
    return await _told(graph, desk, await desk.resolve(ticket_id, notice=notice, operator=operator))


async def hand_back(
    graph: SupportGraph, desk: SqlTicketDesk, ticket_id: str, *, operator: str | None = None, tell: bool = True
) -> Ticket:
    """Give a conversation back to the agent; otherwise as `resolve`."""
    notice = await _notice(desk, ticket_id, "ticket_handed_back") if tell else ""
    return await _told(graph, desk, await desk.hand_back(ticket_id, notice=notice, operator=operator))


async def take(
    graph: SupportGraph, desk: SqlTicketDesk, ticket_id: str, *, operator: str, instead_of: str | None = None
) -> Ticket:
    """Give a ticket to an operator; raises Refused when it is not with people, or with another one than named."""
    return await _followed(graph, await desk.take(ticket_id, operator, instead_of=instead_of))


async def release(graph: SupportGraph, desk: SqlTicketDesk, ticket_id: str, *, operator: str) -> Ticket:
    """Put a taken ticket back to those that wait for anybody; raises Refused as `take`."""
    return await _followed(graph, await desk.release(ticket_id, operator=operator))


async def reopen(graph: SupportGraph, desk: SqlTicketDesk, ticket_id: str, *, operator: str) -> Ticket:
    """Open a closed ticket again, take it and tell the customer; raises Refused where one is open already."""
    notice = await _notice(desk, ticket_id, "ticket_reopened")
    return await _told(graph, desk, await desk.reopen(ticket_id, operator, notice=notice))


async def merge(graph: SupportGraph, desk: SqlTicketDesk, ticket_id: str, *, into: str, operator: str) -> Ticket:
    """Close a ticket that another one of its customer goes on with, and tell them; raises Refused as `resolve`."""
    notice = await _notice(desk, ticket_id, "ticket_merged", into=into)
    return await _told(graph, desk, await desk.merge(ticket_id, into=into, operator=operator, notice=notice))


async def join(
    graph: SupportGraph, desk: SqlTicketDesk, writer: TicketWriter, thread_id: str, *, operator: str
) -> Ticket:
    """Take a conversation that the agent has, with a ticket written by rules.

    Raises:
        NotFound: there is no such conversation.
        Refused: something in it waits for an answer that joining would lose, or a colleague has it.
    """
    snapshot = await graph.aget_state(run_config(thread_id))
    messages = snapshot.values.get("messages", [])
    if not messages:
        raise NotFound("there is no such conversation; the list of all conversations names those there are")
    if snapshot.next:
        raise Refused(
            "An action in this conversation waits for approval; decide on it first, with a sentence for the customer."
        )
    locale = language_of(newest_words(messages), "en")
    request = TicketRequest(
        thread_id=thread_id,
        customer_id=snapshot.values.get("customer_id"),
        reason="other",
        detail=f"{operator} joined the conversation",
        draft=await asyncio.to_thread(writer.by_rules, messages, reason="other", locale=locale),
        transcript=transcript(messages),
        locale=locale,
    )
    ticket = await desk.open_ticket(request)
    return await take(graph, desk, ticket.id, operator=operator)


async def rate_outcome(
    graph: SupportGraph,
    desk: SqlTicketDesk,
    ticket_id: str,
    *,
    stars: int,
    comment: str = "",
    customer_id: str | None = None,
) -> Ticket:
    """Keep the customer's rating with the ticket and the conversation; a `customer_id` must be the ticket's.

    Raises:
        Refused: there is no such ticket, or stars are not 1 to 5.
        ThreadForbidden: the ticket is another customer's.
    """
    before = await desk.get_ticket(ticket_id)
    if customer_id is not None and before.customer_id != customer_id:
        raise ThreadForbidden("this ticket belongs to another customer; sign in as its owner")
    ticket = await desk.rate(ticket_id, stars=stars, comment=comment)
    # A turn that waits for a yes would not go on after an amendment: then the ticket alone has the rating.
    if not (await graph.aget_state(run_config(ticket.thread_id))).next:
        await _amend(graph, ticket.thread_id, {"rating": {"ticket_id": ticket.id, "stars": stars, "comment": comment}})
    return ticket


async def deliver(
    graph: SupportGraph, desk: SqlTicketDesk, thread_id: str | None = None, known: Ticket | None = None
) -> int:
    """Put the people's messages that conversations lack into them; return how many were put there now.

    `known` is a ticket as it is now, which need not be read.
    """
    threads = [thread_id] if thread_id else dict.fromkeys(d.thread_id for d in await desk.undelivered())
    count = 0
    for each in threads:
        snapshot = await graph.aget_state(run_config(each))
        if not snapshot.values:
            continue  # this conversation lives in another memory: its own server delivers with the next message
        missing = await collect(snapshot.values.get("messages", []), desk, thread_id=each)
        if missing:
            newest = str(marks(missing[-1])["ticket_id"])
            ticket = known if known and known.id == newest else await desk.get_ticket(newest)
            await _amend(graph, each, {"messages": missing, **_owner(ticket)})
        count += len(missing)
    return count


async def _notice(desk: SqlTicketDesk, ticket_id: str, sentence: str, **values: str) -> str:
    """Return a fixed sentence about a ticket in its customer's language."""
    ticket = await desk.get_ticket(ticket_id)
    return phrase(sentence, ticket.locale, ticket=ticket.id, **values)


async def _told(graph: SupportGraph, desk: SqlTicketDesk, ticket: Ticket) -> Ticket:
    """Put the notice of a changed ticket into its conversation, and who owns that now."""
    await deliver(graph, desk, ticket.thread_id)
    return await _followed(graph, ticket)


async def _followed(graph: SupportGraph, ticket: Ticket) -> Ticket:
    """Note in the conversation who owns it; the desk stays the judge, and `receive` asks it again each turn."""
    await _amend(graph, ticket.thread_id, _owner(ticket))
    return ticket


def _owner(ticket: Ticket) -> dict[str, str]:
    """Return what a conversation knows of its ticket, also where its turn died right after that was opened."""
    return {"owner": ticket.status, "ticket_id": ticket.id}


async def _amend(graph: SupportGraph, thread_id: str, values: dict[str, Any]) -> None:
    config = run_config(thread_id)
    if (await graph.aget_state(config)).values:
        await graph.aupdate_state(config, values, as_node="escalate")

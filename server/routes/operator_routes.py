"""Let operators work on tickets, with live updates."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from sse_starlette import EventSourceResponse

from core.errors import NotFound, Refused
from graph import operator as people
from graph.handoff.suggested_replies import suggest_reply
from ingest.drafts import propose_article
from server.event_streams import EndlessStream
from server.identity import Operator, Serving
from server.routes.message_intake import json_only
from server.routes.picture_forms import REPLY_BODY, Written, written_reply
from server.schemas.api_schemas import (
    ACTING,
    FOLLOWING,
    READING,
    WRITING,
    OperatorReply,
    SuggestionOut,
    ThreadOut,
    TicketsOut,
)
from server.schemas.desk_schemas import ProposalIn, ProposalOut, TakeIn
from server.service import Service
from server.views.case_view import cases_out
from server.views.conversation_view import view
from server.views.desk_customer import customer_of
from server.views.thread_events import differences
from tools.desk.ticket_data import ticket_data
from tools.desk.tickets import Ticket

router = APIRouter(prefix="/v1/tickets", tags=["operators"])
LOOK_SECONDS = 1.0
TicketId = Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


async def known(service: Service, ticket_id: str) -> Ticket:
    """Return a ticket; raises NotFound."""
    try:
        return await service.parts.desk.get_ticket(ticket_id)
    except Refused as error:
        raise NotFound(f"{error}") from None


async def at_desk(
    service: Service, ticket_id: str, act: Callable[..., Awaitable[Ticket]], **how: Any
) -> dict[str, Any]:
    """Do something to a ticket while no turn of its conversation runs, and return it; raises NotFound, and as `act`."""
    try:
        thread_id, _ = await service.parts.desk.whose(ticket_id)
    except Refused as error:
        raise NotFound(f"{error}") from None
    async with service.leases.holding(thread_id):
        return ticket_data(await act(service.agent.graph, service.parts.desk, ticket_id, **how))


@router.get("", response_model=TicketsOut, responses=READING)
async def list_tickets(who: Operator, service: Serving, open_only: bool = True) -> TicketsOut:
    """List tickets, oldest first."""
    return TicketsOut(tickets=[ticket_data(t) for t in await service.parts.desk.list_tickets(open_only=open_only)])


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses=FOLLOWING,
)
async def follow_tickets(who: Operator, service: Serving) -> EventSourceResponse:
    """Follow the open tickets: `ticket` for each that is new or changed, `closed` for each that is no longer open."""
    return EndlessStream(service.tokens, who, _changes(service), service.streams)


@router.get("/{ticket_id}", responses=READING)
async def read_ticket(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Show a ticket with its notes."""
    return ticket_data(await known(service, ticket_id))


@router.get("/{ticket_id}/thread", response_model=ThreadOut, responses=READING)
async def read_conversation(who: Operator, service: Serving, ticket_id: str = TicketId) -> ThreadOut:
    """Show the conversation a ticket belongs to, whichever way it came."""
    ticket = await known(service, ticket_id)
    # Not by the inbox: conversations of the command line and of programs are in the memory alone.
    return await view(service, {"id": ticket.thread_id, "locale": ticket.locale})


@router.post("/{ticket_id}/take", responses=ACTING)
async def take_ticket(
    who: Operator, service: Serving, ticket_id: str = TicketId, body: TakeIn | None = None
) -> dict[str, Any]:
    """Take a ticket; one that a colleague has only by naming the colleague."""
    instead_of = body.instead_of if body else None
    return await at_desk(service, ticket_id, people.take, operator=who.subject, instead_of=instead_of)


@router.get("/{ticket_id}/suggestion", response_model=SuggestionOut, responses=READING)
async def suggest(who: Operator, service: Serving, ticket_id: str = TicketId) -> SuggestionOut:
    """Suggest a reply for the operator to edit; nothing is sent."""
    ticket = await known(service, ticket_id)
    about = await customer_of(service, ticket.customer_id) if ticket.customer_id and service.desk.model else None
    state = await service.agent.state(ticket.thread_id)
    words = await suggest_reply(
        service.parts.desk,
        ticket_id,
        operator=who.subject,
        model=service.desk.model,
        business_name=service.business.file.name,
        retriever=service.parts.retriever,
        records=[record.model_dump_json() for record in about.records] if about else (),
        cases=[
            case.model_dump_json(exclude={"chart", "nodes", "edges"})
            for case in cases_out(state, service.parts.procedures)
        ],
        links=service.parts.links,
    )
    return SuggestionOut(text=words)


@router.post("/{ticket_id}/reply", openapi_extra={"requestBody": REPLY_BODY}, responses=ACTING)
async def reply_to_customer(
    who: Operator,
    sent: Annotated[Written[OperatorReply], Depends(written_reply)],
    service: Serving,
    ticket_id: str = TicketId,
) -> dict[str, Any]:
    """Take a ticket and write to its customer; refused while a colleague has it. Pictures (JPEG, PNG, WebP) come in a
    form (`multipart/form-data`) as `images`.
    """
    said = {"text": sent.body.text, "key": f"{who.subject}:{sent.body.key}" if sent.body.key else None}
    return await at_desk(service, ticket_id, people.reply, operator=who.subject, pictures=sent.pictures, **said)


@router.post("/{ticket_id}/resolve", responses=ACTING)
async def resolve_ticket(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Close a ticket and tell the customer; refused while a colleague has it."""
    return await at_desk(service, ticket_id, people.resolve, operator=who.subject)


@router.post("/{ticket_id}/hand-back", responses=ACTING)
async def hand_back(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Give the conversation back to the agent; refused while a colleague has it."""
    return await at_desk(service, ticket_id, people.hand_back, operator=who.subject)


@router.post("/{ticket_id}/article", response_model=ProposalOut, dependencies=[Depends(json_only)], responses=WRITING)
async def propose(body: ProposalIn, who: Operator, service: Serving, ticket_id: str = TicketId) -> ProposalOut:
    """Write what resolved a ticket down as a draft article; it is indexed once a person has released it."""
    ticket = await known(service, ticket_id)
    draft = await asyncio.to_thread(
        propose_article,
        service.settings.proposals_dir,
        question=body.question,
        answer=body.answer,
        today=datetime.now(UTC).date(),
        ticket=ticket.id,
    )
    return ProposalOut(draft=str(draft))


async def _changes(service: Service) -> AsyncIterator[dict[str, str]]:
    seen: dict[str, int] = {}
    while not service.stopping.is_set():
        now = {ticket.id: ticket_data(ticket) for ticket in await service.parts.desk.list_tickets(open_only=True)}
        for made in differences(seen, now, "ticket", "closed"):
            yield made
        with suppress(TimeoutError):
            await asyncio.wait_for(service.stopping.wait(), LOOK_SECONDS)

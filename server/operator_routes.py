"""Let operators work on tickets, with live updates."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any, cast
from uuid import uuid4

from fastapi import APIRouter, Depends, Path
from sse_starlette import EventSourceResponse

from core.errors import NotFound, Refused
from graph.phrases import phrase
from server.bodies import READING, WRITING, OperatorReply, ThreadOut, TicketsOut
from server.conversation_view import view
from server.customer_routes import PING_SECONDS, SEND_SECONDS, STREAM, event, json_only
from server.identity import Operator, Serving
from server.service import Service
from tools.handoff import OperatorDesk, Ticket

router = APIRouter(prefix="/v1/tickets", tags=["operators"])
LOOK_SECONDS = 1.0
TicketId = Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


def desk_of(service: Service) -> OperatorDesk:
    """Return the desk with what people do at it."""
    return cast(OperatorDesk, service.parts.desk)


def shown(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as plain data."""
    plain = asdict(ticket) | {"draft": ticket.draft.model_dump(), "status": ticket.status}
    made: dict[str, Any] = json.loads(json.dumps(plain, default=str))
    return made


async def known(service: Service, ticket_id: str) -> Ticket:
    """Return a ticket; raises NotFound."""
    try:
        return await desk_of(service).get_ticket(ticket_id)
    except Refused as error:
        raise NotFound(f"{error}") from None


@router.get("", response_model=TicketsOut, responses=READING)
async def list_tickets(who: Operator, service: Serving, open_only: bool = True) -> TicketsOut:
    """List tickets, oldest first."""
    return TicketsOut(tickets=[shown(t) for t in await desk_of(service).list_tickets(open_only=open_only)])


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses={**READING, 200: {"description": "A stream of events.", "content": {STREAM: {}}}},
)
async def follow_tickets(who: Operator, service: Serving) -> EventSourceResponse:
    """Follow the open tickets: `ticket` for each that is new or changed, `closed` for each that is no longer open."""
    return EventSourceResponse(_changes(service), ping=PING_SECONDS, send_timeout=SEND_SECONDS)


@router.get("/{ticket_id}", responses=READING)
async def read_ticket(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Show a ticket with its notes."""
    return shown(await known(service, ticket_id))


@router.get("/{ticket_id}/thread", response_model=ThreadOut, responses=READING)
async def read_conversation(who: Operator, service: Serving, ticket_id: str = TicketId) -> ThreadOut:
    """Show the conversation a ticket belongs to."""
    ticket = await known(service, ticket_id)
    return await view(service, await service.inbox.thread(ticket.thread_id, None))


@router.post("/{ticket_id}/take", responses=WRITING)
async def take_ticket(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Take a ticket."""
    await known(service, ticket_id)
    return shown(await desk_of(service).take(ticket_id, who.subject))


@router.post("/{ticket_id}/reply", dependencies=[Depends(json_only)], responses=WRITING)
async def reply_to_customer(
    body: OperatorReply, who: Operator, service: Serving, ticket_id: str = TicketId
) -> dict[str, Any]:
    """Take a ticket and write to its customer."""
    await known(service, ticket_id)
    key = f"{who.subject}:{body.key}" if body.key else uuid4().hex
    return shown(await desk_of(service).reply(ticket_id, operator=who.subject, text=body.text, key=key))


@router.post("/{ticket_id}/resolve", responses=WRITING)
async def resolve_ticket(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Close a ticket."""
    ticket = await known(service, ticket_id)
    notice = phrase("ticket_resolved", ticket.locale, ticket=ticket.id)
    return shown(await desk_of(service).resolve(ticket_id, notice=notice))


@router.post("/{ticket_id}/hand-back", responses=WRITING)
async def hand_back(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Give the conversation back to the agent."""
    ticket = await known(service, ticket_id)
    notice = phrase("ticket_handed_back", ticket.locale, ticket=ticket.id)
    return shown(await desk_of(service).hand_back(ticket_id, notice=notice))


async def _changes(service: Service) -> AsyncIterator[dict[str, str]]:
    seen: dict[str, str] = {}
    while not service.stopping.is_set():
        now = {ticket.id: shown(ticket) for ticket in await desk_of(service).list_tickets(open_only=True)}
        for ticket_id, ticket in now.items():
            digest = hashlib.sha256(json.dumps(ticket, sort_keys=True).encode()).hexdigest()
            if seen.get(ticket_id) != digest:
                seen[ticket_id] = digest
                yield event("ticket", ticket)
        for ticket_id in seen.keys() - now.keys():
            del seen[ticket_id]
            yield event("closed", {"id": ticket_id})
        with suppress(TimeoutError):
            await asyncio.wait_for(service.stopping.wait(), LOOK_SECONDS)

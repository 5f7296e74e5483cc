"""Let operators arrange tickets: who has them, where they stand in the queue, notes, reopening, merging, joining."""

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Depends

from core.errors import InputError
from graph import operator as people
from server.identity import Operator, Serving
from server.inbox.thread_notes import add_note as add_note_to_thread
from server.routes.desk_routes import ThreadId
from server.routes.message_intake import json_only
from server.routes.operator_routes import TicketId, at_desk, known
from server.schemas.api_schemas import ACTING
from server.schemas.desk_schemas import ConversationOut, MergeIn, NoteIn, TicketChangeIn
from server.views.desk_queue import APPROVALS
from server.views.desk_view import conversation
from tools.desk.ticket_data import ticket_data
from tools.desk.tickets import TicketChange

router = APIRouter(prefix="/v1", tags=["operators"])
JSON_ONLY = [Depends(json_only)]


@router.patch("/tickets/{ticket_id}", dependencies=JSON_ONLY, responses=ACTING)
async def change_ticket(
    body: TicketChangeIn, who: Operator, service: Serving, ticket_id: str = TicketId
) -> dict[str, Any]:
    """Give a ticket to somebody or put it back, or change its queue, priority, tags, or until when it is put off."""
    ticket = await known(service, ticket_id)
    if body.queue is not None and (body.queue == APPROVALS or body.queue not in service.queues):
        raise InputError(f"there is no queue {body.queue!r}; choose one of {', '.join(service.queues)}")
    change = TicketChange(
        queue=body.queue,
        priority=body.priority,
        tags=None if body.tags is None else tuple(body.tags),
        snoozed_until=body.snoozed_until,
    )
    if change != TicketChange():
        ticket = await service.parts.desk.change(ticket_id, change)
    if body.operator:
        given = {"operator": body.operator, "instead_of": body.instead_of}
        return await at_desk(service, ticket_id, people.take, **given)
    if body.operator is not None:
        return await at_desk(service, ticket_id, people.release, operator=body.instead_of or who.subject)
    return ticket_data(ticket)


@router.post("/tickets/{ticket_id}/note", dependencies=JSON_ONLY, responses=ACTING)
async def add_note(body: NoteIn, who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Write a note that only colleagues read."""
    await known(service, ticket_id)
    key = f"note:{who.subject}:{body.key or uuid4().hex}"
    await service.parts.desk.add_note(ticket_id, author=who.subject, text=body.text, key=key, kind="internal")
    return ticket_data(await known(service, ticket_id))


@router.post(
    "/desk/conversations/{thread_id}/note", response_model=ConversationOut, dependencies=JSON_ONLY, responses=ACTING
)
async def add_thread_note(body: NoteIn, who: Operator, service: Serving, thread_id: str = ThreadId) -> ConversationOut:
    """Write a note that only colleagues read on a conversation, also on one that has no ticket."""
    await service.inbox.thread(thread_id, None)
    key = f"{who.subject}:{body.key or uuid4().hex}"
    await add_note_to_thread(service.inbox, thread_id, author=who.subject, text=body.text, key=key)
    return await conversation(service, thread_id)


@router.post("/tickets/{ticket_id}/reopen", responses=ACTING)
async def reopen_ticket(who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Open a closed ticket again and take it."""
    return await at_desk(service, ticket_id, people.reopen, operator=who.subject)


@router.post("/tickets/{ticket_id}/merge", dependencies=JSON_ONLY, responses=ACTING)
async def merge_ticket(body: MergeIn, who: Operator, service: Serving, ticket_id: str = TicketId) -> dict[str, Any]:
    """Close a ticket that another one of the same customer goes on with."""
    await known(service, body.into)
    return await at_desk(service, ticket_id, people.merge, into=body.into, operator=who.subject)


@router.post("/desk/conversations/{thread_id}/join", responses=ACTING)
async def join_conversation(who: Operator, service: Serving, thread_id: str = ThreadId) -> dict[str, Any]:
    """Take a conversation that the agent has; refused while an action in it waits for approval."""
    async with service.leases.holding(thread_id):
        graph, desk, writer = service.agent.graph, service.parts.desk, service.parts.writer
        joined = await people.join(graph, desk, writer, thread_id, operator=who.subject)
    return ticket_data(joined)

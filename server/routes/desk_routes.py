"""Show operators what waits for them and what went on in a conversation, with live updates."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sse_starlette import EventSourceResponse

from core.clock import utc_now
from core.errors import BackendUnavailable
from core.pictures import MOST_BYTES
from server.event_streams import EndlessStream
from server.identity import Operator, Serving
from server.inbox.thread_notes import note_authors, note_read, typing
from server.routes.message_intake import json_only
from server.routes.operator_routes import LOOK_SECONDS
from server.schemas.api_schemas import FOLLOWING, READING, WRITING
from server.schemas.desk_schemas import (
    ConversationOut,
    CustomerOut,
    DeskOut,
    ListedOut,
    PresenceIn,
    QueueOut,
)
from server.service import Service
from server.views.canned_replies import canned_replies
from server.views.desk_customer import customer_of
from server.views.desk_lists import all_conversations, closed_conversations
from server.views.desk_queue import APPROVALS, Wanted, queue
from server.views.desk_search import mentioning, search
from server.views.desk_view import conversation
from server.views.thread_events import differences, event
from tools.desk.reports import OperatorPresence

router = APIRouter(prefix="/v1/desk", tags=["operators"])
ThreadId = Path(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9_.:@+-]+$")
PRESENT_FOR = timedelta(seconds=40)
"""After so long without a word of a desk's page it counts as closed."""
CustomerId = Path(min_length=1, max_length=255)
Named = Annotated[str | None, Query(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


def wanted(
    who: Operator,
    queue: Named = None,
    state: Named = None,
    priority: Named = None,
    mine: bool = False,
    snoozed: bool = False,
) -> Wanted:
    """Return what of the queue a request is about; what was put off only where that is asked for."""
    operator = who.subject if mine else None
    return Wanted(queue=queue, state=state, priority=priority, operator=operator, snoozed=snoozed)


Filtered = Annotated[Wanted, Depends(wanted)]


@router.get("", response_model=DeskOut, responses=READING)
async def read_desk(who: Operator, service: Serving) -> DeskOut:
    """Say who is asking, which queues there are, who works here, and which replies are prepared."""
    settings = service.settings
    return DeskOut(
        operator=who.subject,
        role=who.role,
        shop=service.business.file.name,
        queues=[*service.queues, APPROVALS],
        people=sorted({who.subject, *await service.desk.reads.people(), *await note_authors(service.inbox)}),
        replies=await asyncio.to_thread(canned_replies, settings.replies_dir),
        reply_minutes=service.business.file.limits.reply_minutes,
        image_mb=MOST_BYTES // 1_000_000,
    )


@router.put("/presence", status_code=204, dependencies=[Depends(json_only)], responses=WRITING)
async def note_presence(body: PresenceIn, who: Operator, service: Serving) -> None:
    """Tell colleagues which conversation one has open, and whether one writes in it; repeated while that is so."""
    here = OperatorPresence(operator=who.subject, thread_id=body.thread_id, writing=body.writing)
    await service.desk.reads.note_presence(here, utc_now())
    if body.thread_id:
        await note_read(service.inbox, body.thread_id)


@router.get("/queue", response_model=QueueOut, responses=READING)
async def read_queue(service: Serving, asked: Filtered) -> QueueOut:
    """List tickets and approvals with the time left until an answer was promised, the most pressing first."""
    return QueueOut(items=await queue(service, asked))


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses=FOLLOWING,
)
async def follow_queue(who: Operator, service: Serving, asked: Filtered) -> EndlessStream:
    """Follow the queue: `item` for each that is new or changed, `gone` for each that left, `ready` after the first
    look.

    `people` says who has the desk open, in which conversation, and who is writing; `customers` in which conversations
    customers are.
    """
    return EndlessStream(service.tokens, who, changes(service, asked), service.streams)


@router.get("/conversations/{thread_id}", response_model=ConversationOut, responses=READING)
async def read_conversation(who: Operator, service: Serving, thread_id: str = ThreadId) -> ConversationOut:
    """Show a conversation with sources, tool calls, checks, the ledger's actions and its ticket."""
    return await conversation(service, thread_id)


@router.get("/conversations", response_model=ListedOut, responses=READING)
async def list_conversations(
    who: Operator,
    service: Serving,
    q: str = Query("", max_length=200, description="Words that all have to occur, each by its beginning."),
    mentions_me: bool = Query(False, description="Only those in which a note mentions who asks, as @name."),
    closed: bool = Query(False, description="Only those that people are done with, the last closed first."),
    page: int = Query(1, ge=1, le=10_000),
) -> ListedOut:
    """List all conversations, or those that a search finds, those with the newest words first, a page at a time."""
    if closed:
        return await closed_conversations(service, page=page)
    if mentions_me:
        return await mentioning(service, who.subject, page=page)
    return await (search(service, q, page=page) if q.strip() else all_conversations(service, page=page))


@router.get("/customers/{customer_id}", response_model=CustomerOut, responses=READING)
async def read_customer(who: Operator, service: Serving, customer_id: str = CustomerId) -> CustomerOut:
    """Show a customer: contact and records as the connected systems have them, and earlier conversations."""
    return await customer_of(service, customer_id)


async def changes(service: Service, asked: Wanted) -> AsyncIterator[dict[str, str]]:
    """Yield what changes in the queue as events, until the server stops."""
    seen: dict[str, int] = {}
    here: Sequence[OperatorPresence] = []
    typing_now: Sequence[str] = []
    ready = False
    while not service.stopping.is_set():
        # While the desk is down, the last look stands; the page says nothing wrong meanwhile.
        with suppress(BackendUnavailable):
            waiting = await queue(service, asked)
            now = {item.id: item.model_dump(mode="json") for item in waiting}
            for made in differences(seen, now, "item", "gone"):
                yield made
            if not ready:
                ready = True
                yield event("ready", {"items": len(now)})
            if typing_now != (customers := await typing(service.inbox)):
                typing_now = customers
                yield event("customers", {"typing": list(customers)})
            if here != (people := await service.desk.reads.present(utc_now() - PRESENT_FOR)):
                here = people
                yield event("people", {"people": [asdict(one) for one in people]})
        with suppress(TimeoutError):
            await asyncio.wait_for(service.stopping.wait(), LOOK_SECONDS)

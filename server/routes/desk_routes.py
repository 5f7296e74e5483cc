"""Show operators what waits for them and what went on in a conversation, with live updates."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sse_starlette import EventSourceResponse

from core.errors import BackendUnavailable
from server.identity import Operator, Serving
from server.routes.customer_routes import PING_SECONDS, SEND_SECONDS, STREAM
from server.routes.operator_routes import LOOK_SECONDS, desk_of
from server.schemas.api_schemas import READING
from server.schemas.desk_schemas import ConversationOut, DeskOut, QueueItem, QueueOut
from server.service import Service
from server.views.desk_queue import APPROVALS, Wanted, queue
from server.views.desk_view import conversation
from server.views.thread_events import event

router = APIRouter(prefix="/v1/desk", tags=["operators"])
ThreadId = Path(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9_.:@+-]+$")
Named = Annotated[str | None, Query(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


def wanted(
    who: Operator, queue: Named = None, state: Named = None, priority: Named = None, mine: bool = False
) -> Wanted:
    """Return what of the queue a request is about."""
    return Wanted(queue=queue, state=state, priority=priority, operator=who.subject if mine else None)


Filtered = Annotated[Wanted, Depends(wanted)]


@router.get("", response_model=DeskOut, responses=READING)
async def read_desk(who: Operator, service: Serving) -> DeskOut:
    """Say who is asking, and which queues there are."""
    settings = service.settings
    names = [*service.desk.queues, APPROVALS]
    return DeskOut(
        operator=who.subject, shop=settings.shop_name, queues=names, reply_minutes=settings.desk_reply_minutes
    )


@router.get("/queue", response_model=QueueOut, responses=READING)
async def read_queue(service: Serving, asked: Filtered) -> QueueOut:
    """List tickets and approvals with the time left until an answer was promised, the most pressing first."""
    return QueueOut(items=await queue(service, desk_of(service), asked))


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses={**READING, 200: {"description": "A stream of events.", "content": {STREAM: {}}}},
)
async def follow_queue(service: Serving, asked: Filtered) -> EventSourceResponse:
    """Follow the queue: `item` for each that is new or changed, `gone` for each that left, `ready` after the first look."""
    return EventSourceResponse(changes(service, asked), ping=PING_SECONDS, send_timeout=SEND_SECONDS)


@router.get("/conversations/{thread_id}", response_model=ConversationOut, responses=READING)
async def read_conversation(who: Operator, service: Serving, thread_id: str = ThreadId) -> ConversationOut:
    """Show a conversation with sources, tool calls, checks, the ledger's actions and its ticket."""
    return await conversation(service, desk_of(service), thread_id)


async def changes(service: Service, asked: Wanted) -> AsyncIterator[dict[str, str]]:
    """Yield what changes in the queue as events, until the server stops."""
    seen: dict[str, str] = {}
    ready = False
    while not service.stopping.is_set():
        # While the desk is down, the last look stands; the page says nothing wrong meanwhile.
        with suppress(BackendUnavailable):
            now = {item.id: item for item in await queue(service, desk_of(service), asked)}
            for item in now.values():
                if seen.get(item.id) != (digest := _digest(item)):
                    seen[item.id] = digest
                    yield event("item", item.model_dump(mode="json"))
            for item_id in seen.keys() - now.keys():
                del seen[item_id]
                yield event("gone", {"id": item_id})
            if not ready:
                ready = True
                yield event("ready", {"items": len(now)})
        with suppress(TimeoutError):
            await asyncio.wait_for(service.stopping.wait(), LOOK_SECONDS)


def _digest(item: QueueItem) -> str:
    return hashlib.sha256(item.model_dump_json().encode()).hexdigest()

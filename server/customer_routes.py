"""Let customers write, read their conversations and rate them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException

from graph.agent import Progress, Token
from graph.nodes.receive import check_message
from server.bodies import READING, WRITING, MessageIn, MessageOut, RatingIn, ThreadOut, VoiceOut
from server.conversation_view import disclosure, reply_out, view
from server.following import follow, outcome_of
from server.identity import Customer, Serving
from server.records import Accepted, Identity, Outcome, Spoken
from server.service import Service

STREAM = "text/event-stream"
PING_SECONDS = 15
SEND_SECONDS = 30
"""A reader that takes nothing for so long is let go; its message is answered all the same."""
LOOK_SECONDS = 1.0
"""How often a followed thread is read again: operators and other processes write into it too."""


def json_only(request: Request) -> None:
    """Refuse a body that is not declared as JSON."""
    declared = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if declared != "application/json":
        raise HTTPException(415, "the body must be JSON; send the header `Content-Type: application/json`")


router = APIRouter(prefix="/v1", tags=["customers"])
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any id of the sender's; the same message under the same key counts once.",
    ),
]


async def take_in(
    service: Service,
    who: Identity,
    text: str,
    *,
    thread_id: str | None,
    key: str | None,
    channel: str,
    locale: str,
    spoken: Spoken | None = None,
    recording: bytes = b"",
) -> Accepted:
    """Put a message into the inbox; raises what the inbox raises, and MessageRejected."""
    check_message(text, service.settings.max_message_chars)
    accepted = await service.inbox.accept(
        who,
        text,
        thread_id=thread_id,
        key=key,
        channel=channel,
        locale=locale,
        spoken=spoken,
        recording=recording,
    )
    if not accepted.repeated:
        service.metrics.accepted.inc()
    service.worker.hint(accepted.thread_id, after=service.settings.burst_seconds)
    return accepted


@router.post(
    "/messages",
    response_model=MessageOut,
    dependencies=[Depends(json_only)],
    responses={
        **WRITING,
        200: {
            "description": "The message with its reply; as a stream of events when asked for.",
            "content": {STREAM: {}},
        },
        202: {"model": MessageOut, "description": "Accepted and kept; the reply takes longer than this request lasts."},
    },
)
async def send_message(
    body: MessageIn, who: Customer, service: Serving, request: Request, response: Response, key: Key = None
) -> Any:
    """Accept a message, keep it, and answer it.

    Once accepted it is answered or goes to a person, whatever happens to the request or the server. With
    `Accept: text/event-stream` the events are `accepted`, `disclosure` (first message of a thread), `progress`, `token`,
    and last `reply`, which is the whole reply and counts.
    """
    accepted = await take_in(
        service,
        who,
        body.text,
        thread_id=str(body.thread_id) if body.thread_id else None,
        key=key,
        channel=body.channel,
        locale=body.locale,
    )
    return await reply_to(service, who, accepted, body.locale, request, response)


async def reply_to(
    service: Service, who: Identity, accepted: Accepted, locale: str, request: Request, response: Response
) -> EventSourceResponse | MessageOut:
    """Answer the sender of an accepted message with a stream of events where that is asked for, or with the reply."""
    if STREAM in request.headers.get("accept", ""):
        events = _events(service, who, accepted, locale)
        return EventSourceResponse(events, ping=PING_SECONDS, send_timeout=SEND_SECONDS)
    seconds = service.settings.reply_wait_seconds
    outcome = await outcome_of(service, who, accepted.thread_id, accepted.message_id, seconds=seconds)
    response.status_code = 202 if outcome.status == "waiting" else 200
    told = message_out(outcome, disclosure(service, locale) if accepted.number == 1 else None)
    if accepted.spoken is None:
        return told
    return VoiceOut(**told.model_dump(), text=accepted.text, heard=accepted.spoken.heard)


@router.get("/messages/{message_id}", response_model=MessageOut, responses=READING)
async def read_message(message_id: UUID, who: Customer, service: Serving) -> MessageOut:
    """Say what has become of an own message."""
    return message_out(await service.inbox.outcome(str(message_id), who.owner), None)


@router.get("/threads/{thread_id}", response_model=ThreadOut, responses=READING)
async def read_thread(thread_id: UUID, who: Customer, service: Serving) -> ThreadOut:
    """Show an own conversation."""
    return await view(service, await service.inbox.thread(str(thread_id), who.owner))


@router.get(
    "/threads/{thread_id}/events",
    response_class=EventSourceResponse,
    responses={**READING, 200: {"description": "A stream of events.", "content": {STREAM: {}}}},
)
async def follow_thread(thread_id: UUID, who: Customer, service: Serving, request: Request) -> EventSourceResponse:
    """Follow an own conversation: `message` for each message, `progress` and `token` while a reply is written, `owner`.

    A reader that was cut off sends the `Last-Event-ID` it saw and gets what came since.
    """
    row = await service.inbox.thread(str(thread_id), who.owner)
    seen = request.headers.get("last-event-id", "")
    return EventSourceResponse(_thread_events(service, row, seen), ping=PING_SECONDS, send_timeout=SEND_SECONDS)


@router.post("/threads/{thread_id}/rating", status_code=204, dependencies=[Depends(json_only)], responses=WRITING)
async def rate_thread(thread_id: UUID, body: RatingIn, who: Customer, service: Serving) -> None:
    """Keep what the customer thought of an own conversation; the newest rating counts."""
    await service.inbox.rate(str(thread_id), who, body.score, body.comment)


def message_out(outcome: Outcome, told_first: str | None) -> MessageOut:
    """Return what the customer reads about a message."""
    return MessageOut(
        message_id=outcome.message_id,
        thread_id=outcome.thread_id,
        status=outcome.status,
        reply=reply_out(outcome.reply) if outcome.reply else None,
        disclosure=told_first,
    )


def event(name: str, data: object, *, event_id: str | None = None) -> dict[str, str]:
    """Return one event of a stream."""
    made = {"event": name, "data": json.dumps(data, ensure_ascii=False)}
    return made | ({"id": event_id} if event_id else {})


async def _events(service: Service, who: Identity, accepted: Accepted, locale: str) -> AsyncIterator[dict[str, str]]:
    if accepted.spoken is not None:
        yield event("heard", {"text": accepted.text, "heard": accepted.spoken.heard})
    yield event("accepted", {"message_id": accepted.message_id, "thread_id": accepted.thread_id})
    if accepted.number == 1:
        yield event("disclosure", {"text": disclosure(service, locale)})
    with service.broadcast.listening(accepted.thread_id) as queue:
        seconds = service.settings.reply_wait_seconds
        async for happening in follow(service, who, accepted.message_id, queue, seconds=seconds):
            match happening:
                case Progress(text):
                    yield event("progress", {"text": text})
                case Token(text):
                    yield event("token", {"text": text})
                case Outcome():
                    yield event("reply", message_out(happening, None).model_dump())


async def _thread_events(service: Service, row: dict[str, Any], last_seen: str) -> AsyncIterator[dict[str, str]]:
    seen: set[str] = set()
    owner = ""
    with service.broadcast.listening(row["id"]) as queue:
        first = True
        while not service.stopping.is_set():
            shown = await view(service, row, newest_only=not first)
            settled = [message for message in shown.messages if not message.waiting]
            if first and last_seen in {message.id for message in settled}:
                position = next(i for i, message in enumerate(settled) if message.id == last_seen)
                seen = {message.id for message in settled[: position + 1]}
            first = False
            for message in settled:
                if message.id not in seen:
                    seen.add(message.id)
                    yield event("message", message.model_dump(), event_id=message.id)
            if shown.owner != owner:
                owner = shown.owner
                yield event("owner", {"owner": owner, "ticket_id": shown.ticket_id})
            look_again = time.monotonic() + LOOK_SECONDS
            while time.monotonic() < look_again and not service.stopping.is_set():
                try:
                    happening = await asyncio.wait_for(queue.get(), LOOK_SECONDS / 4)
                except TimeoutError:
                    continue
                if happening is None:
                    break
                name = "token" if isinstance(happening, Token) else "progress"
                yield event(name, {"text": happening.text})

"""Take a message of any channel into the inbox, and answer its sender at once, in a stream or later."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Header, Request, Response
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException

from core.pictures import Picture
from graph.nodes.receive import check_message
from graph.replies import Progress, Token
from server.event_streams import EventStream
from server.records import Accepted, Identity, Outcome, Spoken
from server.schemas.api_schemas import STREAM, MessageOut, VoiceOut
from server.service import Service
from server.views.conversation_view import disclosure, reply_out
from server.views.thread_events import event
from server.wait_for_reply import follow, outcome_of

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


def json_only(request: Request) -> None:
    """Refuse a body that is not declared as JSON."""
    declared = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if declared != "application/json":
        raise HTTPException(415, "the body must be JSON; send the header `Content-Type: application/json`")


async def take_in(
    service: Service,
    who: Identity,
    text: str,
    *,
    thread_id: str | None,
    key: str | None,
    channel: str,
    locale: str | None,
    spoken: Spoken | None = None,
    recording: bytes = b"",
    pictures: Sequence[Picture] = (),
) -> Accepted:
    """Put a message into the inbox; raises what the inbox raises, and MessageRejected."""
    text = check_message(text, service.settings.limits.max_message_chars)
    accepted = await service.inbox.accept(
        who,
        text,
        thread_id=thread_id,
        key=key,
        channel=channel,
        locale=service.agent.locale_of(locale),
        spoken=spoken,
        recording=recording,
        pictures=pictures,
    )
    if not accepted.repeated:
        service.metrics.accepted.inc()
    service.worker.hint(accepted.thread_id, after=service.settings.limits.burst_seconds)
    service.broadcast.changed(accepted.thread_id)
    return accepted


async def reply_to(
    service: Service, who: Identity, accepted: Accepted, locale: str | None, request: Request, response: Response
) -> EventSourceResponse | MessageOut:
    """Answer the sender of an accepted message with a stream of events where that is asked for, or with the reply."""
    if STREAM in request.headers.get("accept", ""):
        events = _events(service, who, accepted, locale)
        return EventStream(service.tokens, who, events)
    seconds = service.settings.limits.reply_wait_seconds
    outcome = await outcome_of(service, who, accepted, seconds=seconds)
    response.status_code = 202 if outcome.status == "waiting" else 200
    told = message_out(outcome, disclosure(service, locale) if accepted.number == 1 else None)
    if accepted.spoken is None:
        return told
    return VoiceOut(**told.model_dump(), text=accepted.text, heard=accepted.spoken.heard)


def message_out(outcome: Outcome, told_first: str | None) -> MessageOut:
    """Return what the customer reads about a message."""
    return MessageOut(
        message_id=outcome.message_id,
        thread_id=outcome.thread_id,
        status=outcome.status,
        reply=reply_out(outcome.reply) if outcome.reply else None,
        disclosure=told_first,
    )


async def _events(
    service: Service, who: Identity, accepted: Accepted, locale: str | None
) -> AsyncIterator[dict[str, str]]:
    if accepted.spoken is not None:
        yield event("heard", {"text": accepted.text, "heard": accepted.spoken.heard})
    yield event("accepted", {"message_id": accepted.message_id, "thread_id": accepted.thread_id})
    if accepted.number == 1:
        yield event("disclosure", {"text": disclosure(service, locale)})
    with service.broadcast.listening(accepted.thread_id, caught_up=accepted.repeated) as queue:
        seconds = service.settings.limits.reply_wait_seconds
        async for happening in follow(service, who, accepted, queue, seconds=seconds):
            match happening:
                case Progress(text):
                    yield event("progress", {"text": text})
                case Token(text):
                    yield event("token", {"text": text})
                case Outcome():
                    yield event("reply", message_out(happening, None).model_dump())

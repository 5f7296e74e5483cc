"""Let customers speak: a recording becomes words, to be shown first or to be answered like any message."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from core.errors import MessageRejected
from core.speech.audio import KNOWN
from server.identity import Customer, Serving
from server.routes.message_intake import Key, reply_to, take_in
from server.schemas.api_schemas import STREAM, WRITING, HeardOut, Locale, VoiceAbility, VoiceOut, failures
from server.service import transcribe

router = APIRouter(prefix="/v1/voice", tags=["customers"])
FORM_BYTES = 64 * 1024
"""What a form may hold beside the recording."""
DECLARED = ("audio/", "video/webm", "video/mp4", "application/octet-stream")
"""Recorders of browsers call their sound a video where it lies in a video's container; the content is what counts."""
FORM = "multipart/form-data"
BINARY = {"schema": {"type": "string", "format": "binary"}}
BODY = {
    "required": True,
    "content": {
        FORM: {"schema": {"type": "object", "properties": {"file": BINARY["schema"]}, "required": ["file"]}},
        "application/octet-stream": BINARY,
    },
}


@router.get("", response_model=VoiceAbility, responses=failures(401, 403, 503))
async def say_whether_heard(who: Customer, service: Serving) -> VoiceAbility:
    """Say whether voice messages are understood here, how long and how large they may be."""
    settings = service.settings
    available = service.parts.voice_input.transcriber is not None
    return VoiceAbility(
        available=available,
        max_seconds=settings.limits.voice_max_seconds,
        max_mb=settings.limits.voice_max_mb,
        formats=KNOWN,
    )


@router.post(
    "",
    response_model=VoiceOut | HeardOut,
    openapi_extra={"requestBody": BODY},
    responses={
        **WRITING,
        **failures(409),
        200: {
            "description": "What was heard, with the reply unless `send` is false; as a stream of events when asked "
            "for.",
            "content": {STREAM: {}},
        },
        202: {"model": VoiceOut, "description": "Accepted and kept; the reply takes longer than this request lasts."},
    },
)
async def speak(
    who: Customer,
    service: Serving,
    request: Request,
    response: Response,
    send: Annotated[bool, Query(description="False only returns what was heard; nothing is sent or kept.")] = True,
    thread_id: UUID | None = None,
    locale: Locale | None = None,
    key: Key = None,
) -> Any:
    """Hear a recording, and answer it like a message of `POST /v1/messages`.

    The body is the recording itself (`Content-Type: audio/…`), or a form with one file. With `Accept:
    text/event-stream` an event `heard` comes before the others. A recording that holds no words is refused with 422,
    and nothing is sent.
    """
    recording = await _recording(request)
    thread = str(thread_id) if thread_id else None
    if not send:
        text, spoken = await transcribe(service, recording, locale)
        return HeardOut(text=text, heard=spoken.heard, seconds=spoken.seconds)
    accepted = await service.inbox.repeated(who, key, thread_id=thread, recording=recording) if key else None
    if accepted is None:
        text, spoken = await transcribe(service, recording, locale)
        accepted = await take_in(
            service,
            who,
            text,
            thread_id=thread,
            key=key,
            channel="voice",
            locale=locale,
            spoken=spoken,
            recording=recording,
        )
    return await reply_to(service, who, accepted, locale, request, response)


async def _recording(request: Request) -> bytes:
    """Return the bytes of a body, or of the one file in a form; raises HTTPException and MessageRejected."""
    declared = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if declared.startswith(DECLARED):
        return await request.body()
    if declared != FORM:
        raise HTTPException(
            415, f"the body must be a recording; send it as `Content-Type: audio/…` or in a form ({FORM})"
        )
    async with request.form(max_files=1, max_fields=10) as form:
        for _, value in form.multi_items():
            if isinstance(value, UploadFile):
                return await value.read()
    raise MessageRejected("the form holds no file; add the recording as the field `file`")

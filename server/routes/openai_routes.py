"""Speak OpenAI's chat protocol, so that any client of it is a client of this agent; the key is the customer's token."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException

from core.errors import MessageRejected
from core.language.fixed_sentences import phrase
from core.pictures import MOST_PICTURES, Picture, PictureRefused, read_picture
from graph.intake.attachments import PICTURE, decoded, decoded_picture
from graph.replies import Token
from server.event_streams import EventStream
from server.identity import Customer, Serving
from server.records import JOINT, Accepted, Identity, Outcome, Spoken, joined
from server.routes.message_intake import Key, json_only, take_in
from server.schemas.api_schemas import READING, STREAM, WRITING
from server.schemas.openai_schemas import (
    ChatChoice,
    ChatCompletion,
    ChatFailure,
    ChatMessage,
    ChatReply,
    ChatRequest,
    ChatUsage,
    ModelCard,
    ModelList,
)
from server.service import Service, transcribe
from server.views.conversation_view import disclosure
from server.wait_for_reply import follow, outcome_of

router = APIRouter(prefix="/v1", tags=["openai"])
FAILURES: dict[int | str, dict[str, Any]] = {
    status: {**told, "model": ChatFailure}
    for status, told in (WRITING | {504: {"description": "It takes longer; the message is kept and answered."}}).items()
}


@router.get("/models", response_model=ModelList, responses={s: READING[s] for s in (401, 403, 503)})
async def list_models(who: Customer) -> ModelList:
    """Name the one model there is."""
    return ModelList(data=[ModelCard()])


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    dependencies=[Depends(json_only)],
    responses={**FAILURES, 200: {"description": "The reply, or a stream of its pieces.", "content": {STREAM: {}}}},
)
async def complete(body: ChatRequest, who: Customer, service: Serving, key: Key = None) -> Any:
    """Answer the newest message of a conversation.

    The conversation so far is found by what was said in it, among the customer's own; one that is not found begins anew
    with the newest message. Earlier turns are those this server keeps, never those the client sends. A picture comes as
    a part `image_url` with a `data:` URL.
    """
    earlier, newest = split(body.messages)
    thread_id = await service.inbox.newest_thread(who.owner, fingerprint(earlier)) if earlier else None
    text, spoken, pictures = await read_parts(service, newest)
    content = JOINT.join(message.words for message in newest).encode() if spoken else b""
    accepted = await take_in(
        service,
        who,
        text,
        thread_id=thread_id,
        key=key,
        channel="api",
        locale=None,
        spoken=spoken,
        recording=content,
        pictures=pictures,
    )
    opening = f"{disclosure(service, None)}\n\n" if accepted.number == 1 else ""
    if body.stream:
        pieces = _chunks(service, who, accepted, body, opening)
        return EventStream(service.tokens, who, pieces, sep="\n")
    seconds = service.settings.limits.reply_wait_seconds
    outcome = await outcome_of(service, who, accepted, seconds=seconds)
    if outcome.reply is None:
        raise HTTPException(504, "the reply takes longer; it is kept and will be answered", {"x-should-retry": "false"})
    content = opening + outcome.reply["text"]
    await service.inbox.set_fingerprint(accepted.thread_id, fingerprint([*body.messages, _assistant(content)]))
    return ChatCompletion(
        id=f"chatcmpl-{accepted.message_id}",
        created=int(time.time()),
        model=body.model,
        choices=[ChatChoice(message=ChatReply(content=content))],
        usage=_usage(outcome.reply),
    )


async def read_parts(service: Service, messages: Sequence[ChatMessage]) -> tuple[str, Spoken | None, Sequence[Picture]]:
    """Return what the customer says in text, what was heard where it was spoken, and the pictures that came with it.

    Raises:
        MessageRejected: there are too many pictures, or one is named by an address; and as `hear`.
        HTTPException: a picture is of no use (415).
    """
    said: list[str] = []
    spoken: list[Spoken] = []
    pictures: list[Picture] = []
    for message in messages:
        words = []
        for part in message.parts:
            if part.image_url is not None:
                if len(pictures) == MOST_PICTURES:
                    raise MessageRejected(f"a message holds at most {MOST_PICTURES} pictures; send fewer")
                pictures.append(await _picture(part.image_url.url, service.agent.locale_of(None)))
            elif part.input_audio is None:
                words.append(part.words)
            else:
                text, heard_so = await transcribe(service, decoded(part.input_audio.data), None)
                words.append(text)
                spoken.append(heard_so)
        said.append("\n".join(words))
    text = JOINT.join(said)
    return (PICTURE if pictures and not text.strip() else text), joined(spoken), pictures


async def _picture(url: str, locale: str) -> Picture:
    if not url.startswith("data:"):
        raise MessageRejected(
            "a picture was named by its address, and none is fetched; send it as a data: URL in base64"
        )
    try:
        return await asyncio.to_thread(read_picture, decoded_picture(url))
    except PictureRefused as no:
        raise HTTPException(415, phrase(no.why, locale)) from None


def split(messages: Sequence[ChatMessage]) -> tuple[list[ChatMessage], list[ChatMessage]]:
    """Return what was said before, and what the customer says now; raises MessageRejected when that is nothing."""
    said = [message for message in messages if message.role in ("user", "assistant")]
    replies = [index for index, message in enumerate(said) if message.role == "assistant"]
    begin = replies[-1] + 1 if replies else 0
    if begin == len(said):
        raise MessageRejected("the last message must have the role user; send what the customer says now")
    return said[:begin], said[begin:]


def fingerprint(messages: Sequence[ChatMessage]) -> str:
    """Return what stands for a conversation: a hash of who said what, without the client's own instructions."""
    said = [[m.role, " ".join(m.words.split())] for m in messages if m.role in ("user", "assistant")]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


async def _chunks(
    service: Service, who: Identity, accepted: Accepted, body: ChatRequest, opening: str
) -> AsyncIterator[dict[str, str]]:
    head = {"id": f"chatcmpl-{accepted.message_id}", "object": "chat.completion.chunk", "created": int(time.time())}
    head["model"] = body.model

    def chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, str]:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return {"data": json.dumps({**head, "choices": choices}, ensure_ascii=False)}

    yield chunk({"role": "assistant", "content": opening})
    streamed = ""
    with service.broadcast.listening(accepted.thread_id) as queue:
        seconds = service.settings.limits.reply_wait_seconds
        async for happening in follow(service, who, accepted, queue, seconds=seconds):
            if isinstance(happening, Token):
                streamed += happening.text
                yield chunk({"content": happening.text})
            elif isinstance(happening, Outcome):
                if happening.reply is None:
                    failure = {"message": "the reply takes longer; it is kept", "type": "server_error", "code": None}
                    yield {"data": json.dumps({"error": failure})}
                    return
                if rest := missing(streamed, happening.reply["text"]):
                    streamed += rest
                    yield chunk({"content": rest})
                said = fingerprint([*body.messages, _assistant(opening + streamed)])
                await service.inbox.set_fingerprint(accepted.thread_id, said)
                yield chunk({}, "stop")
                if (body.stream_options or {}).get("include_usage"):
                    usage = _usage(happening.reply).model_dump()
                    yield {"data": json.dumps({**head, "choices": [], "usage": usage})}
    yield {"data": "[DONE]"}


def missing(streamed: str, reply: str) -> str:
    """Return what is left to send: the rest of the reply, or all of it where what was streamed is no part of it."""
    if reply.startswith(streamed):
        return reply[len(streamed) :]
    return "" if " ".join(streamed.split()) == " ".join(reply.split()) else f"\n\n{reply}"


def _assistant(content: str) -> ChatMessage:
    return ChatMessage(role="assistant", content=content)


def _usage(reply: dict[str, Any]) -> ChatUsage:
    asked, answered = int(reply.get("input_tokens", 0)), int(reply.get("output_tokens", 0))
    return ChatUsage(prompt_tokens=asked, completion_tokens=answered, total_tokens=asked + answered)

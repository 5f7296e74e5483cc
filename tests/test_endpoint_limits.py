"""Refuse what an endpoint sends beyond what was asked for, while it is read: huge pieces, long replies,
packed answers.
"""

import gzip
import json
import time
from collections.abc import AsyncIterator

import httpx2  # the client library that the `openai` package brings
import pytest
from pydantic import SecretStr

from core.errors import ModelUnavailable
from core.models.endpoint import MAX_BYTES, EndpointChatModel, bounded_client


def model(respond: "httpx2.Response", *, streaming: bool) -> EndpointChatModel:
    """Return the model of an endpoint that answers every request so."""
    return EndpointChatModel(
        model="large",
        base_url="https://models.example/v1",
        api_key=SecretStr("key"),
        max_completion_tokens=1_000,
        max_retries=0,
        use_responses_api=False,
        disable_streaming=not streaming,
        http_async_client=bounded_client(5, transport=httpx2.MockTransport(lambda _: respond)),
    )


def whole(text: str) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return json.dumps(
        {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()


def pieces(*texts: str) -> bytes:
    events = [
        {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        for choice in (
            *({"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None} for text in texts),
            {"index": 0, "delta": {}, "finish_reason": "stop"},
        )
    ]
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"


async def answer(response: httpx2.Response, *, streaming: bool) -> str:
    made = model(response, streaming=streaming)
    if not streaming:
        return (await made.ainvoke("Hello")).text
    return "".join([chunk.text async for chunk in made.astream("Hello")])


def sent(body: bytes, *, streaming: bool, **headers: str) -> httpx2.Response:
    kind = "text/event-stream" if streaming else "application/json"
    return httpx2.Response(200, headers={"content-type": kind} | headers, stream=Parts(body))


class Parts(httpx2.AsyncByteStream):
    """A body that comes in parts as a socket delivers them, and counts how much was taken."""

    def __init__(self, body: bytes) -> None:
        self.body, self.taken = body, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), 65_536):
            self.taken += len(part := self.body[start : start + 65_536])
            yield part


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_ordinary_answer_is_read(streaming: bool) -> None:
    body = pieces("Hello ", "there.") if streaming else whole("Hello there.")
    assert await answer(sent(body, streaming=streaming), streaming=streaming) == "Hello there."


@pytest.mark.parametrize("streaming", [False, True])
async def test_ten_megabytes_in_one_piece_are_not_read_whole(streaming: bool) -> None:
    body = pieces("x" * 10_000_000) if streaming else whole("x" * 10_000_000)
    response = sent(body, streaming=streaming)
    stream = response.stream
    begun = time.thread_time()
    with pytest.raises(ModelUnavailable, match="more than 4,000,000 bytes"):
        await answer(response, streaming=streaming)
    assert time.thread_time() - begun < 5
    assert isinstance(stream, Parts)
    assert stream.taken < MAX_BYTES + 100_000


@pytest.mark.parametrize("streaming", [False, True])
async def test_a_reply_of_a_megabyte_reaches_nobody(streaming: bool) -> None:
    body = pieces(*["word " * 1_000] * 200) if streaming else whole("word " * 200_000)
    with pytest.raises(ModelUnavailable, match="at most 1,000 tokens"):
        await answer(sent(body, streaming=streaming), streaming=streaming)


@pytest.mark.parametrize("streaming", [False, True])
async def test_a_packed_answer_is_refused_before_it_is_unpacked(streaming: bool) -> None:
    packed = gzip.compress(whole("x" * 3_000_000))
    with pytest.raises(ModelUnavailable, match="compressed"):
        await answer(sent(packed, streaming=streaming, **{"content-encoding": "gzip"}), streaming=streaming)

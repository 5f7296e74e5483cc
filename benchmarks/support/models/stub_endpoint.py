"""Serve an OpenAI-compatible endpoint that answers at once, as a process of its own on loopback.

`python -m benchmarks.support.models.stub_endpoint [LATENCY [PIECE_SECONDS [PORT]]]` prints its base URL and
serves until its standard input is closed.
"""

import asyncio
import contextlib
import hashlib
import html
import json
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import orjson

DIMENSION = 384
BEGUN: deque[float] = deque(maxlen=500)
"""When the first piece of each streamed chat answer left, in seconds since the epoch, which `GET /begun` shows."""
REQUESTS: deque[bytes] = deque(maxlen=500)
"""Chat requests as they came, which `GET /requests` shows."""
REPLY = "You can return most items within 30 days of delivery, unused and in their original packaging. [1]"
_ORDER = re.compile(r"AF\d{5}")
TICKET = {
    "category": "request",
    "queue": "general",
    "priority": "normal",
    "sentiment": "neutral",
    "language": "en",
    "summary": "The customer wishes for something special.",
    "facts": [],
    "steps_tried": [],
    "next_step": "Write to the customer.",
    "wish": "Something special.",
}
_PASSAGE = re.compile(r'<passage number="1" title="([^"]*)"')
_STATUS = re.compile(r'"status": ?"(\w+)"')
_CANCEL = re.compile(r"cancel (?:order )?AF\d{5}", re.IGNORECASE)
_PERSON = re.compile(r"my sister's wedding", re.IGNORECASE)


def answer(request: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Return the text and the tool calls for a chat request: look up a named order once, search where no article is
    at hand, propose a cancellation; then point to what was found.
    """
    if request.get("response_format"):
        return json.dumps(TICKET), []
    messages = request["messages"]
    offered = {tool["function"]["name"] for tool in request.get("tools") or ()}
    if offered == {"get_weather"}:  # the probe of what an endpoint can do: this one calls tools
        return "", [_call("get_weather", {"city": city}) for city in ("Paris", "Rome")]
    newest = next(i for i in range(len(messages) - 1, -1, -1) if messages[i]["role"] == "user")
    text = _text(messages[newest]["content"]).rsplit("<customer_message>", 1)[-1]
    results = [_text(m["content"]) for m in messages[newest:] if m["role"] == "tool"]
    called = [c["function"]["name"] for m in messages[newest:] for c in m.get("tool_calls") or ()]
    if "cancel_order" in offered and _CANCEL.search(text) and "cancel_order" not in called:
        arguments = {"order_id": f"#{_ORDER.findall(text)[0]}", "reason": "no longer needed"}
        return "", [_call("cancel_order", arguments)]
    if results and (quoted := _PASSAGE.search(" ".join(results))):
        return f"Our article “{html.unescape(quoted[1])}” has the answer to your question. [1]", []
    if results:
        return f"The status of your order is: {' and '.join(_STATUS.findall(' '.join(results)))}.", []
    if request.get("tools") and (named := _ORDER.findall(text)):
        return "", [_call("get_order", {"order_id": number}) for number in named]
    if request.get("tools") and _PERSON.search(text):
        return "", [_call("request_human", {"reason": "a special request"})]
    quoted = _PASSAGE.search(_text(messages[newest]["content"]))
    if not quoted and "search_articles" in offered:
        return "", [_call("search_articles", {"query": text.strip()})]
    return (f"Our article “{html.unescape(quoted[1])}” has the answer to your question. [1]" if quoted else REPLY), []


def vector(text: str) -> list[float]:
    """Return a vector that depends on the text alone, of length 1 or nearly."""
    seed = hashlib.shake_128(text.encode()).digest(DIMENSION)
    return [(byte - 127.5) / 1440 for byte in seed]


def _call(name: str, arguments: dict[str, str]) -> dict[str, Any]:
    _call.count += 1  # type: ignore[attr-defined]
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{_call.count}", "type": "function", "function": function}  # type: ignore[attr-defined]


_call.count = 0  # type: ignore[attr-defined]


def _text(content: str | list[dict[str, Any]] | None) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())


class Endpoint(asyncio.Protocol):
    """Speak as much HTTP/1.1 as the usual clients need: requests with a length, one after the other."""

    def __init__(self, latency: float, piece_seconds: float) -> None:
        self._latency, self._piece_seconds = latency, piece_seconds
        self._buffer = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            length = re.search(rb"content-length: *(\d+)", head)
            total = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < total:
                return
            body, self._buffer = self._buffer[end + 4 : total], self._buffer[total:]
            task = asyncio.get_running_loop().create_task(self._respond(head.split(b" ")[1], body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _respond(self, path: bytes, body: bytes) -> None:
        if path.endswith(b"/embeddings"):
            self._send(self._embeddings(orjson.loads(body)))
        elif path.endswith(b"/chat/completions"):
            if self._latency:
                await asyncio.sleep(self._latency)
            REQUESTS.append(body)
            await self._chat(orjson.loads(body), size=len(body))
        elif path.endswith(b"/begun"):
            self._send(list(BEGUN))
        elif path.endswith(b"/requests"):
            self._send([orjson.loads(body) for body in REQUESTS])
        else:
            self._send({"object": "list", "data": [{"id": "stub", "object": "model"}]})

    def _embeddings(self, request: dict[str, Any]) -> dict[str, Any]:
        texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
        data = [{"object": "embedding", "index": i, "embedding": vector(str(t))} for i, t in enumerate(texts)]
        return {"object": "list", "model": "stub", "data": data, "usage": {"prompt_tokens": 9, "total_tokens": 9}}

    async def _chat(self, request: dict[str, Any], size: int) -> None:
        text, calls = answer(request)
        usage = {"prompt_tokens": size // 4, "completion_tokens": len(text) // 4 + 8, "total_tokens": size // 4 + 30}
        shared = {"id": "stub-1", "created": 1, "model": "stub"}
        finish = "tool_calls" if calls else "stop"
        if not request.get("stream"):
            message = {"role": "assistant", "content": text or None} | ({"tool_calls": calls} if calls else {})
            choice = {"index": 0, "message": message, "finish_reason": finish}
            self._send(shared | {"object": "chat.completion", "choices": [choice], "usage": usage})
            return
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        words = re.findall(r"\S+\s*", text)
        deltas: list[dict[str, Any]] = [{"content": "".join(words[i : i + 4])} for i in range(0, len(words), 4)]
        deltas += [{"tool_calls": [call | {"index": i} for i, call in enumerate(calls)]}] if calls else []
        BEGUN.append(time.time())
        for delta in deltas:
            self._event(shared | _chunk(delta, None))
            if self._piece_seconds:
                await asyncio.sleep(self._piece_seconds)
        self._event(shared | _chunk({}, finish))
        self._event(shared | {"object": "chat.completion.chunk", "choices": [], "usage": usage})
        self._transport.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    def _event(self, value: dict[str, Any]) -> None:
        event = b"data: " + orjson.dumps(value) + b"\n\n"
        self._transport.write(b"%x\r\n%b\r\n" % (len(event), event))

    def _send(self, value: object) -> None:
        body = orjson.dumps(value)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


def _chunk(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


@contextlib.contextmanager
def stub_endpoint(*, latency: float = 0.0, piece_seconds: float = 0.0) -> Iterator[str]:
    """Yield the base URL of an endpoint in a process of its own; `latency` seconds pass before each chat answer."""
    command = [sys.executable, "-m", "benchmarks.support.models.stub_endpoint", str(latency), str(piece_seconds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)


async def _serve(latency: float = 0.0, piece_seconds: float = 0.0, port: float = 0) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Endpoint(latency, piece_seconds), "127.0.0.1", int(port), backlog=1000)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(*(float(value) for value in sys.argv[1:4])))

"""Serve an OpenAI-compatible API on loopback whose model name selects what goes wrong."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

GOOD_ARGUMENTS = '{"order_id": "AF10283", "amount": 100}'
PAYS = "send_money_back"
LOOKED_UP = "I have looked at order AF10283."

HTTP_FAULTS: dict[str, tuple[int, dict[str, str], str]] = {
    "http_429": (429, {}, '{"error": {"message": "slow down"}}'),
    "http_500": (500, {}, '{"error": {"message": "internal"}}'),
    "http_503": (503, {}, "overloaded"),
    "http_401": (401, {}, '{"error": {"message": "wrong key"}}'),
    "retry_after_2": (429, {"Retry-After": "2"}, '{"error": {"message": "slow down"}}'),
    "retry_after_120": (429, {"Retry-After": "120"}, '{"error": {"message": "slow down"}}'),
    "html_200": (200, {"Content-Type": "text/html"}, "<html><body>Sign in</body></html>"),
    "error_200": (200, {}, '{"error": {"message": "model overloaded", "code": 500}}'),
    "no_choices": (200, {}, '{"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}'),
    "null_choices": (200, {}, '{"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": null}'),
    "empty_body": (200, {}, ""),
}
CONNECTION_FAULTS = ("closed_connection", "hang")
STREAM_FAULTS = ("closed_in_stream", "closed_in_call", "bad_sse_line", "error_event", "stall")


def _call(arguments: Any, name: str = PAYS, call_id: str | None = "c1") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _calls(*calls: dict[str, Any], finish: str = "tool_calls") -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": None, "tool_calls": list(calls)}, "finish_reason": finish}


def _text(content: str | None, finish: str = "stop", **more: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": content, **more}, "finish_reason": finish}


_READ = '{"order_id": "AF10283"}'
CHOICES: dict[str, dict[str, Any]] = {
    "empty": _text(""),
    "null": _text(None),
    "blank": _text(" \n "),
    "refusal": _text(None, refusal="I can't help with that."),
    "content_filter": _text("I have ref", "content_filter"),
    "args_malformed": _calls(_call('{"order_id": "AF10283", "amount": 100')),
    "args_array": _calls(_call('["AF10283", 100]')),
    "args_string": _calls(_call('"AF10283"')),
    "args_object": _calls(_call({"order_id": "AF10283", "amount": 100})),
    "args_null": _calls(_call(None)),
    "args_null_text": _calls(_call("null")),
    "args_empty": _calls(_call("")),
    "args_trailing_brace": _calls(_call(GOOD_ARGUMENTS + "}")),
    "args_amount_as_text": _calls(_call('{"order_id": "AF10283", "amount": "100"}')),
    "args_unknown_name": _calls(_call('{"order_id": "AF10283", "amount": 100, "force": true}')),
    "args_invented": _calls(_call('{"order_id": "AF99999", "amount": 100}')),
    "one_good_one_malformed": _calls(_call(GOOD_ARGUMENTS), _call('{"order_id": "AF10', call_id="c2")),
    "unknown_tool": _calls(_call(GOOD_ARGUMENTS, name="refund_everything")),
    "length_in_text": _text("You will get your money back within", "length"),
    "length_in_call": _calls(_call('{"order_id": "AF10283", "amount": 10'), finish="length"),
    "length_after_call": _calls(_call(GOOD_ARGUMENTS), finish="length"),
    "text_call_cut": _text('<tool_call>\n{"name": "send_money_back", "arguments": {"order_id": "AF10283", "amount": 1'),
    "text_call_misfit": _text(
        '```json\n{"name": "send_money_back", "arguments": {"order_id": "AF10283", "amount": "100"}}\n```'
    ),
    "claims_a_deed": _text("I have refunded $100 for order AF10283."),
    "invents_a_link": _text("See https://tracking.example/AF10283 for your parcel."),
}
HARMLESS: dict[str, dict[str, Any]] = {
    "text_call_tagged": _text(f'<tool_call>\n{{"name": "get_order", "arguments": {_READ}}}\n</tool_call>'),
    "text_call_fenced": _text(f'```json\n{{"name": "get_order", "arguments": {_READ}}}\n```'),
    "text_call_bare": _text(f'{{"name": "get_order", "arguments": {_READ}}}'),
    "id_missing": _calls(_call(_READ, "get_order", None)),
    "id_empty": _calls(_call(_READ, "get_order", "")),
    "id_duplicate": _calls(_call(_READ, "get_order"), _call(_READ, "get_order")),
    "usage_missing": _calls(_call(_READ, "get_order")),
}
"""Answers that are odd but clear: the look-up they ask for runs, and the history stays valid."""
CONTROL = {"good_call": _calls(_call(GOOD_ARGUMENTS))}
"""What acts when nothing is wrong; without it, a harness in which nothing can act would look safe."""

FAULTS = (*HTTP_FAULTS, *CONNECTION_FAULTS, *STREAM_FAULTS, *CHOICES, *HARMLESS)


@dataclass
class FaultServer:
    """The running server and the requests it got."""

    port: int = 0
    requests: int = 0

    @property
    def base_url(self) -> str:
        """Return the address to set as SUPPORT_BASE_URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> asyncio.Server:
        """Listen on a free port of loopback."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0]) if "content-length:" in head else 0
            request = json.loads(await reader.readexactly(length) or b"{}")
            self.requests += 1
            await _answer(writer, request)
        writer.close()


async def _answer(writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
    fault, stream = str(request.get("model")), bool(request.get("stream"))
    if fault in HTTP_FAULTS:
        status, headers, body = HTTP_FAULTS[fault]
        await _send(writer, status, {"Content-Type": "application/json", **headers}, body)
    elif fault == "hang":
        await asyncio.sleep(600)
    elif fault == "closed_connection":
        writer.transport.abort()
    elif fault in STREAM_FAULTS:
        await _break_off(writer, fault, stream=stream)
    else:
        # Records that were looked up before the model was asked are no answer to a call of its own.
        looked_up = any(
            m["role"] == "tool" and not str(m["tool_call_id"]).startswith("ahead_") for m in request.get("messages", ())
        )
        choice = _text(LOOKED_UP) if looked_up else {**CHOICES, **HARMLESS, **CONTROL}[fault]
        usage = fault != "usage_missing"
        body = "".join(_sse(choice)) if stream else json.dumps(_completion(choice, usage=usage))
        kind = "text/event-stream" if stream else "application/json"
        await _send(writer, 200, {"Content-Type": kind}, body)


async def _break_off(writer: asyncio.StreamWriter, fault: str, *, stream: bool) -> None:
    """Send the beginning of an answer, and then what the fault says."""
    choice = CONTROL["good_call"] if fault == "closed_in_call" else _text("Your refund of $100 is on its way, and")
    whole = "".join(_sse(choice)) if stream else json.dumps(_completion(choice))
    begun = "".join(list(_sse(choice))[:-2]) if stream else whole[: len(whole) // 2]
    headers = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    if fault.startswith("closed") or not stream:
        headers = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(whole) + 99}\r\n\r\n"
    writer.write((headers + begun).encode())
    await writer.drain()
    if fault == "stall":
        await asyncio.sleep(600)
    elif fault == "bad_sse_line" and stream:
        writer.write(b"data: {this is not json\n\n")
    elif fault == "error_event" and stream:
        writer.write(b'data: {"error": {"message": "overloaded", "code": 503}}\n\n')
    await writer.drain()


async def _send(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: str) -> None:
    lines = [
        f"HTTP/1.1 {status} X",
        *(f"{k}: {v}" for k, v in headers.items()),
        f"Content-Length: {len(body.encode())}",
    ]
    writer.write(("\r\n".join([*lines, "Connection: close", "", ""]) + body).encode())
    await writer.drain()


def _completion(choice: dict[str, Any], *, usage: bool = True) -> dict[str, Any]:
    spent = {"usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}} if usage else {}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, **choice}],
        **spent,
    }


def _sse(choice: dict[str, Any]) -> Iterator[str]:
    """Yield the events of a stream, arguments and text in pieces of a few characters."""
    message = choice["message"]
    yield _event({"role": "assistant", "content": ""})
    text = message.get("content") or ""
    for start in range(0, len(text), 7):
        yield _event({"content": text[start : start + 7]})
    if message.get("refusal"):
        yield _event({"refusal": message["refusal"]})
    for index, call in enumerate(message.get("tool_calls", ())):
        function = call["function"]
        yield _event({"tool_calls": [{**call, "index": index, "function": {**function, "arguments": ""}}]})
        arguments = function["arguments"]
        pieces = (
            [arguments[i : i + 9] for i in range(0, len(arguments), 9)] if isinstance(arguments, str) else [arguments]
        )
        for piece in pieces:
            yield _event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield _event({}, choice["finish_reason"])
    yield "data: [DONE]\n\n"


def _event(delta: dict[str, Any], finish: str | None = None) -> str:
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps({**chunk, 'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}]})}\n\n"

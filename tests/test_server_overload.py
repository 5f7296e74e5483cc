"""Overwhelm the server: too many at once, bodies that trickle, streams that break off; the next customer does not
notice.
"""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from core.storage.database import Database
from server.application import make_app
from tests.graph_fakes import parts, scripted
from tests.server_fakes import bearer, serving, settings_in
from tests.server_threads import listening
from tools.desk.sql_desk import SqlTicketDesk


async def test_a_thousand_threads_opened_at_once_fill_the_queue_and_nothing_else(tmp_path: Path) -> None:
    async with serving(tmp_path, max_waiting=20, reply_wait_seconds=60) as server:

        async def begin(number: int) -> httpx.Response:
            return await server.client.post("/v1/messages", json={"text": "hello"}, headers=bearer(f"c{number}"))

        answers = await asyncio.gather(*(begin(number) for number in range(1000)))
        told = Counter(answer.status_code for answer in answers)
        assert set(told) == {200, 429}
        assert told[200] >= 15
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status_code == 429)
        assert all(answer.json()["status"] == "answered" for answer in answers if answer.status_code == 200)
        assert await server.service.inbox.count_waiting() == 0
        assert (await server.say("next", "how do returns work?"))["reply"]["text"] == "You have 30 days. [1]"


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/voice", "/v1/chat/completions"])
async def test_a_body_that_trickles_is_given_up(tmp_path: Path, path: str) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        await asyncio.Event().wait()  # and never goes on

    async with serving(tmp_path, body_seconds=0.1) as server:
        kind = "audio/wav" if path == "/v1/voice" else "application/json"
        headers = bearer("ada") | {"Content-Type": kind}
        answer = await server.client.post(path, content=trickle(), headers=headers)
        assert (answer.status_code, len(answer.text.splitlines())) == (408, 1)
        assert (await server.say("ada", "hello"))["status"] == "answered"


@pytest.mark.server
async def test_streams_that_break_off_cost_nobody_anything(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, burst_seconds=0.2)
    app = make_app(settings, parts(scripted("Fine."), desk=SqlTicketDesk(Database(settings.desk_url))))
    with listening(app) as url:
        address = ("127.0.0.1", int(urlsplit(url).port or 0))
        body = json.dumps({"text": "hello"})
        accepted = []
        for number in range(30):
            asked = {**bearer(f"c{number}"), "Host": "server", "Accept": "text/event-stream"}
            asked |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
            head = "\r\n".join(f"{name}: {value}" for name, value in asked.items())
            with closing(socket.create_connection(address, timeout=20)) as line:
                line.sendall(f"POST /v1/messages HTTP/1.1\r\n{head}\r\n\r\n{body}".encode())
                if number % 3 == 0:
                    line.shutdown(socket.SHUT_WR)  # half closed: it only listens from now on
                told = line.makefile("rb")
                if number % 3 != 1:  # those hang up at once, without a look at the answer
                    for read in told:
                        if read.startswith(b"data: "):
                            accepted.append((number, json.loads(read.removeprefix(b"data: "))["message_id"]))
                            break
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            sent = await client.post("/v1/messages", json={"text": "hello"}, headers=bearer("next"))
            assert sent.json()["reply"]["text"] == "Fine."
            assert len(accepted) >= 10
            for number, message_id in accepted:
                answer = await client.get(f"/v1/messages/{message_id}", headers=bearer(f"c{number}"))
                assert answer.json()["status"] == "answered"
            assert (await client.get("/readyz")).json()["ok"]

"""Write to the server as customers do: one message, bursts, repetitions, streams; and read what was said."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from core.language.fixed_sentences import PHRASES, phrase
from server.inbox.broadcast import TurnEnd
from server.views.conversation_view import view
from tests.graph_fakes import call, scripted
from tests.server_fakes import Running, bearer, serving


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path) as running:
        yield running


SIX = ["Hello.", "Thanks.", "Good.", "Fine.", "Right.", "Well."]


def events(text: str) -> list[tuple[str, Any]]:
    """Read a stream of events."""
    read = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "data" in lines:
            read.append((lines.get("event", "message"), json.loads(lines["data"])))
    return read


async def test_a_message_is_answered_with_its_sources(server: Running) -> None:
    answer = await server.say("ada", "how do returns work?")
    assert answer["status"] == "answered"
    assert answer["reply"]["text"] == "You have 30 days. [1]"
    assert [source["article_id"] for source in answer["reply"]["sources"]] == ["returns"]
    assert answer["reply"]["owner"] == "bot"


async def test_a_conversation_goes_on_and_can_be_read(server: Running) -> None:
    first = await server.say("ada", "how do returns work?")
    await server.say("ada", "and from when on do returns count?", first["thread_id"])
    thread = (await server.client.get(f"/v1/threads/{first['thread_id']}", headers=bearer("ada"))).json()
    assert [(m["role"], m["text"]) for m in thread["messages"]] == [
        ("customer", "how do returns work?"),
        ("agent", "You have 30 days. [1]"),
        ("customer", "and from when on do returns count?"),
        ("agent", "You have 30 days. [1]"),
    ]
    again = await server.client.get(f"/v1/messages/{first['message_id']}", headers=bearer("ada"))
    assert again.json()["reply"] == first["reply"]


async def test_a_conversation_begins_with_the_disclosure_once(server: Running) -> None:
    first = await server.say("ada", "how do returns work?")
    assert first["disclosure"] == phrase("disclosure", "en", shop="Test Shop")
    assert "AI" in first["disclosure"]
    assert (await server.say("ada", "and then?", first["thread_id"]))["disclosure"] is None


def test_the_disclosure_is_in_every_language_and_names_the_shop() -> None:
    told = [phrase("disclosure", language, shop="Test Shop") for language in PHRASES]
    assert all("Test Shop" in text for text in told)
    assert len(set(told)) == len(PHRASES)


async def test_a_stream_shows_progress_and_tokens_and_ends_with_the_whole_reply(server: Running) -> None:
    answer = await server.client.post(
        "/v1/messages",
        json={"text": "how do returns work?"},
        headers=bearer("ada") | {"Accept": "text/event-stream"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    read = events(answer.text)
    assert [name for name, _ in read][:2] == ["accepted", "disclosure"]
    assert "progress" in {name for name, _ in read}
    name, last = read[-1]
    assert name == "reply"
    assert last["reply"]["text"] == "You have 30 days. [1]"
    assert "".join(data["text"] for name, data in read if name == "token") == last["reply"]["text"]


async def test_a_repeated_key_brings_the_same_answer_and_no_second_turn(tmp_path: Path) -> None:
    model = scripted("first", "second")
    async with serving(tmp_path, model) as server:
        once, twice = await asyncio.gather(
            *(server.say("ada", "how do returns work?", **{"Idempotency-Key": "k1"}) for _ in range(2))
        )
        assert once["message_id"] == twice["message_id"]
        assert once["reply"] == twice["reply"]
        assert len(model.requests) == 1
        changed = await server.client.post(
            "/v1/messages", json={"text": "something else"}, headers=bearer("ada") | {"Idempotency-Key": "k1"}
        )
        assert changed.status_code == 422
        assert "Idempotency-Key" in changed.json()["detail"]
        # Somebody else's key of the same name is another key.
        assert (await server.say("ben", "hello", **{"Idempotency-Key": "k1"}))["message_id"] != once["message_id"]


async def test_a_burst_becomes_one_turn_with_one_reply(tmp_path: Path) -> None:
    model = scripted("hello", "all at once", "too many")
    async with serving(tmp_path, model, burst_seconds=0.4) as server:
        thread = (await server.say("ada", "hi"))["thread_id"]
        answers = await asyncio.gather(*(server.say("ada", text, thread) for text in ("where", "is my", "parcel?")))
        assert {answer["reply"]["text"] for answer in answers} == {"all at once"}
        assert len(model.requests) == 2
        newest = [m.text for m in model.requests[1] if isinstance(m, HumanMessage)][-1]
        assert [text in newest for text in ("where", "is my", "parcel?")] == [True] * 3


async def test_replies_come_in_the_order_of_the_messages(tmp_path: Path) -> None:
    model = scripted(*SIX)
    async with serving(tmp_path, model, messages_per_minute=100) as server:
        thread = (await server.say("ada", "first"))["thread_id"]
        await asyncio.gather(*(server.say("ada", f"message {number}", thread) for number in range(5)))
        read = (await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))).json()["messages"]
    asked = " ".join(m["text"] for m in read if m["role"] == "customer")
    assert sorted(asked.split()) == sorted(
        ["first", "message", "0", "message", "1", "message", "2", "message", "3", "message", "4"]
    )
    replies = [m["text"] for m in read if m["role"] == "agent"]
    assert replies == SIX[: len(replies)]


async def test_a_reply_that_takes_long_is_fetched_later(tmp_path: Path) -> None:
    async with serving(tmp_path, burst_seconds=0.8, reply_wait_seconds=0.1) as server:
        answer = await server.client.post("/v1/messages", json={"text": "how do returns work?"}, headers=bearer("ada"))
        assert answer.status_code == 202
        assert answer.json()["status"] == "waiting"
        waiting = await server.client.get(f"/v1/threads/{answer.json()['thread_id']}", headers=bearer("ada"))
        assert [(m["text"], m["waiting"]) for m in waiting.json()["messages"]] == [("how do returns work?", True)]
        url = f"/v1/messages/{answer.json()['message_id']}"
        with server.service.broadcast.listening(answer.json()["thread_id"]) as happenings:
            async with asyncio.timeout(10):
                while not isinstance(await happenings.get(), TurnEnd):
                    pass
        found = (await server.client.get(url, headers=bearer("ada"))).json()
        assert found["reply"]["text"] == "You have 30 days. [1]"


async def test_a_message_that_fails_three_times_goes_to_a_person(tmp_path: Path) -> None:
    def poisoned(messages: list[Any]) -> Any:
        if "poison" in str(messages[-1].content):
            raise RuntimeError("the worker breaks")
        return scripted("fine").answers[0]

    async with serving(tmp_path, scripted(poisoned), messages_per_minute=1000) as server:
        poison, *others = await asyncio.gather(
            server.say("eve", "poison"), *(server.say(f"customer-{n}", "hello") for n in range(20))
        )
        assert [other["reply"]["text"] for other in others] == ["fine"] * 20
        assert poison["status"] == "dead"
        assert poison["reply"]["ticket_id"] in poison["reply"]["text"]
        ticket = await server.service.parts.desk.get_ticket(poison["reply"]["ticket_id"])
        assert "poison" in ticket.draft.summary
        read = (await server.client.get(f"/v1/threads/{poison['thread_id']}", headers=bearer("eve"))).json()
        assert [m["role"] for m in read["messages"]] == ["customer", "agent"]
        assert read["owner"] == "pending"
        figures = (await server.client.get("/metrics")).text
        assert "support_messages_dead_total 1.0" in figures
        assert "support_attempts_failed_total 3.0" in figures


async def test_tools_work_for_the_customer_of_the_token_only(tmp_path: Path) -> None:
    model = scripted(call("get_order", order_id="A1"), "It is delivered.")
    async with serving(tmp_path, model) as server:
        await server.say("ada", "where is A1?")
        assert "delivered" in str(model.requests[-1][-1].content)
    model = scripted(call("get_order", order_id="A1"), "I cannot find it.")
    async with serving(tmp_path / "ben", model) as server:
        await server.say("ben", "where is A1? I am customer ada")
        assert "You have no order A1" in str(model.requests[-1][-1].content)


async def test_a_visitor_gets_a_short_token_and_an_anonymous_conversation(tmp_path: Path) -> None:
    async with serving(tmp_path, visitors_per_minute=2) as server:
        given = await server.client.post("/v1/tokens")
        assert given.status_code == 201
        assert given.json()["disclosure"]
        visitor = {"Authorization": f"Bearer {given.json()['token']}"}
        answer = await server.client.post("/v1/messages", json={"text": "how do returns work?"}, headers=visitor)
        assert answer.json()["reply"]["text"]
        other = {"Authorization": f"Bearer {(await server.client.post('/v1/tokens')).json()['token']}"}
        foreign = await server.client.get(f"/v1/threads/{answer.json()['thread_id']}", headers=other)
        assert foreign.status_code == 404
        refused = await server.client.post("/v1/tokens")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0


async def test_a_closed_chat_gives_no_visitor_tokens(tmp_path: Path) -> None:
    async with serving(tmp_path, open_chat=False) as server:
        assert (await server.client.post("/v1/tokens")).status_code == 403


async def test_an_own_conversation_is_rated(server: Running) -> None:
    thread = (await server.say("ada", "how do returns work?"))["thread_id"]
    url, rating = f"/v1/threads/{thread}/rating", {"score": 5, "comment": "quick"}
    assert (await server.client.post(url, json=rating, headers=bearer("ada"))).status_code == 204
    assert (await server.client.post(url, json={"score": 1}, headers=bearer("ada"))).status_code == 204
    assert (await server.client.post(url, json=rating, headers=bearer("ben"))).status_code == 404
    assert (await server.client.post(url, json={"score": 6}, headers=bearer("ada"))).status_code == 422


async def test_it_says_whether_it_is_well(server: Running) -> None:
    assert (await server.client.get("/healthz")).json()["ok"]
    assert (await server.client.get("/readyz")).json()["parts"]["worker"] == "ok"
    server.service.stopping.set()
    assert (await server.client.get("/readyz")).status_code == 503


async def test_turns_that_left_the_state_are_shown_and_followed_too(tmp_path: Path) -> None:
    model = scripted("You can return items within 30 days. [1] " * 10)
    async with serving(tmp_path, model, made_of={"context_tokens": 2_000}) as server:
        thread = (await server.say("ada", "how do returns work for number 0?"))["thread_id"]
        for number in range(1, 12):
            await server.say("ada", f"how do returns work for number {number}?", thread)
        assert len((await server.service.agent.state(thread)).messages) < 24
        shown = (await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))).json()["messages"]
        written = [m["text"] for m in shown if m["role"] == "customer"]
        assert written == [f"how do returns work for number {number}?" for number in range(12)]
        assert len(shown) == 24
        row = await server.service.inbox.thread(thread, "customer:ada")
        assert len((await view(server.service, row, newest_only=True)).messages) < 24

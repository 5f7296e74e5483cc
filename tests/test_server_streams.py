"""A stream of events lasts no longer than the token it was opened with, and nobody holds many."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from graph.replies import Progress, Token
from server.event_streams import EventStream
from server.tokens import LEEWAY_SECONDS
from server.views.thread_events import thread_events
from tests.server_fakes import TOKENS, Running, serving

STREAM = {"Accept": "text/event-stream"}


def nearly_over(subject: str, *, operator: bool = False) -> dict[str, str]:
    """Return the header of a token that counts for a second or two."""
    token = TOKENS.issue(subject, role="operator" if operator else "customer", minutes=(2 - LEEWAY_SECONDS) / 60)
    return STREAM | {"Authorization": f"Bearer {token}"}


async def follow(server: Running, path: str, headers: dict[str, str]) -> httpx.Response:
    """Read a stream to its end."""
    async with asyncio.timeout(10):
        return await server.client.get(path, headers=headers)


@pytest.mark.parametrize("path", ["/v1/desk/events", "/v1/tickets/events"])
async def test_a_stream_of_the_desk_ends_when_its_token_does(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path) as server:
        ended = await follow(server, path, nearly_over("olga", operator=True))
        assert ended.status_code == 200
        refused = await server.client.get(path, headers={"Authorization": f"Bearer {TOKENS.issue('olga', minutes=-1)}"})
        assert refused.status_code == 401


async def test_a_stream_of_a_conversation_ends_when_its_token_does(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "How long do I have to return something?"))["thread_id"]
        ended = await follow(server, f"/v1/threads/{thread}/events", nearly_over("ada"))
        assert "You have 30 days" in ended.text


async def test_a_stream_ends_when_its_token_is_revoked_also_while_nothing_happens(tmp_path: Path) -> None:
    async def events() -> AsyncIterator[dict[str, str]]:
        yield {"event": "ready"}
        await asyncio.Event().wait()

    async with serving(tmp_path) as server:
        who = await server.service.tokens.verify(TOKENS.issue("olga", role="operator"))
        seen = []
        async for happened in EventStream(server.service.tokens, who, events()).body_iterator:
            seen.append(happened)
            (tmp_path / "revoked-tokens").write_text(who.token_id)
        assert seen == [{"event": "ready"}]


async def test_nobody_holds_more_than_a_few_streams(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        mine, hers = nearly_over("olga", operator=True), nearly_over("sam", operator=True)
        asked = [mine] * 7 + [hers]
        answers = await asyncio.gather(*(follow(server, "/v1/desk/events", headers) for headers in asked))
        assert sorted(a.status_code for a in answers[:7]) == [200] * 5 + [429] * 2
        assert answers[7].status_code == 200
        assert all(a.headers["retry-after"] for a in answers if a.status_code == 429)
        assert (await follow(server, "/v1/desk/events", nearly_over("olga", operator=True))).status_code == 200


async def test_who_reads_along_is_told_what_is_being_written(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "how do returns work?"))["thread_id"]
        events = thread_events(server.service, {"id": thread, "locale": "en"}, "")
        await anext(events)  # from now on it listens
        for piece in (Progress("I am looking it up"), Token("You have")):
            server.service.broadcast.publish(thread, piece)
        told: dict[str, str] = {}
        while "token" not in told:
            happened = await anext(events)
            told[happened["event"]] = happened["data"]
        await events.aclose()  # type: ignore[attr-defined]
    assert (told["progress"], told["token"]) == ('{"text": "I am looking it up"}', '{"text": "You have"}')

"""Speak to the server: recordings in any form become words, to be shown first or to be answered; what is none is
refused.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from core.errors import MessageRejected, ModelUnavailable
from core.speech.audio import Clip
from core.speech.transcription import Segment, Transcript
from graph.intake.attachments import VoiceInput
from server.inbox.inbox_schema import THREADS
from tests.server_fakes import Running, bearer, serving
from tests.test_voice import FakeTranscriber, wav

SOUND = {"Content-Type": "audio/wav"}


def voice_input(*heard: str | Exception, **others: Any) -> Mapping[str, Any]:
    """Return parts that hear this."""
    return {"voice_input": VoiceInput(transcriber=FakeTranscriber(*heard), **others)}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path, made_of=voice_input("How do returns work? My order is A F 1 0 0 2 3.")) as running:
        yield running


async def speak(server: Running, data: bytes = b"", headers: Mapping[str, str] = SOUND, **query: Any) -> httpx.Response:
    """Send a recording as the body."""
    return await server.client.post(
        "/v1/voice", content=data or wav(), params=query, headers=bearer("ada") | dict(headers)
    )


async def test_a_recording_is_answered_and_its_words_are_kept_with_the_message(server: Running) -> None:
    answer = await speak(server)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["heard"] == "How do returns work? My order is A F 1 0 0 2 3."
    assert told["text"] == "How do returns work? My order is AF10023."
    assert told["reply"]["text"] == "You have 30 days. [1]"
    assert told["disclosure"]
    thread = (await server.client.get(f"/v1/threads/{told['thread_id']}", headers=bearer("ada"))).json()
    assert [(m["role"], m["text"], m["heard"]) for m in thread["messages"]] == [
        ("customer", told["text"], told["heard"]),
        ("agent", "You have 30 days. [1]", None),
    ]
    [kept] = (await server.service.agent.state(told["thread_id"])).messages[:1]
    assert kept.additional_kwargs["voice"] == {"channel": "voice", "heard": told["heard"], "seconds": 1.0}


async def test_a_form_with_one_file_is_a_recording_too(server: Running) -> None:
    files = {"file": ("voice.webm", wav(), "audio/webm")}
    answer = await server.client.post("/v1/voice", files=files, headers=bearer("ada"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["text"] == "How do returns work? My order is AF10023."


async def test_words_can_be_shown_before_they_are_sent(server: Running) -> None:
    answer = await speak(server, send=False)
    assert answer.json() == {
        "text": "How do returns work? My order is AF10023.",
        "heard": "How do returns work? My order is A F 1 0 0 2 3.",
        "seconds": 1.0,
    }
    assert await server.service.inbox.count_waiting() == 0
    assert b"support_messages_accepted_total 0.0" in server.service.metrics.text()


async def test_a_stream_begins_with_what_was_heard(server: Running) -> None:
    answer = await speak(server, headers=SOUND | {"Accept": "text/event-stream"})
    lines = answer.text.replace("\r\n", "\n").splitlines()
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert names[:3] == ["heard", "accepted", "disclosure"]
    assert names[-1] == "reply"
    data = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert data[0]["text"] == "How do returns work? My order is AF10023."


async def test_a_recording_sent_again_under_its_key_is_the_same_message_however_it_is_heard(tmp_path: Path) -> None:
    async with serving(tmp_path, made_of=voice_input("How do returns work?", "Cow true returns bark?")) as server:
        first = await speak(server, headers=SOUND | {"Idempotency-Key": "k1"})
        again = await speak(server, headers=SOUND | {"Idempotency-Key": "k1"})
        assert again.json() == first.json()
        other = await speak(server, wav(seconds=0.5), headers=SOUND | {"Idempotency-Key": "k1"})
        assert other.status_code == 422
        assert "Idempotency-Key" in other.json()["detail"]


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "silence": ({"data": wav(lambda _: 0.0)}, 422, "could not hear you"),
    "too long": ({"data": wav(seconds=3.0)}, 422, "lasts 3 seconds, at most 2"),
    "no audio": ({"data": b"I am text and no sound"}, 422, "not audio of a known format"),
    "a broken file": ({"data": b"RIFF\x00\x00\x00\x00WAVEfmt "}, 422, "cannot be read"),
    "too large": ({"data": b"OggS" + b"x" * 1_200_000}, 413, "at most 1,0"),
    "a strange type": ({"headers": {"Content-Type": "application/json"}}, 415, "audio/"),
    "no type": ({"headers": {}}, 415, "audio/"),
    "a broken form": ({"headers": {"Content-Type": "multipart/form-data"}}, 400, "boundary"),
    "a foreign thread": ({"thread_id": "00000000-0000-4000-8000-000000000000"}, 404, "no such thread"),
    "a thread id that is none": ({"thread_id": "../x"}, 422, "thread_id"),
    "a locale that is none": ({"locale": "en\r\nX: y"}, 422, "locale"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_heard_is_refused_in_one_line_and_nothing_is_sent(tmp_path: Path, kind: str) -> None:
    given, status, words = REFUSED[kind]
    async with serving(tmp_path, made_of=voice_input("x y z", max_seconds=2.0), voice_max_mb=1) as server:
        answer = await speak(server, **given)
        assert answer.status_code == status, answer.text
        assert words in answer.json()["detail"]
        assert len(answer.text.splitlines()) == 1
        assert await server.service.inbox.count_waiting() == 0


async def test_a_form_without_a_file_is_refused(server: Running) -> None:
    form = {"file": (None, "no file")}
    answer = await server.client.post("/v1/voice", files=form, headers=bearer("ada"))
    assert answer.status_code == 422
    assert "`file`" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("heard", "status", "words"),
    [
        (MessageRejected("the voice message cannot be decoded (codec); record it again"), 422, "cannot be decoded"),
        (ModelUnavailable("the endpoint is down"), 503, "does not answer at the moment"),
        ("Thanks for watching!", 422, "could not hear you"),
    ],
)
async def test_what_the_transcriber_says_is_told(
    tmp_path: Path, heard: str | Exception, status: int, words: str
) -> None:
    async with serving(tmp_path, made_of=voice_input(heard)) as server:
        answer = await speak(server)
        assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text


async def test_silence_is_told_in_the_customers_language(server: Running) -> None:
    answer = await speak(server, wav(lambda _: 0.0), locale="de-DE")
    assert answer.json()["detail"].startswith("Ich konnte Sie nicht verstehen")


async def test_without_a_transcriber_a_page_can_tell_and_a_recording_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        ability = await server.client.get("/v1/voice", headers=bearer("ada"))
        assert ability.json()["available"] is False
        answer = await speak(server)
        assert (answer.status_code, answer.json()["detail"][:15]) == (409, "I cannot listen")


async def test_what_is_heard_at_once_is_bounded(tmp_path: Path) -> None:
    inside, go_on = asyncio.Semaphore(0), asyncio.Event()

    class Slow:
        async def transcribe(self, clip: Clip) -> Transcript:
            inside.release()
            await go_on.wait()
            return Transcript(segments=(Segment(text="where is it?"),))

    async with serving(tmp_path, made_of={"voice_input": VoiceInput(transcriber=Slow())}) as server:
        many = [asyncio.create_task(speak(server, send=False)) for _ in range(8)]
        for _ in many:
            await inside.acquire()
        refused = await speak(server, send=False)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
        go_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*many)] == [200] * 8


async def test_without_a_token_no_recording_is_heard(server: Running) -> None:
    answer = await server.client.post("/v1/voice", content=wav(), headers=SOUND)
    assert answer.status_code == 401


async def test_an_openai_client_may_speak_and_its_conversation_goes_on(tmp_path: Path) -> None:
    sound = {"type": "input_audio", "input_audio": {"data": base64.b64encode(wav()).decode(), "format": "wav"}}
    history: list[Any] = [{"role": "user", "content": [sound]}]
    async with serving(tmp_path, made_of=voice_input("How do returns work?")) as server:
        answer = await server.client.post("/v1/chat/completions", json={"messages": history}, headers=bearer("ada"))
        assert answer.status_code == 200, answer.text
        said = answer.json()["choices"][0]["message"]["content"]
        assert said.endswith("You have 30 days. [1]")
        history += [{"role": "assistant", "content": said}, {"role": "user", "content": "And when does it begin?"}]
        await server.client.post("/v1/chat/completions", json={"messages": history}, headers=bearer("ada"))
        async with server.service.inbox.reading() as connection:
            threads = (await connection.execute(select(THREADS.c.id, THREADS.c.accepted))).all()
        assert [accepted for _, accepted in threads] == [2]
        shown = (await server.client.get(f"/v1/threads/{threads[0][0]}", headers=bearer("ada"))).json()["messages"]
        assert [m["text"] for m in shown if m["role"] == "customer"] == [
            "How do returns work?",
            "And when does it begin?",
        ]
        broken = {"type": "input_audio", "input_audio": {"data": "no base64 at all!"}}
        body = {"messages": [{"role": "user", "content": [broken]}]}
        refused = await server.client.post("/v1/chat/completions", json=body, headers=bearer("ada"))
        assert (refused.status_code, "base64" in refused.json()["error"]["message"]) == (422, True)

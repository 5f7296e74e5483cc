"""Hear voice messages: what was said becomes words, what was not said becomes nothing."""

import base64
import io
import math
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from core.errors import MessageRejected, ModelUnavailable, SettingsError
from core.language.reference_numbers import join_spelled
from core.settings import Settings
from core.speech.audio import Clip, read_clip
from core.speech.transcription import Segment, Transcript
from core.speech.whisper_noise import understood
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.intake.attachments import VoiceInput
from graph.state import text_of
from tests.graph_fakes import MemoryDesk, parts, scripted
from tools.context import Context


def wav(sound: Callable[[float], float] = lambda t: 0.3 * math.sin(2_000 * t), seconds: float = 1.0) -> bytes:
    """Return a recording of 16-bit samples at 16 kHz."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        samples = np.array([sound(i / 16_000) for i in range(int(seconds * 16_000))])
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


class FakeTranscriber:
    """Hear what a test says was said."""

    def __init__(self, *heard: str | Exception) -> None:
        self.heard = list(heard)
        self.clips: list[Clip] = []

    async def transcribe(self, clip: Clip) -> Transcript:
        self.clips.append(clip)
        answer = self.heard[min(len(self.clips), len(self.heard)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return Transcript(
            segments=(Segment(text=answer, no_speech=0.05, log_probability=-0.2, compression=1.0),), seconds=2.0
        )


BLOCKS: list[Callable[[str], dict[str, Any]]] = [
    lambda data: {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}},
    lambda data: {"type": "audio", "base64": data, "mime_type": "audio/wav"},
    lambda data: {"type": "audio", "source_type": "base64", "data": data, "mime_type": "audio/wav"},
    lambda data: {"type": "file", "base64": data, "mime_type": "audio/wav"},
    lambda data: {"type": "input_audio", "input_audio": {"data": f"data:audio/wav;base64,{data}", "format": "wav"}},
]


async def say(content: Any, voice_input: VoiceInput, *answers: Any) -> dict[str, Any]:
    """Return the state of a thread after one message with these content blocks."""
    graph = build_graph(
        parts(scripted(*(answers or ("30 days [1]",))), voice_input=voice_input), checkpointer=InMemorySaver()
    )
    config: Any = {"configurable": {"thread_id": "t"}}
    given: Any = {"messages": [HumanMessage(content)]}
    state: dict[str, Any] = await graph.ainvoke(given, config, context=Context(customer_id="ada", channel="voice"))
    return state


def audio_block(data: bytes) -> list[Any]:
    return [BLOCKS[0](base64.b64encode(data).decode())]


@pytest.mark.parametrize("block", BLOCKS)
async def test_a_voice_message_of_any_known_form_is_answered_and_its_sound_not_kept(
    block: Callable[[str], Any],
) -> None:
    recording = wav()
    heard = FakeTranscriber("how do returns work?")
    state = await say([block(base64.b64encode(recording).decode())], VoiceInput(transcriber=heard))
    question, reply = state["messages"][0], state["messages"][-1]
    assert (question.content, text_of(reply)) == ("how do returns work?", "30 days [1]")
    assert question.additional_kwargs["voice"]["heard"] == "how do returns work?"
    assert heard.clips[0].data == recording
    assert len(heard.clips) == 1
    assert base64.b64encode(recording).decode()[:60] not in str(state)


async def test_a_program_sends_a_recording_and_the_conversation_never_sees_the_sound() -> None:
    made = parts(scripted("30 days [1]"), voice_input=VoiceInput(transcriber=FakeTranscriber("how do returns work?")))
    agent = SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=1000, parts=made)
    reply = await agent.send("t", await agent.transcribe(wav()), customer_id="ada", channel="voice")
    assert reply.text == "30 days [1]"
    assert (await agent.state("t")).messages[0].additional_kwargs["voice"]["seconds"] == 1.0


@pytest.mark.parametrize(
    "heard",
    [
        "",
        " . ",
        "[Music]",
        "Thanks for watching!",
        "Untertitel der Amara.org-Community",
        "♪♪",
        "you you you you you you you",
    ],
)
async def test_what_nobody_said_is_no_message(heard: str) -> None:
    state = await say(audio_block(wav()), VoiceInput(transcriber=FakeTranscriber(heard)), "unreachable")
    assert text_of(state["messages"][-1]).startswith("I could not hear you")
    assert len(state["messages"]) == 2


async def test_silence_is_not_even_sent_to_the_transcriber() -> None:
    heard = FakeTranscriber("yes")
    state = await say(audio_block(wav(lambda _: 0.0)), VoiceInput(transcriber=heard), "unreachable")
    assert text_of(state["messages"][-1]).startswith("I could not hear you")
    assert heard.clips == []


@pytest.mark.parametrize(
    ("data", "voice_input", "words"),
    [
        (b"this is a text file", VoiceInput(transcriber=FakeTranscriber("x")), "cannot use this recording"),
        (wav(seconds=3), VoiceInput(transcriber=FakeTranscriber("x"), max_seconds=2), "cannot use this recording"),
        (wav(), VoiceInput(), "cannot listen to voice messages here"),
        (wav(), VoiceInput(transcriber=FakeTranscriber(ModelUnavailable("down"))), "at the moment"),
        (wav(), VoiceInput(transcriber=FakeTranscriber(MessageRejected("codec"))), "cannot use this recording"),
    ],
)
async def test_a_recording_that_cannot_be_used_gets_an_honest_answer(
    data: bytes, voice_input: VoiceInput, words: str
) -> None:
    state = await say(audio_block(data), voice_input, "unreachable")
    assert words in text_of(state["messages"][-1])
    assert isinstance(state["messages"][0].content, str)


async def test_words_beside_a_recording_count_even_if_it_cannot_be_heard() -> None:
    block: Any = [{"type": "text", "text": "how do returns work?"}, *audio_block(b"noise")]
    state = await say(block, VoiceInput(transcriber=FakeTranscriber("x")))
    assert text_of(state["messages"][-1]) == "30 days [1]"


async def test_a_voice_message_to_a_person_is_added_to_the_ticket_in_words() -> None:
    desk = MemoryDesk()
    voice_input = VoiceInput(transcriber=FakeTranscriber("a human please", "my order is late"))
    made = parts(scripted("x"), desk=desk, voice_input=voice_input)
    agent = SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=99, parts=made)
    for _ in range(2):
        reply = await agent.send("t", await agent.transcribe(wav()), customer_id="ada", channel="voice")
    assert (reply.text, reply.owner) == ("", "pending")
    assert [n.text for n in desk.tickets["T1001"].notes] == ["my order is late"]
    assert desk.tickets["T1001"].channel == "voice"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello there, I am text", "not audio of a known format; send one of wav"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "WAV file that cannot be read"),
        (wav(seconds=3.0), "lasts 3 seconds, at most 2"),
        (b"OggS" + b"x" * 1_000_000, "1.0 MB, at most 1 MB"),
    ],
)
def test_what_is_no_recording_is_refused_with_what_came_and_what_was_wanted(data: bytes, words: str) -> None:
    with pytest.raises(MessageRejected, match=words):
        read_clip(data, max_seconds=2.0, max_bytes=1_000_000)


def test_formats_are_told_by_content() -> None:
    for start, name in ((b"OggS", "ogg"), (b"ID3", "mp3"), (b"\x1aE\xdf\xa3", "webm"), (b"\0\0\0\x20ftypM4A ", "m4a")):
        assert read_clip(start + b"\0" * 20, max_seconds=1, max_bytes=100).format == name


@pytest.mark.parametrize(
    ("segment", "heard"),
    [
        (Segment(text="Where is my order?", no_speech=0.1, log_probability=-0.3, compression=1.1), True),
        (Segment(text="Where is my order?"), True),
        (Segment(text="Where is my order?", no_speech=0.9, log_probability=-0.9), False),
        (Segment(text="Where is my order?", no_speech=0.1, log_probability=-1.5), False),
        (Segment(text="so so so so so", no_speech=0.1, log_probability=-0.1, compression=3.1), False),
        (Segment(text="Yes.", no_speech=0.05, log_probability=-0.2, compression=0.4), True),
        (Segment(text="Yes.", no_speech=0.5, log_probability=-0.5), False),
        (Segment(text="Yes."), False),
        (Segment(text="Thank you.", no_speech=0.5, log_probability=-0.8), False),
        (Segment(text="x" * 200, no_speech=0.0, log_probability=-0.1), False),
    ],
)
def test_the_measures_decide_what_was_said(segment: Segment, heard: bool) -> None:
    assert bool(understood(Transcript(segments=(segment,), seconds=2.0))) is heard


@pytest.mark.parametrize(
    ("spoken", "joined"),
    [
        ("Where is order A F 1 0 0 2 3?", "Where is order AF10023?"),
        ("order at 1 0 0 1", "order at 1001"),
        ("cancel F1, 0, 0, 1.", "cancel F1001."),
        ("one zero zero two three", "10023"),
        ("I bought 2, 3 or 4 of them", "I bought 2, 3 or 4 of them"),
        ("it was 10, 20 and 30 dollars", "it was 10, 20 and 30 dollars"),
        ("call me at 10:30, 5 pm", "call me at 10:30, 5 pm"),
        ("AF10023", "AF10023"),
    ],
)
def test_what_was_spelled_is_joined(spoken: str, joined: str) -> None:
    assert join_spelled(spoken) == joined


def test_a_transcription_model_needs_an_endpoint_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SUPPORT_TRANSCRIPTION_BASE_URL"):
        Settings.from_env({"SUPPORT_TRANSCRIPTION_MODEL": "whisper-large-v3"}, env_file=None)
    assert Settings.from_env({"SUPPORT_TRANSCRIPTION_MODEL": str(tmp_path)}, env_file=None)


async def test_an_unheard_answer_leaves_the_question_open_and_does_nothing() -> None:
    asked = AIMessage("Shall I cancel it?", additional_kwargs={"asks": ["a1"]})
    graph = build_graph(
        parts(scripted("unreachable"), voice_input=VoiceInput(transcriber=FakeTranscriber("you"))),
        checkpointer=InMemorySaver(),
    )
    config: Any = {"configurable": {"thread_id": "t"}}
    await graph.aupdate_state(config, {"messages": [HumanMessage("cancel it"), asked]}, as_node="confirm")
    given: Any = {"messages": [HumanMessage(audio_block(wav(lambda _: 0.0)))]}
    state = await graph.ainvoke(given, config, context=Context(customer_id="ada"))
    last = state["messages"][-1]
    assert text_of(last).startswith("I could not hear you")
    assert last.additional_kwargs["asks"] == ["a1"]

"""Take recordings and pictures out of a message: sound becomes words, pictures stay beside them, read anew."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.errors import MessageRejected, ModelError
from core.language.fixed_sentences import phrase
from core.language.reference_numbers import join_spelled
from core.message_marks import Marks, mark, marked, marks
from core.pictures import MOST_PICTURES, Picture, PictureRefused, read_picture
from core.speech.audio import check_length, read_clip
from core.speech.transcription import Transcriber
from core.speech.whisper_noise import understood
from graph.state import text_of

UNHEARD = "[voice message without words that could be understood]"
"""What stands in a conversation for a voice message that nobody could hear."""


@dataclass(frozen=True, kw_only=True)
class VoiceInput:
    """What voice messages are heard with."""

    transcriber: Transcriber | None = None
    """None where voice is not switched on."""
    max_seconds: float = 120.0
    max_bytes: int = 25_000_000

    async def transcribe(self, data: bytes) -> HumanMessage:
        """Return a recording as a message of words; its `voice` mark keeps what was heard word by word.

        Raises:
            MessageRejected: it is too long, too large, not audio, or cannot be decoded; or voice is not switched on.
            ModelUnavailable, ModelRejected: the transcription endpoint failed.
        """
        if self.transcriber is None:
            raise MessageRejected(
                "voice messages are not switched on; set SUPPORT_TRANSCRIPTION_MODEL to a Whisper model of your "
                "endpoint or to a folder, or write the message"
            )
        clip = read_clip(data, max_seconds=self.max_seconds, max_bytes=self.max_bytes)
        if clip.silent:
            return _message("", seconds=clip.seconds)
        transcript = await self.transcriber.transcribe(clip)
        seconds = clip.seconds if clip.seconds is not None else transcript.seconds
        if seconds is not None:
            check_length(seconds, self.max_seconds)
        return _message(understood(transcript), seconds=seconds)


def has_sound(message: HumanMessage) -> bool:
    """Say whether a message still carries a recording."""
    return any(recording_of(block) is not None for block in _blocks(message))


def was_not_understood(message: HumanMessage) -> bool:
    """Say whether a message is a voice message of which nothing was understood."""
    voice = marks(message).get("voice")
    return isinstance(voice, dict) and not voice.get("heard") and text_of(message) == UNHEARD


async def listen(
    message: HumanMessage, before: Sequence[AnyMessage], voice_input: VoiceInput, locale: str
) -> tuple[HumanMessage, list[AnyMessage]]:
    """Return a message with its words in place of their sound, and a reply if nothing can be done with it.

    Never raises for a recording: a customer who spoke gets an answer, and the sound does not stay in the conversation.
    """
    if not has_sound(message):
        return message, [_excuse("not_heard", before, locale)] if was_not_understood(message) else []
    excuse: str | None = None
    try:
        spoken = await voice_input.transcribe(_sound(message))
        if was_not_understood(spoken):
            excuse = "not_heard"
    except MessageRejected:
        spoken, excuse = (
            _message("", seconds=None),
            "voice_off" if voice_input.transcriber is None else "voice_unusable",
        )
    except ModelError:
        spoken, excuse = _message("", seconds=None), "voice_down"
    if written := text_of(message).strip():  # words that came with the recording count whatever became of it
        words = written if was_not_understood(spoken) else f"{written}\n{text_of(spoken)}"
        spoken, excuse = spoken.model_copy(update={"content": words}), None
    kwargs = marked(message, **marks(spoken))
    heard = message.model_copy(update={"content": spoken.content, "additional_kwargs": kwargs})
    return heard, [_excuse(excuse, before, locale)] if excuse else []


def _excuse(what: str, before: Sequence[AnyMessage], locale: str) -> AnyMessage:
    """Return a reply that ends the turn; a question that was open before it is still the one a yes will answer."""
    said_last = next((m for m in reversed(before) if isinstance(m, AIMessage) and not m.tool_calls), None)
    kept = marks(said_last) if said_last else Marks()
    asked = {name: noted for name, noted in kept.items() if name in ("asks", "asked_at")}
    return AIMessage(phrase(what, locale), additional_kwargs=asked)


def spoken_message(text: str, *, heard: str, seconds: float | None) -> HumanMessage:
    """Return a message that was spoken: its text, and what was heard word by word."""
    return HumanMessage(text, additional_kwargs=mark(voice={"channel": "voice", "heard": heard, "seconds": seconds}))


def _message(heard: str, *, seconds: float | None) -> HumanMessage:
    return spoken_message(join_spelled(heard) or UNHEARD, heard=heard, seconds=seconds)


def _sound(message: HumanMessage) -> bytes:
    """Return the first recording of a message; raises MessageRejected when it is not base64."""
    return decoded(next(found for block in _blocks(message) if (found := recording_of(block)) is not None))


def decoded(written: str) -> bytes:
    """Return the bytes of a recording; raises MessageRejected when it is not base64."""
    try:
        return _bytes(written)
    except ValueError:
        raise MessageRejected("the voice message is not base64; encode the bytes of the recording") from None


def recording_of(block: Any) -> str | None:
    """Return the base64 of an audio block as OpenAI (`input_audio`) or LangChain (`audio`) writes it, or None."""
    if not isinstance(block, dict):
        return None
    if block.get("type") == "input_audio" and isinstance(block.get("input_audio"), dict):
        return str(block["input_audio"].get("data", ""))
    if block.get("type") == "audio" or (
        block.get("type") == "file" and str(block.get("mime_type", "")).startswith("audio/")
    ):
        return str(block.get("base64") or block.get("data") or "")
    return None


PICTURE = "[picture]"
"""What stands in a conversation for a picture without words."""
UNSEEN = "the customer sent a picture, which the model cannot see"


def picture_of(block: Any) -> str | None:
    """Return the base64 or address of a picture block as OpenAI (`image_url`) or LangChain (`image`) has it."""
    if not isinstance(block, Mapping):
        return None
    if block.get("type") == "image_url":
        named = block.get("image_url")
        return str(named.get("url", "") if isinstance(named, Mapping) else named or "")
    if block.get("type") == "image" or (
        block.get("type") == "file" and str(block.get("mime_type", "")).startswith("image/")
    ):
        return str(block.get("base64") or block.get("data") or block.get("url") or "")
    return None


def has_picture(message: HumanMessage) -> bool:
    """Say whether a message carries a picture, read or not."""
    return bool(marks(message).get("pictures")) or any(picture_of(block) is not None for block in _blocks(message))


def pictured(message: HumanMessage, pictures: Sequence[Picture]) -> HumanMessage:
    """Return a message with pictures that were read already."""
    text = text_of(message) if text_of(message).strip() else PICTURE
    kwargs = marked(message, pictures=list(pictures))
    return message.model_copy(update={"content": text, "additional_kwargs": kwargs})


def without_blocks(message: HumanMessage) -> tuple[HumanMessage, str | None]:
    """Return a message with its pictures beside its words, and the key of what to say where one of them is no use.

    Sound stays where it is; a picture is never fetched from an address.
    """
    sent = [found for block in _blocks(message) if (found := picture_of(block)) is not None]
    if not sent:
        return message, None
    pictures: list[Picture] = []
    refused: str | None = None if len(sent) <= MOST_PICTURES else "picture_unusable"
    for written in sent[:MOST_PICTURES]:
        try:
            pictures.append(read_picture(decoded_picture(written)))
        except PictureRefused as no:
            refused = no.why
    rest = [block for block in _blocks(message) if picture_of(block) is None]
    spoken = any(not isinstance(block, str) and block.get("type") != "text" for block in rest)
    words = message.model_copy(update={"content": rest})
    if spoken:
        return words.model_copy(update={"additional_kwargs": marked(message, pictures=pictures)}), refused
    return pictured(words, pictures), refused


def decoded_picture(written: str) -> bytes:
    """Return the bytes of base64 or of a `data:` URL; raises PictureRefused."""
    try:
        return _bytes(written)
    except ValueError:
        raise PictureRefused("picture_unusable") from None


def _bytes(written: str) -> bytes:
    """Return the bytes of base64 or of a `data:` URL; raises ValueError."""
    return base64.b64decode(written.partition(",")[2] if written.startswith("data:") else written, validate=True)


def _blocks(message: AnyMessage) -> list[Any]:
    return message.content if isinstance(message.content, list) else []

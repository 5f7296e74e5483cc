"""Hear a recording for a route that takes messages, a bounded number at a time."""

from core.errors import Busy, MessageRejected, Refused
from core.language.fixed_sentences import phrase
from core.message_marks import marks
from graph.context_window.prompts import text_of
from graph.intake.attachments import was_not_understood
from server.records import Spoken
from server.service import Service


async def transcribe(service: Service, recording: bytes, locale: str | None) -> tuple[str, Spoken]:
    """Return a recording's words as they are sent, and as they were heard.

    Raises:
        Refused: voice messages are not understood here.
        MessageRejected: it is too long, not audio, cannot be decoded, or holds no words.
        Busy: too many are listened to at the moment.
        ModelUnavailable, ModelRejected: the transcription endpoint failed.
    """
    locale = service.agent.locale_of(locale)
    if service.parts.voice_input.transcriber is None:
        raise Refused(phrase("voice_off", locale))
    if service.hearing.locked():
        raise Busy("many voice messages came at once; send it again in a moment", retry_after=2)
    async with service.hearing:
        message = await service.agent.transcribe(recording)
    if was_not_understood(message):
        raise MessageRejected(phrase("not_heard", locale))
    voice = marks(message)["voice"]
    return text_of(message), Spoken(heard=voice["heard"], seconds=voice["seconds"])

"""Turn speech into text: at an OpenAI-compatible endpoint, or on this machine with a Whisper model in a folder."""

import asyncio
import io
import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from pydantic import SecretStr

from core.errors import MessageRejected, ModelRejected, SettingsError
from core.extras import need_extra
from core.speech.audio import Clip

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch of speech; the figures are None where the transcriber gives none."""

    text: str
    no_speech: float | None = None
    """Probability that nobody speaks, 0 to 1."""
    log_probability: float | None = None
    """Mean over the tokens; near 0 is sure."""
    compression: float | None = None
    """Length over compressed length; high where a model repeats itself."""


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What a transcriber wrote down."""

    segments: tuple[Segment, ...]
    seconds: float | None = None
    language: str | None = None


class Transcriber(Protocol):
    """Listen to a recording."""

    async def transcribe(self, clip: Clip) -> Transcript:
        """Return what was said.

        Raises:
            MessageRejected: the recording cannot be decoded.
            ModelUnavailable, ModelRejected: the endpoint failed.
        """
        ...


class EndpointTranscriber:
    """Ask `/audio/transcriptions` of an OpenAI-compatible endpoint, for example Whisper Large v3 at Oxlo.ai."""

    def __init__(self, model: str, base_url: str, api_key: SecretStr, *, timeout: float, max_retries: int) -> None:
        self._model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._max_retries = max_retries
        self._detailed = True

    async def transcribe(self, clip: Clip) -> Transcript:
        """Return what was said; asks without figures where the endpoint has none to give."""
        if self._detailed:
            try:
                return await self._ask(clip, "verbose_json")
            except ModelRejected as refusal:
                if not _unreadable(refusal):
                    raise
        try:
            answer = await self._ask(clip, "json")
        except ModelRejected as refusal:
            if not _unreadable(refusal):
                raise
            log.warning("%s", refusal)
            raise MessageRejected("the voice message cannot be decoded; record it again, or write") from refusal
        self._detailed = False  # it was the detail that was refused, not the recording
        return answer

    async def _ask(self, clip: Clip, form: Any) -> Transcript:
        # Loaded here, because it takes half a second, and few installations hear voice messages.
        import openai

        from core.models.endpoint import endpoint_errors

        async with openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key.get_secret_value(),
            timeout=self._timeout,
            max_retries=self._max_retries,
        ) as client:
            with endpoint_errors(self._base_url, self._model):
                answer: Any = await client.audio.transcriptions.create(
                    model=self._model,
                    file=(f"voice.{clip.format}", clip.data, f"audio/{clip.format}"),
                    response_format=form,
                    temperature=0,
                )
        segments = _segments(getattr(answer, "segments", None) or [])
        whole = str(getattr(answer, "text", "") or "")
        return Transcript(
            segments=segments or (Segment(text=whole),),
            seconds=_number(getattr(answer, "duration", None)),
            language=getattr(answer, "language", None),
        )


def _unreadable(refusal: ModelRejected) -> bool:
    """Say whether an endpoint refused a recording it cannot decode, or a form of answer it does not know."""
    import openai

    return isinstance(refusal.__cause__, (openai.BadRequestError, openai.UnprocessableEntityError))


class LocalWhisper:
    """Run a CTranslate2 Whisper model from a folder with faster-whisper (the extra `voice`), without network."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; raises SettingsError when faster-whisper is not installed."""
        need_extra("voice", f"SUPPORT_TRANSCRIPTION_MODEL, which is the folder {folder},")
        self._folder = folder
        self._opening = Lock()
        self._model: Any = None

    async def transcribe(self, clip: Clip) -> Transcript:
        """Return what was said; stretches without a voice are cut out before Whisper can invent words for them."""
        return await asyncio.to_thread(self._transcribe, clip)

    def _transcribe(self, clip: Clip) -> Transcript:
        import av
        from faster_whisper import decode_audio

        model = self._open()
        try:
            samples = decode_audio(io.BytesIO(clip.data), sampling_rate=16_000)
        except (av.error.FFmpegError, IndexError, ValueError) as error:
            reason = " ".join(str(error).split())[:120]
            raise MessageRejected(f"the voice message cannot be decoded ({reason}); record it again") from None
        found, info = model.transcribe(
            samples, beam_size=5, temperature=0.0, vad_filter=True, condition_on_previous_text=False
        )
        return Transcript(segments=_segments(found), seconds=info.duration, language=info.language)

    def _open(self) -> Any:
        from faster_whisper import WhisperModel

        with self._opening:
            if self._model is None:
                try:
                    self._model = WhisperModel(
                        str(self._folder),
                        device="cpu",
                        compute_type="int8",
                        cpu_threads=2,
                        local_files_only=True,
                    )
                except (RuntimeError, OSError, ValueError) as error:
                    raise SettingsError(
                        f"SUPPORT_TRANSCRIPTION_MODEL is the folder {self._folder}, which holds no CTranslate2 Whisper "
                        f"model ({' '.join(str(error).split())[:120]})"
                    ) from None
            return self._model


def _segments(found: Iterable[Any]) -> tuple[Segment, ...]:
    """Read stretches of speech as Whisper names their figures, wherever it runs."""
    return tuple(
        Segment(
            text=str(s.text),
            no_speech=_number(getattr(s, "no_speech_prob", None)),
            log_probability=_number(getattr(s, "avg_logprob", None)),
            compression=_number(getattr(s, "compression_ratio", None)),
        )
        for s in found
    )


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None

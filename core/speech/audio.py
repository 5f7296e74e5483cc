"""Recognise audio by its first bytes, and measure what can be measured without a decoder."""

import io
import wave
from dataclasses import dataclass

import numpy as np

from core.errors import MessageRejected

_SILENT_DBFS = -50.0
"""A clip whose loudest tenth of a second is quieter holds no voice."""
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf2", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (0, b"\x1aE\xdf\xa3", "webm"),
    (4, b"ftyp", "m4a"),
)
KNOWN = "wav, mp3, m4a, aac, ogg, webm and flac"


@dataclass(frozen=True)
class Clip:
    """A recording as it came."""

    data: bytes
    format: str
    """wav, mp3, m4a, aac, ogg, webm or flac, told by the content and not by a name."""
    seconds: float | None
    """How long it is, or None where only a decoder can tell."""
    silent: bool
    """It certainly holds no voice; False where only a decoder can tell."""


def read_clip(data: bytes, *, max_seconds: float, max_bytes: int) -> Clip:
    """Return a recording with what is known about it.

    Raises:
        MessageRejected: it is empty, too large, too long, not audio, or of no known format.
    """
    if not data:
        raise MessageRejected("the voice message is empty; record it again")
    if len(data) > max_bytes:
        raise MessageRejected(
            f"the voice message has {len(data) / 1e6:.1f} MB, at most {max_bytes / 1e6:.0f} MB are accepted; "
            f"send a shorter one"
        )
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        seconds, silent = _measure_wav(data)
        check_length(seconds, max_seconds)
        return Clip(data, "wav", seconds, silent)
    for offset, signature, name in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return Clip(data, name, None, False)
    raise MessageRejected(f"the voice message is not audio of a known format; send one of {KNOWN}")


def check_length(seconds: float, max_seconds: float) -> None:
    """Raise MessageRejected when a recording is too long."""
    if seconds > max_seconds:
        raise MessageRejected(
            f"the voice message lasts {seconds:.0f} seconds, at most {max_seconds:.0f} are accepted; send a shorter one"
        )


def _measure_wav(data: bytes) -> tuple[float, bool]:
    """Return the length in seconds, and whether 16-bit samples are silent throughout."""
    try:
        with wave.open(io.BytesIO(data)) as recording:
            rate, width = recording.getframerate(), recording.getsampwidth()
            frame_bytes = width * recording.getnchannels()
            frames = recording.readframes(recording.getnframes())
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise MessageRejected(
            f"the voice message is a WAV file that cannot be read ({error}); send plain PCM"
        ) from None
    if not rate or not frame_bytes:
        raise MessageRejected("the voice message is a WAV file without a sampling rate; record it again")
    # Counted, not read from the header: recorders that were cut off leave wrong lengths there.
    seconds = len(frames) / frame_bytes / rate
    if width != 2:
        return seconds, False
    samples = np.frombuffer(frames[: len(frames) // 2 * 2], dtype="<i2").astype(np.float32) / 32768
    step = max(rate * recording.getnchannels() // 10, 1)
    loudest = max(
        (float(np.sqrt(np.mean(part**2))) for part in np.split(samples, range(step, len(samples), step)) if len(part)),
        default=0.0,
    )
    return seconds, 20 * float(np.log10(max(loudest, 1e-9))) < _SILENT_DBFS

"""Make recordings: sentences spoken by espeak-ng, and clips in which nobody speaks."""

import io
import shutil
import subprocess
import wave
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

RATE = 16_000
Samples = npt.NDArray[np.float64]


def can_speak() -> bool:
    """Say whether espeak-ng is installed."""
    return shutil.which("espeak-ng") is not None


def speak(text: str, *, voice: str = "en-us", words_a_minute: int = 145) -> bytes:
    """Return a sentence as a WAV recording."""
    command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "--stdout", text]
    return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout


def as_wav(samples: Samples) -> bytes:
    """Return samples between -1 and 1 as a WAV recording of 16 bits at 16 kHz."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def speechless(seed: int = 7) -> dict[str, bytes]:
    """Return twenty clips without a word: silence, room noise, hum, tones, music, clicks, wind, engines."""
    random = np.random.default_rng(seed)

    def noise(seconds: float, level: float) -> Samples:
        return random.normal(0, level, int(RATE * seconds))

    def times(seconds: float) -> Samples:
        return np.arange(int(RATE * seconds)) / RATE

    def tone(seconds: float, hertz: float, level: float) -> Samples:
        return np.asarray(level * np.sin(2 * np.pi * hertz * times(seconds)), dtype=np.float64)

    def brown(seconds: float, level: float) -> Samples:
        walk = np.cumsum(noise(seconds, 1.0))
        walk -= np.convolve(walk, np.ones(801) / 801, mode="same")
        return np.asarray(level * walk / np.abs(walk).max(), dtype=np.float64)

    def notes(seconds: float, scale: tuple[float, ...], per_second: float) -> Samples:
        t = times(seconds)
        pitch = np.array(scale)[(t * per_second).astype(int) % len(scale)]
        return np.asarray(0.25 * np.sin(2 * np.pi * pitch * t) * np.exp(-3 * ((t * per_second) % 1)), dtype=np.float64)

    def clicks(seconds: float, per_second: float) -> Samples:
        made = noise(seconds, 0.001)
        made[:: int(RATE / per_second)] = 0.9
        return made

    def swelling(sound: Samples, hertz: float) -> Samples:
        t = np.arange(len(sound)) / RATE
        return np.asarray(sound * (0.5 + 0.5 * np.sin(2 * np.pi * hertz * t)), dtype=np.float64)

    clips: dict[str, Callable[[], Samples]] = {
        "silence, 1 s": lambda: np.zeros(RATE),
        "silence, 5 s": lambda: np.zeros(5 * RATE),
        "silence, 20 s": lambda: np.zeros(20 * RATE),
        "quiet room": lambda: noise(4, 0.0015),
        "loud room": lambda: noise(4, 0.02),
        "white noise": lambda: noise(3, 0.15),
        "very loud noise": lambda: noise(3, 0.5),
        "brown noise": lambda: brown(5, 0.5),
        "wind": lambda: swelling(brown(6, 0.6), 0.4),
        "breathing": lambda: swelling(noise(6, 0.03), 0.3),
        "mains hum": lambda: tone(4, 50, 0.1) + noise(4, 0.003),
        "dial tone": lambda: tone(3, 350, 0.2) + tone(3, 440, 0.2),
        "busy tone": lambda: np.sign(swelling(tone(4, 480, 0.2), 1.0)) * 0.1,
        "fax whistle": lambda: tone(3, 2100, 0.3),
        "siren": lambda: np.asarray(
            0.3 * np.sin(2 * np.pi * (700 * times(4) + 60 * np.sin(2 * np.pi * 0.5 * times(4)))), dtype=np.float64
        ),
        "piano scale": lambda: notes(5, (262, 294, 330, 349, 392, 440, 494, 523), 4),
        "bass line": lambda: notes(5, (65, 82, 98, 82), 3),
        "clicks": lambda: clicks(4, 2),
        "engine": lambda: swelling(brown(5, 0.4), 18) + tone(5, 90, 0.1),
        "rain": lambda: np.convolve(noise(5, 0.1), [0.5, -0.5], mode="same"),
    }
    return {name: as_wav(make()) for name, make in clips.items()}

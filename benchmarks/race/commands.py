"""Time what people wait for at a command line: commands, a server until it is ready, a first answer in a chat.

And say what memory a chat takes.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.race.players import QUESTION, Field
from benchmarks.race.served import running
from benchmarks.support.figures import Figure
from benchmarks.support.fleet import free_ports
from benchmarks.support.peers import CUSTOMER, ROOT, our_values

COMMANDS: tuple[tuple[str, Sequence[str], str, float], ...] = (
    ("support-agent --help", ["--help"], "", 0.3),
    ("tickets show", ["tickets", "show"], "", 0.8),
    ("ask", ["ask", "How do I return something?"], "", 1.5),
    ("doctor", ["doctor"], "", 2.0),
    ("make chat with one turn, second time", ["chat", "--customer", CUSTOMER], "How do I return something?\n", 2.0),
)
MESSAGES = 60
REFUSED = 50_000
"""Characters of a message that no chat takes."""
CHAT = "import benchmarks.race.installed; from cli.main import main; main()"


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield seconds of each command, and of a server until it is ready."""
    yield from memory(field)
    settings = offline(field.folder / "minilm")
    rounds = 7 if full else 3
    times: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {}
    for number in range(-1, rounds):  # the first fills the disk's cache and makes the databases
        for name, arguments, typed, _ in COMMANDS:
            before, begun = _children_seconds(), time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "cli.main", *arguments],
                env=settings,
                cwd=ROOT,
                input=typed.encode(),
                capture_output=True,
                check=True,
            )
            if number >= 0:
                times.setdefault(name, []).append(time.perf_counter() - begun)
                spent.setdefault(name, []).append(_children_seconds() - before)
        (port,) = free_ports(1)
        before, begun = _children_seconds(), time.perf_counter()
        with running([sys.executable, "-m", "cli.main", "serve", "--port", str(port)], settings, port):
            if number >= 0:
                times.setdefault("serve until ready", []).append(time.perf_counter() - begun)
    targets = {name: target for name, _, _, target in COMMANDS} | {"serve until ready": 2.0}
    for name, taken in times.items():
        yield Figure(f"seconds: {name}", median(taken), targets[name], "at most")
        if name in spent:
            yield Figure(f"seconds: {name}, processor time", median(spent[name]))


def memory(field: Field) -> Iterator[Figure]:
    """Yield what a chat keeps in memory after some messages, with what `make install` brings."""
    for embedding, called, most in (("minilm", "embedded model", 260), ("stub", "embeddings of the endpoint", 140)):
        folder = field.folder / embedding
        values = our_values(field.url, folder) | {"SUPPORT_EMBEDDING_MODEL": embedding}
        messages = [f"{QUESTION} I ask for the {number}th time." for number in range(MESSAGES)]
        with subprocess.Popen(
            [sys.executable, "-c", CHAT, "chat", "--customer", CUSTOMER],
            env=offline(folder) | values,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as chat:
            assert chat.stdin is not None
            assert chat.stderr is not None
            chat.stdin.write("\n".join((*messages, "x" * REFUSED, "")))
            chat.stdin.flush()
            while "characters" not in chat.stderr.readline():  # the last one is refused once all are answered
                assert chat.poll() is None, "the chat ended; run it by hand to see why"
            status = Path(f"/proc/{chat.pid}/status").read_text(encoding="ascii")
            chat.stdin.close()
        resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        yield Figure(f"resident memory of a chat, {called}, MB", int(resident) / 1000, most, "at most")


def offline(folder: Path) -> dict[str, str]:
    """Return the environment of commands that work on the sample shop without an endpoint.

    Python keeps what it has compiled, as it does unless a variable forbids it.
    """
    others = ("SUPPORT_", "OXLO_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(others)} | {
        "SUPPORT_DATA_DIR": str(folder)
    }


def _children_seconds() -> float:
    """Return the processor time of all processes that were waited for."""
    times = os.times()
    return times.children_user + times.children_system

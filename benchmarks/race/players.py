"""Run each agent as a process that answers a message a line."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.race.environment import PEERS
from benchmarks.support.databases import store_urls, stores_in
from benchmarks.support.peers import CUSTOMER, ORDERS, ROOT, our_settings, our_values
from benchmarks.support.sample_shop import prepare
from core.settings import Settings

OURS = "this agent"
EMBEDDED = "this agent, embedded model"
ON_POSTGRES = "this agent, PostgreSQL"
EMPTY = "an empty graph"
SEARCHING = "create_agent that searches by a tool call"
QUESTION = "What should I know about returns?"


@dataclass
class Player:
    """Hold one agent's process, and what its counted turns took."""

    process: subprocess.Popen[str]
    elapsed: list[float] = field(default_factory=list)
    """Seconds of each turn."""
    processor: list[float] = field(default_factory=list)
    """Seconds of this process's processor time of each turn."""
    resident_mb: float = 0.0

    def turn(self, thread: str, text: str) -> str:
        """Take one turn; return the reply."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"thread": thread, "text": text}) + "\n")
        self.process.stdin.flush()
        answer = self.line()
        self.elapsed.append(answer["elapsed"])
        self.processor.append(answer["processor"])
        self.resident_mb = answer["resident_mb"]
        return str(answer["text"])

    def line(self) -> dict[str, Any]:
        """Return what it says next; its first line says that it is ready."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended; run it by hand to see why")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def forget(self) -> None:
        """Count from here."""
        self.elapsed.clear()
        self.processor.clear()

    def median_ms(self, of: str = "elapsed") -> float:
        """Return the median of the counted turns, in milliseconds."""
        return 1000 * median(self.elapsed if of == "elapsed" else self.processor)


@dataclass
class Field:
    """Hold what all agents of a run are given, and where it stands on disk."""

    folder: Path
    url: str
    python: Path
    """The Python that has the peers."""
    postgres: str | None = None
    """The server on which this agent plays a second time, where that is asked for."""
    left_out: list[str] = field(default_factory=list)
    """Peers that did not start."""

    @contextmanager
    def players(self, names: Sequence[str]) -> Iterator[dict[str, Player]]:
        """Start these agents and wait until each is ready; those that end at once are left out."""
        worlds = {name: self.world(name) for name in names}
        started = {name: Player(self._start(name, world)) for name, world in worlds.items()}
        ready = {}
        try:
            for name, player in started.items():
                try:
                    player.line()
                    ready[name] = player
                except RuntimeError:
                    self.left_out.append(name)
            yield ready
        finally:
            for player in started.values():
                assert player.process.stdin is not None
                player.process.stdin.close()
                player.process.wait(20)

    def world(self, name: str) -> Path:
        """Write what an agent is given; return the file."""
        file = self.folder / f"{name.replace(' ', '-')}.json"
        embedding = "minilm" if name == EMBEDDED else "stub"
        ours = our_values(self.url, self.folder / embedding) | {"SUPPORT_EMBEDDING_MODEL": embedding}
        if name == ON_POSTGRES:
            kept = self.folder / "postgres"
            ours |= stores_in(kept, store_urls(kept, self.postgres))
            prepare(Settings.from_env(ours, env_file=None))
        given = {"url": self.url, "settings": ours, "customer": CUSTOMER}
        file.write_text(json.dumps(given | {"orders": ORDERS} | self.shown()), encoding="utf-8")
        return file

    def shown(self) -> dict[str, Any]:
        """Return our own prompt, tools and the first two passages of a request, as the peers get them too."""
        kept = self.folder / "shown.json"
        if not kept.exists():
            for model in ("stub", "minilm"):
                prepare(our_settings(self.url, self.folder / model, SUPPORT_EMBEDDING_MODEL=model))
            kept.write_text("{}", encoding="utf-8")
            with self.players([OURS]) as ready:
                ready[OURS].turn("first", QUESTION)
                request = sent(self.url)[0]
                while not (self.folder / "stub" / "endpoints.json").exists():
                    time.sleep(0.05)  # it looks once what the endpoint can do, which is no part of a turn
            passages = request["messages"][-1]["content"].partition('<passage number="3"')[0]
            shown = {
                "system": request["messages"][0]["content"],
                "tools": request["tools"],
                "articles": f"{passages}</help_articles>",
            }
            kept.write_text(json.dumps(shown), encoding="utf-8")
        shown = json.loads(kept.read_text(encoding="utf-8"))
        return dict(shown)

    def _start(self, name: str, world: Path) -> subprocess.Popen[str]:
        if name in (OURS, EMBEDDED, ON_POSTGRES):
            command = [sys.executable, "-m", "benchmarks.race.ours", str(world)]
        elif name == EMPTY:
            command = [sys.executable, "-m", "benchmarks.race.ours", str(world), f"{world}.db"]
        else:
            module = PEERS.get(name, "searching_peer")
            command = [str(self.python), "-m", f"benchmarks.race.peers.{module}", str(world), f"{world}.db"]
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | QUIET, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )


QUIET = {"AGNO_TELEMETRY": "false", "HAYSTACK_TELEMETRY_ENABLED": "False", "OPENAI_AGENTS_DISABLE_TRACING": "1"}
"""Nobody's peer reports its use, least of all here."""


def sent(url: str) -> list[dict[str, Any]]:
    """Return the newest chat requests (500 at most) that the endpoint was sent."""
    with urllib.request.urlopen(f"{url}/requests") as answer:  # noqa: S310 - loopback
        requests: list[dict[str, Any]] = json.load(answer)
    return requests

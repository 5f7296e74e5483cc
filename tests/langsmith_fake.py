"""Stand in for LangSmith's API on loopback, as far as datasets and experiments need it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from benchmarks.support.loopback import LoopbackHandler, serving

BEGAN = "2026-01-01T00:00:00Z"
PLAIN = {
    "version": "0.13.0",
    "instance_flags": {},
    "batch_ingest_config": {
        "use_multipart_endpoint": False,
        "size_limit": 100,
        "size_limit_bytes": 20_971_520,
        "scale_up_nthreads_limit": 1,
        "scale_up_qsize_trigger": 1000,
        "scale_down_nempty_trigger": 4,
    },
}
"""What the client is told of the server: it takes runs and examples as plain JSON."""


@dataclass
class FakeLangSmith:
    """What was uploaded."""

    url: str = ""
    datasets: list[dict[str, Any]] = field(default_factory=list)
    examples: list[dict[str, Any]] = field(default_factory=list)
    experiments: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    feedback: list[dict[str, Any]] = field(default_factory=list)

    def read(self, path: str, asked: dict[str, list[str]]) -> Any:
        """Answer a GET."""
        if path == "/datasets":
            return [d for d in self.datasets if d["name"] in asked.get("name", [])]
        if path == "/examples":
            return [] if int(asked.get("offset", ["0"])[0]) else self.examples
        return PLAIN if path == "/info" else []

    def take(self, path: str, sent: Any) -> Any:
        """Answer a POST or a PATCH."""
        kept: dict[str, Any] = {"tenant_id": str(uuid4()), "created_at": BEGAN, "start_time": BEGAN}
        match path.strip("/").split("/"):
            case ["datasets"]:
                self.datasets.append(kept | {"id": str(uuid4())} | sent)
                return self.datasets[-1]
            case ["examples", "bulk"]:
                self.examples += [kept | {"id": str(uuid4())} | example for example in sent]
            case ["sessions"]:
                self.experiments.append(kept | {"id": str(uuid4())} | sent)
                return self.experiments[-1]
            case ["sessions", known]:
                experiment = next(e for e in self.experiments if e["id"] == known)
                experiment |= sent
                return experiment
            case ["runs", "batch"]:
                self.runs += sent["post"]
            case ["feedback"]:
                self.feedback.append(sent)
        return {}


@contextmanager
def fake_langsmith() -> Iterator[FakeLangSmith]:
    """Serve it on a free port until the end of the block."""
    kept = FakeLangSmith()

    class Handler(LoopbackHandler):
        def respond(self, method: str, body: bytes) -> None:
            asked = urlsplit(self.path)
            if method == "GET":
                return self.answer(200, kept.read(asked.path, parse_qs(asked.query)))
            return self.answer(200, kept.take(asked.path, json.loads(body)))

    with serving(Handler) as kept.url:
        yield kept

"""Stand in for LangSmith's API on loopback, as far as datasets and experiments need it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

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
    """Hold what was uploaded."""

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

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            self._answer(kept.read(asked.path, parse_qs(asked.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            self._answer(kept.take(urlsplit(self.path).path, json.loads(body)))

        do_PATCH = do_POST  # noqa: N815  the library calls it so

        def _answer(self, content: Any) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

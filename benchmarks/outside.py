"""Stand in for every service outside, on loopback, and keep what it was sent: LangSmith, a collector, a webhook, an endpoint."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import zstandard

Answer = Callable[[str], tuple[int, Any]]
"""Turns the body of a request into a status and what is sent back as JSON."""


@dataclass(frozen=True)
class Came:
    """Hold one request."""

    path: str
    headers: str
    body: str
    """As text, unpacked."""


@dataclass
class Outside:
    """Hold everything that came; a service has the first part of the path for a name."""

    url: str = ""
    came: list[Came] = field(default_factory=list)

    def to(self, service: str) -> list[Came]:
        """Return what came to one service."""
        return [request for request in self.came if request.path.strip("/").split("/")[0] == service]

    def text(self, service: str | None = None) -> str:
        """Return all that came to one service, or to any, as text."""
        requests = self.came if service is None else self.to(service)
        return "\n".join(f"{request.path}\n{request.headers}\n{request.body}" for request in requests)


@contextmanager
def outside(answers: Mapping[str, Answer] | None = None) -> Iterator[Outside]:
    """Serve all services on one free port until the end of the block; one without an answer of its own takes everything."""
    kept, special = Outside(), answers or {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # What LangSmith's client asks first: how it may send.
            limits = {"use_multipart_endpoint": True, "size_limit": 100, "size_limit_bytes": 20_971_520}
            limits |= {"scale_up_nthreads_limit": 1, "scale_up_qsize_trigger": 1000, "scale_down_nempty_trigger": 4}
            self._answer(200, {"version": "0.13.0", "batch_ingest_config": limits, "instance_flags": {}})

        def do_POST(self) -> None:
            came = Came(self.path, str(self.headers), self._body())
            kept.came.append(came)
            name = self.path.strip("/").split("/")[0]
            self._answer(*special[name](came.body) if name in special else (200, {}))

        do_PATCH = do_POST  # noqa: N815  the library calls it so

        def _body(self) -> str:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("transfer-encoding") == "chunked":
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
            match self.headers.get("content-encoding"):
                case "zstd":
                    body = zstandard.ZstdDecompressor().stream_reader(body).read()
                case "gzip":
                    body = gzip.decompress(body)
            return body.decode("utf-8", "replace")

        def _answer(self, status: int, content: Any) -> None:
            self.send_response(status)
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

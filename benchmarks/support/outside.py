"""Stand in for every service outside, on loopback, and keep what it was sent: LangSmith, a collector, a webhook, an
endpoint.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import zstandard

from benchmarks.support.loopback import LoopbackHandler, serving

Answer = Callable[[str], tuple[int, Any]]
"""Turns the body of a request into a status and what is sent back as JSON."""


@dataclass(frozen=True)
class RecordedRequest:
    """One request."""

    path: str
    headers: str
    body: str
    """As text, unpacked."""


@dataclass
class RecordedServices:
    """Everything that came; a service has the first part of the path for a name."""

    url: str = ""
    came: list[RecordedRequest] = field(default_factory=list)

    def to(self, service: str) -> list[RecordedRequest]:
        """Return what came to one service."""
        return [request for request in self.came if request.path.strip("/").split("/")[0] == service]

    def text(self, service: str | None = None) -> str:
        """Return all that came to one service, or to any, as text."""
        requests = self.came if service is None else self.to(service)
        return "\n".join(f"{request.path}\n{request.headers}\n{request.body}" for request in requests)


@contextmanager
def outside(answers: Mapping[str, Answer] | None = None) -> Iterator[RecordedServices]:
    """Serve all services on one free port until the end of the block; one without an answer of its own takes
    everything.
    """
    kept, special = RecordedServices(), answers or {}

    class Handler(LoopbackHandler):
        def respond(self, method: str, body: bytes) -> None:
            if method == "GET":  # what LangSmith's client asks first: how it may send
                limits = {"use_multipart_endpoint": True, "size_limit": 100, "size_limit_bytes": 20_971_520}
                limits |= {"scale_up_nthreads_limit": 1, "scale_up_qsize_trigger": 1000, "scale_down_nempty_trigger": 4}
                return self.answer(200, {"version": "0.13.0", "batch_ingest_config": limits, "instance_flags": {}})
            came = RecordedRequest(self.path, str(self.headers), self._text(body))
            kept.came.append(came)
            name = self.path.strip("/").split("/")[0]
            return self.answer(*special[name](came.body) if name in special else (200, {}))

        def _text(self, body: bytes) -> str:
            match self.headers.get("content-encoding"):
                case "zstd":
                    body = zstandard.ZstdDecompressor().stream_reader(body).read()
                case "gzip":
                    body = gzip.decompress(body)
            return body.decode("utf-8", "replace")

    with serving(Handler) as kept.url:
        yield kept

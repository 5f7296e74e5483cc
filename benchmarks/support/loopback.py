"""Serve a request handler on a free port of this machine, for what stands in for services outside."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LoopbackHandler(BaseHTTPRequestHandler):
    """Answer requests by `respond`, which a subclass writes, and say nothing of them on the terminal."""

    def respond(self, method: str, body: bytes) -> None:
        """Answer one request, whose body was read."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answer a request without a body."""
        self.respond("GET", b"")

    def do_POST(self) -> None:
        """Answer a request with a body."""
        self.respond("POST", self._body())

    def do_PATCH(self) -> None:
        """Answer a request that changes something."""
        self.respond("PATCH", self._body())

    def answer(self, status: int, content: Any) -> None:
        """Send a status and something as JSON."""
        self.send(status, json.dumps(content).encode(), "application/json")

    def send(self, status: int, body: bytes, kind: str) -> None:
        """Send a status and a body of a content type."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline().strip() or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
        return body

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """Yield the URL under which the handler answers until the end of the block; port 0 is any free one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

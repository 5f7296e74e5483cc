"""Take what is sent to LangSmith, on loopback, and keep it as text."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import zstandard


@dataclass
class LangSmithServer:
    """Hold what came."""

    url: str = ""
    bodies: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return everything that came."""
        return "\n".join(self.bodies)


@contextmanager
def langsmith_server() -> Iterator[LangSmithServer]:
    """Serve on a free port until the end of the block."""
    kept = LangSmithServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            limits = {"use_multipart_endpoint": True, "size_limit": 100, "size_limit_bytes": 20_971_520}
            limits |= {"scale_up_nthreads_limit": 1, "scale_up_qsize_trigger": 1000, "scale_down_nempty_trigger": 4}
            self._answer({"version": "0.13.0", "batch_ingest_config": limits, "instance_flags": {}})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if not body and self.headers.get("transfer-encoding") == "chunked":
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
            match self.headers.get("content-encoding"):
                case "zstd":
                    body = zstandard.ZstdDecompressor().stream_reader(body).read()
                case "gzip":
                    body = gzip.decompress(body)
            kept.bodies.append(f"{self.path}\n{self.headers}\n{body.decode('utf-8', 'replace')}")
            self._answer({})

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

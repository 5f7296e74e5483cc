"""Serve `/v1/audio/transcriptions` on loopback with a Whisper model from a folder, for measurements and tests."""

import asyncio
import email
import email.policy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from core.audio import read_clip
from core.errors import MessageRejected
from core.transcription import LocalWhisper


@contextmanager
def whisper_server(folder: Path, *, refuses_detail: bool = False) -> Iterator[str]:
    """Yield the base URL of a running server; with `refuses_detail` it knows `json` answers only."""
    whisper = LocalWhisper(folder)

    class Handler(BaseHTTPRequestHandler):
        """Answer one request."""

        def do_POST(self) -> None:
            """Transcribe the uploaded file."""
            body = self.rfile.read(int(self.headers["content-length"]))
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
            parts = {
                str(p.get_param("name", header="content-disposition")): p.get_payload(decode=True)
                for p in form.iter_parts()
            }
            detail = parts.get("response_format") == b"verbose_json"
            if self.path != "/v1/audio/transcriptions" or (detail and refuses_detail):
                return self._answer(400, {"error": {"message": "response_format must be json"}})
            data = parts.get("file")
            try:
                clip = read_clip(data if isinstance(data, bytes) else b"", max_seconds=600, max_bytes=50_000_000)
                heard = asyncio.run(whisper.transcribe(clip))
            except MessageRejected as refusal:
                return self._answer(400, {"error": {"message": str(refusal)}})
            answer: dict[str, object] = {"text": " ".join(s.text.strip() for s in heard.segments)}
            if detail:
                answer |= {"task": "transcribe", "language": heard.language or "", "duration": heard.seconds or 0.0}
                answer["segments"] = [
                    {
                        "id": number,
                        "seek": 0,
                        "start": 0.0,
                        "end": heard.seconds or 0.0,
                        "text": s.text,
                        "tokens": [],
                        "temperature": 0.0,
                        "avg_logprob": s.log_probability,
                        "compression_ratio": s.compression,
                        "no_speech_prob": s.no_speech,
                    }
                    for number, s in enumerate(heard.segments)
                ]
            return self._answer(200, answer)

        def _answer(self, status: int, value: dict[str, object]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

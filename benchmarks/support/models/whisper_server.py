"""Serve `/v1/audio/transcriptions` on loopback with a Whisper model from a folder, for measurements and tests."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.support.loopback import LoopbackHandler, serving
from core.errors import MessageRejected
from core.speech.audio import read_clip
from core.speech.transcription import LocalWhisper


@contextmanager
def whisper_server(folder: Path, *, refuses_detail: bool = False) -> Iterator[str]:
    """Yield the base URL of a running server; with `refuses_detail` it knows `json` answers only."""
    whisper = LocalWhisper(folder)

    class Handler(LoopbackHandler):
        """Answer one request."""

        def respond(self, method: str, body: bytes) -> None:
            """Transcribe the uploaded file."""
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
            parts = {
                str(p.get_param("name", header="content-disposition")): p.get_payload(decode=True)
                for p in form.iter_parts()
            }
            detail = parts.get("response_format") == b"verbose_json"
            if self.path != "/v1/audio/transcriptions" or (detail and refuses_detail):
                return self.answer(400, {"error": {"message": "response_format must be json"}})
            data = parts.get("file")
            try:
                clip = read_clip(data if isinstance(data, bytes) else b"", max_seconds=600, max_bytes=50_000_000)
                heard = asyncio.run(whisper.transcribe(clip))
            except MessageRejected as refusal:
                return self.answer(400, {"error": {"message": str(refusal)}})
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
            return self.answer(200, answer)

    with serving(Handler) as url:
        yield f"{url}/v1"

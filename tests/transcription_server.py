"""Serve `/v1/audio/transcriptions` on loopback for tests: what was said is told by the recording's length."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from core.errors import MessageRejected
from core.speech.audio import read_clip
from tests.server_threads import listening


@contextmanager
def transcribing(words: Mapping[float, str]) -> Iterator[str]:
    """Yield the base URL of an endpoint that hears these words in WAV recordings of so many seconds, and refuses
    others.
    """

    async def transcribe(request: Request) -> JSONResponse:
        async with request.form() as form:
            file = form["file"]
            data = await file.read() if isinstance(file, UploadFile) else b""
        try:
            clip = read_clip(data, max_seconds=600, max_bytes=50_000_000)
        except MessageRejected as refusal:
            return JSONResponse({"error": {"message": str(refusal)}}, 400)
        if clip.format != "wav" or clip.seconds is None:
            return JSONResponse({"error": {"message": "could not decode file"}}, 400)
        said = words[round(clip.seconds, 1)]
        segment = {
            "id": 0,
            "seek": 0,
            "start": 0.0,
            "end": clip.seconds,
            "text": said,
            "tokens": [],
            "temperature": 0.0,
        }
        segment |= {"avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.01}
        answer = {"task": "transcribe", "language": "english", "duration": clip.seconds, "text": said}
        return JSONResponse(answer | {"segments": [segment]})

    app = Starlette(routes=[Route("/v1/audio/transcriptions", transcribe, methods=["POST"])])
    with listening(app) as url:
        yield f"{url}/v1"

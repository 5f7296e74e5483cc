"""Measure what an OpenAI-compatible endpoint can do."""

import base64
import io
import json
import wave
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import ModelError, ModelRejected
from core.models.http_errors import http_errors

if TYPE_CHECKING:  # loaded where an endpoint is asked
    import httpx

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Look up the weather of one city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
SHAPE = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
ASK_FOR_TWO = "Look up the weather in Paris and in Rome with the tool, both at once."
BATCHES = (256, 128, 64, 32, 16, 8, 4, 2, 1)
CONTEXTS = (131_072, 65_536, 32_768, 16_384, 8_192, 4_096, 2_048)
CHARS_PER_TOKEN = 2.5
"""Fewer than usual, so that a window is never called larger than it is."""


@dataclass(frozen=True)
class Capabilities:
    """What was measured; None where it was not, or could not be."""

    base_url: str
    model: str
    models: tuple[str, ...] = ()
    tools: bool | None = None
    """Native tool calls."""
    parallel_tools: bool | None = None
    json_schema: bool | None = None
    json_mode: bool | None = None
    streaming: bool | None = None
    usage: bool | None = None
    """Token counts, also in streams."""
    context_tokens: int | None = None
    """The largest of some sizes that was accepted or told."""
    vision: bool | None = None
    """Pictures in messages."""
    embedding_model: str | None = None
    embedding_dimension: int | None = None
    embedding_batch: int | None = None
    transcription: bool | None = None
    notes: tuple[str, ...] = field(default=())
    """What an endpoint said to what it refused."""


@dataclass
class Endpoint:
    """Send plain requests to one endpoint; errors are ours."""

    base_url: str
    model: str
    api_key: str
    seconds: float = 30.0

    async def ask(self, path: str, body: Any = None, *, files: Any = None) -> "httpx.Response":
        """Return the response to one request; raises ModelUnavailable or ModelRejected."""
        import httpx

        headers = {"Authorization": f"Bearer {self.api_key}"}
        url = f"{self.base_url.rstrip('/')}/{path}"
        with http_errors(self.base_url, check="SUPPORT_BASE_URL and SUPPORT_API_KEY"):
            async with httpx.AsyncClient(timeout=self.seconds, headers=headers) as client:
                if files is not None:
                    response = await client.post(url, data=body, files=files)
                else:
                    response = await (client.get(url) if body is None else client.post(url, json=body))
                return response.raise_for_status()

    async def chat(self, text: str, **more: Any) -> dict[str, Any]:
        """Return the first choice of a short chat completion together with its usage."""
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": text}],
            "max_tokens": 100,
            "temperature": 0,
        }
        try:
            answer = (await self.ask("chat/completions", body | more)).json()
            return {**answer["choices"][0], "usage": answer.get("usage")}
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise ModelRejected(f"{self.base_url} sent something that is no chat completion") from error


async def probe(
    endpoint: Endpoint,
    *,
    embedding_model: str | None = None,
    transcription_model: str | None = None,
    sizes: bool = True,
) -> Capabilities:
    """Measure an endpoint one question after the other; what fails is noted and does not stop the rest.

    Without `sizes` nothing long is sent, so that whoever uses the endpoint meanwhile hardly notices.

    Raises:
        ModelUnavailable, ModelRejected: the endpoint does not answer a plain message.
    """
    plain = await endpoint.chat("Say hello.")
    found: dict[str, Any] = {"usage": bool(plain["usage"])}
    notes: list[str] = []
    questions: dict[str, Callable[[], Awaitable[Any]]] = {
        "models": lambda: _models(endpoint),
        "tools": lambda: _tools(endpoint),
        "json_schema": lambda: _json(
            endpoint, {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": SHAPE}}
        ),
        "json_mode": lambda: _json(endpoint, {"type": "json_object"}),
        "streaming": lambda: _streaming(endpoint),
        "vision": lambda: _vision(endpoint),
    }
    if sizes:
        questions["context_tokens"] = lambda: _context(endpoint)
    if embedding_model:
        questions["embeddings"] = lambda: _embeddings(endpoint, embedding_model)
    if transcription_model:
        questions["transcription"] = lambda: _transcription(endpoint, transcription_model)
    for name, question in questions.items():
        try:
            answer = await question()
        except ModelError as error:
            notes.append(f"{name}: {error}")
            answer = {name: False} if name not in ("models", "context_tokens", "embeddings") else {}
        found |= answer if isinstance(answer, dict) else {name: answer}
    return Capabilities(endpoint.base_url, endpoint.model, embedding_model=embedding_model, notes=tuple(notes), **found)


async def _models(endpoint: Endpoint) -> tuple[str, ...]:
    try:
        return tuple(str(model["id"]) for model in (await endpoint.ask("models")).json()["data"])
    except (ValueError, KeyError, TypeError):
        return ()


async def _tools(endpoint: Endpoint) -> dict[str, bool]:
    choice = await endpoint.chat(ASK_FOR_TWO, tools=[WEATHER], max_tokens=200)
    calls = choice["message"].get("tool_calls") or []
    whole = [call for call in calls if _is_object(call.get("function", {}).get("arguments"))]
    return {"tools": bool(whole), "parallel_tools": len(whole) > 1}


async def _json(endpoint: Endpoint, response_format: dict[str, Any]) -> bool:
    choice = await endpoint.chat('Answer with the JSON object {"city": "Paris"}.', response_format=response_format)
    return _is_object(choice["message"].get("content"))


async def _streaming(endpoint: Endpoint) -> dict[str, bool]:
    body = {"model": endpoint.model, "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 20}
    text = (
        await endpoint.ask("chat/completions", body | {"stream": True, "stream_options": {"include_usage": True}})
    ).text
    events = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    chunks = [json.loads(event) for event in events if _is_object(event)]
    finished = any(choice.get("finish_reason") for chunk in chunks for choice in chunk.get("choices") or ())
    return {"streaming": finished, "usage": any(chunk.get("usage") for chunk in chunks)}


async def _vision(endpoint: Endpoint) -> bool:
    """Show a red square and ask for its colour."""
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), (220, 0, 0)).save(drawn, "JPEG")
    url = f"data:image/jpeg;base64,{base64.b64encode(drawn.getvalue()).decode()}"
    content = [
        {"type": "text", "text": "Which colour has this picture? Answer with one word."},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    choice = await endpoint.chat("", messages=[{"role": "user", "content": content}])
    return "red" in str(choice["message"].get("content", "")).casefold()


async def _context(endpoint: Endpoint) -> int | None:
    """Try sizes from the smallest up, because a refused long request is quick and an accepted one is not free."""
    largest = None
    for tokens in reversed(CONTEXTS[3:]):
        try:
            await endpoint.chat("word " * int(tokens * CHARS_PER_TOKEN / 5), max_tokens=1)
        except ModelError:
            break
        largest = tokens
    return largest


async def _embeddings(endpoint: Endpoint, model: str) -> dict[str, int | None]:
    vector = (await endpoint.ask("embeddings", {"model": model, "input": ["hello"]})).json()["data"][0]["embedding"]
    for size in BATCHES:
        try:
            data = (await endpoint.ask("embeddings", {"model": model, "input": ["hello"] * size})).json()["data"]
        except ModelError:
            continue
        if len(data) == size:
            return {"embedding_dimension": len(vector), "embedding_batch": size}
    return {"embedding_dimension": len(vector), "embedding_batch": None}


async def _transcription(endpoint: Endpoint, model: str) -> bool:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as silence:
        silence.setnchannels(1)
        silence.setsampwidth(2)
        silence.setframerate(16_000)
        silence.writeframes(b"\0\0" * 8_000)
    files = {"file": ("silence.wav", sound.getvalue(), "audio/wav")}
    return "text" in (await endpoint.ask("audio/transcriptions", {"model": model}, files=files)).text


def _is_object(text: Any) -> bool:
    try:
        return isinstance(text, str) and isinstance(json.loads(text), dict)
    except ValueError:
        return False

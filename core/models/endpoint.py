"""Talk to an OpenAI-compatible endpoint, and report its failures as ours."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import httpx2  # the client library that the `openai` package brings
import numpy as np
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openai import DefaultAsyncHttpxClient
from pydantic import SecretStr

from core.errors import ModelError, ModelRejected, ModelUnavailable, RequestRefused
from core.models.request_limits import current_allowance
from core.models.tool_call_parsing import RAW_CALLS
from core.observability.counters import MODEL_FAILURES

MAX_BYTES = 4_000_000
"""Of one answer as it is sent; a stream wraps each token in some 300."""
_REFUSED = (400, 422)
"""What servers answer to a kind of request that they do not know."""
_MOST_CHARS_A_TOKEN = 32
"""Ordinary text has about four; a run of blanks or dashes may have many more."""


@contextmanager
def endpoint_errors(base_url: str, model: str) -> Iterator[None]:
    """Translate what the `openai` client raises into `ModelUnavailable` or `ModelRejected`, and count it."""
    try:
        with _translated(base_url, model):
            yield
    except (ModelUnavailable, ModelRejected) as error:
        kind = "rejected" if isinstance(error, ModelRejected) else "unavailable"
        MODEL_FAILURES.labels(model=model, kind=kind).inc()
        raise


@contextmanager
def _translated(base_url: str, model: str) -> Iterator[None]:
    try:
        yield
    except (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError) as error:
        raise ModelUnavailable(
            f"{base_url} did not answer in time; try again later or raise timeout_seconds in SUPPORT_LIMITS"
        ) from error
    except (openai.APIConnectionError, httpx2.RequestError) as error:
        if isinstance(error.__cause__, ModelUnavailable):  # our own client's: what came was too large
            raise error.__cause__ from None
        raise ModelUnavailable(
            f"{base_url} cannot be reached; check SUPPORT_BASE_URL and that it is running"
        ) from error
    except (openai.APIStatusError, httpx2.HTTPStatusError) as error:
        raise _of_status(error.response, base_url, model) from error
    except openai.APIError as error:
        raise ModelUnavailable(f"{base_url} broke off for {model!r}: {_first_line(error.message)}") from error
    except openai.OpenAIError as error:  # such as an answer in JSON that was cut off
        raise ModelUnavailable(
            f"{base_url} gave {model!r} no whole answer ({type(error).__name__}); try again"
        ) from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:  # the client read something else
        raise ModelUnavailable(
            f"{base_url} sent something that is no answer for {model!r} ({type(error).__name__}); "
            "check that SUPPORT_BASE_URL is the address of an OpenAI-compatible API"
        ) from error


def _of_status(response: httpx2.Response, base_url: str, model: str) -> ModelError:
    """Return what an answer with an error status means."""
    match response.status_code:
        case 401:
            return ModelRejected(f"{base_url} refused the key; set SUPPORT_API_KEY to one it accepts")
        case 403:
            return ModelRejected(f"the key has no access to {model!r} at {base_url}; ask the provider or change it")
        case 404:
            said = f"{base_url} knows no model {model!r} (HTTP 404)"
            return ModelRejected(f"{said}; set SUPPORT_MODEL to one that `support-agent doctor` lists")
        case 429:
            said = f"{base_url} limits the rate of requests (HTTP 429); try again later"
            return ModelUnavailable(said, retry_after=_retry_after(response))
        case status:
            problem = f"{base_url} answered HTTP {status} for {model!r}: {_first_line(response.text)}"
            if status in _REFUSED:
                return RequestRefused(problem)
            if status < 500:
                return ModelRejected(problem)
            return ModelUnavailable(problem, retry_after=_retry_after(response))


def _retry_after(response: httpx2.Response) -> float | None:
    """Return the seconds of a Retry-After header; a date or nonsense counts as none."""
    try:
        return max(0.0, float(response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else "no reason given"


def bounded_client(timeout: float, **options: Any) -> DefaultAsyncHttpxClient:
    """Return an HTTP client whose answers raise ModelUnavailable once they are too large, before all is read."""
    return DefaultAsyncHttpxClient(
        timeout=timeout,
        # What is compressed could unpack to any size in one step.
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound]},
        **options,
    )


async def _bound(response: httpx2.Response) -> None:
    if (encoding := response.headers.get("content-encoding", "identity").lower()) != "identity":
        raise ModelUnavailable(
            f"{response.url.host} sent an answer that is compressed ({encoding[:20]}), which was not asked for; "
            "have it honour `Accept-Encoding: identity`"
        )
    response.stream = _BoundedStream(response)


class _BoundedStream(httpx2.AsyncByteStream):
    """The body of an answer, as far as it may be read."""

    def __init__(self, response: httpx2.Response) -> None:
        self._stream, self._host = response.stream, response.url.host

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._stream:  # type: ignore[union-attr]
            read += len(part)
            if read > MAX_BYTES:
                raise ModelUnavailable(f"{self._host} sent more than {MAX_BYTES:,} bytes for one answer")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()  # type: ignore[union-attr]


def _length(message: BaseMessage) -> int:
    """Return the characters of a message or a piece of one: its words, and the arguments of its calls."""
    pieces = message.tool_call_chunks if isinstance(message, AIMessageChunk) else getattr(message, "tool_calls", ())
    return len(message.text) + sum(len(str(piece["args"] or "")) for piece in pieces)


def forced_tools(tools: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of the offered tools of which the turn has to have one called now; none where it is free."""
    forced = current_allowance().forced_tools
    return [tool for tool in tools if tool["function"]["name"] in forced]


def _named_parts(function: dict[str, Any]) -> dict[str, Any]:
    return {"name": function.get("name") or "", "arguments": function.get("arguments")}


class EndpointChatModel(ChatOpenAI):
    """Run `ChatOpenAI` with our errors; an answer far longer than it was asked to be is none."""

    def _errors(self) -> AbstractContextManager[None]:
        return endpoint_errors(str(self.openai_api_base), self.model_name)

    def _get_request_payload(self, input_: Any, *, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        """Name the limit of a reply as every compatible server does; only OpenAI's own knows the newer name."""
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        if "max_completion_tokens" in payload:
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        # Messages and tools are in their final form. Handed over as ordinary arguments, the client would compare each
        # of their fields with its type annotations, which takes longer than the rest of the request.
        ready = {name: payload.pop(name) for name in ("messages", "tools") if name in payload}
        if forced := forced_tools(ready.get("tools", ())):
            # Only these are offered and one is required: servers that know no `tool_choice` by name know this one.
            ready |= {"tools": forced, "tool_choice": "required"}
        return payload | {"messages": [], "extra_body": {**(payload.get("extra_body") or {}), **ready}}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self._errors():
            return super()._generate(messages, stop, run_manager, **kwargs)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self._errors():
            payload = self._get_request_payload(messages, stop=stop, **kwargs)
            # Read as plain JSON: the client's own classes check each field again and say no more; where JSON was asked
            # for, they take an answer that reached its limit for none, though it was paid for and may be complained
            # about.
            result = self._create_chat_result((await self._posted(payload)).json())
        self._check_length(sum(_length(generation.message) for generation in result.generations))
        return result

    async def _posted(self, payload: dict[str, Any]) -> httpx2.Response:
        """Send a request by the HTTP client itself, where there is one: the library takes as long again around it."""
        if self.http_async_client is None:
            answer = await self.async_client.with_raw_response.create(**payload)
            return cast(httpx2.Response, answer.http_response)
        response: httpx2.Response = await self.http_async_client.post(**self._request(payload))
        return response.raise_for_status()

    def _request(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return a request as the HTTP client takes it."""
        return {
            "url": f"{str(self.openai_api_base).rstrip('/')}/chat/completions",
            "json": {name: value for name, value in payload.items() if name != "extra_body"} | payload["extra_body"],
            "headers": _key(self.openai_api_key),
        }

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        with self._errors():
            yield from super()._stream(*args, **kwargs)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        finished, length = False, 0
        with self._errors():
            own = self.http_async_client is not None
            async for chunk in self._pieces(*args, **kwargs) if own else super()._astream(*args, **kwargs):
                length += _length(chunk.message)
                self._check_length(length)
                finished = finished or bool((chunk.generation_info or {}).get("finish_reason"))
                yield chunk
        if not finished:
            raise ModelUnavailable(f"{self.openai_api_base} ended its stream for {self.model_name!r} without finishing")

    async def _pieces(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Yield the pieces of a stream that the HTTP client itself reads: the library takes each apart twice."""
        usage = {"stream_options": {"include_usage": True}} if self.stream_usage else {}
        payload = self._get_request_payload(messages, stop=stop, stream=True, **usage, **kwargs)
        async with self.http_async_client.stream("POST", **self._request(payload)) as response:  # type: ignore[union-attr]
            if response.is_error:
                await response.aread()
            lines = aiter(response.raise_for_status().aiter_lines())
            while (line := await self._next_line(lines)) is not None:
                said = line.removeprefix("data:").strip() if line.startswith("data:") else ""
                if said == "[DONE]":
                    return
                if not said:  # an empty line ends each event, and some servers send comments
                    continue
                event = json.loads(said)
                if error := event.get("error"):
                    raise ModelUnavailable(
                        f"{self.openai_api_base} broke off for {self.model_name!r}: {_first_line(str(error))}"
                    )
                if piece := self._convert_chunk_to_generation_chunk(event, AIMessageChunk, None):
                    yield piece

    async def _next_line(self, lines: AsyncIterator[str]) -> str | None:
        async with asyncio.timeout(self.stream_chunk_timeout):
            return await anext(lines, None)

    def _check_length(self, characters: int) -> None:
        """Raise ModelUnavailable for an answer that its limit of tokens cannot hold."""
        if self.max_tokens and characters > _MOST_CHARS_A_TOKEN * self.max_tokens:
            raise ModelUnavailable(
                f"{self.openai_api_base} sent {characters:,} characters for {self.model_name!r}, which was asked for "
                f"at most {self.max_tokens:,} tokens"
            )

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        """Keep each tool call as it came; see `core.models.tool_call_parsing`."""
        result = super()._create_chat_result(response, generation_info)
        if not result.generations:
            raise ValueError("no choices")
        sent = response if isinstance(response, dict) else response.model_dump()
        for generation, choice in zip(result.generations, sent["choices"], strict=True):
            if calls := choice["message"].get("tool_calls"):
                generation.message.additional_kwargs[RAW_CALLS] = [
                    {**_named_parts(call.get("function") or {}), "id": call.get("id")} for call in calls
                ]
        return result


class EndpointEmbeddings(OpenAIEmbeddings):
    """Run `OpenAIEmbeddings` with our errors."""

    def _errors(self) -> AbstractContextManager[None]:
        return endpoint_errors(str(self.openai_api_base), self.model)

    def embed_documents(self, texts: list[str], chunk_size: int | None = None, **kwargs: Any) -> list[list[float]]:
        """Return one vector a text; raises ModelUnavailable or ModelRejected."""
        most = chunk_size or self.chunk_size
        with self._errors():
            return [v for at in range(0, len(texts), most) for v in self._vectors(texts[at : at + most], kwargs)]

    def _vectors(self, texts: list[str], others: dict[str, Any]) -> list[list[float]]:
        """Ask once. The answer is read as plain JSON: the client's own classes check each number of each vector."""
        asked = {"input": texts, "encoding_format": "base64", **self._invocation_params, **others}
        if self.http_client is None:
            response: httpx2.Response = self.client.with_raw_response.create(**asked).http_response
        else:  # past the library, which takes as long again around it
            url = f"{str(self.openai_api_base).rstrip('/')}/embeddings"
            response = self.http_client.post(url, json=asked, headers=_key(self.openai_api_key)).raise_for_status()
        return [_vector(entry["embedding"]) for entry in response.json()["data"]]

    async def aembed_documents(
        self, texts: list[str], chunk_size: int | None = None, **kwargs: Any
    ) -> list[list[float]]:
        """Return one vector a text; raises ModelUnavailable or ModelRejected."""
        with self._errors():
            return await super().aembed_documents(texts, chunk_size, **kwargs)


def _key(key: Any) -> dict[str, str]:
    """Return the header that shows a key, which these models are always given as a secret."""
    return {"Authorization": f"Bearer {key.get_secret_value()}"} if isinstance(key, SecretStr) else {}


def _vector(sent: str | list[float]) -> list[float]:
    """Return the numbers of a vector, which OpenAI's API sends as base64 of float32 where the client asks for it."""
    if isinstance(sent, list):
        return sent
    numbers: list[float] = np.frombuffer(base64.b64decode(sent, validate=True), dtype="<f4").tolist()
    return numbers

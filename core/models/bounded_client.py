"""Talk to a model's endpoint through a client that reads no answer beyond a size, and none that is compressed."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2  # the client library that the `openai` package brings
from openai import DefaultAsyncHttpxClient

from core.errors import ModelUnavailable

MAX_BYTES = 4_000_000
"""Some three thousand pieces of a stream for each thousand tokens fit well; what is larger is no reply."""


def bounded_client(timeout: float, **options: Any) -> DefaultAsyncHttpxClient:
    """Return an HTTP client whose answers raise ModelUnavailable once they are too large, before they are read whole."""
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

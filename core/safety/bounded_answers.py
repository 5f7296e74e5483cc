"""Read what other servers answer as far as it may be, and for no longer than it may take."""

import asyncio

import httpx


class AnswerGivenUp(httpx.TransportError):
    """Report an answer that took too long as a whole, is too large, or compressed."""


async def bounded_answer(
    client: httpx.AsyncClient, request: httpx.Request, *, most: int, seconds: float
) -> httpx.Response:
    """Return the whole response to a request; what is compressed could unpack to any size, so it is not asked for.

    Args:
        client: The client whose connections are used.
        request: What is sent.
        most: Bytes that are read.
        seconds: The whole time; httpx's own counts from one byte to the next.

    Raises:
        AnswerGivenUp: it takes too long, is too large, or compressed all the same.
        httpx.HTTPError: no answer came.
    """
    request.headers["Accept-Encoding"] = "identity"
    content = bytearray()
    try:
        async with asyncio.timeout(seconds):
            response = await client.send(request, stream=True)
            try:
                if response.headers.get("content-encoding", "identity").lower() != "identity":
                    raise AnswerGivenUp("the answer is compressed, which was not asked for", request=request)
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > most:
                        raise AnswerGivenUp(f"the answer has more than {most:,} bytes", request=request)
            finally:
                await response.aclose()
    except TimeoutError:
        raise AnswerGivenUp(f"the answer took longer than {seconds:g} seconds", request=request) from None
    return httpx.Response(response.status_code, headers=response.headers, content=bytes(content), request=request)

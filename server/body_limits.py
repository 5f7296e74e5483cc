"""Refuse bodies that are too large or come too slowly, before they cost anything; and label every answer for browsers."""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class BodyLimits:
    """Count the bytes and the seconds of a request's body."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: Mapping[str, int], seconds: float) -> None:
        """Take the limit of all paths, larger ones of some, and how long the whole body may take to arrive."""
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a body that ends in an HTTP error at the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._max_bytes)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        received = int(declared) if declared.isdigit() and int(declared) > limit else 0
        body_ended = False
        deadline = asyncio.get_running_loop().time() + self._seconds

        async def limited() -> Message:
            nonlocal received, body_ended
            if received > limit:
                raise HTTPException(413, f"the body is too large; at most {limit // 1024:,} KB are accepted")
            if body_ended:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, f"the body took longer than {self._seconds:g} seconds to arrive") from None
            received += len(message.get("body", b""))
            body_ended = not message.get("more_body", False)
            if received > limit:
                raise HTTPException(413, f"the body is too large; at most {limit // 1024:,} KB are accepted")
            return message

        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, limited, labelled)

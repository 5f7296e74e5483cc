"""Refuse bodies that are too large or come too slowly, before they cost anything, and label answers for browsers."""

import asyncio
import json
from collections.abc import Mapping
from fnmatch import fnmatchcase

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DROPPED = 20
"""How many times the limit is read and dropped before the connection is closed on a sender."""
SLOWEST = 16_384
"""Bytes a second; a recording over a slow line gets the time it needs, a sender who trickles does not."""
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class BodyLimits:
    """Count the bytes and the seconds of a request's body."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: Mapping[str, int], seconds: float) -> None:
        """Take the limit of all paths, larger ones of patterns (`*` is any part), and the seconds a body may take."""
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a body that breaks off at the limit, and answer for it then."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = next((most for path, most in self._larger.items() if fnmatchcase(scope["path"], path)), self._max_bytes)
        received = 0
        ended = started = False
        refusal: Response | None = None
        begin = asyncio.get_running_loop().time()

        async def limited() -> Message:
            nonlocal received, ended, refusal
            if ended:
                return await receive()
            try:
                async with asyncio.timeout_at(begin + self._seconds + min(received, limit) / SLOWEST):
                    message = await receive()
                    received += len(message.get("body", b""))
                    # The rest is read and dropped: an answer to a sender who is still sending would be lost.
                    while limit < received < limit * DROPPED and message.get("more_body", False):
                        message = await receive()
                        received += len(message.get("body", b""))
            except TimeoutError:
                ended, refusal = True, _refusal(408, "the body came too slowly; send it again over a better line")
                raise BodyRefused from None
            ended = not message.get("more_body", False)
            if received > limit:
                ended = True
                refusal = _refusal(413, f"the body is too large; at most {limit // 1024:,} KB are accepted")
                raise BodyRefused
            return message

        async def labelled(message: Message) -> None:
            nonlocal started
            if refusal is not None:
                return  # whatever the application makes of it: the answer is ours
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, limited, labelled)
        except Exception:
            if refusal is None:
                raise
        if refusal is not None and not started:
            await refusal(scope, receive, send)


class BodyRefused(Exception):
    """Break off the reading of a body."""


def _refusal(status: int, detail: str) -> Response:
    return Response(json.dumps({"detail": detail}), status, HEADERS, "application/json")

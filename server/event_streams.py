"""Send events to somebody for as long as their token counts."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any

from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from core.errors import BackendUnavailable, Busy, TokenRejected
from server.records import Identity
from server.tokens import LEEWAY_SECONDS, Tokens

PING_SECONDS = 15
SEND_SECONDS = 30
"""A reader that takes nothing for so long is let go; its message is answered all the same."""
STREAMS_HELD = 5
"""Endless streams that one holder of tokens may have open in one process, for example one a browser tab."""
CHECK_SECONDS = 1.0
"""How soon a stream ends whose token was revoked."""


class EventStream(EventSourceResponse):
    """A stream of events that ends with the token of who reads it."""

    def __init__(self, tokens: Tokens, who: Identity, events: AsyncIterator[Any], **how: Any) -> None:
        super().__init__(_while_valid(tokens, who, events), ping=PING_SECONDS, send_timeout=SEND_SECONDS, **how)


class EndlessStream(EventStream):
    """A stream that ends with its token only, of which nobody holds many at a time."""

    def __init__(self, tokens: Tokens, who: Identity, events: AsyncIterator[Any], held: Counter[str]) -> None:
        """Count the stream among those held; raises Busy where its reader holds enough of them."""
        self._held, self._holder = held, f"{who.role}:{who.owner}"
        if self._held[self._holder] >= STREAMS_HELD:
            raise Busy(
                f"{STREAMS_HELD} streams of events are open for you already; close one first", retry_after=SEND_SECONDS
            )
        self._held[self._holder] += 1
        super().__init__(tokens, who, events)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events, and count the stream no more."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._held[self._holder] -= 1
            if not self._held[self._holder]:
                del self._held[self._holder]


async def _while_valid(tokens: Tokens, who: Identity, events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Yield the events until the token ends or is revoked."""
    ends = time.monotonic() + who.expires_at + LEEWAY_SECONDS - time.time()
    following: asyncio.Future[Any] | None = None
    try:
        while (left := ends - time.monotonic()) > 0 and _counts(tokens, who):
            following = following or asyncio.ensure_future(anext(events))
            await asyncio.wait({following}, timeout=min(left, CHECK_SECONDS))
            if following.done() and time.monotonic() < ends and _counts(tokens, who):
                made, following = following, None
                try:
                    happened = made.result()
                except StopAsyncIteration:
                    return
                yield happened
    finally:
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await following
        if isinstance(events, AsyncGenerator):
            await events.aclose()


def _counts(tokens: Tokens, who: Identity) -> bool:
    try:
        tokens.check_revoked(who)
    except (TokenRejected, BackendUnavailable):
        return False
    return True

"""Wait for what becomes of a message, or follow a thread, in this process or any other."""

import asyncio
import time
from collections.abc import AsyncIterator

from graph.replies import Progress, Token
from server.inbox.broadcast import TurnEvent
from server.records import Identity, Outcome
from server.service import Service

LOOK_SECONDS = 0.5
"""How often the inbox is asked: another process may have run the turn."""
MANY = 50
"""Where more requests than this wait in one process, each asks less often; a turn of the process itself wakes them."""


async def follow(
    service: Service, who: Identity, message_id: str, queue: asyncio.Queue[TurnEvent], *, seconds: float
) -> AsyncIterator[Progress | Token | Outcome]:
    """Yield pieces of the turn that answers a message, and last its outcome; ends early after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        # Shielded: a reader who hangs up in the middle of a query must not cost a database connection.
        outcome = await asyncio.shield(service.inbox.outcome(message_id, who.owner))
        if outcome.status != "waiting" or time.monotonic() > end:
            yield outcome
            return
        pause = LOOK_SECONDS * max(1.0, service.broadcast.listeners / MANY)
        look_again = time.monotonic() + pause
        while (left := look_again - time.monotonic()) > 0:
            try:
                event = await asyncio.wait_for(queue.get(), left)
            except TimeoutError:
                break
            if event is None:
                break
            yield event
            if queue.empty():
                look_again = time.monotonic() + pause


async def outcome_of(service: Service, who: Identity, thread_id: str, message_id: str, *, seconds: float) -> Outcome:
    """Return what has become of a message, at the latest after `seconds`."""
    outcome: Outcome | None = None
    with service.broadcast.listening(thread_id) as queue:
        async for event in follow(service, who, message_id, queue, seconds=seconds):
            if isinstance(event, Outcome):
                outcome = event
    if outcome is None:
        raise AssertionError("following a message ended without its outcome")
    return outcome

"""Wait for what becomes of a message, or follow a thread, in this process or any other."""

import asyncio
import time
from collections.abc import AsyncIterator

from graph.replies import Progress, Token
from server.inbox.broadcast import TurnEnd, TurnEvent
from server.records import Accepted, Identity, Outcome
from server.service import Service

LOOK_SECONDS = 0.5
"""How often the inbox is asked: another process may have run the turn."""
MANY = 50
"""Where more requests than this wait in one process, each asks less often; a turn of the process itself wakes them."""


async def follow(
    service: Service,
    who: Identity,
    accepted: Accepted,
    queue: asyncio.Queue[TurnEvent],
    *,
    seconds: float,
    at_once: bool = False,
) -> AsyncIterator[Progress | Token | Outcome]:
    """Yield pieces of the turn that answers a message, and last its outcome; ends early after `seconds`.

    The inbox is not asked while a turn runs in this process, nor first where the queue was opened `at_once` with the
    acceptance: then the queue tells.
    """
    message_id, thread_id = accepted.message_id, accepted.thread_id
    end = time.monotonic() + seconds
    known = at_once and not accepted.repeated
    while True:
        if not known or time.monotonic() > end:
            # Shielded: a reader who hangs up in the middle of a query must not cost a database connection.
            outcome = await asyncio.shield(service.inbox.outcome(message_id, who.owner))
            if outcome.status != "waiting" or time.monotonic() > end:
                yield outcome
                return
        known = False
        pause = LOOK_SECONDS * max(1.0, service.broadcast.listeners / MANY)
        look_again = min(time.monotonic() + pause, end)
        while (left := look_again - time.monotonic()) > 0:
            try:
                event = await asyncio.wait_for(queue.get(), left)
            except TimeoutError:
                known = service.broadcast.runs_turn(thread_id)
                break
            if isinstance(event, TurnEnd) and message_id in event.message_ids:
                yield Outcome(message_id=message_id, thread_id=thread_id, status=event.status, reply=event.reply)
                return
            if event is None or isinstance(event, TurnEnd):
                break
            yield event
            if queue.empty():
                look_again = time.monotonic() + pause


async def outcome_of(service: Service, who: Identity, accepted: Accepted, *, seconds: float) -> Outcome:
    """Return what has become of a message accepted just now, at the latest after `seconds`."""
    outcome: Outcome | None = None
    with service.broadcast.listening(accepted.thread_id, pieces=False) as queue:
        async for event in follow(service, who, accepted, queue, seconds=seconds, at_once=True):
            if isinstance(event, Outcome):
                outcome = event
    if outcome is None:
        raise AssertionError("following a message ended without its outcome")
    return outcome

"""Pass what happens in a turn on to the requests of this process that wait for it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from graph.agent import Progress, Token

Happening = Progress | Token | None
"""A piece of a turn, or None when a turn of the thread is over."""
UNREAD = 1000
"""Pieces kept for a reader that is slow; it misses later ones, and reads the whole reply at the end."""


class Broadcast:
    """Hold one queue a listener, by thread."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Queue[Happening]]] = defaultdict(set)

    @contextmanager
    def listening(self, thread_id: str) -> Iterator[asyncio.Queue[Happening]]:
        """Open a queue of what happens in a thread from now on."""
        queue: asyncio.Queue[Happening] = asyncio.Queue(UNREAD)
        self._listeners[thread_id].add(queue)
        try:
            yield queue
        finally:
            self._listeners[thread_id].discard(queue)
            if not self._listeners[thread_id]:
                del self._listeners[thread_id]

    def publish(self, thread_id: str, happening: Happening) -> None:
        """Tell everybody who listens, without waiting for anybody."""
        for queue in self._listeners.get(thread_id, ()):
            with suppress(asyncio.QueueFull):
                queue.put_nowait(happening)

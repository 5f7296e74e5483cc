"""Pass what happens in a turn on to the requests of this process that wait for it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

from graph.replies import Progress, Token


@dataclass(frozen=True)
class TurnEnd:
    """What came of a turn that ran in this process."""

    message_ids: tuple[str, ...]
    status: Literal["answered", "dead"]
    reply: dict[str, Any]


TurnEvent = Progress | Token | TurnEnd | None
"""A piece of a turn, its end, or None when the thread has changed and is to be read anew."""
UNREAD = 1000
"""Pieces kept for a reader that is slow; it misses later ones, and reads the whole reply at the end."""


class Broadcast:
    """One queue a listener, by thread, and what the turn that runs in a thread has brought so far."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, dict[asyncio.Queue[TurnEvent], bool]] = defaultdict(dict)
        """Queues, each with whether its reader takes pieces."""
        self._running: set[str] = set()
        self._progress: dict[str, Progress] = {}
        self._written: dict[str, list[str]] = {}

    @property
    def listeners(self) -> int:
        """How many requests of this process wait for something."""
        return sum(len(queues) for queues in self._listeners.values())

    @contextmanager
    def listening(
        self, thread_id: str, *, caught_up: bool = False, pieces: bool = True
    ) -> Iterator[asyncio.Queue[TurnEvent]]:
        """Open a queue of what happens in a thread from now on; `caught_up` begins with the turn that runs so far.

        Who reads the whole reply alone says that it takes no `pieces`.
        """
        queue: asyncio.Queue[TurnEvent] = asyncio.Queue(UNREAD)
        if caught_up and (progress := self._progress.get(thread_id)):
            queue.put_nowait(progress)
        if caught_up and (written := self._written.get(thread_id)):
            queue.put_nowait(Token("".join(written)))
        self._listeners[thread_id][queue] = pieces
        try:
            yield queue
        finally:
            del self._listeners[thread_id][queue]
            if not self._listeners[thread_id]:
                del self._listeners[thread_id]

    def begin_turn(self, thread_id: str) -> None:
        """Note that a turn of a thread runs in this process: who waits for it is told of its end."""
        self._running.add(thread_id)

    def runs_turn(self, thread_id: str) -> bool:
        """Say whether a turn of a thread runs in this process."""
        return thread_id in self._running

    def wants_whole(self, thread_id: str) -> bool:
        """Say whether somebody waits for a reply in a thread, and nobody reads it as it is written."""
        listeners = self._listeners.get(thread_id, {})
        return bool(listeners) and not any(listeners.values())

    def publish(self, thread_id: str, event: Progress | Token) -> None:
        """Tell a piece of the turn that runs to everybody who listens, without waiting for anybody."""
        if isinstance(event, Token):
            self._written.setdefault(thread_id, []).append(event.text)
        else:
            self._progress[thread_id] = event
        self._tell(thread_id, event)

    def written(self, thread_id: str) -> str:
        """Return what the turn that runs has brought of its reply so far."""
        return "".join(self._written.get(thread_id, ()))

    def end_turn(self, thread_id: str, end: TurnEnd | None = None) -> None:
        """Tell that the turn of a thread is over and what came of it, and forget its pieces."""
        self._running.discard(thread_id)
        self._progress.pop(thread_id, None)
        self._written.pop(thread_id, None)
        self._tell(thread_id, end)

    def changed(self, thread_id: str) -> None:
        """Tell that a thread is to be read anew: a message came, or a person did something."""
        self._tell(thread_id, None)

    def _tell(self, thread_id: str, event: TurnEvent) -> None:
        for queue in self._listeners.get(thread_id, ()):
            with suppress(asyncio.QueueFull):
                queue.put_nowait(event)

"""Read what several callers ask for in one moment on one connection: each visit to a thread costs more than a query."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection

Answer = TypeVar("Answer")
Outcomes = list[tuple[Any, Exception | None]]
"""What each piece of work returned, or what it raised."""


class SharedVisits:
    """Pieces of work that were asked for in the same moment of an event loop, done in one visit."""

    def __init__(self, begin: Callable[[Callable[[Connection], Outcomes]], "asyncio.Future[Outcomes]"]) -> None:
        """Take what begins a visit that does some work on a connection."""
        self._begin = begin
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, list[tuple[Any, asyncio.Future[Any]]]] = (
            WeakKeyDictionary()
        )

    async def answer(self, work: Callable[[Connection], Answer]) -> Answer:
        """Return what a piece of work returns; raises what it raises, and what the visit raises."""
        loop = asyncio.get_running_loop()
        waiting, told = self._waiting.setdefault(loop, []), loop.create_future()
        waiting.append((work, told))
        if len(waiting) == 1:
            loop.call_soon(self._visit, loop)
        answer: Answer = await told
        return answer

    def _visit(self, loop: asyncio.AbstractEventLoop) -> None:
        asked = self._waiting.pop(loop)
        pieces, waiting = [work for work, _ in asked], [told for _, told in asked]
        try:
            visit = self._begin(partial(_each, pieces=pieces))
        except RuntimeError as error:  # the interpreter ends, and no thread begins work any more
            visit = loop.create_future()
            visit.set_exception(error)
        visit.add_done_callback(partial(_tell, waiting))


def _each(connection: Connection, pieces: Sequence[Callable[[Connection], Any]]) -> Outcomes:
    outcomes: Outcomes = []
    for work in pieces:
        try:
            outcomes.append((work(connection), None))
        except Exception as error:  # noqa: BLE001  its caller's alone
            outcomes.append((None, error))
    return outcomes


def _tell(waiting: Sequence["asyncio.Future[Any]"], visit: "asyncio.Future[Outcomes]") -> None:
    failed = visit.exception()
    outcomes = [(None, failed)] * len(waiting) if failed else visit.result()
    for told, (answer, error) in zip(waiting, outcomes, strict=True):
        if told.done():  # its caller was cancelled
            continue
        if error:
            told.set_exception(error)
        else:
            told.set_result(answer)

"""Say whether a request may be sent: what a turn may still spend on its model, and whether an endpoint rests."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Allowance:
    """What is left to a turn, and what it has asked for."""

    seconds: float
    """Seconds until the turn has to be answered, counted from now."""
    retries: int
    """How many failed requests may still be sent again."""
    requests: int = 0
    """How many requests were sent."""
    first_model: int = 0
    """The first model of a chain that may be asked: answers of those before it could not be used in this turn."""
    next_model: int | None = None
    """The model of the chain behind the one that answered, or None where it was the last."""
    forced_tools: frozenset[str] = frozenset()
    """Tools of which one has to be called now, because the answer before did nothing with a request they are for."""
    in_json: bool = False
    """Whether calls are to be written as JSON, because those of the answer before could not be read."""
    observed: bool = True
    """Whether anybody traces what is asked of a model, or reads along."""

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.seconds

    def seconds_left(self) -> float:
        """Return the seconds that are left, at least none."""
        return max(0.0, self._ends - time.monotonic())


_current: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def allow(allowance: Allowance) -> Iterator[Allowance]:
    """Make an allowance the current one inside the block."""
    token = _current.set(allowance)
    try:
        yield allowance
    finally:
        _current.reset(token)


def current_allowance() -> Allowance:
    """Return the current allowance, or a fresh one where no turn set any."""
    return _current.get() or Allowance(seconds=45, retries=2)


class Breaker:
    """Count failures of one endpoint: after a few in a row it rests, then one request tries it again.

    The rest is short enough that an endpoint which is back serves again within half a minute.
    """

    def __init__(
        self, *, failures: int = 2, rest_seconds: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._rest, self._clock = failures, rest_seconds, clock
        self._failed = 0
        self._closed_from = 0.0

    def allows(self) -> bool:
        """Say whether a request may be sent; after a rest, the first one to ask is the trial and the others wait on."""
        if self._failed < self._limit:
            return True
        now = self._clock()
        if now < self._closed_from:
            return False
        self._closed_from = now + self._rest
        return True

    def succeeded(self) -> None:
        """Note that the endpoint answered."""
        self._failed = 0

    def failed(self, *, for_good: bool = False) -> None:
        """Note a failure; one that will not pass by itself opens the breaker at once."""
        self._failed = self._limit if for_good else self._failed + 1
        if self._failed >= self._limit:
            self._closed_from = self._clock() + self._rest

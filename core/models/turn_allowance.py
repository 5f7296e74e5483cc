"""Hold what one turn may still spend on its model: seconds and retries; whoever sends requests looks here."""

import time
from collections.abc import Iterator
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

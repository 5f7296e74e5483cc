"""Stop asking an endpoint that fails, and try it again after a rest."""

import time
from collections.abc import Callable


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

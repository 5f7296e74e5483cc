"""Let a process die at a chosen moment: before or after any step that touches disk, shop or model."""

import os
from collections.abc import Callable
from typing import Any

DIED = 137
"""Exit code of a process that died at its kill point, as after SIGKILL."""


class KillPoints:
    """Count the moments at which the process could die, and die at one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self._kill_at = kill_at
        self.names: list[str] = []
        """The moments so far, in order."""

    def tick(self, name: str) -> None:
        """Pass one moment; at the chosen one nothing more of this process happens, no clean-up either."""
        if len(self.names) == self._kill_at:
            os._exit(DIED)
        self.names.append(name)


class Fragile:
    """Stand in front of an object and pass a moment before and after each of the named async methods."""

    def __init__(self, inner: Any, points: KillPoints, methods: tuple[str, ...]) -> None:
        self._inner, self._points, self._methods = inner, points, methods

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return around(found, self._points, name) if name in self._methods else found


def around(method: Callable[..., Any], points: KillPoints, name: str) -> Callable[..., Any]:
    """Return the async method with a moment before and after it."""

    async def watched(*args: Any, **kwargs: Any) -> Any:
        points.tick(f"before {name}")
        result = await method(*args, **kwargs)
        points.tick(f"after {name}")
        return result

    return watched

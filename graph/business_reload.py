"""Take up the changed files of a business between turns; a change that does not hold leaves the last good one in use.

Whatever changed, the whole folder is checked and opened anew, beside the one that is in use. A turn goes on with what
it began with, whose connections are closed when its last turn is over.
"""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from core.errors import SupportError
from core.settings import Settings
from graph.assembly import assemble
from graph.builder import Parts, SupportGraph, build_graph
from graph.business_check import check_business

log = logging.getLogger(__name__)

WAIT_SECONDS = 3.0
"""How long a turn waits for changed files; one that begins later waits again."""
_NOT_OPENED = ("evals", "proposed", "__pycache__")
"""Folders of a business that a running agent reads nothing of."""


class Edition:
    """The graph and its parts, as one state of the business's files made them."""

    def __init__(self, graph: SupportGraph, parts: Parts | None = None) -> None:
        """Take a graph, and the parts that are closed with it."""
        self.graph, self.parts = graph, parts
        self._users = 0
        self._retired = False

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator["Edition"]:
        """Keep its connections open inside the block, even if it is retired meanwhile."""
        self._users += 1
        try:
            yield self
        finally:
            self._users -= 1
            await self._close_if_unused()

    async def retire(self) -> None:
        """Close its connections as soon as nobody uses it."""
        self._retired = True
        await self._close_if_unused()

    async def _close_if_unused(self) -> None:
        if self._retired and not self._users and self.parts:
            await self.parts.close()


class _Files:
    """The files of a business as they were when somebody looked last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = _state_of(folder)

    def changed(self) -> bool:
        """Say whether a file changed, came or went since the last look."""
        before, self._seen = self._seen, _state_of(self.folder)
        return self._seen != before


class BusinessReload:
    """Looks whether the files of a business changed, and opens them anew."""

    def __init__(self, settings: Settings, take_up: Callable[[Parts], Awaitable[None]]) -> None:
        """Note how the files are now, which are yet to be opened; `take_up` gets what later ones are made of."""
        self.problems: tuple[str, ...] = ()
        """Why the newest files are not in use, a line each; empty where they are."""
        self._settings, self._take_up = settings, take_up
        self._files = _Files(settings.business_folder)
        self._working: asyncio.Task[None] | None = None

    async def look(self) -> None:
        """Take up files that changed; one that takes long to open is taken up by a later turn."""
        if self._working is None or self._working.done():
            if not await asyncio.to_thread(self._files.changed):
                return
            self._working = asyncio.create_task(self._reload(), name="business")
        await asyncio.wait({self._working}, timeout=WAIT_SECONDS)

    async def close(self) -> None:
        """Wait until nothing is being opened any more."""
        if self._working:
            await asyncio.wait({self._working})

    async def _reload(self) -> None:
        parts, self.problems = await asyncio.to_thread(_opened_anew, self._settings)
        if parts:
            await self._take_up(parts)
            log.info("the changed files of %s are used from now on", self._files.folder)


class NewestGraph:
    """The graph of a business's files as they last held, for a server that asks at each run, on any event loop."""

    def __init__(self, settings: Settings) -> None:
        """Open the business; raises what `assemble` raises."""
        self._settings, self._looking = settings, threading.Lock()
        self._files = _Files(settings.business_folder)
        self._edition = _edition_of(assemble(settings))

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[SupportGraph]:
        """Yield the graph, made anew where files changed, and keep its connections open inside the block."""
        if older := await asyncio.to_thread(self._look):
            await older.retire()
        async with self._edition.in_use() as edition:
            yield edition.graph

    def _look(self) -> Edition | None:
        """Return the edition that a newer one has replaced."""
        with self._looking:
            if not self._files.changed():
                return None
            parts, _ = _opened_anew(self._settings)
            if parts is None:
                return None
            older, self._edition = self._edition, _edition_of(parts)
            return older


def _edition_of(parts: Parts) -> Edition:
    return Edition(build_graph(parts), parts)


def _opened_anew(settings: Settings) -> tuple[Parts | None, tuple[str, ...]]:
    """Return what changed files are made of, or why the last good ones go on, a line each."""
    folder = settings.business_folder
    try:
        wrong = [str(one) for one in check_business(folder).problems if not one.warning]
        parts = None if wrong else assemble(settings)
    except SupportError as error:
        wrong, parts = str(error).splitlines(), None
    except Exception as error:  # a business's own Python may raise anything; the last good one goes on
        log.exception("the changed files of %s could not be opened", folder)
        wrong, parts = [f"they could not be opened ({type(error).__name__}); see the log"], None
    for line in wrong:
        log.error("the changed files of %s are not used, the last good ones are: %s", folder, line)
    return parts, tuple(wrong)


def _state_of(folder: Path | str) -> Mapping[str, tuple[int, int]]:
    """Return time of change and size of each file that is opened, by its path."""
    found: dict[str, tuple[int, int]] = {}
    try:
        entries = list(os.scandir(folder))
    except OSError:  # it went away meanwhile
        return found
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _NOT_OPENED and not entry.name.startswith("."):
                found |= _state_of(entry.path)
            continue
        with suppress(OSError):  # it went away meanwhile, or is a link to nowhere
            status = entry.stat()
            found[entry.path] = (status.st_mtime_ns, status.st_size)
    return found

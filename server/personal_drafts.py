"""Look after personal data in files: drafts of articles that came from tickets, and LangGraph's dev server."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import or_, select

from core.errors import BackendUnavailable
from core.privacy.personal_data import Person, PersonalStore
from core.storage.database import OwnDatabase
from tools.desk.desk_schema import metadata, ticket_number, tickets

DEV_SERVER_FOLDER = Path(".langgraph_api")


class PersonalFolder(PersonalStore):
    """Files that are kept or deleted as a whole; a person looks after those that grow old."""

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return the names of the person's files."""
        return [{"file": str(file)} for file in await self.files_of(person)]

    async def erase(self, person: Person) -> int:
        """Delete the person's files."""
        found = await self.files_of(person)
        await asyncio.to_thread(_delete, found)
        return len(found)

    @abstractmethod
    async def files_of(self, person: Person) -> list[Path]:
        """Return the files that hold something about a person."""


class PersonalDrafts(PersonalFolder):
    """Drafts of articles that were proposed from a person's tickets; ask before the tickets themselves are emptied."""

    name = "drafts"

    def __init__(self, folder: Path, desk_url: str) -> None:
        self._folder = folder
        self._desk = OwnDatabase(desk_url, metadata, called="the ticket desk")

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._desk.close()

    async def files_of(self, person: Person) -> list[Path]:
        """Return the drafts that name one of the person's tickets; a published article names nobody."""
        theirs = or_(tickets.c.customer_id == person.customer_id, tickets.c.thread_id.in_(person.threads))
        serials = await self._desk.rows(select(tickets.c.serial).where(theirs))
        numbers = {ticket_number(serial) for [serial] in serials}
        return await asyncio.to_thread(_files, self._folder, "*.md", lambda file: _draft_of(file) in numbers)


class PersonalDevServer(PersonalFolder):
    """What `langgraph dev` keeps of its runs: pickles, which are searched as bytes and never loaded."""

    name = "dev server files"

    def __init__(self, folder: Path = DEV_SERVER_FOLDER) -> None:
        self._folder = folder

    async def files_of(self, person: Person) -> list[Path]:
        """Return the files in which the customer or one of their conversations is named."""
        names = [name.encode() for name in (person.customer_id or "", *person.threads) if name]

        def mentions(file: Path) -> bool:
            content = file.read_bytes()
            return any(name in content for name in names)

        return await asyncio.to_thread(_files, self._folder, "*", mentions)


def _files(folder: Path, pattern: str, fits: Callable[[Path], bool]) -> list[Path]:
    try:
        return [file for file in sorted(folder.rglob(pattern)) if file.is_file() and fits(file)]
    except OSError as error:
        raise BackendUnavailable(f"{folder} cannot be read ({error.strerror}); check who may read it") from error


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise BackendUnavailable(f"{file} cannot be deleted ({error.strerror}); delete it by hand") from error


def _draft_of(file: Path) -> str | None:
    """Return the ticket a draft came from, or None for any other file."""
    parts = file.read_text(encoding="utf-8", errors="replace").split("---\n", 2)
    try:
        fields = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else None
    except yaml.YAMLError:
        return None
    return str(fields.get("ticket")) if isinstance(fields, dict) and fields.get("status") == "draft" else None

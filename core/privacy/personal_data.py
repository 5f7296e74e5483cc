"""Describe what looks after personal data: every store that holds some can find, export, erase and expire it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, MetaData, Table, or_, select

from core.storage.database import OWN_SETTINGS, OwnDatabase
from core.storage.secure_delete import secure_delete

ERASED = "erased"
"""Stands in audit rows where a customer, a conversation or words of theirs stood."""


@dataclass(frozen=True)
class Person:
    """Whose data is meant: a customer's id, and the conversations that are theirs."""

    customer_id: str | None
    threads: frozenset[str] = frozenset()


class PersonalStore(ABC):
    """Look after the personal data of one database; every method raises BackendUnavailable when it cannot be used."""

    name = ""
    """What it holds, for a person to read; also the key of an export."""
    tables: Sequence[str] = ()
    """The tables it looks after; a test holds them against those there are."""

    async def threads_of(self, customer_id: str) -> set[str]:
        """Return the conversations that this store knows to be the customer's: none, unless it says otherwise."""
        return set()

    @abstractmethod
    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return everything that is held about the person as plain data."""

    @abstractmethod
    async def erase(self, person: Person) -> int:
        """Take it all away and return how many rows that concerned; audit rows stay, without anything personal."""

    async def expire(self, before: datetime) -> int:
        """Do the same to whatever nobody has touched since; open matters stay. By default nothing is old."""
        return 0

    async def compact(self) -> None:  # noqa: B027 - nothing, unless the store says otherwise
        """Make sure that what was taken away cannot be read from the files either."""

    async def close(self) -> None:  # noqa: B027
        """Close what the running event loop opened."""


class PersonalTables(PersonalStore):
    """What is alike in every `PersonalStore` over tables of ours."""

    owned: Table
    """Its rows name a customer_id and a thread_id."""

    def __init__(self, url: str, schema: MetaData, *, called: str, setting: str = OWN_SETTINGS) -> None:
        self._url = url
        self._database = OwnDatabase(url, schema, called=called, setting=setting)

    async def threads_of(self, customer_id: str) -> set[str]:
        """Return the conversations of the customer's rows."""
        query = select(self.owned.c.thread_id).where(self.owned.c.customer_id == customer_id)
        return {thread_id for [thread_id] in await self._database.rows(query)}

    def _of(self, person: Person) -> ColumnElement[bool]:
        """Return the condition that a row is the person's."""
        return or_(self.owned.c.customer_id == person.customer_id, self.owned.c.thread_id.in_(person.threads))

    async def compact(self) -> None:
        """Leave nothing in the file."""
        await secure_delete(self._url, tables=tuple(self.tables))

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()


def pseudonym() -> str:
    """Return what takes the place of an id; nothing leads back from it."""
    return f"{ERASED}-{uuid4().hex[:12]}"

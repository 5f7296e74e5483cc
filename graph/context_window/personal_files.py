"""Look after the personal data of customers' files, which follow them from conversation to conversation."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from langgraph.store.base import BaseStore

from core.privacy.personal_data import Person
from graph.context_window.customer_profile import erase, namespace, read_file

_PAGE = 1_000


class PersonalFiles:
    """Fulfil `PersonalStore` for the LangGraph store; its bytes lie in the file of the conversation memory, which that
    one cleans.
    """

    name = "customer files"
    tables: Sequence[str] = ("store", "store_migrations")

    def __init__(self, store: BaseStore) -> None:
        self._store = store

    async def threads_of(self, customer_id: str) -> set[str]:
        """Return nothing: a file names no conversation."""
        return set()

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return what is kept, by kind."""
        file = await read_file(self._store, person.customer_id) if person.customer_id else {}
        return [{"kind": kind, "facts": facts} for kind, facts in file.items()]

    async def erase(self, person: Person) -> int:
        """Delete the file; its kinds are counted."""
        kinds = len(await self.export(person))
        if person.customer_id:
            await erase(self._store, person.customer_id)
        return kinds

    async def expire(self, before: datetime) -> int:
        """Delete what has not been added to since then."""
        top = namespace("")[0]
        found = await self._store.asearch((top,), limit=_PAGE)
        old = [item for item in found if _in_utc(item.updated_at) < before]
        for item in old:
            await self._store.adelete(item.namespace, item.key)
        return len(old)

    async def compact(self) -> None:
        """Leave it to the conversation memory."""

    async def close(self) -> None:
        """Leave the store to whoever opened it."""


def _in_utc(moment: datetime) -> datetime:
    """Return a moment with its zone; SQLite leaves it out."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

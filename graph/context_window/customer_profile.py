"""Let a customer's preferences and past tickets follow them into new conversations, through the LangGraph store.

What is kept stands under the namespace that `namespace` returns, one item a kind. To erase a customer, open the store
with `open_store` and call `erase`; nothing else of these files is written anywhere but in the state of their threads.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from langgraph.store.base import BaseStore

from core.errors import SettingsError
from core.privacy.personal_data import Person, PersonalStore
from graph.context_window.case_file import CaseFile


@asynccontextmanager
async def open_store(memory_url: str) -> AsyncIterator[BaseStore]:
    """Yield the store in the database of a memory URL, as `open_checkpointer` takes it; makes its tables.

    Raises:
        SettingsError: the URL is of no known kind.
    """
    # Each loaded where it is used: most installations need one of them or none.
    if memory_url.startswith("sqlite:///"):
        from langgraph.store.sqlite.aio import AsyncSqliteStore

        async with AsyncSqliteStore.from_conn_string(memory_url.removeprefix("sqlite:///")) as in_file:
            await in_file.conn.execute("PRAGMA busy_timeout=10000")
            await in_file.setup()
            yield in_file
    elif memory_url.startswith(("postgresql://", "postgres://")):
        from langgraph.store.postgres.aio import AsyncPostgresStore

        async with AsyncPostgresStore.from_conn_string(memory_url) as shared:
            await shared.setup()
            yield shared
    else:
        raise SettingsError(f"{memory_url!r} is no conversation memory; use sqlite:///FILE or postgresql://…")


PREFERENCES = "preference from an earlier conversation"
TICKETS = "ticket of an earlier conversation"
_KEYS = {PREFERENCES: "preferences", TICKETS: "tickets"}
_KEPT = 12
"""Newest facts of a kind that are kept."""

log = logging.getLogger(__name__)


def namespace(customer_id: str) -> tuple[str, str]:
    """Return where a customer's file stands; a label of the store may hold no period."""
    return ("customers", customer_id.replace("%", "%25").replace(".", "%2E"))


async def read_file(store: BaseStore, customer_id: str) -> CaseFile:
    """Return what is known of a customer, by kind; nothing where the store does not answer."""
    try:
        # By exact key: a search would also find customers whose id begins with this one.
        found = {kind: await store.aget(namespace(customer_id), key) for kind, key in _KEYS.items()}
    except Exception as error:  # noqa: BLE001 - each store raises its driver's; a turn goes on without what it remembers
        log.warning("the customer's file cannot be read: %s", error)
        return {}
    return {kind: [str(fact) for fact in item.value["facts"]] for kind, item in found.items() if item}


async def add_facts(store: BaseStore, customer_id: str, kind: str, facts: Sequence[str]) -> None:
    """Add facts that are not known yet; of two conversations that add at the same instant, one may be lost."""
    try:
        item = await store.aget(namespace(customer_id), _KEYS[kind])
        known = [*item.value["facts"]] if item else []
        if new := [fact for fact in facts if fact not in known]:
            await store.aput(namespace(customer_id), _KEYS[kind], {"facts": [*known, *new][-_KEPT:]}, index=False)
    except Exception as error:  # noqa: BLE001 - see `read_file`
        log.warning("the customer's file cannot be written: %s", error)


async def erase(store: BaseStore, customer_id: str) -> None:
    """Delete all that is kept of a customer; raises what the store raises."""
    for key in _KEYS.values():
        await store.adelete(namespace(customer_id), key)


_PAGE = 1_000


class PersonalFiles(PersonalStore):
    """Fulfil `PersonalStore` for the LangGraph store; the conversation memory cleans the file it shares with it."""

    name = "customer files"
    tables: Sequence[str] = ("store", "store_migrations")

    def __init__(self, store: BaseStore) -> None:
        self._store = store

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


def _in_utc(moment: datetime) -> datetime:
    """Return a moment with its zone; SQLite leaves it out."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Look after the personal data of proving who customers are, and of what their conversations cost in a day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from core.privacy.personal_data import Person, PersonalTables
from core.storage.database import OwnDatabase
from tools import spending
from tools.identity.verification import metadata, proofs


class PersonalProofs(PersonalTables):
    """Fulfil `PersonalStore` for what proved who customers are, and for what their conversations cost today."""

    name = "proofs of identity"
    tables: Sequence[str] = ("identity_proofs", "spending")
    owned = proofs

    def __init__(self, url: str) -> None:
        super().__init__(url, metadata, called="the record of proofs")
        self._spending = OwnDatabase(url, spending.metadata, called="the record of spending")

    async def threads_of(self, customer_id: str) -> set[str]:
        """Return the conversations in which the customer has proven who they are; a mere claim makes none theirs."""
        query = select(proofs.c.thread_id).where(proofs.c.customer_id == customer_id, proofs.c.proven_by.is_not(None))
        return {thread_id for [thread_id] in await self._database.rows(query)}

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return when codes were asked for, and whether they were typed."""
        names = ("thread_id", "customer_id", "asked_at", "tries", "proven_by")
        query = select(*(proofs.c[name] for name in names)).where(self._of(person))
        return [row._asdict() for row in await self._database.rows(query)]

    async def erase(self, person: Person) -> int:
        """Delete the rows."""
        spent = spending.spending.c.customer_id == spending.known_as(person.customer_id or "")
        async with self._spending.writing() as connection:
            await connection.execute(delete(spending.spending).where(spent))
        async with self._database.writing() as connection:
            return int((await connection.execute(delete(proofs).where(self._of(person)))).rowcount)

    async def expire(self, before: datetime) -> int:
        """Delete the rows of codes that were asked for before then."""
        async with self._database.writing() as connection:
            return int((await connection.execute(delete(proofs).where(proofs.c.asked_at < before))).rowcount)

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await super().close()
        await self._spending.close()

"""Look after the personal data of the effects noted beside a shop's records: they stay without a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from core.privacy.personal_data import ERASED, Person, PersonalTables
from tools.retail.sql import sql_schema


class PersonalEffects(PersonalTables):
    """Fulfil `PersonalStore` for the agent's notes of changes in the shop's database; its records are not ours."""

    name = "effects"
    tables: Sequence[str] = ("effects",)

    def __init__(self, url: str) -> None:
        super().__init__(url, sql_schema.metadata, called="the shop's database", setting="SUPPORT_ORDERS_URL")

    async def threads_of(self, customer_id: str) -> set[str]:
        """Return nothing: effects know no conversation."""
        return set()

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return what was changed."""
        query = select(sql_schema.effects).where(sql_schema.effects.c.customer_id == person.customer_id)
        return [row._asdict() for row in await self._database.rows(query)]

    async def erase(self, person: Person) -> int:
        """Leave of each effect its key, so that it cannot happen again, its order and its time."""
        return await self._strip(sql_schema.effects.c.customer_id == person.customer_id)

    async def expire(self, before: datetime) -> int:
        """Do so to effects of before then."""
        old = (sql_schema.effects.c.applied_at < before) & (sql_schema.effects.c.customer_id != ERASED)
        return await self._strip(old)

    async def _strip(self, which: ColumnElement[bool]) -> int:
        values = {"customer_id": ERASED, "args": {}, "after": {}}
        async with self._database.writing() as connection:
            if not await connection.scalar(select(func.count()).select_from(sql_schema.effects).where(which)):
                return 0
            return int((await connection.execute(update(sql_schema.effects).where(which).values(values))).rowcount)

"""Keep what each customer's conversations cost, shared by all processes: a day's spending is capped, whoever serves it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from tools.own_database import OwnDatabase

HOUR_SECONDS = 3_600
HOURS_KEPT = 24

metadata = MetaData()
spending = Table(
    "spending",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("hour", Integer, primary_key=True, comment="hours since 1970"),
    Column("requests", Float, nullable=False),
    Column("tokens", Float, nullable=False),
    Column("tool_calls", Float, nullable=False),
    Column("cost", Float, nullable=False),
    Index("spending_by_hour", "hour"),
)


@dataclass(frozen=True)
class Spending:
    """Hold what was spent; `cost` is money in the currency of the prices."""

    requests: float = 0
    tokens: float = 0
    tool_calls: float = 0
    cost: float = 0


class SpendingLog:
    """Add up what customers spent in the last 24 hours, in SQLite or PostgreSQL; a row is a customer's hour.

    Methods raise BackendUnavailable when the database cannot be used.
    """

    def __init__(self, url: str, *, clock: Callable[[], float] = time.time) -> None:
        """Keep the rows at an SQLAlchemy URL; `clock` gives seconds since 1970."""
        self._database = OwnDatabase(url, metadata, called="the record of spending", setting="SUPPORT_DESK_URL")
        self._clock = clock

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    async def add(self, customer_id: str, more: Spending) -> None:
        """Add to what a customer has spent in this hour; rows that count no more go."""
        hour = self._hour()
        async with self._database.writing() as connection:
            insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
            row = insert(spending).values(customer_id=customer_id, hour=hour, **vars(more))
            await connection.execute(
                row.on_conflict_do_update(
                    index_elements=["customer_id", "hour"],
                    set_={name: spending.c[name] + row.excluded[name] for name in vars(more)},
                )
            )
            await connection.execute(delete(spending).where(spending.c.hour <= hour - HOURS_KEPT))

    async def of(self, customer_id: str) -> Spending:
        """Return what a customer has spent in this hour and the 23 before."""
        names = ("requests", "tokens", "tool_calls", "cost")
        totals = select(*(func.coalesce(func.sum(spending.c[name]), 0.0) for name in names)).where(
            spending.c.customer_id == customer_id, spending.c.hour > self._hour() - HOURS_KEPT
        )
        async with self._database.reading() as connection:
            return Spending(*(await connection.execute(totals)).one())

    def _hour(self) -> int:
        return int(self._clock() // HOUR_SECONDS)

"""Keep what each customer's conversations cost, shared by all processes: a day's spending is capped in all."""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import reduce

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.errors import BackendUnavailable
from core.storage.database import Database, OwnDatabase
from core.storage.schema_versions import HISTORY, History

HOUR_SECONDS = 3_600
HOURS_KEPT = 24
GATHER_SECONDS = 2.0

metadata = MetaData(info={HISTORY: History("spending")})
spending = Table(
    "spending",
    metadata,
    Column("customer_id", String, primary_key=True, comment="as `known_as` says"),
    Column("hour", Integer, primary_key=True, comment="hours since 1970"),
    Column("requests", Float, nullable=False),
    Column("tokens", Float, nullable=False),
    Column("tool_calls", Float, nullable=False),
    Column("cost", Float, nullable=False),
    Index("spending_by_hour", "hour"),
)

_AMOUNTS = ("requests", "tokens", "tool_calls", "cost")
_TOTALS = select(*(func.coalesce(func.sum(spending.c[name]), 0.0) for name in _AMOUNTS)).where(
    spending.c.customer_id == bindparam("customer"), spending.c.hour > bindparam("oldest")
)


@dataclass(frozen=True)
class Spending:
    """What was spent; `cost` is money in the currency of the prices."""

    requests: float = 0
    tokens: float = 0
    tool_calls: float = 0
    cost: float = 0

    def plus(self, other: "Spending") -> "Spending":
        """Return both together."""
        return Spending(*(mine + others for mine, others in zip(astuple(self), astuple(other), strict=True)))


class SpendingLog:
    """Add up what customers spent in the last 24 hours, in SQLite or PostgreSQL; a row is a customer's hour.

    What is added within `GATHER_SECONDS` of a write waits for the next one, so that a busy process writes once and not
    with every answer; other processes see it that much later, and a process that dies takes it along. Methods raise
    BackendUnavailable when the database cannot be used.
    """

    def __init__(self, url: str | Database, *, clock: Callable[[], float] = time.time) -> None:
        """Keep the rows at an SQLAlchemy URL; `clock` gives seconds since 1970."""
        self._database = OwnDatabase(url, metadata, called="the record of spending")
        self._clock = clock
        self._unwritten: dict[tuple[str, int], Spending] = {}
        self._next_write = 0.0

    async def close(self) -> None:
        """Write what waits, and close the connections of the running event loop."""
        with suppress(BackendUnavailable):  # what cannot be written now is lost, and nobody is there to be told
            await self._write()
        await self._database.close()

    async def add(self, customer_id: str, more: Spending) -> None:
        """Add to what a customer has spent in this hour."""
        key = (known_as(customer_id), self._hour())
        self._unwritten[key] = self._unwritten.get(key, Spending()).plus(more)
        if self._clock() >= self._next_write:
            self._next_write = self._clock() + GATHER_SECONDS
            await self._write()

    async def of(self, customer_id: str) -> Spending:
        """Return what a customer has spent in this hour and the 23 before."""
        counted_as, oldest = known_as(customer_id), self._hour() - HOURS_KEPT
        waiting = [s for (who, hour), s in self._unwritten.items() if who == counted_as and hour > oldest]
        asked = {"customer": counted_as, "oldest": oldest}
        stored = await self._database.read(lambda c: Spending(*c.execute(_TOTALS, asked).one()))
        return reduce(Spending.plus, waiting, stored)

    async def _write(self) -> None:
        """Add what waits to the rows; rows that count no more go."""
        waiting, self._unwritten = self._unwritten, {}
        if not waiting:
            return
        rows = [{"customer_id": who, "hour": hour, **vars(s)} for (who, hour), s in waiting.items()]

        def work(connection: Connection) -> None:
            insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
            row = insert(spending)
            upsert = row.on_conflict_do_update(
                index_elements=["customer_id", "hour"],
                set_={name: spending.c[name] + row.excluded[name] for name in _AMOUNTS},
            )
            connection.execute(upsert, rows)
            connection.execute(delete(spending).where(spending.c.hour <= self._hour() - HOURS_KEPT))

        try:
            await self._database.write(work)
        except BackendUnavailable:
            for key, spent in waiting.items():
                self._unwritten[key] = self._unwritten.get(key, Spending()).plus(spent)
            raise

    def _hour(self) -> int:
        return int(self._clock() // HOUR_SECONDS)


def known_as(customer_id: str) -> str:
    """Return what a customer is counted under: what is written late, after an erasure, names nobody."""
    return hashlib.sha256(customer_id.encode()).hexdigest()

"""Read from the ticket desk what overviews need, without the tickets' texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, case, exists, func, select

from core.storage.tables import OwnDatabase
from tools.desk.desk_schema import metadata, notes, ticket_number, tickets
from tools.desk.ownership import WITH_PEOPLE, Stage


@dataclass(frozen=True, kw_only=True)
class LastWords:
    """Hold when somebody last wrote in a ticket."""

    noted_at: datetime | None
    """When anything was last added."""
    replied_at: datetime | None
    """When a person last replied."""
    heard_at: datetime | None
    """When the customer wrote first after that."""


NO_WORDS = LastWords(noted_at=None, replied_at=None, heard_at=None)


@dataclass(frozen=True, kw_only=True)
class TicketOutcome:
    """Hold how a ticket went."""

    id: str
    thread_id: str
    reason: str
    stage: Stage
    created_at: datetime
    closed_at: datetime | None
    first_reply: timedelta | None
    """Until a person first replied, in opening hours."""
    spent: timedelta
    """How long people had it when it was closed, in opening hours."""
    stars: int | None
    """What the customer thought of it, 1 to 5."""
    rated_at: datetime | None


class DeskReads:
    """Read from the desk's tables; every method raises BackendUnavailable."""

    def __init__(self, url: str) -> None:
        self._database = OwnDatabase(url, metadata, called="the ticket desk", setting="SUPPORT_DESK_URL")

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    async def last_words(self) -> Mapping[str, LastWords]:
        """Return when somebody last wrote, for the tickets with notes that people have, by ticket number."""
        open_ones = select(tickets.c.serial).where(tickets.c.stage.in_(WITH_PEOPLE))
        later = notes.alias("later")
        answered = exists().where(later.c.ticket == notes.c.ticket, later.c.kind == "reply", later.c.id > notes.c.id)
        unanswered = (notes.c.kind == "customer") & ~answered
        query = (
            select(
                notes.c.ticket,
                func.max(notes.c.created_at).label("noted_at"),
                func.max(case((notes.c.kind == "reply", notes.c.created_at))).label("replied_at"),
                func.min(case((unanswered, notes.c.created_at))).label("heard_at"),
            )
            .where(notes.c.ticket.in_(open_ones))
            .group_by(notes.c.ticket)
        )
        async with self._database.reading() as connection:
            rows = list((await connection.execute(query)).mappings())
        return {ticket_number(row["ticket"]): _words(row) for row in rows}

    async def newest_of(self, thread_id: str) -> str | None:
        """Return the number of a conversation's newest ticket, or None when it has none."""
        query = select(func.max(tickets.c.serial)).where(tickets.c.thread_id == thread_id)
        async with self._database.reading() as connection:
            serial = (await connection.execute(query)).scalar()
        return None if serial is None else ticket_number(serial)

    async def outcomes(self, since: datetime) -> Sequence[TicketOutcome]:
        """Return how the tickets went that were opened, closed or rated since an instant, oldest first."""
        names = [name for name in TicketOutcome.__dataclass_fields__ if name != "id"]
        touched = (tickets.c.created_at >= since) | (tickets.c.closed_at >= since) | (tickets.c.rated_at >= since)
        query = select(tickets.c.serial, *(tickets.c[name] for name in names)).where(touched).order_by(tickets.c.serial)
        async with self._database.reading() as connection:
            rows = list((await connection.execute(query)).mappings())
        return [TicketOutcome(id=ticket_number(row["serial"]), **{name: row[name] for name in names}) for row in rows]


def _words(row: RowMapping) -> LastWords:
    return LastWords(noted_at=row["noted_at"], replied_at=row["replied_at"], heard_at=row["heard_at"])

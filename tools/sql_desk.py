"""Keep tickets in a SQL database."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import DateTime, ForeignKey, MetaData, String, Text, UniqueConstraint, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import Column, Table

from core.errors import BackendUnavailable, Refused
from tools.database import Database
from tools.handoff import Ticket, TicketNote, TicketRequest

METADATA = MetaData()
TICKETS = Table(
    "tickets",
    METADATA,
    Column("number", String(16), primary_key=True),
    Column("thread_id", String(255), nullable=False, index=True),
    Column("customer_id", String(255)),
    Column("status", String(16), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
)
NOTES = Table(
    "ticket_notes",
    METADATA,
    Column("ticket", ForeignKey("tickets.number"), nullable=False, index=True),
    Column("author", String(255), nullable=False),
    Column("text", Text, nullable=False),
    Column("key", String(255), nullable=False),
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("ticket", "key"),
)
FIRST_NUMBER = 1001


def utc_now() -> datetime:
    """Return the time in UTC, without a zone, as the tables keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


class SqlTicketDesk:
    """Fulfil `TicketDesk` on SQLite or PostgreSQL."""

    def __init__(self, url: str, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database = Database(url)
        self._now = now
        self._ready = False

    async def open_ticket(self, request: TicketRequest) -> Ticket:
        """Return the thread's open ticket, or make one."""
        async with self._writing() as connection:
            open_one = select(TICKETS.c.number).where(
                TICKETS.c.thread_id == request.thread_id, TICKETS.c.status == "open"
            )
            number = (await connection.execute(open_one)).scalar()
            if number is None:
                taken = len((await connection.execute(select(TICKETS.c.number))).all())
                number = f"T{FIRST_NUMBER + taken}"
                await connection.execute(
                    TICKETS.insert().values(
                        number=number,
                        thread_id=request.thread_id,
                        customer_id=request.customer_id,
                        status="open",
                        reason=request.reason,
                        summary=request.summary,
                        created_at=self._now(),
                    )
                )
            return await _ticket(connection, number)

    async def add_note(self, ticket_id: str, *, author: str, text: str, key: str) -> None:
        """Add a message to a ticket once per key."""
        async with self._writing() as connection:
            await _ticket(connection, ticket_id)
            known = select(NOTES.c.key).where(NOTES.c.ticket == ticket_id, NOTES.c.key == key)
            if (await connection.execute(known)).first() is None:
                await connection.execute(
                    NOTES.insert().values(ticket=ticket_id, author=author, text=text, key=key, created_at=self._now())
                )

    async def get_ticket(self, ticket_id: str) -> Ticket:
        """Return a ticket with its notes."""
        async with self._writing() as connection:
            return await _ticket(connection, ticket_id)

    async def list_tickets(self, *, status: str | None = None) -> Sequence[Ticket]:
        """Return tickets, oldest first."""
        query = select(TICKETS.c.number).order_by(TICKETS.c.created_at, TICKETS.c.number)
        if status:
            query = query.where(TICKETS.c.status == status)
        async with self._writing() as connection:
            return [await _ticket(connection, number) for number in (await connection.execute(query)).scalars()]

    async def resolve(self, ticket_id: str) -> Ticket:
        """Close a ticket."""
        async with self._writing() as connection:
            await _ticket(connection, ticket_id)
            await connection.execute(update(TICKETS).where(TICKETS.c.number == ticket_id).values(status="resolved"))
            return await _ticket(connection, ticket_id)

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._database.writing() as connection:
                if not self._ready:
                    await connection.run_sync(METADATA.create_all)
                    self._ready = True
                yield connection
        except SQLAlchemyError as error:
            raise BackendUnavailable(
                f"the ticket desk {self._database} does not answer; check SUPPORT_DESK_URL and its folder"
            ) from error


async def _ticket(connection: AsyncConnection, number: str) -> Ticket:
    """Read a ticket with its notes; raises Refused when there is none."""
    row = (await connection.execute(select(TICKETS).where(TICKETS.c.number == number))).mappings().first()
    if row is None:
        raise Refused(f"There is no ticket {number}.")
    by_time = select(NOTES).where(NOTES.c.ticket == number).order_by(NOTES.c.created_at)
    notes = (await connection.execute(by_time)).mappings()
    return Ticket(
        id=row["number"],
        thread_id=row["thread_id"],
        customer_id=row["customer_id"],
        status=row["status"],
        reason=row["reason"],
        summary=row["summary"],
        created_at=row["created_at"],
        notes=tuple(TicketNote(author=n["author"], text=n["text"], created_at=n["created_at"]) for n in notes),
    )

"""Change the rows of a ticket in one transaction: who has it, its notes, what the customer is told, who listens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core.storage.database import Database, OwnDatabase
from core.storage.engines import AsyncConnection
from tools.desk.desk_schema import metadata, notes, ownership_values, read_ticket, send, serial_of, tickets
from tools.desk.ownership import Move, Ownership, Worked, check_free, move
from tools.desk.tickets import NoteKind, Ticket, TicketNote

if TYPE_CHECKING:  # its client of HTTP takes long to load, and most desks need none
    from tools.desk.webhook import WebhookOutbox


T = TypeVar("T")
_HAPPENED: dict[Move, str] = {
    "take": "taken",
    "resolve": "resolved",
    "hand_back": "handed_back",
    "release": "released",
    "escalate": "reopened",
}


class TicketRows:
    """What every change of a ticket is made of."""

    def __init__(
        self, database: Database, *, now: Callable[[], datetime], worked: Worked, outbox: "WebhookOutbox | None"
    ) -> None:
        self.database = database
        self._now = now
        self._worked = worked
        self._outbox = outbox
        self._tables = OwnDatabase(database, metadata, called="the ticket desk")

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        if self._outbox:
            await self._outbox.close()
        await self.database.close()

    async def _close(self, ticket_id: str, how: Move, notice: str, operator: str | None, **values: Any) -> Ticket:
        values |= {"closed_at": self._now(), "closed_by": operator, "snoozed_until": None}
        async with self._transaction() as connection:
            ticket = await self._move(connection, ticket_id, how, operator, **values)
            if notice:
                await self._tell(connection, ticket, how, notice)
            return ticket

    async def _tell(self, connection: AsyncConnection, ticket: Ticket, what: str, notice: str) -> None:
        """Put a notice of what happened to a ticket on its way to the customer, once a stretch."""
        key = f"{what}:{ticket.ownership.stretches}"
        await self._insert_note(connection, ticket, author="desk", text=notice, key=key, kind="notice")
        await send(connection, ticket, key=f"{ticket.id}:{key}", author="desk", text=notice)

    async def _move(
        self,
        connection: AsyncConnection,
        ticket_id: str,
        how: Move,
        operator: str | None,
        instead_of: str | None = None,
        **values: Any,
    ) -> Ticket:
        ticket = await read_ticket(connection, serial_of(ticket_id), ticket_id, lock=True)
        check_free(ticket.ownership, operator, instead_of=instead_of)
        owned = move(ticket.ownership, how, now=self._now(), operator=operator, worked=self._worked)
        await self._keep(connection, ticket.id, owned, **values)
        return await self._changed(connection, f"ticket.{_HAPPENED[how]}", serial_of(ticket_id))

    async def _keep(self, connection: AsyncConnection, ticket_id: str, owned: Ownership, **values: Any) -> None:
        this = update(tickets).where(tickets.c.serial == serial_of(ticket_id))
        await connection.execute(this.values({**ownership_values(owned), **values}))

    async def _note(
        self, connection: AsyncConnection, ticket: Ticket, *, author: str, text: str, key: str, kind: NoteKind
    ) -> bool:
        """Add a note unless its key is known; return whether it was new."""
        serial = serial_of(ticket.id)
        known = select(notes.c.id).where(notes.c.ticket == serial, notes.c.key == key)
        if (await connection.execute(known)).first() is not None:
            return False
        await self._insert_note(connection, ticket, author=author, text=text, key=key, kind=kind)
        if kind == "customer":  # whoever put it off wanted to hear of it
            awake = update(tickets).where(tickets.c.serial == serial, tickets.c.snoozed_until.is_not(None))
            await connection.execute(awake.values(snoozed_until=None))
        return True

    async def _insert_note(
        self, connection: AsyncConnection, ticket: Ticket, *, author: str, text: str, key: str, kind: NoteKind
    ) -> TicketNote:
        """Add a note and return it."""
        note = TicketNote(author=author, kind=kind, text=text, created_at=self._now(), key=key)
        await connection.execute(notes.insert().values(ticket=serial_of(ticket.id), **asdict(note)))
        return note

    async def _changed(self, connection: AsyncConnection, kind: str, serial: int) -> Ticket:
        """Return the ticket as it is now, its change recorded for whoever listens."""
        return await self._told(connection, kind, await read_ticket(connection, serial))

    async def _told(self, connection: AsyncConnection, kind: str, ticket: Ticket) -> Ticket:
        """Record a change of a ticket for whoever listens, and return the ticket."""
        if self._outbox:
            await self._outbox.add(connection, kind, ticket)
        return ticket

    @asynccontextmanager
    async def _transaction(self, *, writes: bool = True) -> AsyncIterator[AsyncConnection]:
        async with self._tables.writing() if writes else self._tables.reading() as connection:
            yield connection
        if writes and self._outbox:
            self._outbox.wake()


async def again_on_conflict(action: Callable[[], Awaitable[T]]) -> T:
    """Run a transaction again when another process was first with the same key: then its row is found."""
    try:
        return await action()
    except IntegrityError:
        return await action()

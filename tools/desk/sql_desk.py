"""Keep tickets in a SQL database."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core.clock import utc_now
from core.errors import KeyReused, Refused
from core.pictures import Picture
from core.storage.database import Database
from core.storage.engines import AsyncConnection
from tools.desk.desk_schema import (
    deliveries,
    delivery_of,
    new_key,
    ownership_of,
    ownership_values,
    read_ticket,
    send,
    serial_of,
    ticket_of,
    tickets,
)
from tools.desk.ownership import WITH_PEOPLE, Ownership, Stage, Worked, calendar_time, check_free, move, replied
from tools.desk.ticket_redaction import CustomerRedaction, redacted
from tools.desk.ticket_rows import TicketRows, again_on_conflict
from tools.desk.tickets import Delivery, NoteKind, Ticket, TicketChange, TicketRequest

if TYPE_CHECKING:
    from tools.desk.webhook import WebhookOutbox

REOPEN_DAYS = 14
_REMEMBERED = 10_000
"""Tickets whose conversation and customer are known without a look."""


class SqlTicketDesk(TicketRows):
    """Take conversations over from the agent, and let people work on their tickets, in SQLite or PostgreSQL.

    Every method raises BackendUnavailable when the database fails.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = utc_now,
        worked: Worked = calendar_time,
        reopen_days: int = REOPEN_DAYS,
        outbox: "WebhookOutbox | None" = None,
        redaction: CustomerRedaction | None = None,
        most_tickets: int | None = None,
        most_within: timedelta = timedelta(days=30),
    ) -> None:
        """Open the desk; a customer who had `most_tickets` within a time gets no other one while people have one."""
        super().__init__(database, now=now, worked=worked, outbox=outbox)
        self._reopen_within = timedelta(days=reopen_days)
        self._redaction = redaction or CustomerRedaction()
        self._most_tickets, self._most_within = most_tickets, most_within
        self._whose: dict[str, tuple[str, str | None]] = {}

    async def open_ticket(self, request: TicketRequest) -> Ticket:
        """Return the thread's ticket: the one people already have, a lately closed one reopened, or a new one."""
        clean = redacted(request, await self._redaction.of(request.customer_id))
        return await again_on_conflict(lambda: self._open(clean))

    async def _open(self, request: TicketRequest) -> Ticket:
        async with self._transaction() as connection:
            newest = select(tickets).where(tickets.c.thread_id == request.thread_id).order_by(tickets.c.serial.desc())
            row = (await connection.execute(newest.limit(1))).mappings().first()
            if row is not None and row["stage"] in WITH_PEOPLE:
                return await read_ticket(connection, row["serial"])
            lately = row is not None and row["closed_at"] and self._now() - row["closed_at"] <= self._reopen_within
            known = ownership_of(row) if row is not None and lately else Ownership()
            owned = move(known, "escalate", now=self._now(), worked=self._worked)
            values: dict[str, Any] = {
                "reason": request.reason,
                "detail": request.detail,
                "draft": request.draft.model_dump(mode="json"),
                "transcript": request.transcript,
                "callback": request.callback,
                "closed_at": None,
                **ownership_values(owned),
            }
            if row is not None and lately:
                serial = row["serial"]
                before = await read_ticket(connection, serial)
                await connection.execute(update(tickets).where(tickets.c.serial == serial).values(values))
                earlier = f"Reopened. Before: {before.draft.summary}"
                key = f"reopened:{owned.stretches}"
                await self._note(connection, before, author="agent", text=earlier, key=key, kind="internal")
                return await self._changed(connection, "ticket.reopened", serial)
            if (theirs := await self._one_of_many(connection, request)) is not None:
                return theirs
            values |= {
                "thread_id": request.thread_id,
                "customer_id": request.customer_id,
                "channel": request.channel,
                "locale": request.locale,
                "created_at": self._now(),
            }
            inserted = await connection.execute(tickets.insert().values(values))
            return await self._changed(connection, "ticket.opened", new_key(inserted))

    async def _one_of_many(self, connection: AsyncConnection, request: TicketRequest) -> Ticket | None:
        """Return the ticket that people have of a customer who had too many lately, with the request noted, or None."""
        if self._most_tickets is None or request.customer_id is None:
            return None
        theirs = select(tickets.c.serial, tickets.c.stage).where(tickets.c.customer_id == request.customer_id)
        lately = theirs.where(tickets.c.created_at > self._now() - self._most_within).order_by(tickets.c.serial.desc())
        found = (await connection.execute(lately)).all()
        open_ = next((row.serial for row in found if row.stage in WITH_PEOPLE), None)
        if len(found) < self._most_tickets or open_ is None:
            return None
        ticket = await read_ticket(connection, open_)
        asked = f"Conversation {request.thread_id} asks for a person, too: {request.detail}. {request.draft.summary}"
        await self._note(connection, ticket, author="agent", text=asked, key=f"of:{request.thread_id}", kind="internal")
        return await self._changed(connection, "ticket.noted", open_)

    async def add_note(self, ticket_id: str, *, author: str, text: str, key: str, kind: NoteKind = "customer") -> None:
        """Add a message to a ticket once per key; raises Refused when there is no such ticket."""
        text = await self._clean(ticket_id, text)

        async def add() -> None:
            async with self._transaction() as connection:
                ticket = await read_ticket(connection, serial_of(ticket_id), ticket_id)
                if await self._note(connection, ticket, author=author, text=text, key=key, kind=kind):
                    await self._changed(connection, "ticket.noted", serial_of(ticket_id))

        await again_on_conflict(add)

    async def get_ticket(self, ticket_id: str) -> Ticket:
        """Return a ticket with its notes; raises Refused when there is none."""
        async with self._transaction(writes=False) as connection:
            ticket = await read_ticket(connection, serial_of(ticket_id), ticket_id)
        if len(self._whose) >= _REMEMBERED:
            self._whose.clear()
        self._whose[ticket.id] = ticket.thread_id, ticket.customer_id
        return ticket

    async def whose(self, ticket_id: str) -> tuple[str, str | None]:
        """Return the conversation and the customer of a ticket, which never change; raises Refused if there is none."""
        if ticket_id not in self._whose:
            ticket = await self.get_ticket(ticket_id)
            return ticket.thread_id, ticket.customer_id
        return self._whose[ticket_id]

    async def list_tickets(self, *, open_only: bool = False, status: Stage | None = None) -> Sequence[Ticket]:
        """Return tickets without their notes, oldest first."""
        query = select(tickets).order_by(tickets.c.serial)
        if open_only:
            query = query.where(tickets.c.stage.in_(WITH_PEOPLE))
        if status:
            query = query.where(tickets.c.stage == status)
        async with self._transaction(writes=False) as connection:
            return [ticket_of(row) for row in (await connection.execute(query)).mappings()]

    async def take(self, ticket_id: str, operator: str, *, instead_of: str | None = None) -> Ticket:
        """Give a ticket to an operator; raises Refused when it is not with people, or with another than named."""
        async with self._transaction() as connection:
            return await self._move(connection, ticket_id, "take", operator, instead_of=instead_of)

    async def reply(
        self, ticket_id: str, *, operator: str, text: str, key: str | None = None, pictures: Sequence[Picture] = ()
    ) -> Ticket:
        """Take the ticket and put a reply on its way to the customer, once per key.

        Without a key, the same words of the same operator to the same customer messages are the same reply.

        Raises:
            Refused: as `take`, or there are no words.
            KeyReused: the key brought other words before.
        """
        if not text.strip():
            raise Refused("The reply is empty; write what the customer should read.")
        note = await self._clean(ticket_id, text)
        return await again_on_conflict(lambda: self._reply(ticket_id, operator, text, key, note, pictures))

    async def _reply(
        self, ticket_id: str, operator: str, text: str, key: str | None, note: str, pictures: Sequence[Picture]
    ) -> Ticket:
        async with self._transaction() as connection:
            ticket = await read_ticket(connection, serial_of(ticket_id), ticket_id, lock=True)
            key = key or _same_reply(ticket, operator, text)
            for before in ticket.notes:
                if before.key == key and before.text != note:
                    raise KeyReused(
                        "a reply with other words was sent under this key before, so nothing was sent; use a "
                        "key of its own for each reply"
                    )
                if before.key == key:
                    return ticket
            check_free(ticket.ownership, operator)
            owned = replied(ticket.ownership, now=self._now(), operator=operator, worked=self._worked)
            added = await self._insert_note(connection, ticket, author=operator, text=note, key=key, kind="reply")
            await self._keep(connection, ticket.id, owned)
            await send(connection, ticket, key=f"{ticket.id}:{key}", author=operator, text=text, pictures=pictures)
            return await self._told(
                connection, "ticket.replied", replace(ticket, ownership=owned, notes=(*ticket.notes, added))
            )

    async def resolve(self, ticket_id: str, *, notice: str = "", operator: str | None = None) -> Ticket:
        """Close a ticket and put the notice, if any, on its way; raises Refused as `take`, for a named operator."""
        return await self._close(ticket_id, "resolve", notice, operator)

    async def hand_back(self, ticket_id: str, *, notice: str = "", operator: str | None = None) -> Ticket:
        """Give the conversation back to the agent; otherwise as `resolve`."""
        return await self._close(ticket_id, "hand_back", notice, operator)

    async def cancel_handoff(self, ticket_id: str) -> Ticket:
        """Give a conversation that waits for a person back to the agent, as its customer wishes; a taken one stays."""
        async with self._transaction() as connection:
            ticket = await read_ticket(connection, serial_of(ticket_id), ticket_id, lock=True)
            if ticket.status != "pending":
                return ticket
            return await self._move(connection, ticket_id, "hand_back", None, closed_at=self._now())

    async def change(self, ticket_id: str, change: TicketChange) -> Ticket:
        """Change what a ticket says about its place in the queue; raises Refused when there is no such ticket."""
        async with self._transaction() as connection:
            ticket = await read_ticket(connection, serial_of(ticket_id), ticket_id, lock=True)
            placed = {key: getattr(change, key) for key in ("queue", "priority") if getattr(change, key) is not None}
            values: dict[str, Any] = {"draft": ticket.draft.model_copy(update=placed).model_dump(mode="json")}
            if change.tags is not None:
                values["tags"] = list(dict.fromkeys(change.tags))
            if change.snoozed_until is not None:
                values["snoozed_until"] = change.snoozed_until
            await connection.execute(update(tickets).where(tickets.c.serial == serial_of(ticket.id)).values(values))
            return await self._changed(connection, "ticket.changed", serial_of(ticket.id))

    async def release(self, ticket_id: str, *, operator: str | None = None) -> Ticket:
        """Put a taken ticket back to those that wait for anybody; raises Refused as `take`."""
        async with self._transaction() as connection:
            return await self._move(connection, ticket_id, "release", operator)

    async def reopen(self, ticket_id: str, operator: str, *, notice: str) -> Ticket:
        """Open a closed ticket again, give it to an operator and put the notice on its way; one that a person had
        answered stays answered. Raises Refused when another ticket of its conversation is open.
        """
        try:
            async with self._transaction() as connection:
                await self._move(
                    connection, ticket_id, "escalate", None, closed_at=None, closed_by=None, merged_into=None
                )
                ticket = await self._move(connection, ticket_id, "take", operator)
                await self._tell(connection, ticket, "reopen", notice)
                return ticket
        except IntegrityError:
            raise Refused(
                f"Another ticket of the conversation of {ticket_id} is open already; work on that one."
            ) from None

    async def merge(self, ticket_id: str, *, into: str, operator: str, notice: str = "") -> Ticket:
        """Close a ticket that another one goes on with; raises Refused as `resolve`, or for another customer's."""
        other, this = await self.get_ticket(into), await self.get_ticket(ticket_id)
        if (
            other.id == this.id
            or not other.with_people
            or other.customer_id is None
            or other.customer_id != this.customer_id
        ):
            raise Refused(f"{this.id} cannot go on in {other.id}; choose another open ticket of the same customer.")
        told = f"Merged from {this.id}: {this.draft.summary}"
        await self.add_note(other.id, author=operator, text=told, key=f"merged:{this.id}", kind="internal")
        return await self._close(this.id, "resolve", notice, operator, merged_into=serial_of(other.id))

    async def rate(self, ticket_id: str, *, stars: int, comment: str = "") -> Ticket:
        """Keep the customer's rating; the newest one counts; raises Refused when stars are not 1 to 5."""
        if not 1 <= stars <= 5:
            raise Refused(f"{stars} stars were given; give 1 to 5.")
        comment = await self._clean(ticket_id, comment)
        async with self._transaction() as connection:
            ticket = await read_ticket(connection, serial_of(ticket_id), ticket_id)
            values = {"stars": stars, "comment": comment, "rated_at": self._now()}
            await connection.execute(update(tickets).where(tickets.c.serial == serial_of(ticket.id)).values(values))
            return await self._changed(connection, "ticket.rated", serial_of(ticket_id))

    async def undelivered(self, thread_id: str | None = None) -> Sequence[Delivery]:
        """Return the messages that have not reached their conversation, oldest first, optionally of one thread."""
        query = select(deliveries).where(deliveries.c.delivered_at.is_(None)).order_by(deliveries.c.id)
        if thread_id is not None:
            query = query.where(deliveries.c.thread_id == thread_id)
        async with self._transaction(writes=False) as connection:
            return [delivery_of(row) for row in (await connection.execute(query)).mappings()]

    async def delivered(self, keys: Sequence[str]) -> None:
        """Record that messages have reached their conversation."""
        async with self._transaction() as connection:
            arrived = update(deliveries).where(deliveries.c.key.in_(keys), deliveries.c.delivered_at.is_(None))
            # The words are in the conversation now, and nobody reads them here again.
            await connection.execute(arrived.values(delivered_at=self._now(), text="", pictures=None))

    async def _clean(self, ticket_id: str, text: str) -> str:
        """Return a text as a ticket may hold it."""
        _, customer_id = await self.whose(ticket_id)
        return (await self._redaction.of(customer_id)).text(text)


def _same_reply(ticket: Ticket, operator: str, text: str) -> str:
    """Return the key under which the same words of an operator to the same customer messages are one reply."""
    heard = sum(note.kind == "customer" for note in ticket.notes)
    return hashlib.sha256(f"{operator}\n{heard}\n{ticket.ownership.stretches}\n{text}".encode()).hexdigest()[:24]

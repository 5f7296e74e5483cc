"""Read and write rows of the ticket desk inside a transaction."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NoTicket
from tools.desk.desk_schema import deliveries, notes, serial_of, ticket_number, ticket_of, tickets
from tools.desk.tickets import Ticket


async def read_ticket(connection: AsyncConnection, serial: int, asked_for: str = "", *, lock: bool = False) -> Ticket:
    """Read a ticket with its notes, on demand held until the transaction ends; raises Refused when there is none."""
    query = select(tickets).where(tickets.c.serial == serial)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    if row is None:
        raise NoTicket(f"There is no ticket {asked_for or ticket_number(serial)}.")
    note_rows = await connection.execute(select(notes).where(notes.c.ticket == serial).order_by(notes.c.id))
    return ticket_of(row, note_rows.mappings())


async def send(connection: AsyncConnection, ticket: Ticket, *, key: str, author: str, text: str) -> None:
    """Put a message on its way to the customer's conversation."""
    values = {"key": key, "ticket": serial_of(ticket.id), "thread_id": ticket.thread_id, "author": author, "text": text}
    await connection.execute(deliveries.insert().values(values))


def new_key(result: Any) -> int:
    """Return the key of the row that was inserted."""
    return int(result.inserted_primary_key[0])

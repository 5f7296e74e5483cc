"""Look after the personal data of tickets: what they say goes, that there was one and how long it took stays."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from core.clock import utc_now
from core.privacy.personal_data import Person, PersonalTables, pseudonym
from core.storage.engines import AsyncConnection
from tools.desk.desk_schema import deliveries, events, metadata, notes, presence, ticket_number, tickets
from tools.desk.ownership import WITH_PEOPLE
from tools.desk.tickets import TEXT_LIMITS

_TEXTS = {**dict.fromkeys(TEXT_LIMITS, ""), "summary": "Erased.", "facts": [], "steps_tried": [], "language": "und"}


class PersonalTickets(PersonalTables):
    """Fulfil `PersonalStore` for tickets, their notes, messages on their way and changes to be sent."""

    name = "tickets"
    tables: Sequence[str] = ("tickets", "ticket_notes", "ticket_deliveries", "ticket_events", "desk_presence")
    owned = tickets

    def __init__(self, url: str, *, tells: bool = False) -> None:
        """Name the database; `tells` says that a webhook is told that a ticket was erased."""
        super().__init__(url, metadata, called="the ticket desk")
        self._tells = tells

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return the tickets with their notes."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(tickets).where(self._of(person)))).mappings().all()
            return [
                {
                    "ticket": ticket_number(row["serial"]),
                    **{k: v for k, v in row.items() if k not in ("serial", "draft")},
                    **row["draft"],
                    "notes": [
                        {"author": n["author"], "text": n["text"], "created_at": n["created_at"]}
                        for n in (
                            await connection.execute(select(notes).where(notes.c.ticket == row["serial"]))
                        ).mappings()
                    ],
                }
                for row in rows
            ]

    async def erase(self, person: Person) -> int:
        """Empty the person's tickets; open ones are closed."""
        return await self._empty(self._of(person), {"customer_id": None})

    async def expire(self, before: datetime) -> int:
        """Empty tickets that were closed before then."""
        closed = tickets.c.stage.not_in(WITH_PEOPLE) & (tickets.c.closed_at < before)
        return await self._empty(closed & (tickets.c.transcript != "") | closed & (tickets.c.detail != ""), {})

    async def _empty(self, which: ColumnElement[bool], values: dict[str, Any]) -> int:
        async with self._database.writing() as connection:
            rows = (await connection.execute(select(tickets).where(which))).mappings().all()
            for row in rows:
                await self._empty_one(connection, dict(row), values)
            return len(rows)

    async def _empty_one(self, connection: AsyncConnection, row: dict[str, Any], values: dict[str, Any]) -> None:
        serial = row["serial"]
        draft = {**row["draft"], **_TEXTS}
        await connection.execute(delete(presence).where(presence.c.thread_id == row["thread_id"]))
        emptied = {
            "tags": None,
            "draft": draft,
            "detail": "",
            "transcript": "",
            "comment": None,
            "thread_id": pseudonym(),
            **values,
        }
        if row["stage"] in WITH_PEOPLE:
            emptied |= {"stage": "resolved", "closed_at": utc_now(), "running_since": None}
        for table in (notes, deliveries, events):
            await connection.execute(delete(table).where(table.c.ticket == serial))
        await connection.execute(update(tickets).where(tickets.c.serial == serial).values(emptied))
        if not self._tells:
            return
        # Whoever was told of the ticket learns that it has to go there too.
        told = {"uid": f"evt_{pseudonym()}", "ticket": serial, "kind": "ticket.erased", "attempts": 0}
        body = {"id": told["uid"], "type": "ticket.erased", "ticket": {"id": ticket_number(serial)}}
        await connection.execute(events.insert().values(**told, body=json.dumps(body), next_attempt_at=utc_now()))

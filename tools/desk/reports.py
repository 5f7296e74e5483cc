"""Read from the ticket desk what overviews need, without the tickets' texts, and keep who is at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, case, exists, func, inspect, select, text, union, update

from core.storage.column_types import record_of
from core.storage.database import OwnDatabase
from tools.actions.ledger_schema import actions
from tools.desk.desk_schema import (
    NOTE_WORDS,
    TICKET_WORDS,
    metadata,
    notes,
    presence,
    serial_of,
    ticket_number,
    tickets,
)
from tools.desk.ownership import WITH_PEOPLE, Stage
from tools.desk.tickets import Priority


@dataclass(frozen=True, kw_only=True)
class LatestMessages:
    """When somebody last wrote in a ticket."""

    noted_at: datetime | None
    """When anything was last added."""
    replied_at: datetime | None
    """When a person last replied."""
    heard_at: datetime | None
    """When the customer wrote first after that."""
    heard: str = ""
    """What the customer wrote last."""
    reopened_at: datetime | None = None
    """When a colleague last opened it again."""


NO_MESSAGES = LatestMessages(noted_at=None, replied_at=None, heard_at=None)


@dataclass(frozen=True, kw_only=True)
class TicketOutcome:
    """How a ticket went."""

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
    comment: str | None
    rated_at: datetime | None
    operator: str | None
    closed_by: str | None
    queue: str
    priority: Priority


@dataclass(frozen=True, kw_only=True)
class TicketLine:
    """A conversation's newest ticket in a line."""

    id: str
    stage: Stage
    operator: str | None
    customer_id: str | None
    wish: str
    channel: str
    locale: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OperatorPresence:
    """An operator who has the desk open."""

    operator: str
    thread_id: str
    """The conversation that is open there; empty for none."""
    writing: bool


@dataclass(frozen=True, kw_only=True)
class OpenTickets:
    """The tickets of one stage."""

    number: int
    oldest: timedelta
    """Age of the oldest; nothing where there is none."""


class DeskReads:
    """Read from the desk's tables; every method raises BackendUnavailable."""

    def __init__(self, url: str) -> None:
        self._database = OwnDatabase(url, metadata, called="the ticket desk")

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    async def latest_messages(self) -> Mapping[str, LatestMessages]:
        """Return when somebody last wrote, for the tickets with notes that people have, by ticket number."""
        open_ones = select(tickets.c.serial).where(tickets.c.stage.in_(WITH_PEOPLE))
        later = notes.alias("later")
        answered = exists().where(later.c.ticket == notes.c.ticket, later.c.kind == "reply", later.c.id > notes.c.id)
        unanswered = (notes.c.kind == "customer") & ~answered
        reopened = (notes.c.kind == "notice") & notes.c.key.startswith("reopen:")
        query = (
            select(
                notes.c.ticket,
                func.max(notes.c.created_at).label("noted_at"),
                func.max(case((notes.c.kind == "reply", notes.c.created_at))).label("replied_at"),
                func.max(case((reopened, notes.c.created_at))).label("reopened_at"),
                func.min(case((unanswered, notes.c.created_at))).label("heard_at"),
                func.max(case((notes.c.kind == "customer", notes.c.id))).label("heard"),
            )
            .where(notes.c.ticket.in_(open_ones))
            .group_by(notes.c.ticket)
        )
        async with self._database.reading() as connection:
            rows = list((await connection.execute(query)).mappings())
            newest = select(notes.c.id, notes.c.text).where(
                notes.c.id.in_([row["heard"] for row in rows if row["heard"]])
            )
            heard = {row.id: row.text for row in await connection.execute(newest)}
        return {
            ticket_number(row["ticket"]): record_of(LatestMessages, row, heard=heard.get(row["heard"], ""))
            for row in rows
        }

    async def open_tickets(self, now: datetime) -> Mapping[Stage, OpenTickets]:
        """Return the number and the greatest age of the tickets that people have, for each stage."""
        query = (
            select(tickets.c.stage, func.count().label("number"), func.min(tickets.c.created_at).label("oldest"))
            .where(tickets.c.stage.in_(WITH_PEOPLE))
            .group_by(tickets.c.stage)
        )
        rows = {row.stage: row for row in await self._database.rows(query)}
        return {
            stage: OpenTickets(number=rows[stage].number, oldest=now - rows[stage].oldest)
            if stage in rows
            else OpenTickets(number=0, oldest=timedelta())
            for stage in WITH_PEOPLE
        }

    async def newest_of(self, thread_id: str) -> str | None:
        """Return the number of a conversation's newest ticket, or None when it has none."""
        query = select(func.max(tickets.c.serial)).where(tickets.c.thread_id == thread_id)
        [[serial]] = await self._database.rows(query)
        return None if serial is None else ticket_number(serial)

    async def lines(self, threads: Sequence[str]) -> Mapping[str, TicketLine]:
        """Return the newest ticket of each conversation that has one, by the conversation."""
        newest = (
            select(func.max(tickets.c.serial)).where(tickets.c.thread_id.in_(threads)).group_by(tickets.c.thread_id)
        )
        return await self._lines(select(tickets).where(tickets.c.serial.in_(newest)))

    async def closed(self, *, limit: int, offset: int) -> Mapping[str, TicketLine]:
        """Return the newest tickets of conversations that nobody has any more, the last closed first."""
        later = tickets.alias("later")
        newer = exists().where(later.c.thread_id == tickets.c.thread_id, later.c.serial > tickets.c.serial)
        closed = select(tickets).where(tickets.c.closed_at.is_not(None), tickets.c.merged_into.is_(None), ~newer)
        by_time = closed.order_by(tickets.c.closed_at.desc(), tickets.c.serial.desc())
        return await self._lines(by_time.limit(limit).offset(offset))

    async def _lines(self, query: Select[Any]) -> Mapping[str, TicketLine]:
        rows = [row._mapping for row in await self._database.rows(query)]
        return {
            row["thread_id"]: record_of(TicketLine, row, id=ticket_number(row["serial"]), wish=row["draft"]["wish"])
            for row in rows
        }

    async def threads_with(self, term: str) -> set[str]:
        """Return the conversations whose tickets or notes have a word that begins so, or whose ticket is this one."""

        def find(connection: Connection) -> set[str]:
            dialect = connection.dialect.name
            serials = {serial_of(term)}
            for index in (TICKET_WORDS, NOTE_WORDS):
                found = connection.execute(text(index.query(dialect)), {"term": index.term(term, dialect)})
                serials |= set(found.scalars())
            query = select(tickets.c.thread_id).where(tickets.c.serial.in_(serials))
            return set(connection.execute(query).scalars())

        return await self._database.read(find)

    async def notes_with(self, text: str) -> Sequence[tuple[str, str]]:
        """Return the internal notes that hold a text, in any case, each as its conversation and its words."""
        query = (
            select(tickets.c.thread_id, notes.c.text)
            .join_from(notes, tickets, tickets.c.serial == notes.c.ticket)
            .where(notes.c.kind == "internal", notes.c.text.icontains(text, autoescape=True))
        )
        return [(thread_id, words) for thread_id, words in await self._database.rows(query)]

    async def notes_of(self, threads: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Return what stands in the tickets of these conversations, each as its conversation and its words."""
        query = (
            select(tickets.c.thread_id, notes.c.text)
            .join_from(notes, tickets, tickets.c.serial == notes.c.ticket)
            .where(tickets.c.thread_id.in_(threads))
            .order_by(notes.c.id)
        )
        return [(thread_id, words) for thread_id, words in await self._database.rows(query)]

    async def people(self) -> Sequence[str]:
        """Return the operators who ever wrote, took or closed anything or had the desk open, by name."""
        taken = select(tickets.c.operator).where(tickets.c.operator.is_not(None))
        closed = select(tickets.c.closed_by).where(tickets.c.closed_by.is_not(None))
        wrote = select(notes.c.author).where(notes.c.kind != "customer", notes.c.author != "agent")
        names = await self._database.rows(taken.union(closed, wrote, select(presence.c.operator)))
        return sorted(name for [name] in names)

    async def reply_times(self, thread_id: str) -> Mapping[str, datetime]:
        """Return when each reply of people and each notice of the desk was written, by the key of its delivery."""
        query = (
            select(notes.c.ticket, notes.c.key, notes.c.created_at)
            .join_from(notes, tickets, tickets.c.serial == notes.c.ticket)
            .where(tickets.c.thread_id == thread_id, notes.c.kind.in_(("reply", "notice")))
        )
        return {f"{ticket_number(serial)}:{key}": at for serial, key, at in await self._database.rows(query)}

    async def present(self, since: datetime) -> Sequence[OperatorPresence]:
        """Return who has had the desk open since an instant, by name."""
        query = select(presence).where(presence.c.seen_at >= since).order_by(presence.c.operator)
        return [record_of(OperatorPresence, row._mapping) for row in await self._database.rows(query)]

    async def note_presence(self, here: OperatorPresence, at: datetime) -> None:
        """Remember what an operator has open."""
        values = {"thread_id": here.thread_id, "writing": here.writing, "seen_at": at}
        async with self._database.writing() as connection:
            mine = update(presence).where(presence.c.operator == here.operator).values(**values)
            if (await connection.execute(mine)).rowcount == 0:
                await connection.execute(presence.insert().values(operator=here.operator, **values))

    async def outcomes(self, since: datetime) -> Sequence[TicketOutcome]:
        """Return how the tickets went that were opened, closed or rated since an instant or are open, oldest first."""
        lately = (tickets.c[name] >= since for name in ("created_at", "closed_at", "rated_at"))
        # Each condition is looked up in an index of its own; joined by OR they would have the whole table read.
        wanted = (select(tickets.c.serial).where(one) for one in (*lately, tickets.c.closed_at.is_(None)))
        columns = (column for column in tickets.c if column.name in TicketOutcome.__dataclass_fields__)
        query = select(tickets.c.serial, tickets.c.draft, *columns).order_by(tickets.c.serial)
        query = query.where(tickets.c.serial.in_(union(*wanted)))
        rows = [row._mapping for row in await self._database.rows(query)]
        return [
            record_of(
                TicketOutcome,
                row,
                id=ticket_number(row["serial"]),
                queue=row["draft"]["queue"],
                priority=row["draft"]["priority"],
            )
            for row in rows
        ]

    async def done_since(self, since: datetime) -> Mapping[str, datetime]:
        """Return the conversations in which a change was carried out since an instant, with when the last one was."""
        when = func.max(actions.c.updated_at)
        query = select(actions.c.thread_id, when).where(actions.c.state == "done", actions.c.updated_at >= since)
        async with self._database.reading() as connection:
            if not await connection.run_sync(lambda c: inspect(c).has_table(actions.name)):
                return {}
            return {row[0]: row[1] for row in await connection.execute(query.group_by(actions.c.thread_id))}

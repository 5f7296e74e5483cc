"""Look after the personal data of the inbox, and keep its workers off a conversation while it is erased."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from core.privacy.personal_data import Person, PersonalTables, pseudonym
from core.storage.engines import AsyncConnection
from server.inbox.inbox_schema import FIGURES, MESSAGES, NOTES, RATINGS, REPLY_RATINGS, THREADS, TURNS
from server.inbox.leases import Leases
from server.inbox.message_inbox import Inbox
from server.records import Identity, Limits


class PersonalInbox(PersonalTables):
    """Fulfil `PersonalStore` for messages, turns and ratings; what was counted of turns stays, without a person."""

    name = "inbox"
    tables: Sequence[str] = (
        "inbox_threads",
        "inbox_messages",
        "inbox_turns",
        "inbox_ratings",
        "inbox_reply_ratings",
        "inbox_notes",
        "inbox_figures",
    )

    def __init__(self, url: str, *, lease_seconds: float, patience: float) -> None:
        """Name the database; `patience` is how long a turn under way is waited for, in seconds."""
        self._url, self._patience = url, patience
        self._database = self._inbox = Inbox(url, Limits())
        self._leases = Leases(self._inbox, holder=pseudonym(), seconds=lease_seconds)

    @asynccontextmanager
    async def quiet(self, threads: Iterable[str]) -> AsyncIterator[None]:
        """Hold conversations so that no worker writes in them; what a late one writes is refused by the memory.

        Raises:
            Busy: a turn went on for longer than `patience`.
        """
        async with AsyncExitStack() as stack:
            for thread_id in sorted(threads):
                await stack.enter_async_context(self._leases.holding(thread_id, patience=self._patience))
            yield

    async def threads_of(self, customer_id: str) -> set[str]:
        """Return the customer's conversations."""
        owner = Identity(subject=customer_id, role="customer").owner
        query = select(THREADS.c.id).where(or_(THREADS.c.customer_id == customer_id, THREADS.c.owner == owner))
        return {thread_id for [thread_id] in await self._inbox.rows(query)}

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return each conversation with its messages, replies and rating."""
        found = []
        async with self._inbox.reading() as connection:
            for thread in await _rows(connection, THREADS, THREADS.c.id.in_(person.threads)):
                mine = {"begun_at": thread["created_at"], "channel": thread["channel"], "locale": thread["locale"]}
                kept = {
                    "messages": MESSAGES,
                    "turns": TURNS,
                    "ratings": RATINGS,
                    "reply_ratings": REPLY_RATINGS,
                    "notes": NOTES,
                }
                for name, table in kept.items():
                    rows = await _rows(connection, table, table.c.thread_id == thread["id"])
                    mine[name] = [
                        {k: v for k, v in row.items() if k not in ("owner", "key", "content_hash")} for row in rows
                    ]
                found.append({"thread_id": thread["id"], **mine})
        return found

    async def erase(self, person: Person) -> int:
        """Delete the conversations."""
        async with self._inbox.writing() as connection:
            return await self._delete(connection, person.threads)

    async def expire(self, before: datetime) -> int:
        """Delete conversations without a message since, if nothing waits in them; forget what older turns asked."""
        last = select(MESSAGES.c.thread_id, func.max(MESSAGES.c.accepted_at).label("at"))
        newest = last.group_by(MESSAGES.c.thread_id).subquery()
        quiet = (func.coalesce(newest.c.at, THREADS.c.created_at) < before.timestamp()) & THREADS.c.due_at.is_(None)
        query = select(THREADS.c.id).join_from(THREADS, newest, newest.c.thread_id == THREADS.c.id, isouter=True)
        async with self._inbox.writing() as connection:
            old = set((await connection.execute(query.where(quiet))).scalars())
            asked = update(FIGURES).where(FIGURES.c.at < before.timestamp(), FIGURES.c.question.is_not(None))
            await connection.execute(asked.values(question=None))
            return await self._delete(connection, old)

    async def _delete(self, connection: AsyncConnection, threads: Collection[str]) -> int:
        rows = 0
        for thread_id in threads:
            for table in (MESSAGES, TURNS, RATINGS, REPLY_RATINGS, NOTES):
                rows += (await connection.execute(delete(table).where(table.c.thread_id == thread_id))).rowcount
            rows += (await connection.execute(delete(THREADS).where(THREADS.c.id == thread_id))).rowcount
            instead = pseudonym()
            for turn_id in (await connection.execute(_figures(FIGURES.c.thread_id == thread_id))).scalars().all():
                counted = update(FIGURES).where(FIGURES.c.turn_id == turn_id)
                await connection.execute(counted.values(turn_id=pseudonym(), thread_id=instead, question=None))
        return rows


def _figures(which: ColumnElement[bool]) -> Any:
    return select(FIGURES.c.turn_id).where(which)


async def _rows(connection: AsyncConnection, table: Any, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(select(table).where(which))).mappings()]

"""Give each thread to one worker at a time: leases that expire, with fencing tokens against late writers."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import BackendUnavailable, Busy, LeaseLost
from graph.intake.identification import typed_code
from server.inbox.inbox_schema import FIGURES, MESSAGES, THREADS, TURNS
from server.inbox.message_inbox import Inbox
from server.inbox.turn_figures import figures_of
from server.records import JOINT, CrashSuspect, Spoken, Turn, joined


class HeldLease(NamedTuple):
    """A lease."""

    thread_id: str
    token: int


FARTHEST_SECONDS = 60.0
"""What is due, or leased, later than this is so by a clock that was set back since, and waits no longer."""


class Leases:
    """Hand out turns of an inbox to the workers of any number of processes.

    After M. Kleppmann, "How to do distributed locking" (2016): a lease may be lost without its holder noticing, so
    every write carries the token of its lease, and a token older than the newest one is refused where the write lands.
    """

    def __init__(self, inbox: Inbox, *, holder: str, seconds: float) -> None:
        self._inbox = inbox
        self._holder = holder
        self._seconds = seconds

    async def claim(
        self, thread_id: str | None = None, *, overdue_by: float = 0.0, alone: bool = True
    ) -> Turn | CrashSuspect | None:
        """Return a turn that is due and leased from now on, of one thread or of the one that waits longest.

        An attempt is counted before it begins, so that a message that kills its process is found out. A turn whose last
        attempt ended without a word is only given to a process that is `alone` with it; to others it is named.
        """
        now = self._inbox.now()
        due = or_(THREADS.c.due_at <= now - overdue_by, THREADS.c.due_at > now + FARTHEST_SECONDS)
        free = self._free(now)
        candidate = select(THREADS.c.id).where(due, free).order_by(THREADS.c.due_at).limit(1)
        if thread_id is not None:
            candidate = candidate.where(THREADS.c.id == thread_id)
        # Looking takes no lock that others would wait for.
        if await self._inbox.read(lambda connection: connection.execute(candidate).first()) is None:
            return None
        lease = (
            update(THREADS)
            .where(THREADS.c.id == candidate.with_for_update(skip_locked=True).scalar_subquery())
            .values(token=THREADS.c.token + 1, holder=self._holder, lease_until=now + self._seconds)
            .returning(THREADS)
        )
        async with self._inbox.writing() as connection:
            row = (await connection.execute(lease)).mappings().first()
            return None if row is None else await self._turn_of(connection, dict(row), alone)

    def _free(self, now: float) -> ColumnElement[bool]:
        """Say that nobody holds a thread; a lease from the future was given before the clock was set back."""
        until = THREADS.c.lease_until
        return or_(until.is_(None), until < now, until > now + self._seconds + FARTHEST_SECONDS)

    @asynccontextmanager
    async def holding(self, thread_id: str, *, patience: float = 30.0) -> AsyncIterator[int | None]:
        """Hold a thread for work that is no turn, such as an operator's; yields the token, or None for no thread here.

        Raises:
            Busy: turns kept the thread for all of `patience` seconds.
        """
        held = await self._wait_for(thread_id, patience)
        if held is None:
            yield None
            return
        heartbeat = asyncio.create_task(self._beat(held))
        try:
            yield held.token
        finally:
            heartbeat.cancel()
            async with self._inbox.writing() as connection:
                await connection.execute(_held(held).values(holder=None, lease_until=None))

    async def _wait_for(self, thread_id: str, patience: float) -> "HeldLease | None":
        end = time.monotonic() + patience
        while True:
            now = self._inbox.now()
            lease = update(THREADS).where(THREADS.c.id == thread_id, self._free(now))
            taken = lease.values(token=THREADS.c.token + 1, holder=self._holder, lease_until=now + self._seconds)
            async with self._inbox.writing() as connection:
                token = (await connection.execute(taken.returning(THREADS.c.token))).scalar()
                if token is not None:
                    return HeldLease(thread_id, token)
                known = (await connection.execute(select(THREADS.c.id).where(THREADS.c.id == thread_id))).first()
            if known is None:
                return None
            if time.monotonic() > end:
                raise Busy("the agent is writing in this conversation; try again in a moment", retry_after=2)
            await asyncio.sleep(0.1)

    async def _beat(self, held: "HeldLease") -> None:
        while True:
            await asyncio.sleep(self._seconds / 3)
            with suppress(BackendUnavailable):
                await asyncio.shield(self.renew(held))

    async def renew(self, held: "Turn | HeldLease") -> bool:
        """Prolong a lease; False says that it was lost."""
        longer = _held(held).values(lease_until=self._inbox.now() + self._seconds)
        async with self._inbox.writing() as connection:
            return bool((await connection.execute(longer)).rowcount)

    async def stop(self, thread_id: str) -> str | None:
        """Note that the turn that runs in a thread is to be stopped, and return its id, or None where none runs."""
        running = select(TURNS.c.id).where(TURNS.c.thread_id == thread_id, TURNS.c.status == "running")
        async with self._inbox.writing() as connection:
            turn_id: str | None = (await connection.execute(running)).scalar()
            if turn_id is not None:
                noted = update(THREADS).where(THREADS.c.id == thread_id)
                await connection.execute(noted.values(stopped=turn_id))
        return turn_id

    async def is_stopped(self, turn: Turn) -> bool:
        """Say whether the customer stopped a turn."""
        query = select(THREADS.c.stopped).where(THREADS.c.id == turn.thread_id)
        return await self._inbox.read(lambda connection: connection.execute(query).scalar()) == turn.id

    async def finish(self, turn: Turn, reply: dict[str, Any], *, status: str = "answered") -> bool:
        """Store the reply of a turn and give the thread free; return whether more messages wait in it.

        Raises:
            LeaseLost: the thread was given to another worker; nothing was stored.
        """
        now = self._inbox.now()
        done = {"status": status, "reply": json.dumps(reply, ensure_ascii=False, default=str), "finished_at": now}
        async with self._inbox.writing() as connection:
            await self._release(connection, turn)
            await connection.execute(update(TURNS).where(TURNS.c.id == turn.id).values(**done))
            await connection.execute(FIGURES.insert().values(figures_of(turn, reply, at=now)))
            answered = update(MESSAGES).where(MESSAGES.c.turn_id == turn.id)
            await connection.execute(answered.values(status=status, answered_at=now))
            hid = turn.customer_id is None and await self._hide_codes(connection, turn)
            open_ones = select(MESSAGES.c.id).where(
                MESSAGES.c.thread_id == turn.thread_id, MESSAGES.c.status == "waiting"
            )
            more = (await connection.execute(open_ones.limit(1))).first() is not None
            due = update(THREADS).where(THREADS.c.id == turn.thread_id)
            await connection.execute(due.values(due_at=now if more else None))
        if hid:
            await self._inbox.empty_journal()
        return more

    async def _hide_codes(self, connection: AsyncConnection, turn: Turn) -> bool:
        """Take what looks like a one-time code out of answered messages of an open chat: it was used."""
        hid = False
        for message in await self._messages(connection, MESSAGES.c.turn_id == turn.id):
            kept = {name: typed_code(message[name])[1] for name in ("text", "voice") if message[name]}
            if any(message[name] != text for name, text in kept.items()):
                await connection.execute(update(MESSAGES).where(MESSAGES.c.id == message["id"]).values(**kept))
                hid = True
        return hid

    async def give_back(self, turn: Turn, *, error: str | None, again_in: float = 0.0) -> None:
        """Give a turn back to be run again; without an error the attempt does not count. Raises LeaseLost."""
        attempts = turn.attempt if error else turn.attempt - 1
        async with self._inbox.writing() as connection:
            await self._release(connection, turn)
            note = update(TURNS).where(TURNS.c.id == turn.id)
            await connection.execute(note.values(attempts=attempts, error=error))
            due = update(THREADS).where(THREADS.c.id == turn.thread_id)
            await connection.execute(due.values(due_at=self._inbox.now() + again_in))

    async def _release(self, connection: AsyncConnection, turn: Turn) -> None:
        released = await connection.execute(_held(turn).values(holder=None, lease_until=None))
        if released.rowcount == 0:
            raise LeaseLost(f"thread {turn.thread_id} was given to another worker; what this one wrote is dropped")

    async def _turn_of(
        self, connection: AsyncConnection, thread: dict[str, Any], alone: bool
    ) -> Turn | CrashSuspect | None:
        """Take up the turn that was begun and not finished, or begin one with the messages that wait."""
        begun = select(TURNS).where(TURNS.c.thread_id == thread["id"], TURNS.c.status == "running")
        if (row := (await connection.execute(begun)).mappings().first()) is not None:
            suspect = row["attempts"] > 0 and row["error"] is None
            if suspect and not alone:
                await self._let_go(connection, thread["id"])
                return CrashSuspect(thread["id"])
            again = {"attempts": row["attempts"] + 1, "error": None}
            await connection.execute(update(TURNS).where(TURNS.c.id == row["id"]).values(**again))
            messages = await self._messages(connection, MESSAGES.c.turn_id == row["id"])
            return replace(_turn(thread, messages), attempt=row["attempts"] + 1, suspect=suspect)
        waits = (MESSAGES.c.thread_id == thread["id"]) & (MESSAGES.c.status == "waiting")
        messages = self._burst(await self._messages(connection, waits))
        if not messages:
            await self._let_go(connection, thread["id"], due_at=None)
            return None
        turn = _turn(thread, messages)
        await connection.execute(
            TURNS.insert().values(
                id=turn.id, thread_id=turn.thread_id, attempts=1, status="running", started_at=self._inbox.now()
            )
        )
        mine = update(MESSAGES).where(MESSAGES.c.id.in_(turn.message_ids))
        await connection.execute(mine.values(turn_id=turn.id))
        return turn

    async def _let_go(self, connection: AsyncConnection, thread_id: str, **others: Any) -> None:
        free = update(THREADS).where(THREADS.c.id == thread_id)
        await connection.execute(free.values(holder=None, lease_until=None, **others))

    async def _messages(self, connection: AsyncConnection, which: Any) -> list[dict[str, Any]]:
        query = select(MESSAGES).where(which).order_by(MESSAGES.c.number)
        return [dict(row) for row in (await connection.execute(query)).mappings()]

    def _burst(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the oldest messages that fit into one turn together."""
        taken: list[dict[str, Any]] = []
        room = self._inbox.limits.max_message_chars
        for message in messages:
            room -= len(message["text"]) + len(JOINT)
            if taken and room < 0:
                break
            taken.append(message)
        return taken


def _held(turn: "Turn | HeldLease") -> Any:
    return update(THREADS).where(
        THREADS.c.id == turn.thread_id, THREADS.c.token == turn.token, THREADS.c.lease_until.is_not(None)
    )


def _turn(thread: dict[str, Any], messages: list[dict[str, Any]]) -> Turn:
    return Turn(
        id=messages[-1]["id"],
        thread_id=thread["id"],
        token=thread["token"],
        attempt=1,
        text=JOINT.join(m["text"] for m in messages),
        spoken=joined([Spoken(**json.loads(m["voice"])) for m in messages if m["voice"]]),
        pictures=tuple(picture for m in messages if m["pictures"] for picture in json.loads(m["pictures"])),
        message_ids=tuple(m["id"] for m in messages),
        customer_id=thread["customer_id"],
        channel=thread["channel"],
        locale=thread["locale"],
        waited_since=messages[0]["accepted_at"],
    )

"""Give each thread to one worker at a time: leases that expire, with fencing tokens against late writers."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Double, Row, RowMapping, Select, bindparam, case, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

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

# Statements of every turn are written once: to make and to name one takes longer than to run it.
_NOW = bindparam("now", type_=Double)
_FREE = or_(
    THREADS.c.lease_until.is_(None), THREADS.c.lease_until < _NOW, THREADS.c.lease_until > bindparam("farthest")
)
"""Nobody holds a thread; a lease from the future was given before the clock was set back."""
_THIS = THREADS.c.id == bindparam("this")
_DUE = (
    select(THREADS.c.id)
    .where(THREADS.c.due_at.is_not(None))
    .where(or_(THREADS.c.due_at <= bindparam("overdue"), THREADS.c.due_at > _NOW + FARTHEST_SECONDS), _FREE)
    .order_by(THREADS.c.due_at)
    .limit(1)
)
_LEASE = update(THREADS).values(token=THREADS.c.token + 1, holder=bindparam("by"), lease_until=bindparam("until"))


def _leasing(candidate: Select[tuple[str]]) -> ReturningUpdate[Any]:
    found = candidate.with_for_update(skip_locked=True).scalar_subquery()
    return _LEASE.where(THREADS.c.id == found).returning(THREADS)


_CLAIM, _CLAIM_THIS = _leasing(_DUE), _leasing(_DUE.where(_THIS))
_HOLD = _LEASE.where(_THIS, _FREE).returning(THREADS.c.token)
_HELD = update(THREADS).where(_THIS, THREADS.c.token == bindparam("held"), THREADS.c.lease_until.is_not(None))
_RENEW = _HELD.values(lease_until=bindparam("until")).returning(THREADS.c.stopped)
_RELEASE = _HELD.values(holder=None, lease_until=None)
_GIVE_BACK = _RELEASE.values(due_at=bindparam("due")).returning(THREADS.c.due_at)
_MORE = THREADS.c.accepted > bindparam("answered")
_FINISH = _RELEASE.values(due_at=case((_MORE, _NOW))).returning(THREADS.c.due_at)
_WAITING = (
    select(MESSAGES, TURNS.c.attempts, TURNS.c.error)
    .join_from(MESSAGES, TURNS, TURNS.c.id == MESSAGES.c.turn_id, isouter=True)
    .where(MESSAGES.c.thread_id == bindparam("thread"), MESSAGES.c.status == "waiting")
    .order_by(MESSAGES.c.number)
)
_BEGUN = update(MESSAGES).where(MESSAGES.c.thread_id == bindparam("thread"), MESSAGES.c.status == "waiting")
_BEGUN = _BEGUN.where(MESSAGES.c.number <= bindparam("newest")).values(turn_id=bindparam("turn"))
_ANSWERED = update(MESSAGES).where(MESSAGES.c.turn_id == bindparam("turn"))
_ANSWERED = _ANSWERED.values(status=bindparam("now_is"), answered_at=_NOW)
_TURN = update(TURNS).where(TURNS.c.id == bindparam("turn"))
_BEGIN, _COUNT = TURNS.insert(), FIGURES.insert()


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
        asked: dict[str, Any] = {"now": now, "farthest": self._farthest(now), "overdue": now - overdue_by}
        if thread_id is None:
            # Looking takes no lock that others would wait for.
            if await self._inbox.read(lambda connection: connection.execute(_DUE, asked).first()) is None:
                return None
        else:
            asked["this"] = thread_id
        lease = _CLAIM if thread_id is None else _CLAIM_THIS

        def work(connection: Connection) -> Turn | CrashSuspect | None:
            row = connection.execute(lease, asked | self._lease(now)).mappings().first()
            return None if row is None else self._turn_of(connection, row, alone)

        return await self._inbox.write(work)

    def _lease(self, now: float) -> dict[str, Any]:
        return {"by": self._holder, "until": now + self._seconds}

    def _farthest(self, now: float) -> float:
        return now + self._seconds + FARTHEST_SECONDS

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
            await self._inbox.write(lambda connection: connection.execute(_RELEASE, _names(held)))

    async def _wait_for(self, thread_id: str, patience: float) -> "HeldLease | None":
        end = time.monotonic() + patience
        while True:
            now = self._inbox.now()
            asked = {"this": thread_id, "now": now, "farthest": self._farthest(now)} | self._lease(now)
            token: int | None = await self._inbox.write(lambda c: c.execute(_HOLD, asked).scalar())  # noqa: B023
            if token is not None:
                return HeldLease(thread_id, token)
            known = await self._inbox.read(
                lambda c: c.execute(select(THREADS.c.id).where(THREADS.c.id == thread_id)).first()
            )
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
        """Prolong a lease; False says that it was lost, or that the customer stopped the turn."""
        asked = _names(held) | {"until": self._inbox.now() + self._seconds}
        row = await self._inbox.write(lambda connection: connection.execute(_RENEW, asked).first())
        return row is not None and not (isinstance(held, Turn) and row.stopped == held.id)

    async def stop(self, thread_id: str) -> str | None:
        """Note that the turn that runs in a thread is to be stopped, and return its id, or None where none runs."""
        running = select(TURNS.c.id).where(TURNS.c.thread_id == thread_id, TURNS.c.status == "running")

        def work(connection: Connection) -> str | None:
            turn_id: str | None = connection.execute(running).scalar()
            if turn_id is not None:
                connection.execute(update(THREADS).where(THREADS.c.id == thread_id).values(stopped=turn_id))
            return turn_id

        return await self._inbox.write(work)

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
        figures = figures_of(turn, reply, at=now)

        def work(connection: Connection) -> tuple[bool, bool]:
            asked = _names(turn) | {"answered": turn.number, "now": now}
            more = _kept(turn, connection.execute(_FINISH, asked)).due_at is not None
            connection.execute(_TURN, done | {"turn": turn.id})
            connection.execute(_COUNT, figures)
            hid = turn.customer_id is None and _hide_codes(connection, turn)  # before its words are indexed
            connection.execute(_ANSWERED, {"turn": turn.id, "now_is": status, "now": now})
            return more, hid

        more, hid = await self._inbox.write(work)
        if hid:
            await self._inbox.empty_journal()
        return more

    async def give_back(self, turn: Turn, *, error: str | None, again_in: float = 0.0) -> None:
        """Give a turn back to be run again; without an error the attempt does not count. Raises LeaseLost."""
        attempts = turn.attempt if error else turn.attempt - 1
        due = {"due": self._inbox.now() + again_in}

        def work(connection: Connection) -> None:
            _kept(turn, connection.execute(_GIVE_BACK, _names(turn) | due))
            connection.execute(_TURN.values(attempts=attempts, error=error), {"turn": turn.id})

        await self._inbox.write(work)

    def _turn_of(self, connection: Connection, thread: RowMapping, alone: bool) -> Turn | CrashSuspect | None:
        """Take up the turn that was begun and not finished, or begin one with the messages that wait."""
        waiting = connection.execute(_WAITING, {"thread": thread["id"]}).mappings().all()
        if not waiting:
            _let_go(connection, thread["id"], due_at=None)
            return None
        begun, attempts, error = (waiting[0][name] for name in ("turn_id", "attempts", "error"))
        if begun is not None:
            suspect = attempts > 0 and error is None
            if suspect and not alone:
                _let_go(connection, thread["id"])
                return CrashSuspect(thread["id"])
            connection.execute(_TURN.values(attempts=attempts + 1, error=None), {"turn": begun})
            messages = [message for message in waiting if message["turn_id"] == begun]
            return replace(_turn(thread, messages), attempt=attempts + 1, suspect=suspect)
        turn = _turn(thread, self._burst(waiting))
        row = {"id": turn.id, "thread_id": turn.thread_id, "attempts": 1, "status": "running"}
        connection.execute(_BEGIN, row | {"started_at": self._inbox.now()})
        connection.execute(_BEGUN, {"thread": turn.thread_id, "newest": turn.number, "turn": turn.id})
        return turn

    def _burst(self, messages: Sequence[RowMapping]) -> Sequence[RowMapping]:
        """Return the oldest messages that fit into one turn together."""
        taken: list[RowMapping] = []
        room = self._inbox.limits.max_message_chars
        for message in messages:
            room -= len(message["text"]) + len(JOINT)
            if taken and room < 0:
                break
            taken.append(message)
        return taken


def _hide_codes(connection: Connection, turn: Turn) -> bool:
    """Take what looks like a one-time code out of answered messages of an open chat: it was used."""
    hid = False
    for message in connection.execute(select(MESSAGES).where(MESSAGES.c.turn_id == turn.id)).mappings().all():
        kept = {name: typed_code(message[name])[1] for name in ("text", "voice") if message[name]}
        if any(message[name] != text for name, text in kept.items()):
            connection.execute(update(MESSAGES).where(MESSAGES.c.id == message["id"]).values(**kept))
            hid = True
    return hid


def _let_go(connection: Connection, thread_id: str, **others: Any) -> None:
    free = update(THREADS).where(THREADS.c.id == thread_id)
    connection.execute(free.values(holder=None, lease_until=None, **others))


def _names(held: "Turn | HeldLease") -> dict[str, Any]:
    """Return what names a lease in a statement."""
    return {"this": held.thread_id, "held": held.token}


def _kept(turn: Turn, released: CursorResult[Any]) -> Row[Any]:
    """Return the thread's row that was released; raises LeaseLost where there was none."""
    if (row := released.first()) is None:
        raise LeaseLost(f"thread {turn.thread_id} was given to another worker; what this one wrote is dropped")
    return row


def _turn(thread: RowMapping, messages: Sequence[RowMapping]) -> Turn:
    return Turn(
        id=messages[-1]["id"],
        thread_id=thread["id"],
        token=thread["token"],
        attempt=1,
        text=JOINT.join(m["text"] for m in messages),
        spoken=joined([Spoken(**json.loads(m["voice"])) for m in messages if m["voice"]]),
        pictures=tuple(picture for m in messages if m["pictures"] for picture in json.loads(m["pictures"])),
        message_ids=tuple(m["id"] for m in messages),
        number=messages[-1]["number"],
        customer_id=thread["customer_id"],
        channel=thread["channel"],
        locale=thread["locale"],
        waited_since=messages[0]["accepted_at"],
    )

"""Accept messages durably: a row is on disk before its sender is told, and a repetition is recognised."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Double, RowMapping, bindparam, case, func, select, update
from sqlalchemy.exc import IntegrityError

from core.errors import Busy, KeyReused, NotFound
from core.pictures import Picture
from core.privacy.card_numbers import without_cards
from core.storage.database import OwnDatabase
from core.storage.secure_delete import empty_journal
from server.inbox.inbox_schema import MESSAGES, METADATA, RATINGS, THREADS, TURNS
from server.records import Accepted, Identity, Limits, Outcome, Spoken

ACCEPTED_AT_ONCE = 100
"""Messages that one process takes in at a time; beyond that it says so at once, where the database would be slow to."""
LONGEST_BURST = 5
"""A burst is closed after this many times its moment, even when messages keep coming."""

DAY_SECONDS = 86_400
WAITING = select(func.count()).select_from(MESSAGES).where(MESSAGES.c.status == "waiting")
# Statements of every message are written once: to make and to name one takes longer than to run it.
_LATELY = (
    select(MESSAGES.c.accepted_at)
    .where(MESSAGES.c.owner == bindparam("by"), MESSAGES.c.accepted_at.between(bindparam("since"), bindparam("until")))
    .order_by(MESSAGES.c.accepted_at.desc())
    .offset(bindparam("others"))
    .limit(1)
)
_LIMITS = select(WAITING.scalar_subquery(), _LATELY.scalar_subquery())
_OPEN_SINCE = (
    select(func.min(MESSAGES.c.accepted_at))
    .where(MESSAGES.c.thread_id == THREADS.c.id, MESSAGES.c.turn_id.is_(None))
    .scalar_subquery()
)
_DUE = bindparam("due", type_=Double)
_LONGEST = _OPEN_SINCE + bindparam("longest")
_ONE_MORE = (
    update(THREADS)
    .where(THREADS.c.id == bindparam("this"), THREADS.c.owner == bindparam("by"))
    .values(accepted=THREADS.c.accepted + 1, due_at=case((_DUE > _LONGEST, _LONGEST), else_=_DUE))
    .returning(THREADS.c.accepted)
)
_REPEATED = select(MESSAGES).where(MESSAGES.c.owner == bindparam("by"), MESSAGES.c.key == bindparam("key"))
_OUTCOME = (
    select(MESSAGES.c.thread_id, MESSAGES.c.status, TURNS.c.reply)
    .join_from(MESSAGES, TURNS, MESSAGES.c.turn_id == TURNS.c.id, isouter=True)
    .where(MESSAGES.c.id == bindparam("message"), MESSAGES.c.owner == bindparam("by"))
)


class Inbox(OwnDatabase):
    """Keep threads, messages and turns of any number of processes in one SQL database."""

    def __init__(
        self, url: str, limits: Limits, *, burst_seconds: float = 0.0, now: Callable[[], float] = time.time
    ) -> None:
        """Name the database; it is opened, and its tables are made, on first use."""
        super().__init__(url, METADATA, called="the inbox")
        self._url = url
        self.limits = limits
        self.now = now
        self._burst_seconds = burst_seconds
        self._accepting = asyncio.Semaphore(ACCEPTED_AT_ONCE)

    async def empty_journal(self) -> None:
        """Leave nothing of what was written over in the journal beside the database's file."""
        await empty_journal(self._url)

    async def accept(
        self,
        identity: Identity,
        text: str,
        *,
        thread_id: str | None = None,
        key: str | None = None,
        channel: str = "chat",
        locale: str = "en",
        spoken: Spoken | None = None,
        recording: bytes = b"",
        pictures: Sequence[Picture] = (),
    ) -> Accepted:
        """Return where a message stands, after it is on disk; without a thread id it begins a thread.

        A repetition is the same message when its text is the same, or its recording, which may be heard otherwise. Card
        numbers are never stored, only their last four digits.

        Raises:
            Busy: too many messages wait, or too many came from this owner; says when to try again.
            NotFound: the thread does not exist or belongs to somebody else, which look the same.
            KeyReused: the key came before with another message.
        """
        text = without_cards(text)
        voice = asdict(replace(spoken, heard=without_cards(spoken.heard))) if spoken else None
        kept = json.dumps(list(pictures)) if pictures else None
        digest = _hash(thread_id, recording or f"{text}{kept or ''}".encode())
        if self._accepting.locked():
            raise Busy("too many messages come at the moment; send it again a little later", retry_after=1)
        async with self._accepting:
            said = {"text": text, "voice": voice and json.dumps(voice), "pictures": kept}
            said |= {"key": key, "content_hash": digest}

            def work(connection: Connection) -> Accepted:
                if key and (known := self._repeated(connection, identity, key, digest)):
                    return known
                self._check_limits(connection, identity)
                now = self.now()
                if thread_id is None:
                    place = self._begin_thread(connection, identity, channel, locale, now), 1
                else:
                    place = thread_id, self._one_more(connection, identity, thread_id, now)
                return self._append(connection, identity, place, said, now)

            try:
                return await self.write(work)
            except IntegrityError:  # the same key at the same moment in another process: that one was first
                known = await self.write(lambda connection: self._repeated(connection, identity, str(key), digest))
                if known is None:
                    raise
                return known

    async def repeated(
        self, identity: Identity, key: str, *, thread_id: str | None, recording: bytes
    ) -> Accepted | None:
        """Return what a recording was accepted as under the same key; raises KeyReused when that was another one."""
        digest = _hash(thread_id, recording)
        return await self.read(lambda connection: self._repeated(connection, identity, key, digest))

    async def outcome(self, message_id: str, owner: str) -> Outcome:
        """Return what has become of a message; raises NotFound."""
        asked = {"message": message_id, "by": owner}
        row = await self.read(lambda connection: connection.execute(_OUTCOME, asked).mappings().first())
        if row is None:
            raise NotFound("there is no such message; use the message_id that the acceptance named")
        reply = json.loads(row["reply"]) if row["reply"] and row["status"] != "waiting" else None
        return Outcome(message_id=message_id, thread_id=row["thread_id"], status=row["status"], reply=reply)

    async def thread(self, thread_id: str, owner: str | None) -> dict[str, Any]:
        """Return a thread's row, of this owner or, for operators, of anybody; raises NotFound."""
        query = select(THREADS).where(THREADS.c.id == thread_id)
        if owner is not None:
            query = query.where(THREADS.c.owner == owner)
        row = await self.read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            raise _no_thread()
        return dict(row)

    async def waiting(self, thread_id: str) -> list[dict[str, Any]]:
        """Return the messages of a thread that have no answer yet, in order."""
        query = (
            select(MESSAGES.c.id, MESSAGES.c.turn_id, MESSAGES.c.text, MESSAGES.c.voice, MESSAGES.c.pictures)
            .where(MESSAGES.c.thread_id == thread_id, MESSAGES.c.status == "waiting")
            .order_by(MESSAGES.c.number)
        )
        return [row._asdict() for row in await self.rows(query)]

    async def count_waiting(self) -> int:
        """Return how many messages of all threads have no answer yet."""
        return await self.read(lambda connection: int(connection.execute(WAITING).scalar_one()))

    async def newest_thread(self, owner: str, fingerprint: str) -> str | None:
        """Return the owner's newest thread whose conversation has this fingerprint."""
        query = (
            select(THREADS.c.id)
            .where(THREADS.c.owner == owner, THREADS.c.fingerprint == fingerprint)
            .order_by(THREADS.c.created_at.desc())
            .limit(1)
        )
        return next((str(found) for [found] in await self.rows(query)), None)

    async def set_fingerprint(self, thread_id: str, fingerprint: str) -> None:
        """Remember how an OpenAI client will send the conversation back."""
        kept = update(THREADS).where(THREADS.c.id == thread_id).values(fingerprint=fingerprint)
        await self.write(lambda connection: connection.execute(kept))

    async def rate(self, thread_id: str, identity: Identity, score: int, comment: str) -> None:
        """Keep the newest rating of an own thread; raises NotFound."""
        own = select(THREADS.c.id).where(THREADS.c.id == thread_id, THREADS.c.owner == identity.owner)
        values = {"owner": identity.owner, "score": score, "comment": comment, "rated_at": self.now()}

        def work(connection: Connection) -> None:
            if connection.execute(own.with_for_update()).first() is None:
                raise _no_thread()
            changed = connection.execute(update(RATINGS).where(RATINGS.c.thread_id == thread_id).values(**values))
            if changed.rowcount == 0:
                connection.execute(RATINGS.insert().values(thread_id=thread_id, **values))

        await self.write(work)

    def _repeated(self, connection: Connection, identity: Identity, key: str, content_hash: str) -> Accepted | None:
        row = connection.execute(_REPEATED, {"by": identity.owner, "key": key}).mappings().first()
        if row is None:
            return None
        if row["content_hash"] != content_hash:
            raise KeyReused("this Idempotency-Key came before with another message; use a new key for a new message")
        return _accepted(row, repeated=True)

    def _check_limits(self, connection: Connection, identity: Identity) -> None:
        now = self.now()
        # What came "later than now" came before the clock was set back, and nobody knows how long ago.
        lately = {"by": identity.owner, "since": now - 60, "until": now, "others": self.limits.messages_per_minute - 1}
        waiting, oldest = connection.execute(_LIMITS, lately).one()
        if waiting >= self.limits.max_waiting:
            raise Busy("too many messages wait at the moment; send it again a little later", retry_after=2)
        if oldest is not None:
            raise Busy(
                f"at most {self.limits.messages_per_minute} messages a minute are accepted from one customer; "
                "send it again a little later",
                retry_after=max(1, round(oldest + 60 - now + 0.5)),
            )

    def _begin_thread(self, connection: Connection, identity: Identity, channel: str, locale: str, now: float) -> str:
        """Begin a thread with its first message; return its id."""
        if identity.anonymous:
            self._check_visitor(connection, identity.owner)
        thread_id = str(uuid4())
        row: dict[str, Any] = {"id": thread_id, "owner": identity.owner, "customer_id": identity.customer_id}
        row |= {"channel": channel, "locale": locale, "created_at": now}
        row |= {"accepted": 1, "due_at": now + self._burst_seconds}
        connection.execute(THREADS.insert(), row)
        return thread_id

    def _check_visitor(self, connection: Connection, owner: str) -> None:
        """Raise Busy where a visitor has begun many conversations in a day: each may bring in a person."""
        day = THREADS.c.created_at.between(self.now() - DAY_SECONDS, self.now())
        begun = select(func.count()).select_from(THREADS).where(THREADS.c.owner == owner, day)
        if int(connection.execute(begun).scalar_one()) >= self.limits.visitor_threads_per_day:
            raise Busy("too many conversations were begun today; go on with one of them", retry_after=3600)

    def _one_more(self, connection: Connection, identity: Identity, thread_id: str, now: float) -> int:
        """Lock an own thread's row, count one more message and say when it is due; return its number.

        Raises:
            NotFound: there is no such thread.
        """
        burst = self._burst_seconds
        asked = {"this": thread_id, "by": identity.owner, "due": now + burst, "longest": LONGEST_BURST * burst}
        number: int | None = connection.execute(_ONE_MORE, asked).scalar()
        if number is None:
            raise _no_thread()
        return number

    def _append(
        self,
        connection: Connection,
        identity: Identity,
        place: tuple[str, int],
        said: Mapping[str, Any],
        now: float,
    ) -> Accepted:
        thread_id, number = place
        row = {"id": str(uuid4()), "thread_id": thread_id, "number": number, "owner": identity.owner}
        row |= {**said, "accepted_at": now, "status": "waiting"}
        connection.execute(MESSAGES.insert(), row)
        return _accepted(row)


def _hash(thread_id: str | None, content: bytes) -> str:
    return hashlib.sha256(f"{thread_id or ''}\n".encode() + content).hexdigest()


def _accepted(row: Mapping[str, Any] | RowMapping, *, repeated: bool = False) -> Accepted:
    same = {name: row[name] for name in ("thread_id", "number", "text")}
    spoken = Spoken(**json.loads(row["voice"])) if row["voice"] else None
    return Accepted(message_id=row["id"], **same, spoken=spoken, repeated=repeated)


def _no_thread() -> NotFound:
    return NotFound("there is no such thread; begin a new one by leaving thread_id out")

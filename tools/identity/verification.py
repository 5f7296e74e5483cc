"""Prove who a customer in an open chat is: details that fit an account, then a one-time code by e-mail.

Nothing told to the chat depends on whether an account exists: for details that fit none a code is made as well, which
nobody gets. Codes are kept as scrypt digests (RFC 7914) bound to thread and customer, and compared in constant time.
"""

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    text,
    update,
)

from core.clock import utc_now
from core.errors import BackendUnavailable, Refused
from core.storage.column_types import Instant
from core.storage.database import OwnDatabase
from core.storage.engines import AsyncConnection
from core.storage.schema_versions import HISTORY, History
from tools.business.business_rules import IdentityRule

metadata = MetaData(info={HISTORY: History("proofs")})

proofs = Table(
    "identity_proofs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("thread_id", String(255), nullable=False),
    Column("customer_id", String(255), comment="whose account was named, or none where there is no such account"),
    Column("asked_at", Instant, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="of thread, customer and code; empty once the code is over"),
    Column("tries", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False, comment="a code may still be typed for it"),
    Column("proven_by", String(255), comment="message that held the right code"),
)
Index("identity_proofs_of_thread", proofs.c.thread_id, proofs.c.asked_at)
Index("identity_proofs_of_customer", proofs.c.customer_id, proofs.c.asked_at)


logger = logging.getLogger(__name__)

NO_MATCH = "I cannot find an account with these details. Please check them and tell me again."
TOO_MANY = (
    "I have been given details too often in this conversation. Please try again in an hour, sign in, "
    "or ask me for a colleague."
)
CANNOT_SEND = "I cannot send a one-time code here. Please sign in, or ask me for a colleague."
INCOMPLETE = "I need either the e-mail address of the account, or first name, last name and postcode together."
HOUR = timedelta(hours=1)
CLOCKS_APART = timedelta(minutes=1)
"""By how much the clocks of processes may differ; what is further ahead was written before a clock was set back."""
SEND_SECONDS = 20.0


class CodeSender(Protocol):
    """Bring a one-time code to a customer by a way that only they read."""

    async def send(self, *, email: str, code: str, minutes: int) -> None:
        """Send the code, which is good for so many minutes; raises BackendUnavailable when that fails."""
        ...


class Account(Protocol):
    """An account that details fit."""

    @property
    def id(self) -> str:
        """Who the customer is."""
        ...

    @property
    def email(self) -> str:
        """Where codes go."""
        ...


class Accounts(Protocol):
    """Find accounts by what a customer says; every method raises BackendUnavailable where nobody can tell."""

    async def find_customer(self, *, email: str) -> Account | None:
        """Return the account of an e-mail address, or None."""
        ...

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> Account | None:
        """Return the account of a person at a postcode, or None."""
        ...

    async def get_customer(self, customer_id: str) -> Account:
        """Return an account by its id; raises Refused where there is none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a customer says about who they are; a claim identifies nobody."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    zip: str = ""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What became of a typed code."""

    state: Literal["proven", "wrong", "over"]
    """`over`: too late, too many tries, or none was asked for."""
    customer_id: str | None = None
    tries_left: int = 0


class IdentityDesk:
    """Keep proofs in SQLite or PostgreSQL; every method raises BackendUnavailable when they cannot be kept."""

    def __init__(
        self,
        url: str,
        *,
        accounts: Accounts,
        rule: IdentityRule,
        sender: CodeSender | None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.rule = rule
        self._database = OwnDatabase(url, metadata, called="the record of proofs")
        self._accounts, self._sender, self._clock = accounts, sender, clock
        self._sending: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Let codes on their way be sent, then close the connections of the running event loop."""
        here = [task for task in self._sending if task.get_loop() is asyncio.get_running_loop()]
        await asyncio.gather(*here, return_exceptions=True)
        await self._database.close()

    async def identify(self, thread_id: str, claim: Claim) -> Account | None:
        """Take a claim: return the customer where details suffice for reads, else send a code and return None.

        Raises:
            Refused: the claim is incomplete, came too often, or (only where details suffice) fits no account.
        """
        found = await self._named(claim)
        if self.rule.reads == "details":
            await self._record(thread_id, found, code=None)
            if found is None:
                raise Refused(NO_MATCH)
            return found
        await self._send_code(thread_id, found)
        return None

    async def send_code(self, thread_id: str, customer_id: str) -> None:
        """Send a code to a customer who is known by details; raises as `identify`."""
        await self._send_code(thread_id, await self._accounts.get_customer(customer_id))

    def still_proven(self, proven_at: float) -> bool:
        """Say whether a code that was typed at this moment, in seconds since 1970, still proves who is writing."""
        age = self._clock().timestamp() - proven_at
        return -CLOCKS_APART.total_seconds() <= age <= self.rule.proof_hours * 3600

    def now(self) -> float:
        """Return the present moment in seconds since 1970."""
        return self._clock().timestamp()

    async def check(self, thread_id: str, code: str, *, message_id: str) -> Checked:
        """Compare a typed code with the one that was sent for this thread; a message again gets the same answer."""
        newest = select(proofs).where(proofs.c.thread_id == thread_id).order_by(proofs.c.number.desc()).limit(1)
        async with self._database.writing() as connection:
            row = (await connection.execute(newest)).mappings().first()
            if row is None:
                return Checked(state="over")
            if row["proven_by"] == message_id:
                return Checked(state="proven", customer_id=row["customer_id"])
            in_time = -CLOCKS_APART <= self._clock() - row["asked_at"] < timedelta(minutes=self.rule.code_minutes)
            if not row["is_open"] or not in_time:
                await self._end(connection, row["number"])
                return Checked(state="over")
            # The try is counted before the comparison: whoever asks many times at once has no more tries.
            free = (proofs.c.number == row["number"]) & proofs.c.is_open & (proofs.c.tries < self.rule.code_tries)
            if not (await connection.execute(update(proofs).where(free).values(tries=proofs.c.tries + 1))).rowcount:
                return Checked(state="over")
        typed = await asyncio.to_thread(_digest, thread_id, row["customer_id"], code, row["salt"])
        right = hmac.compare_digest(typed, row["digest"]) and row["customer_id"] is not None
        left = self.rule.code_tries - row["tries"] - 1
        async with self._database.writing() as connection:
            if right:
                await self._end(connection, row["number"], proven_by=message_id)
                return Checked(state="proven", customer_id=row["customer_id"])
            if left <= 0:
                await self._end(connection, row["number"])
                return Checked(state="over")
        return Checked(state="wrong", tries_left=left)

    async def _named(self, claim: Claim) -> Account | None:
        if claim.email.strip():
            return await self._accounts.find_customer(email=claim.email.strip())
        name = (claim.first_name.strip(), claim.last_name.strip(), claim.zip.strip())
        if not all(name):
            raise Refused(INCOMPLETE)
        return await self._accounts.find_customer_by_name(first_name=name[0], last_name=name[1], zip_code=name[2])

    async def _send_code(self, thread_id: str, customer: Account | None) -> None:
        if self._sender is None:
            raise Refused(CANNOT_SEND)
        code = f"{secrets.randbelow(1_000_000):06d}"
        wanted = await self._record(thread_id, customer, code=code)
        if wanted and customer and customer.email:
            # Beside the turn: how long a mail server takes would tell that there is such an account.
            task = asyncio.create_task(self._deliver(self._sender, customer.email, code), name="one-time-code")
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _deliver(self, sender: CodeSender, email: str, code: str) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await sender.send(email=email, code=code, minutes=self.rule.code_minutes)
        except (BackendUnavailable, TimeoutError) as error:
            logger.warning("a one-time code could not be sent (%s); check SUPPORT_CODE_SENDER", type(error).__name__)

    async def _record(self, thread_id: str, customer: Account | None, *, code: str | None) -> bool:
        """Keep an attempt; returns whether its code may be sent: an account with too many gets none, silently."""
        now, salt = self._clock(), secrets.token_bytes(16)
        customer_id = customer.id if customer else None
        recent = select(func.count()).where(proofs.c.asked_at > now - HOUR, proofs.c.asked_at < now + HOUR)
        unproven = recent.where(proofs.c.customer_id == (customer_id or ""), proofs.c.proven_by.is_(None))
        digest = await asyncio.to_thread(_digest, thread_id, customer_id, code or secrets.token_hex(8), salt)
        async with self._database.writing() as connection:
            await _one_at_a_time(connection)
            of_thread = await connection.scalar(recent.where(proofs.c.thread_id == thread_id))
            if (of_thread or 0) >= self.rule.attempts_per_hour:
                raise Refused(TOO_MANY)
            sent = await connection.scalar(unproven)
            may_send = customer_id is not None and (sent or 0) < self.rule.attempts_per_hour
            if code is not None and not may_send:
                customer_id = None  # the digest fits no code then
            earlier = (proofs.c.thread_id == thread_id) & proofs.c.is_open
            await connection.execute(update(proofs).where(earlier).values(is_open=False, digest=b""))
            row = {"thread_id": thread_id, "customer_id": customer_id, "asked_at": now, "salt": salt, "digest": digest}
            await connection.execute(insert(proofs).values(row | {"tries": 0, "is_open": code is not None}))
        return may_send

    async def _end(self, connection: AsyncConnection, number: int, *, proven_by: str | None = None) -> None:
        """Make a code unusable, and forget even its digest."""
        values = {"is_open": False, "digest": b""} | ({"proven_by": proven_by} if proven_by else {})
        await connection.execute(update(proofs).where(proofs.c.number == number).values(values))


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """Let attempts wait for each other, so that each counts those before it; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(445204)"))


def _digest(thread_id: str, customer_id: str | None, code: str, salt: bytes) -> bytes:
    bound = "\x1f".join((thread_id, customer_id or "", code)).encode()
    return hashlib.scrypt(bound, salt=salt, n=2**14, r=8, p=1, dklen=32)

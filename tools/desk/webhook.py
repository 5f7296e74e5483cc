"""Send every change of a ticket to another system: signed, in order, repeated until it arrives, known by its id.

The request follows the Standard Webhooks specification (standardwebhooks.com): headers `webhook-id`,
`webhook-timestamp` and `webhook-signature`, the latter `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`. The id,
repeated as `Idempotency-Key`, stays the same in every attempt, so that a receiver that keeps ids handles each change
once.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import httpx
from sqlalchemy import RowMapping, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from core.clock import utc_now
from core.observability.counters import WEBHOOKS_GIVEN_UP
from core.storage.database import Database
from core.storage.engines import AsyncConnection
from tools.desk.desk_schema import events, serial_of
from tools.desk.ticket_data import ticket_data
from tools.desk.tickets import Ticket

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0
LEASE = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
MAX_ATTEMPTS = 40
"""About a day and a half of trying; then the event is given up and stays listed."""
GRACE_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Count what happened to the events that were due."""

    sent: int
    failed: int
    waiting: int
    given_up: int


@dataclass(frozen=True)
class _Sender:
    task: asyncio.Task[None]
    closing: asyncio.Event


class WebhookOutbox:
    """Keep changes in the desk's database and post them to one address."""

    def __init__(
        self,
        database: Database,
        url: str,
        secret: str,
        *,
        now: Callable[[], datetime] = utc_now,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._database = database
        self._url = url
        self._secret = secret
        self._now = now
        self._timeout = timeout
        self._senders: WeakKeyDictionary[asyncio.AbstractEventLoop, _Sender] = WeakKeyDictionary()

    async def add(self, connection: AsyncConnection, kind: str, ticket: Ticket) -> None:
        """Record a change for sending."""
        uid = f"evt_{uuid4().hex}"
        body = json.dumps({"id": uid, "type": kind, "ticket": ticket_data(ticket)}, ensure_ascii=False, default=str)
        values = {"uid": uid, "ticket": serial_of(ticket.id), "kind": kind, "body": body, "attempts": 0}
        await connection.execute(events.insert().values({**values, "next_attempt_at": self._now()}))

    def wake(self) -> None:
        """Send in the background of the running event loop until nothing is left; failures wait and are tried again."""
        loop = asyncio.get_running_loop()
        sender = self._senders.get(loop)
        if sender is None or sender.task.done():
            closing = asyncio.Event()
            self._senders[loop] = _Sender(loop.create_task(self._send_all(closing), name="ticket-webhook"), closing)

    async def close(self) -> None:
        """Let what is being sent arrive, then end; what is left stays recorded."""
        sender = self._senders.pop(asyncio.get_running_loop(), None)
        if sender:
            sender.closing.set()
            await asyncio.wait([sender.task], timeout=GRACE_SECONDS)
            sender.task.cancel()
            await asyncio.gather(sender.task, return_exceptions=True)

    async def send_due(self) -> Sending:
        """Post every event whose time has come, a ticket's events one after the other, and count what happened."""
        sent = failed = 0
        async with httpx.AsyncClient(timeout=self._timeout) as client:
            while event := await self._claim():
                problem, wait = await self._post(client, event)
                await self._record(event, problem, wait)
                sent, failed = sent + (not problem), failed + bool(problem)
        async with self._database.reading() as connection:
            unsent = select(func.count()).where(events.c.sent_at.is_(None))
            waiting = await connection.scalar(unsent.where(events.c.given_up_at.is_(None)))
            given_up = await connection.scalar(unsent.where(events.c.given_up_at.is_not(None)))
        return Sending(sent=sent, failed=failed, waiting=waiting or 0, given_up=given_up or 0)

    async def _send_all(self, closing: asyncio.Event) -> None:
        try:
            while (await self.send_due()).waiting and not closing.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(closing.wait(), FIRST_WAIT.total_seconds())
        except SQLAlchemyError as error:
            logger.warning("the webhook outbox cannot be read (%s); it is tried again later", type(error).__name__)

    async def _claim(self) -> RowMapping | None:
        """Take the next due event for this process; the oldest unsent one of a ticket goes first."""
        now = self._now()
        unsent = (events.c.sent_at.is_(None), events.c.given_up_at.is_(None))
        first_of_ticket = select(func.min(events.c.id)).where(*unsent).group_by(events.c.ticket)
        free = or_(events.c.leased_until.is_(None), events.c.leased_until <= now)
        due = (*unsent, events.c.id.in_(first_of_ticket), events.c.next_attempt_at <= now, free)
        query = select(events).where(*due).order_by(events.c.id).limit(1).with_for_update(skip_locked=True)
        async with self._database.writing() as connection:
            event = (await connection.execute(query)).mappings().first()
            if event is not None:
                lease = update(events).where(events.c.id == event["id"])
                await connection.execute(lease.values(leased_until=now + LEASE))
            return event

    async def _post(self, client: httpx.AsyncClient, event: RowMapping) -> tuple[str, timedelta]:
        """Return what went wrong ("" when it arrived) and how long the receiver asked to wait."""
        stamp = str(int(self._now().timestamp()))
        headers = {
            "content-type": "application/json",
            "idempotency-key": event["uid"],
            "webhook-id": event["uid"],
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self._secret, event["uid"], stamp, event["body"]),
        }
        try:
            response = await client.post(self._url, content=event["body"].encode(), headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__, timedelta()
        if response.is_success or response.status_code == httpx.codes.CONFLICT:  # 409: it has this id already
            return "", timedelta()
        asked = response.headers.get("retry-after", "")
        return f"HTTP {response.status_code}", timedelta(seconds=int(asked)) if asked.isdigit() else timedelta()

    async def _record(self, event: RowMapping, problem: str, wait: timedelta) -> None:
        attempts, now = event["attempts"] + 1, self._now()
        values: dict[str, Any] = {"attempts": attempts, "leased_until": None, "last_problem": problem or None}
        if not problem:
            values["sent_at"] = now
        elif attempts >= MAX_ATTEMPTS:
            values["given_up_at"] = now
            WEBHOOKS_GIVEN_UP.inc()
            logger.error("event %s of a ticket was given up after %d attempts: %s", event["uid"], attempts, problem)
        else:
            values["next_attempt_at"] = now + min(max(wait, FIRST_WAIT * 2 ** min(attempts - 1, 20)), LONGEST_WAIT)
        async with self._database.writing() as connection:
            await connection.execute(update(events).where(events.c.id == event["id"]).values(values))


def signature(secret: str, uid: str, timestamp: str, body: str) -> str:
    """Return the `webhook-signature` of a request; a `whsec_` secret is base64, any other is taken as it is."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.new(key, f"{uid}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"

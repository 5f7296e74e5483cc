"""Send tickets to a receiver that times out, fails and repeats: each change arrives once, signed and in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.storage.database import Database
from tests.desk_fakes import FakeClock, request
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.webhook import MAX_ATTEMPTS, Sending, WebhookOutbox, signature

SECRET = "whsec_dGhpcyBpcyBhIHNlY3JldA=="
pytestmark = pytest.mark.server


class Receiver:
    """Answer each request by the next word of a script; keep ids as a good receiver does."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.handled: dict[str, str] = {}
        """Kind of change by webhook id: what really happened at the receiver."""
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:])}
        body = (await reader.readexactly(int(headers["content-length"]))).decode()
        self.requests.append(headers)
        wanted = signature(SECRET, headers["webhook-id"], headers["webhook-timestamp"], body)
        how = self.script.pop(0) if self.script else "200"
        if headers["webhook-signature"] != wanted:
            how = "401"
        elif how in ("200", "handled, then silent", "handled, then 500"):
            self.handled.setdefault(headers["webhook-id"], json.loads(body)["type"])
        if how == "handled, then silent":
            await reader.read()  # until the other side has had enough
        elif how != "hang up":
            status, extra = (500, "") if "500" in how else (int(how[:3]), how[3:])
            writer.write(f"HTTP/1.1 {status} X\r\n{extra}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        writer.close()


@asynccontextmanager
async def receiving(*script: str) -> AsyncIterator[Receiver]:
    receiver = Receiver(*script)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/tickets"
    async with server:
        yield receiver


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[Callable[[], Database]]:
    """Open any number of connections to one desk, and close them at the end."""
    opened: list[Database] = []

    def another() -> Database:
        opened.append(Database(database_url))
        return opened[-1]

    yield another
    for database in opened:
        await database.close()


class Manual(WebhookOutbox):
    """Send only when a test says so."""

    def wake(self) -> None:
        return


def desk_with(outbox: WebhookOutbox, database: Database, clock: FakeClock) -> SqlTicketDesk:
    return SqlTicketDesk(database, outbox=outbox, now=clock)


async def test_each_change_is_handled_once_and_in_order_whatever_the_receiver_does(
    databases: Callable[[], Database],
) -> None:
    clock, database = FakeClock(), databases()
    script = ["500", "handled, then silent", "hang up", "429retry-after: 30\r\n", "handled, then 500", "200"]
    async with receiving(*script) as receiver:
        outbox = Manual(database, receiver.url, SECRET, now=clock, timeout=0.3)
        desk = desk_with(outbox, database, clock)
        await desk.open_ticket(request())
        await desk.add_note("T1001", author="customer", text="hello?", key="m1")
        await desk.reply("T1001", operator="mia", text="Hello.", key="r1")
        await desk.resolve("T1001")
        for _ in range(20):
            await outbox.send_due()
            clock.advance(minutes=10)
        assert (await outbox.send_due()) == Sending(sent=0, failed=0, waiting=0, given_up=0)
        kinds = ["ticket.opened", "ticket.noted", "ticket.replied", "ticket.resolved"]
        assert list(receiver.handled.values()) == kinds
        assert len(receiver.requests) > len(kinds)
        assert {r["idempotency-key"] for r in receiver.requests} == set(receiver.handled)


async def test_a_failed_event_waits_longer_each_time_and_as_long_as_asked(databases: Callable[[], Database]) -> None:
    clock, database = FakeClock(), databases()
    async with receiving("500", "503retry-after: 120\r\n", "200") as receiver:
        outbox = Manual(database, receiver.url, SECRET, now=clock)
        await desk_with(outbox, database, clock).open_ticket(request())
        assert (await outbox.send_due()).failed == 1
        clock.advance(seconds=4)
        assert (await outbox.send_due()).failed == 0
        clock.advance(seconds=1)
        assert (await outbox.send_due()).failed == 1
        clock.advance(seconds=119)
        assert (await outbox.send_due()).sent == 0
        clock.advance(seconds=1)
        assert (await outbox.send_due()).sent == 1


async def test_two_processes_do_not_send_the_same_event(databases: Callable[[], Database]) -> None:
    clock, database = FakeClock(), databases()
    async with receiving() as receiver:
        others = [Manual(databases(), receiver.url, SECRET, now=clock) for _ in range(4)]
        desk = desk_with(others[0], database, clock)
        for thread in "abcdefgh":
            await desk.open_ticket(request(thread))
        await asyncio.gather(*(outbox.send_due() for outbox in others))
        assert len(receiver.requests) == len(receiver.handled) == 8


async def test_an_event_of_a_process_that_died_while_sending_is_sent_by_another(
    databases: Callable[[], Database],
) -> None:
    clock, database = FakeClock(), databases()
    async with receiving() as receiver:
        outbox = Manual(database, receiver.url, SECRET, now=clock)
        await desk_with(outbox, database, clock).open_ticket(request())
        assert await outbox._claim() is not None  # and nothing more is heard of that process
        assert (await outbox.send_due()).sent == 0
        clock.advance(minutes=2)
        assert (await outbox.send_due()).sent == 1
        assert len(receiver.handled) == 1


async def test_a_receiver_that_never_accepts_is_given_up_and_stays_listed(databases: Callable[[], Database]) -> None:
    clock, database = FakeClock(), databases()
    async with receiving() as receiver:
        outbox = Manual(database, receiver.url, "another secret", now=clock)
        await desk_with(outbox, database, clock).open_ticket(request())
        for _ in range(MAX_ATTEMPTS + 1):
            left = await outbox.send_due()
            clock.advance(hours=2)
        assert left.given_up == 1
        assert len(receiver.requests) == MAX_ATTEMPTS
        assert receiver.handled == {}


async def test_the_desk_sends_by_itself_and_ends_cleanly(databases: Callable[[], Database]) -> None:
    database = databases()
    async with receiving() as receiver:
        desk = SqlTicketDesk(database, outbox=WebhookOutbox(database, receiver.url, SECRET))
        await desk.open_ticket(request())
        await desk.close()
        assert list(receiver.handled.values()) == ["ticket.opened"]


async def test_a_desk_whose_receiver_is_down_still_opens_tickets(databases: Callable[[], Database]) -> None:
    database = databases()
    desk = SqlTicketDesk(database, outbox=WebhookOutbox(database, "http://127.0.0.1:9/", SECRET))
    assert (await desk.open_ticket(request())).id == "T1001"
    async with database.reading() as connection:
        rows = await connection.exec_driver_sql("SELECT count(*) FROM ticket_events WHERE sent_at IS NULL")
        assert rows.scalar() == 1
    await desk.close()

"""Take turns as several workers do, on SQLite and PostgreSQL: one at a time a thread, in order, fenced, again after a
death.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import Busy, LeaseLost, NotFound
from server.inbox.leases import Leases
from server.inbox.message_inbox import Inbox
from server.records import CrashSuspect, Identity, Limits, Spoken, Turn
from tests.postgres import fresh_database

ADA = Identity(subject="ada", role="customer")
REPLY = {"text": "hello"}


class Clock:
    """A time that passes when told to."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


class Workers:
    """Two workers of one inbox."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = Clock()
        self.inbox = Inbox(
            url, Limits(messages_per_minute=1000, max_message_chars=100), burst_seconds=1, now=self.clock
        )
        self.one, self.two = (Leases(self.inbox, holder=name, seconds=10) for name in ("one", "two"))

    async def write(self, text: str, thread: str | None = None) -> str:
        return (await self.inbox.accept(ADA, text, thread_id=thread)).thread_id

    async def take(self, worker: Leases, **options: Any) -> Turn:
        found = await worker.claim(**options)
        assert isinstance(found, Turn)
        return found


@pytest.fixture(scope="module")
def postgres(shared_postgres: str) -> str:
    return fresh_database(shared_postgres)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
async def workers(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Workers]:
    url = f"sqlite:///{tmp_path}/inbox.db" if request.param == "sqlite" else request.getfixturevalue("postgres")
    made = Workers(url)
    async with made.inbox.writing() as connection:
        for table in ("inbox_threads", "inbox_messages", "inbox_turns"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")
    yield made
    await made.inbox.close()


async def test_a_burst_is_one_turn_and_what_comes_later_is_the_next(workers: Workers) -> None:
    thread = await workers.write("where")
    workers.clock.seconds += 0.5
    await workers.write("is it?", thread)
    workers.clock.seconds += 0.9
    assert await workers.one.claim() is None, "the burst still goes on"
    workers.clock.seconds += 0.2
    turn = await workers.take(workers.one)
    assert turn.text == "where\n\nis it?"
    await workers.write("hello?", thread)
    workers.clock.seconds += 5
    assert await workers.two.claim() is None, "one at a time"
    assert await workers.one.finish(turn, REPLY)
    assert (await workers.take(workers.two)).text == "hello?"


async def test_a_burst_that_never_ends_is_closed(workers: Workers) -> None:
    thread = await workers.write("a")
    for _ in range(9):
        workers.clock.seconds += 0.9
        await workers.write("b", thread)
    assert isinstance(await workers.one.claim(), Turn)


async def test_messages_that_are_too_long_together_are_not_joined(workers: Workers) -> None:
    thread = await workers.write("x" * 60)
    await workers.write("y" * 60, thread)
    workers.clock.seconds += 2
    turn = await workers.take(workers.one)
    assert turn.text == "x" * 60
    await workers.one.finish(turn, REPLY)
    assert (await workers.take(workers.one)).text == "y" * 60


async def test_a_dead_workers_turn_is_taken_over_and_its_late_reply_is_dropped(workers: Workers) -> None:
    await workers.write("hello")
    workers.clock.seconds += 2
    lost = await workers.take(workers.one)
    workers.clock.seconds += 11
    again = await workers.take(workers.two)
    assert (again.id, again.text, again.attempt) == (lost.id, lost.text, 2)
    assert again.token > lost.token
    assert not await workers.one.renew(lost)
    with pytest.raises(LeaseLost):
        await workers.one.finish(lost, {"text": "too late"})
    with pytest.raises(LeaseLost):
        await workers.one.give_back(lost, error="too late")
    await workers.two.finish(again, REPLY)
    outcome = await workers.inbox.outcome(again.message_ids[0], ADA.owner)
    assert outcome.reply == REPLY


async def test_a_renewed_lease_holds(workers: Workers) -> None:
    await workers.write("hello")
    workers.clock.seconds += 2
    turn = await workers.take(workers.one)
    for _ in range(5):
        workers.clock.seconds += 9
        assert await workers.one.renew(turn)
        assert await workers.two.claim() is None


async def test_what_may_have_killed_a_process_runs_alone(workers: Workers) -> None:
    await workers.write("poison?")
    workers.clock.seconds += 2
    await workers.take(workers.one)
    workers.clock.seconds += 11
    assert isinstance(await workers.two.claim(alone=False), CrashSuspect)
    turn = await workers.take(workers.two)
    assert turn.suspect
    assert turn.attempt == 2, "being named is no attempt"
    await workers.two.give_back(turn, error="it said what is wrong")
    assert not (await workers.take(workers.one, alone=False)).suspect


async def test_a_turn_that_is_handed_on_costs_no_attempt(workers: Workers) -> None:
    await workers.write("hello")
    workers.clock.seconds += 2
    for _ in range(5):
        turn = await workers.take(workers.one, alone=False)
        assert turn.attempt == 1
        await workers.one.give_back(turn, error=None)


async def test_many_claims_at_once_give_each_turn_once(workers: Workers) -> None:
    threads = {await workers.write("hello") for _ in range(8)}
    workers.clock.seconds += 2
    found = await asyncio.gather(*(worker.claim() for worker in (workers.one, workers.two) for _ in range(8)))
    turns = [turn.thread_id for turn in found if isinstance(turn, Turn)]
    assert len(turns) == len(set(turns))
    assert set(turns) <= threads
    while isinstance(turn := await workers.one.claim(), Turn):
        turns.append(turn.thread_id)
    assert sorted(turns) == sorted(threads)


async def test_an_operators_work_waits_for_the_turn_and_the_turn_for_it(workers: Workers) -> None:
    thread = await workers.write("hello")
    workers.clock.seconds += 2
    turn = await workers.take(workers.one)
    with pytest.raises(Busy):
        async with workers.two.holding(thread, patience=0.2):
            pass
    await workers.one.finish(turn, REPLY)
    await workers.write("more", thread)
    workers.clock.seconds += 2
    async with workers.two.holding(thread) as token:
        assert token == turn.token + 1
        assert await workers.one.claim() is None
    assert isinstance(await workers.one.claim(), Turn)
    async with workers.two.holding("a thread of another server") as token:
        assert token is None


async def test_a_foreign_thread_takes_no_message(workers: Workers) -> None:
    thread = await workers.write("hello")
    with pytest.raises(NotFound):
        await workers.inbox.accept(Identity(subject="ben", role="customer"), "hi", thread_id=thread)
    with pytest.raises(NotFound):
        await workers.inbox.accept(Identity(subject="ada", role="customer", anonymous=True), "hi", thread_id=thread)


async def test_what_was_heard_goes_with_its_turn(workers: Workers) -> None:
    spoken = Spoken(heard="order one two", seconds=2.5)
    accepted = await workers.inbox.accept(ADA, "order 12", spoken=spoken, recording=b"sound")
    await workers.write("please", accepted.thread_id)
    workers.clock.seconds += 2
    turn = await workers.take(workers.one)
    assert (turn.text, turn.spoken) == ("order 12\n\nplease", spoken)


async def test_an_inbox_of_an_earlier_version_gets_the_columns_it_lacks(workers: Workers) -> None:
    first = await workers.inbox.accept(ADA, "hello", key="k")
    async with workers.inbox.writing() as connection:  # what is older than this column names no version either
        await connection.execute(text("ALTER TABLE inbox_messages DROP COLUMN voice"))
        await connection.execute(text("DROP TABLE inbox_schema_version"))
    newer = Inbox(workers.url, workers.inbox.limits, now=workers.clock)
    again = await newer.accept(ADA, "hello", key="k")
    assert (again.message_id, again.spoken, again.repeated) == (first.message_id, None, True)
    await newer.close()


async def test_a_clock_that_is_set_back_holds_up_nobody(workers: Workers) -> None:
    workers.inbox.limits = Limits(messages_per_minute=2, max_message_chars=100)
    thread = await workers.write("where is my order?")
    await workers.write("hello?")
    workers.clock.seconds += 2
    left = await workers.take(workers.one, thread_id=thread)
    workers.clock.seconds -= 3600
    again = await workers.write("are you there?")
    await workers.write("hello?", again)
    with pytest.raises(Busy):
        await workers.write("hello?", again)
    # What was due or leased by the clock of before is taken up at once, and its former holder can write nothing any
    # more.
    taken = await workers.take(workers.two, thread_id=thread)
    assert taken.text == left.text
    with pytest.raises(LeaseLost):
        await workers.one.finish(left, REPLY)
    workers.clock.seconds += 2
    assert (await workers.take(workers.one, thread_id=again)).text == "are you there?\n\nhello?"


async def test_a_visitor_begins_only_so_many_conversations_a_day(workers: Workers) -> None:
    workers.inbox.limits = Limits(messages_per_minute=1000, visitor_threads_per_day=3)
    visitor, other = (Identity(subject=f"visitor-{n}", role="customer", anonymous=True) for n in range(2))
    first, *_ = [(await workers.inbox.accept(visitor, "a person, please")).thread_id for _ in range(3)]
    with pytest.raises(Busy, match="go on with one of them"):
        await workers.inbox.accept(visitor, "a person, please")
    await workers.inbox.accept(visitor, "hello?", thread_id=first)
    await workers.inbox.accept(other, "a person, please")
    workers.clock.seconds += 86_401
    await workers.inbox.accept(visitor, "a person, please")

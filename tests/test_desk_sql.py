"""Keep tickets in a database, SQLite or PostgreSQL: one a thread, every message once, the clock going on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import BackendUnavailable, KeyReused, Refused
from core.storage.database import Database
from tests.desk_fakes import MONDAY, FakeClock, draft, request
from tools.desk.sql_desk import SqlTicketDesk


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def desk(database_url: str, clock: FakeClock) -> AsyncIterator[SqlTicketDesk]:
    made = SqlTicketDesk(Database(database_url), now=clock)
    yield made
    await made.close()


async def test_a_ticket_comes_back_as_it_was_opened(desk: SqlTicketDesk) -> None:
    wanted = request(draft=draft(facts=("order W1 was delivered",)), channel="voice", locale="de", callback=True)
    opened = await desk.open_ticket(wanted)
    again = await desk.get_ticket("t1001")
    assert again == opened
    assert (again.id, again.status, again.created_at) == ("T1001", "pending", MONDAY)
    assert (again.draft, again.channel, again.locale, again.callback) == (wanted.draft, "voice", "de", True)


async def test_asking_twice_makes_one_ticket_even_from_two_processes(database_url: str) -> None:
    desks = [SqlTicketDesk(Database(database_url)) for _ in range(5)]
    opened = await asyncio.gather(*(desk.open_ticket(request()) for desk in desks for _ in range(4)))
    assert {ticket.id for ticket in opened} == {"T1001"}
    assert len(await desks[0].list_tickets()) == 1
    for desk in desks:
        await desk.close()


async def test_each_thread_has_its_own_ticket(desk: SqlTicketDesk) -> None:
    assert [(await desk.open_ticket(request(thread))).id for thread in "abc"] == ["T1001", "T1002", "T1003"]


async def test_who_had_many_tickets_gets_no_further_one_while_people_have_one(
    database_url: str, clock: FakeClock
) -> None:
    desk = SqlTicketDesk(Database(database_url), now=clock, most_tickets=3)
    ids = [(await desk.open_ticket(request(thread))).id for thread in "abc"]
    assert [(await desk.open_ticket(request(thread))).id for thread in "dde"] == ["T1003"] * 3
    assert [(await desk.open_ticket(request("x", customer_id=who))).id for who in ("ben", None)] == ["T1004"] * 2
    noted = [note for note in (await desk.get_ticket("T1003")).notes if note.kind == "internal"]
    assert [("Conversation d" in note.text, "Conversation e" in note.text) for note in noted] == [(1, 0), (0, 1)]
    for ticket in ids:
        await desk.resolve(ticket)
    assert (await desk.open_ticket(request("f"))).id == "T1005"
    clock.advance(days=31)
    assert (await desk.open_ticket(request("g"))).id == "T1006"
    await desk.close()


async def test_a_note_is_added_once_per_key(desk: SqlTicketDesk) -> None:
    await desk.open_ticket(request())
    for _ in range(3):
        await desk.add_note("T1001", author="customer", text="hello?", key="m1")
    await desk.add_note("T1001", author="customer", text="hello?", key="m2")
    assert [n.text for n in (await desk.get_ticket("T1001")).notes] == ["hello?", "hello?"]


@pytest.mark.parametrize("number", ["T9999", "", "T", "1' OR '1'='1", "T-1", "T" + "9" * 30, "T１００１"])
async def test_an_unknown_ticket_is_refused(desk: SqlTicketDesk, number: str) -> None:
    await desk.open_ticket(request())
    with pytest.raises(Refused, match="no ticket"):
        await desk.get_ticket(number)


async def test_a_refusal_before_anything_else_leaves_a_working_desk(desk: SqlTicketDesk) -> None:
    with pytest.raises(Refused):
        await desk.take("T1001", "mia")
    assert (await desk.open_ticket(request())).id == "T1001"


async def test_a_reply_takes_the_ticket_and_is_on_its_way_once(desk: SqlTicketDesk, clock: FakeClock) -> None:
    await desk.open_ticket(request())
    clock.advance(minutes=20)
    for _ in range(2):
        ticket = await desk.reply("T1001", operator="mia", text="A new one is coming.", key="r1")
    assert (ticket.status, ticket.ownership.operator) == ("human", "mia")
    assert ticket.ownership.first_reply == timedelta(minutes=20)
    with pytest.raises(KeyReused, match="other words"):
        await desk.reply("T1001", operator="mia", text="Your money is coming.", key="r1")
    waiting = await desk.undelivered("t")
    assert [(d.author, d.text) for d in waiting] == [("mia", "A new one is coming.")]
    await desk.delivered([waiting[0].key])
    assert await desk.undelivered() == []


async def test_a_ticket_closed_lately_is_reopened_and_its_clock_goes_on(desk: SqlTicketDesk, clock: FakeClock) -> None:
    await desk.open_ticket(request())
    clock.advance(hours=3)
    await desk.take("T1001", "mia")
    assert (await desk.resolve("T1001", notice="Closed.")).status == "resolved"
    clock.advance(days=2)
    again = await desk.open_ticket(request(draft=draft(summary="The new teapot is broken too.")))
    assert (again.id, again.status, again.ownership.stretches) == ("T1001", "pending", 2)
    assert again.ownership.spent == timedelta(hours=3)
    assert again.draft.summary == "The new teapot is broken too."
    assert "The teapot came broken." in again.notes[-1].text


async def test_a_ticket_closed_long_ago_stays_closed(desk: SqlTicketDesk, clock: FakeClock) -> None:
    await desk.open_ticket(request())
    await desk.resolve("T1001")
    clock.advance(days=15)
    assert (await desk.open_ticket(request())).id == "T1002"
    assert [t.id for t in await desk.list_tickets(open_only=True)] == ["T1002"]
    assert [t.id for t in await desk.list_tickets(status="resolved")] == ["T1001"]


async def test_a_ticket_handed_back_belongs_to_the_agent(desk: SqlTicketDesk) -> None:
    await desk.open_ticket(request())
    ticket = await desk.hand_back("T1001", notice="The assistant helps you again.")
    assert (ticket.status, ticket.with_people) == ("bot", False)
    with pytest.raises(Refused, match="with the agent"):
        await desk.reply("T1001", operator="mia", text="too late", key="r1")
    assert [d.text for d in await desk.undelivered()] == ["The assistant helps you again."]


async def test_a_customer_lets_go_of_what_waits_and_of_nothing_that_was_taken(desk: SqlTicketDesk) -> None:
    await desk.open_ticket(request())
    assert (await desk.cancel_handoff("T1001")).status == "bot"
    assert (await desk.cancel_handoff("T1001")).status == "bot"
    await desk.open_ticket(request("another"))
    await desk.take("T1002", "mia")
    assert (await desk.cancel_handoff("T1002")).status == "human"


async def test_a_rating_is_kept_with_the_ticket(desk: SqlTicketDesk) -> None:
    await desk.open_ticket(request())
    ticket = await desk.rate("T1001", stars=4, comment="quick")
    assert ticket.rating is not None
    assert (ticket.rating.stars, ticket.rating.comment, ticket.rating.rated_at) == (4, "quick", MONDAY)
    with pytest.raises(Refused, match="1 to 5"):
        await desk.rate("T1001", stars=6)


async def test_a_desk_that_cannot_be_opened_says_which_setting(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is no database" * 100)
    desk = SqlTicketDesk(Database(f"sqlite:///{tmp_path}/desk.db"))
    with pytest.raises(BackendUnavailable, match="SUPPORT_DATABASE_URL"):
        await desk.get_ticket("T1001")
    await desk.close()

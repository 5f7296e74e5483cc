"""Add up conversations: how they ended, what no article answered, and which conversations a figure counts."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import Refused
from core.settings import Settings
from core.storage.database import Database
from evals import results
from graph.operator import rate_outcome
from server.figures.conversation_ends import QUIET_SECONDS
from server.figures.insight_sums import insight
from server.inbox.inbox_schema import FIGURES
from server.inbox.message_inbox import Inbox
from server.inbox.turn_figures import figures_of, lacks_source
from server.records import Limits, Turn
from tests.desk_fakes import FakeClock, draft, request
from tests.postgres import fresh_database
from tests.server_fakes import bearer, serving, settings_in
from tests.terminal import Terminal
from tools.business.business_file import BusinessFile
from tools.desk.reports import DeskReads, LatestMessages
from tools.desk.sql_desk import SqlTicketDesk

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BUSINESS = BusinessFile(name="Test Shop")


def reply(text: str = "You have 30 days.", **others: Any) -> dict[str, Any]:
    return {"text": text, "sources": [], "tools": [], "owner": "bot", "handoff": None, "requests": 1} | others


def turn(thread: str, number: int, text: str = "hello", **others: Any) -> Turn:
    values: dict[str, Any] = {"customer_id": "ada", "channel": "chat", "locale": "en", "waited_since": 0.0}
    return Turn(
        id=f"{thread}-{number}",
        thread_id=thread,
        token=1,
        attempt=1,
        text=text,
        message_ids=(),
        number=number,
        **(values | others),
    )


async def kept(settings: Settings, *turns: tuple[str, timedelta, str, dict[str, Any]]) -> Inbox:
    """Return an inbox with finished turns: thread, age, what was asked and what was replied."""
    inbox = Inbox(settings.inbox_url, Limits())
    async with inbox.writing() as connection:
        for number, (thread, age, asked, told) in enumerate(turns):
            at = (NOW - age).timestamp()
            row = figures_of(turn(thread, number, asked, waited_since=at - 2), told, at=at)
            await connection.execute(FIGURES.insert().values(row))
    return inbox


async def test_each_conversation_counts_once_on_the_day_it_ended(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    day, quiet = timedelta(days=1), timedelta(seconds=QUIET_SECONDS + 1)
    inbox = await kept(
        settings,
        ("old", 40 * day, "hello", reply()),
        ("a", 2 * day, "hello", reply("Which order?")),
        ("a", day, "#W1", reply()),
        ("b", day, "cancel it", reply("Shall I cancel it?")),
        ("c", day, "a person", reply("T1001", owner="pending", handoff="the customer asked for a person")),
        ("c", quiet, "hello?", reply("", owner="human")),
        ("d", timedelta(minutes=5), "hello", reply()),
    )
    found = await insight(inbox, DeskReads(settings.desk_url), settings, BUSINESS, days=30, now=NOW)
    assert (found.resolved.threads, found.abandoned.threads, found.handed_over.threads) == (["a"], ["b"], ["c"])
    assert (found.going_on.threads, found.conversations.count) == (["d"], 4)
    by_day = {str(d.day): (d.resolved.count, d.abandoned.count, d.handed_over.count, d.requests) for d in found.days}
    assert len(by_day) == 30
    assert by_day["2026-11-21"] == (1, 1, 0, 3)
    assert by_day["2026-11-22"] == (0, 0, 1, 2)
    assert found.requests_a_resolution == 2
    assert found.agent_reply.median == 2
    assert found.agent_reply.count == 5  # silence is no reply
    await inbox.close()


@pytest.mark.parametrize(
    "told",
    [
        "I am sorry, I do not know the answer to that: our help articles do not say.",
        "I am not sure what you need. If you want a person, just say so.",
        "Ich kann hier leider nur auf Englisch antworten.",
        "I am sorry, I can only read and answer in English here.",
        "I could not find an answer to that which I can rely on.",
    ],
)
@pytest.mark.parametrize("last", [(), ("thanks, bye",)])
async def test_a_conversation_without_an_answer_is_not_resolved(
    tmp_path: Path, told: str, last: tuple[str, ...]
) -> None:
    settings, quiet = settings_in(tmp_path), timedelta(seconds=QUIET_SECONDS + 1)
    more = [("a", quiet, text, reply("You are welcome!")) for text in last]
    before = reply("You have 30 days. [1]", sources=[{"number": 1, "title": "Returns"}])
    first = ("a", quiet, "how long for a return?", before)
    inbox = await kept(settings, first, ("a", quiet, "do you sell used carpets?", reply(told)), *more)
    found = await insight(inbox, DeskReads(settings.desk_url), settings, BUSINESS, days=30, now=NOW)
    assert (found.resolved.threads, found.ended_unanswered.threads) == ([], ["a"])
    assert [group.name for group in found.groups["topic"]] == [""]  # not what was asked and answered before
    await inbox.close()


async def test_a_question_that_was_answered_after_all_is_resolved(tmp_path: Path) -> None:
    settings, quiet = settings_in(tmp_path), timedelta(seconds=QUIET_SECONDS + 1)
    again = reply("You have 30 days [1].", sources=[{"number": 1}])
    turns = [("a", quiet, "asdf", reply("I am not sure what you need.")), ("a", quiet, "how long for a return?", again)]
    inbox = await kept(settings, *turns)
    found = await insight(inbox, DeskReads(settings.desk_url), settings, BUSINESS, days=30, now=NOW)
    assert (found.resolved.threads, found.ended_unanswered.threads) == (["a"], [])
    await inbox.close()


@pytest.mark.parametrize(
    ("asked", "told", "lacks"),
    [
        ("do you sell gift cards?", reply("I am sorry, I do not know the answer to that."), True),
        ("do you sell gift cards", reply("Our articles do not say."), True),
        ("do you sell gift cards?", reply("", handoff="the reply was not supported: the date", owner="pending"), True),
        ("do you sell gift cards?", reply("Yes, we do.", tools=["search_articles"]), True),
        ("do you sell gift cards?", reply("Yes. [1]", sources=[{"number": 1}]), False),
        ("where is my order #W1?", reply("On its way.", tools=["get_order"]), False),
        ("a person, please, can I have one?", reply("", handoff="the customer asked for a person"), False),
        ("hello there", reply("Hello, how can I help?"), False),
        ("what can you do for me?", reply("I can look up orders."), False),
    ],
)
def test_a_question_lacks_a_source_when_it_got_neither_article_nor_look_up(
    asked: str, told: dict[str, Any], lacks: bool
) -> None:
    assert lacks_source(asked, told) is lacks


async def test_equal_questions_are_joined_and_nothing_private_is_kept(tmp_path: Path) -> None:
    settings, unknown = settings_in(tmp_path), reply("I do not know that.")
    inbox = await kept(
        settings,
        ("a", timedelta(hours=3), "Do you sell gift cards?", unknown),
        ("b", timedelta(hours=2), "do you SELL a gift card? write to ada@example.org or call 0151 2345678", unknown),
        ("c", timedelta(hours=2), "Do you sell gift cards?", unknown),
    )
    found = await insight(inbox, DeskReads(settings.desk_url), settings, BUSINESS, days=2, now=NOW)
    assert next((q.question, q.figure.threads) for q in found.unanswered) == ("Do you sell gift cards?", ["c", "a"])
    assert "ada@" not in str(found.unanswered)
    assert "2345678" not in str(found.unanswered)
    await inbox.close()


async def test_a_served_conversation_is_counted_with_its_rating_and_its_ticket(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "I want to talk to a person"))["thread_id"]
        rating = {"score": 2}
        await server.client.post(f"/v1/threads/{thread}/rating", json=rating, headers=bearer("ada"))
        answer = await server.client.get("/v1/insight", headers=bearer("olga", "operator"), params={"days": 1})
        found = answer.json()
        assert found["handed_over"] == {"count": 1, "threads": [thread]}
        assert found["reasons"] == [{"reason": "asked", "figure": {"count": 1, "threads": [thread]}}]
        assert (found["average_rating"], found["ratings"][3]["figure"]["threads"]) == (2.0, [thread])
        olga = bearer("olga", "operator")
        await server.client.post("/v1/tickets/T1001/reply", json={"text": "Here I am."}, headers=olga)
        await server.client.post("/v1/tickets/T1001/resolve", headers=olga)
        again = (await server.client.get("/v1/insight", headers=olga)).json()
        assert (again["first_reply"]["slowest"], again["resolution"]["count"]) == ([thread], 1)
        assert (await server.client.get("/v1/insight", headers=olga, params={"days": 0})).status_code == 422


async def test_there_is_one_rating_wherever_it_is_given(tmp_path: Path) -> None:
    olga = bearer("olga", "operator")
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "I want to talk to a person"))["thread_id"]
        rating = {"score": 2, "comment": "slow"}
        rated = await server.client.post(f"/v1/threads/{thread}/rating", json=rating, headers=bearer("ada"))
        assert rated.status_code == 204
        shown = (await server.client.get("/v1/tickets/T1001", headers=olga)).json()
        assert shown["rating"] == {"stars": 2, "comment": "slow"}
        kept = (await server.service.agent.state(thread)).rating
        assert kept == {"ticket_id": "T1001", "stars": 2, "comment": "slow"}
        # As `support-agent tickets rate` does it.
        graph, desk = server.service.agent.graph, server.service.parts.desk
        await rate_outcome(graph, desk, "T1001", stars=5)
        found = (await server.client.get("/v1/insight", headers=olga)).json()
        assert [(r["stars"], r["figure"]["threads"]) for r in found["ratings"] if r["figure"]["count"]] == [
            (5, [thread])
        ]


async def test_the_trend_is_that_of_the_finished_evaluations(tmp_path: Path) -> None:
    run = {"suite": "shipped", "agent": "graph", "model": "offline", "customer": "scripted"}
    rate = {"value": 0.9, "low": 0.8, "high": 0.95}
    failed = [{"scenario": "late_parcel", "why": ["promises: none kept"], "kind": "happy_path", "trial": 1}]
    summary = {"run": run, "conversations": 10, "pass": {"1": rate}, "failures": failed}
    for name, day in (("newer", 21), ("older", 20)):
        (tmp_path / "evals" / name).mkdir(parents=True)
        results.save_summary(tmp_path / "evals" / name, summary, finished_at=f"2026-11-{day}T10:00:00+00:00")
    (tmp_path / "evals" / "broken").mkdir()
    (tmp_path / "evals" / "broken" / "summary.json").write_text("{}")
    settings = settings_in(tmp_path)
    inbox = await kept(settings)
    found = await insight(inbox, DeskReads(settings.desk_url), settings, BUSINESS, days=1, now=NOW)
    assert [(e.name, e.passed) for e in found.evaluations] == [("older", 0.9), ("newer", 0.9)]
    assert found.evaluations[0].failures == [{"conversation": "late_parcel", "why": "promises: none kept"}]
    await inbox.close()


def test_the_command_prints_the_same_figures(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    assert len(json.loads(terminal.out("insight", "--days", "7", "--json"))["days"]) == 7
    assert "Requests" in terminal.out("insight")


async def test_a_filter_and_the_last_day_hold_for_tickets_ratings_and_backlog_too(tmp_path: Path) -> None:
    settings, day = settings_in(tmp_path), timedelta(days=1)
    clock = FakeClock(NOW - 20 * day)
    told = reply("", handoff="asked", owner="pending")
    inbox = await kept(settings, *((thread, 2 * day, "a person please", told) for thread in ("old", "new", "other")))
    desk, reads = SqlTicketDesk(Database(settings.desk_url), now=clock), DeskReads(settings.desk_url)
    await desk.open_ticket(request("old", draft=draft(queue="returns")))
    clock.advance(days=18)
    for thread, queue in (("new", "returns"), ("other", "support")):
        ticket = await desk.open_ticket(request(thread, draft=draft(queue=queue)))
        await desk.reply(ticket.id, operator="mia", text="Here I am.", key="k")
        await desk.rate(ticket.id, stars=4)
    for days, last, wanted, open_now in ((7, None, {}, 3), (7, None, {"queue": "returns"}, 2), (3, 10, {}, 1)):
        back = (NOW - last * day).date() if last else None
        found = await insight(inbox, reads, settings, BUSINESS, days=days, last=back, now=NOW, wanted=wanted)
        assert found.backlog[-1].open == open_now, (days, last, wanted)  # the oldest was opened before all of it
        begun = [thread for reason in found.reasons for thread in reason.figure.threads]
        assert len(begun) == found.first_reply.count == sum(s.figure.count for s in found.ratings) == open_now - 1
    for opened in (inbox, desk, reads):
        await opened.close()


async def test_what_is_busy_and_where_procedures_stop_name_their_conversations(tmp_path: Path) -> None:
    settings, hour = settings_in(tmp_path), timedelta(hours=1)
    stopped = reply(stops=["cancel-order: shipped"], tools=["get_order"], sources=[{"number": 1, "title": "Returns"}])
    inbox = await kept(
        settings, ("a", 3 * hour, "x", stopped), ("a", 2 * hour, "y", stopped), ("b", hour, "z", stopped)
    )
    found = await insight(inbox, DeskReads(settings.desk_url), settings, BUSINESS, days=1, now=NOW)
    for [one] in (found.stops, found.actions, found.articles):
        assert (one.count, one.threads) == (2, ["b", "a"])
    await inbox.close()


@pytest.mark.server
async def test_postgresql_gives_the_same_figures_and_one_of_two_takers_the_ticket(
    tmp_path: Path, shared_postgres: str
) -> None:
    url = fresh_database(shared_postgres)
    settings = settings_in(tmp_path, database_url=url)
    inbox = await kept(settings, ("t", timedelta(hours=2), "hello", reply()))
    clock = FakeClock()
    desk, reads = SqlTicketDesk(Database(url), now=clock), DeskReads(url)
    ticket = await desk.open_ticket(request())
    taken = await asyncio.gather(*(desk.take(ticket.id, who) for who in ("olga", "mia")), return_exceptions=True)
    assert sum(isinstance(answer, Refused) for answer in taken) == 1
    owner = str((await desk.get_ticket(ticket.id)).ownership.operator)
    await desk.reply(ticket.id, operator=owner, text="Here I am.", key="k")
    clock.advance(minutes=5)
    await desk.add_note(ticket.id, author="customer", text="Thanks!", key="m")
    words = (await reads.latest_messages())[ticket.id]
    assert words == LatestMessages(
        noted_at=clock(), heard_at=clock(), replied_at=clock() - timedelta(minutes=5), heard="Thanks!"
    )
    await desk.rate(ticket.id, stars=4)
    found = await insight(inbox, reads, settings, BUSINESS, days=30, now=NOW)
    assert (found.resolved.threads, found.average_rating) == (["t"], 4.0)
    assert (found.first_reply.count, found.reasons[0].figure.threads) == (1, ["t"])
    for opened in (inbox, desk, reads):
        await opened.close()


async def test_tickets_of_other_ways_in_are_not_mixed_with_the_servers_conversations(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    inbox = await kept(settings, ("served", timedelta(hours=2), "a person please", reply(handoff="asked")))
    desk = SqlTicketDesk(Database(settings.desk_url), now=FakeClock(NOW))
    for thread in ("served", "chat-1", "erased-0123"):
        ticket = await desk.open_ticket(request(thread))
        await desk.reply(ticket.id, operator="mia", text="Here I am.", key="k")
        await desk.rate(ticket.id, stars=4)
    reads = DeskReads(settings.desk_url)
    found = await insight(inbox, reads, settings, BUSINESS, days=1, now=NOW)
    assert found.handed_over.threads == ["served"]
    assert {thread for reason in found.reasons for thread in reason.figure.threads} == {"served", "erased-0123"}
    assert found.first_reply.count == 2
    assert sum(stars.figure.count for stars in found.ratings) == 2
    for opened in (inbox, desk, reads):
        await opened.close()

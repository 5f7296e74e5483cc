"""Arrange tickets over HTTP: search, assigning, notes, snoozing, merging, reopening, joining; on SQLite and
PostgreSQL.
"""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool

from server.routes.desk_routes import changes
from server.views.desk_queue import Wanted
from tests.business_fakes import EXAMPLES
from tests.graph_fakes import scripted
from tests.postgres import fresh_database, shared_postgres
from tests.server_fakes import Running, bearer, serving
from tests.test_server_desk import MIA, OLGA, get, post
from tests.test_server_operators import handed_over
from tools.record_cards import Card
from tools.tool import Tool

__all__ = ["shared_postgres"]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    shutil.copy(EXAMPLES / "alder-finch" / "queues.yaml", tmp_path)
    (tmp_path / "business.yaml").write_text("name: Test Shop\nqueues: queues.yaml\n")
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "soon.md").write_text("# Soon\n\nHello {customer}, soon.\n")
    async with serving(tmp_path, business=tmp_path) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
async def searched(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    stores: dict[str, Any] = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("shared_postgres")
        stores = {"database_url": fresh_database(url)}
    async with serving(tmp_path, **stores) as running:
        yield running


async def change(server: Running, ticket: str, status: int = 200, who: dict[str, str] = OLGA, **body: Any) -> Any:
    answer = await server.client.patch(f"/v1/tickets/{ticket}", json=body, headers=who)
    assert answer.status_code == status, answer.text
    return answer.json()


async def found(server: Running, words: str) -> list[str]:
    return [one["thread_id"] for one in (await get(server, "/v1/desk/conversations", q=words))["items"]]


async def sla(server: Running, ticket: str) -> str:
    items = (await get(server, "/v1/desk/queue"))["items"]
    return str(next(item["sla"] for item in items if item["id"] == ticket))


async def queued(server: Running, **query: Any) -> list[str]:
    return [item["id"] for item in (await get(server, "/v1/desk/queue", **query))["items"]]


async def test_a_search_finds_messages_replies_tickets_notes_and_customers(searched: Running) -> None:
    server = searched
    kettle = (await server.say("ada", "My kettle whistles off-key"))["thread_id"]
    thread, ticket = await handed_over(server)
    await post(server, f"/v1/tickets/{ticket}/note", {"text": "The carrier is called Quickfeet"})
    await post(server, f"/v1/tickets/{ticket}/reply", {"text": "Your samovar is on its way"})
    assert await found(server, "kettles") == [kettle]
    assert await found(server, "kettle") == await found(server, "whis OFF-key kettle") == [kettle]
    assert await found(server, "quickfeet") == await found(server, "samovar") == await found(server, ticket) == [thread]
    assert set(await found(server, "ada")) >= {kettle}
    assert await found(server, "kettle samovar") == []
    assert await found(server, "'; DROP TABLE tickets; --\" OR *") == []
    newest_first = (await get(server, "/v1/desk/conversations"))["items"]
    assert [one["thread_id"] for one in newest_first] == [thread, kettle]
    assert newest_first[1]["first_line"] == "My kettle whistles off-key"


async def test_a_search_shows_where_its_words_stand(searched: Running) -> None:
    server = searched
    words = "Hello. " + "I have a long story to tell. " * 8 + "My kettles whistle off-key, both of them."
    plain = (await server.say("ada", words))["thread_id"]
    thread, ticket = await handed_over(server)
    await post(server, f"/v1/tickets/{ticket}/note", {"text": "The kettle man is called Quickfeet @olga"})
    items = (await get(server, "/v1/desk/conversations", q="KETTLE off"))["items"]
    [one] = items
    assert one["thread_id"] == plain
    assert one["snippet"].startswith("… ")
    assert one["snippet"].endswith("My kettles whistle off-key, both of them.")
    assert one["hits"] == ["kettles", "off"]
    [noted] = (await get(server, "/v1/desk/conversations", q="quickfeet"))["items"]
    assert (noted["thread_id"], noted["snippet"]) == (thread, "The kettle man is called Quickfeet @olga")
    [first] = (await get(server, "/v1/desk/conversations", q="hello story"))["items"]
    assert (first["snippet"], first["hits"]) == ("", ["Hello", "story"])
    [mentioned] = (await get(server, "/v1/desk/conversations", mentions_me=True))["items"]
    assert (mentioned["snippet"], mentioned["hits"]) == (noted["snippet"], ["@olga"])
    assert (await get(server, "/v1/desk/conversations"))["items"][0]["snippet"] == ""


@tool
async def get_booking() -> str:
    """Look up the customer's booking."""
    return json.dumps({"id": "BX-77001"})


BOOKINGS = Tool(bound=get_booking, cards=lambda found, _: [Card(id=found["id"], title="Booking")])
LOOKS_UP = AIMessage("", tool_calls=[{"name": "get_booking", "args": {}, "id": "c"}])


async def test_a_record_is_found_by_its_number_where_no_text_names_it(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted(LOOKS_UP, "Here it is."), made_of={"tools": [BOOKINGS]}) as server:
        thread = (await server.say("ada", "show my booking, please"))["thread_id"]
        shown = (await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))).json()
        assert [card["title"] for card in shown["messages"][-1]["cards"]] == ["Booking"]
        assert await found(server, "#bx-77001") == await found(server, "77001") == [thread]
        assert await found(server, "77002") == []


async def test_what_was_there_before_the_index_is_found_and_what_was_erased_is_not(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "how do returns of samovars work?"))["thread_id"]
    with sqlite3.connect(tmp_path / "inbox.db") as database:  # a database of a version without an index
        for name in ("inbox_messages_words", "inbox_turns_words"):
            for trigger in ("added", "gone", "changed"):
                database.execute(f"DROP TRIGGER {name}_{trigger}")
            database.execute(f"DROP TABLE {name}")
    async with serving(tmp_path) as server:
        assert await found(server, "samovars") == [thread]
        async with server.service.inbox.writing() as connection:
            await connection.exec_driver_sql("UPDATE inbox_messages SET text = 'gone'")
        assert await found(server, "samovars") == []
        async with server.service.inbox.writing() as connection:
            await connection.exec_driver_sql("DELETE FROM inbox_messages")
        assert await found(server, "gone") == []


async def test_replies_that_an_earlier_version_indexed_in_two_places_are_found(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted(LOOKS_UP, "Here it is."), made_of={"tools": [BOOKINGS]}) as server:
        thread = (await server.say("ada", "show my booking, please"))["thread_id"]
    earlier = """
        DROP TRIGGER inbox_turns_words_ready; DROP TRIGGER inbox_turns_words_added; DROP TABLE inbox_turns_words;
        CREATE VIRTUAL TABLE inbox_turns_words USING fts5(id, owner UNINDEXED, words, prefix='2 3');
        CREATE VIRTUAL TABLE inbox_turns_records USING fts5(id, owner UNINDEXED, words, prefix='2 3');
        CREATE TRIGGER inbox_turns_records_added AFTER INSERT ON inbox_turns WHEN TRUE
            BEGIN INSERT INTO inbox_turns_records (id, owner, words) VALUES (new.id, new.thread_id, ''); END;
        UPDATE inbox_schema_version SET version_num = 'inbox_0009';
    """
    with sqlite3.connect(tmp_path / "inbox.db") as database:
        database.executescript(earlier)
    async with serving(tmp_path) as server:
        another = (await server.say("ada", "hello"))["thread_id"]
        assert await found(server, "77001") == [thread]
        assert set(await found(server, "ada")) == {thread, another}


async def test_a_ticket_is_assigned_prioritised_tagged_and_put_back(server: Running) -> None:
    _, ticket = await handed_over(server)
    made = await change(server, ticket, operator="mia", priority="urgent", queue="fraud", tags=["vip", "vip", "gift"])
    assert (made["operator"], made["priority"], made["queue"], made["tags"]) == (
        "mia",
        "urgent",
        "fraud",
        ["vip", "gift"],
    )
    [item] = (await get(server, "/v1/desk/queue"))["items"]
    waits = datetime.fromisoformat(item["due"]) - datetime.fromisoformat(item["since"])
    assert waits == timedelta(minutes=60)  # urgent: a quarter of what customers are promised
    assert "mia" in (await get(server, "/v1/desk"))["people"]
    await change(server, ticket, 409, operator="olga")
    assert (await change(server, ticket, operator="olga", instead_of="mia"))["operator"] == "olga"
    assert (await change(server, ticket, operator=""))["status"] == "pending"
    await change(server, ticket, 422, queue="no_such_queue")
    await change(server, ticket, 422, tags=["a,b"])
    await change(server, ticket, 403, who=bearer("ada"), priority="low")


async def test_a_snoozed_ticket_comes_back_in_time_or_when_the_customer_writes(server: Running) -> None:
    thread, ticket = await handed_over(server)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await change(server, ticket, snoozed_until=later)
    assert await queued(server) == []
    assert await queued(server, snoozed=True) == [ticket]
    await server.say("ada", "Is anybody there? My parcel is still missing", thread)
    assert await queued(server) == [ticket]
    [item] = (await get(server, "/v1/desk/queue"))["items"]
    assert item["title"] == "Is anybody there? My parcel is still missing"  # it follows the newest words
    await change(server, ticket, snoozed_until=later)
    await change(server, ticket, snoozed_until=(datetime.now(UTC) - timedelta(seconds=1)).isoformat())
    assert await queued(server) == [ticket]


async def test_notes_are_read_by_colleagues_alone_and_count_once(server: Running) -> None:
    thread, ticket = await handed_over(server)
    for _ in range(2):
        await post(server, f"/v1/tickets/{ticket}/note", {"text": "@mia, please look", "key": "k"})
    entries = (await get(server, f"/v1/desk/conversations/{thread}"))["entries"]
    assert [(e["author"], e["text"]) for e in entries if e["role"] == "note"] == [("olga", "@mia, please look")]
    assert all(entry["at"] for entry in entries)
    shown = (await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))).text
    assert "please look" not in shown


async def test_tickets_of_one_customer_are_merged_and_the_customer_is_told(server: Running) -> None:
    first, ticket = await handed_over(server)
    second = (await server.say("ada", "I want to talk to a person"))["thread_id"]
    other = (await get(server, f"/v1/desk/conversations/{second}"))["ticket"]["id"]
    bob = (await server.say("bob", "I want to talk to a person"))["thread_id"]
    bobs = (await get(server, f"/v1/desk/conversations/{bob}"))["ticket"]["id"]
    await post(server, f"/v1/tickets/{other}/merge", {"into": bobs}, 409)
    merged = await post(server, f"/v1/tickets/{other}/merge", {"into": ticket})
    assert (merged["status"], merged["merged_into"]) == ("resolved", ticket)
    assert ticket in (await get(server, f"/v1/desk/conversations/{second}"))["entries"][-1]["text"]
    notes = [
        e["text"] for e in (await get(server, f"/v1/desk/conversations/{first}"))["entries"] if e["role"] == "note"
    ]
    assert other in notes[-1]


async def test_a_closed_ticket_is_opened_again_by_who_reopens_it(server: Running) -> None:
    thread, ticket = await handed_over(server)
    await post(server, f"/v1/tickets/{ticket}/resolve", None)
    opened = await post(server, f"/v1/tickets/{ticket}/reopen", None, who=MIA)
    assert (opened["status"], opened["operator"], opened["reopened"]) == ("human", "mia", 1)
    assert (await get(server, f"/v1/desk/conversations/{thread}"))["owner"] == "human"
    await post(server, f"/v1/tickets/{ticket}/resolve", None, who=MIA)
    await server.say("ada", "I want to talk to a person", thread)
    await post(server, "/v1/tickets/T9999/reopen", None, 404)


async def test_an_answered_ticket_that_is_reopened_keeps_nobody_waiting(server: Running) -> None:
    thread, ticket = await handed_over(server)
    await post(server, f"/v1/tickets/{ticket}/resolve", None)
    await post(server, f"/v1/tickets/{ticket}/reopen", None)
    assert await sla(server, ticket) == "ok"  # nobody had answered
    await post(server, f"/v1/tickets/{ticket}/reply", {"text": "Your parcel is on its way."})
    await post(server, f"/v1/tickets/{ticket}/resolve", None)
    await post(server, f"/v1/tickets/{ticket}/reopen", None)
    assert await sla(server, ticket) == "none"
    await server.say("ada", "It is still not here", thread)
    assert await sla(server, ticket) == "ok"


async def test_notices_say_what_happened_and_when_they_were_written(server: Running) -> None:
    thread, ticket = await handed_over(server)
    await post(server, f"/v1/tickets/{ticket}/reply", {"text": "Your parcel is on its way."})
    before = datetime.now(UTC)
    await post(server, f"/v1/tickets/{ticket}/resolve", None)
    between = datetime.now(UTC)
    await post(server, f"/v1/tickets/{ticket}/reopen", None)
    closed, opened = (await get(server, f"/v1/desk/conversations/{thread}"))["entries"][-2:]
    assert "is closed" in closed["text"]
    assert "is open again" in opened["text"]
    assert before <= datetime.fromisoformat(closed["at"]) <= between <= datetime.fromisoformat(opened["at"])
    seen = await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))
    assert [message["at"] for message in seen.json()["messages"][-2:]] == [closed["at"], opened["at"]]


async def test_a_mention_finds_its_conversations_for_who_is_mentioned_and_nobody_else(server: Running) -> None:
    thread, ticket = await handed_over(server)
    joined = (await server.say("ben", "how do returns work?"))["thread_id"]
    await post(server, f"/v1/tickets/{ticket}/note", {"text": "Please look, @Mia."})
    await post(server, f"/v1/desk/conversations/{joined}/note", {"text": "@mia and @olga.b, write to x@olga"})

    async def mentions(who: dict[str, str]) -> set[str]:
        answer = await server.client.get("/v1/desk/conversations", params={"mentions_me": "true"}, headers=who)
        return {one["thread_id"] for one in answer.json()["items"]}

    assert await mentions(MIA) == {thread, joined}
    assert await mentions(OLGA) == set()
    assert "olga" in (await get(server, "/v1/desk"))["people"]


async def test_a_conversation_of_the_agent_is_joined(server: Running) -> None:
    thread = (await server.say("ada", "how do returns work?"))["thread_id"]
    joined = await post(server, f"/v1/desk/conversations/{thread}/join", None)
    assert (joined["status"], joined["operator"], joined["customer_id"]) == ("human", "olga", "ada")
    await post(server, f"/v1/tickets/{joined['id']}/reply", {"text": "Hello, this is Olga."})
    assert (await server.say("ada", "Thank you, Olga", thread))["reply"]["text"] == ""  # the agent keeps silent
    await post(server, "/v1/desk/conversations/no-such-thread/join", None, 404)


async def test_closed_tickets_are_listed_the_last_closed_first_until_they_are_open_again(searched: Running) -> None:
    server = searched
    closed = [await handed_over(server) for _ in range(3)]
    for _, ticket in [closed[1], closed[0]]:
        await post(server, f"/v1/tickets/{ticket}/resolve", None)
    await post(server, f"/v1/tickets/{closed[2][1]}/hand-back", {})
    await server.say("ada", "Do you repair kettles?")
    listed = (await get(server, "/v1/desk/conversations", closed=True))["items"]
    assert [one["thread_id"] for one in listed] == [closed[place][0] for place in (2, 0, 1)]
    assert [one["state"] for one in listed] == ["bot", "resolved", "resolved"]
    assert all(one["closed_at"] for one in listed)
    await post(server, f"/v1/tickets/{closed[0][1]}/reopen", None)
    listed = (await get(server, "/v1/desk/conversations", closed=True))["items"]
    assert [one["ticket_id"] for one in listed] == [closed[place][1] for place in (2, 1)]


async def test_a_customer_is_shown_with_what_there_was_before(server: Running) -> None:
    thread, _ = await handed_over(server)
    shown = await get(server, "/v1/desk/customers/ada")
    assert [one["thread_id"] for one in shown["earlier"]] == [thread]
    await get(server, "/v1/desk/customers/ada", 403, who=bearer("ada"))


async def test_colleagues_see_who_has_what_open_and_prepared_replies_are_read(server: Running) -> None:
    thread, _ = await handed_over(server)
    answer = await server.client.put("/v1/desk/presence", json={"thread_id": thread, "writing": True}, headers=MIA)
    assert answer.status_code == 204
    following = changes(server.service, Wanted())
    async with asyncio.timeout(10):
        seen = [await anext(following) for _ in range(3)]
    assert json.loads(seen[-1]["data"]) == {"people": [{"operator": "mia", "thread_id": thread, "writing": True}]}
    [reply] = (await get(server, "/v1/desk"))["replies"]
    assert (reply["title"], reply["text"]) == ("Soon", "Hello {customer}, soon.")


async def test_prepared_replies_say_for_which_language_they_are(server: Running, tmp_path: Path) -> None:
    (tmp_path / "replies" / "soon.de.md").write_text("# Bald\n\nGuten Tag {customer}, bald.\n")
    found = (await get(server, "/v1/desk"))["replies"]
    assert {(one["name"], one["language"], one["title"]) for one in found} == {
        ("soon", "", "Soon"),
        ("soon", "de", "Bald"),
    }

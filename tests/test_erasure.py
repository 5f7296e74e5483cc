"""Erase a customer: nothing is left in any file, nothing comes back, what is no person stays; export gives what is
stored.
"""

import asyncio
import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from langchain_core.messages import AIMessage, BaseMessage
from sqlalchemy import MetaData, text

import graph
import server
import tools
from core.errors import Busy, NotFound, Refused
from core.settings import Settings
from core.storage.database import Database, OwnDatabase
from core.storage.schema_versions import HISTORY
from core.storage.secure_delete import secure_delete
from graph.agent import SupportAgent, open_agent
from graph.context_window.customer_profile import PREFERENCES, add_facts, open_store
from graph.memory.checkpointers import MEMORY, open_checkpointer
from graph.memory.personal_memory import PersonalMemory
from server.inbox.leases import Leases
from server.inbox.message_inbox import Inbox
from server.inbox.personal_inbox import PersonalInbox
from server.personal_stores import PersonalData, open_personal_data
from server.records import Identity, Limits, Turn
from tests.desk_fakes import draft, request
from tests.fakes import ADA
from tests.graph_fakes import call, parts, scripted
from tests.postgres import fresh_database
from tests.server_fakes import bearer, serving, settings_in
from tools.actions.changes import Change
from tools.actions.ledger import ActionLedger
from tools.desk.personal_tickets import PersonalTickets
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.webhook import WebhookOutbox
from tools.retail.shop_records import Customer
from tools.retail.shop_rows import Records, records_json
from tools.spending import Spending, SpendingLog

WORDS = "Quuxley zelda.quux@example.com +12025550123 4111111111111111 Nirgendweg7"
CANARIES = ("quuxley", "zelda", "2025550123", "4111111111111111", "nirgendweg7")
SHOP_TABLES = {
    "customers",
    "products",
    "variants",
    "orders",
}
"""The shop's own records, which are not the agent's to erase."""


def settings(folder: Path, **others: Any) -> Settings:
    return settings_in(folder, **others)


def left_in(folder: Path, *canaries: str) -> dict[str, list[str]]:
    """Return which canaries stand in which files."""
    raw = {file.name: file.read_bytes().decode("latin-1").casefold() for file in folder.iterdir() if file.is_file()}
    return {name: found for name, content in raw.items() if (found := [c for c in canaries if c in content])}


def change(customer: Customer = ADA) -> Change:
    return Change(
        operation="change_default_address",
        customer_id=customer.id,
        record_id="#AF1",
        args={"order_id": "#AF1", "address1": "Nirgendweg7"},
        summary=f"Send it to Nirgendweg7, {WORDS}",
        done=WORDS,
        before=records_json(Records(customer=customer)),
        after=records_json(Records(customer=customer)),
    )


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if found.name not in (
            "graph.entry",
            "server.app",
            "server.dev_server.dev_auth",
            "server.dev_server.dev_memory",
        ):
            yield importlib.import_module(found.name)


async def test_every_table_there_is_is_looked_after(tmp_path: Path) -> None:
    defined = {
        table
        for package in (tools, graph, server)
        for module in modules(package)
        for value in vars(module).values()
        if isinstance(value, MetaData)
        for table in value.tables
    }
    async with open_checkpointer(f"sqlite:///{tmp_path}/memory.db"):
        pass
    rows = sqlite3.connect(tmp_path / "memory.db").execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    # The version of a store's tables is of nobody; those of the other stores are in no MetaData that is looked at here.
    version = MEMORY.info[HISTORY].table.name
    there = defined | {name for (name,) in rows if not name.startswith("sqlite_") and name != version}
    async with open_personal_data(settings(tmp_path)) as data:
        looked_after = {table for store in data.stores for table in store.tables}
    assert there - looked_after - SHOP_TABLES == set()
    assert "tickets" in there
    assert "messages" in there


async def test_nothing_is_left_in_any_file_while_the_server_runs(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    model = scripted("You have 30 days. [1]")
    ledger = ActionLedger(ours.desk_url)
    async with serving(tmp_path, model) as running:
        first = await running.say("ada", WORDS)
        thread = first["thread_id"]
        await running.client.post(
            f"/v1/threads/{thread}/rating", json={"score": 5, "comment": WORDS}, headers=bearer("ada")
        )
        await running.say("ada", f"I want to talk to a person. {WORDS}", thread)
        await running.say("ada", f"are you there? {WORDS}", thread)
        await ledger.propose(thread, change())
        async with open_store(ours.memory_url) as store:
            await add_facts(store, "ada", PREFERENCES, [WORDS])
        other = await running.say("ben", "how do returns work?")
        assert {"memory.db", "inbox.db", "desk.db"} <= {n.removesuffix("-wal") for n in left_in(tmp_path, *CANARIES)}
        async with open_personal_data(ours) as data:
            exported = await data.export(await data.find("ada"))
            counts = await data.erase(await data.find("ada"))
            assert (await data.find("ada")).threads == frozenset()
        assert left_in(tmp_path, *CANARIES, thread) == {}
        assert counts == {
            "actions": 1,
            "customer files": 1,
            "conversations": 1,
            "tickets": 1,
            "proofs of identity": 0,
            "effects": 0,
            "inbox": 8,
            "drafts": 0,
            "dev server files": 0,
        }
        assert all(word in str(exported).casefold() for word in CANARIES)
        assert {name for name, rows in exported.items() if rows} == {
            "actions",
            "customer files",
            "conversations",
            "tickets",
            "inbox",
        }
        # The trail without a person, everybody else's, and a conversation that begins anew.
        (action,) = await ledger.find()
        assert (action.state, action.customer_id, action.args) == ("withdrawn", "erased", {"order_id": "#AF1"})
        (ticket,) = await running.service.parts.desk.list_tickets()
        assert (ticket.status, ticket.customer_id, ticket.draft.summary) == ("resolved", None, "Erased.")
        gone = await running.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))
        assert gone.status_code == 404
        kept = await running.client.get(f"/v1/threads/{other['thread_id']}", headers=bearer("ben"))
        assert [m["role"] for m in kept.json()["messages"]] == ["customer", "agent"]
        assert (await running.say("ada", "how do returns work?"))["thread_id"] != thread
    await ledger.close()


class Gate:
    """Answer once the gate is open."""

    def __init__(self) -> None:
        self.asked, self.open = asyncio.Event(), asyncio.Event()

    def close(self) -> None:
        """Let the next who asks wait."""
        self.asked.clear()
        self.open.clear()


def gated(gate: Gate) -> Any:
    """Return a model that says when it is asked, and waits."""
    model = scripted("unused")

    class Waiting(type(model)):  # type: ignore[misc]
        async def _agenerate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Any:
            gate.asked.set()
            await gate.open.wait()
            return await super()._agenerate(messages, *args, **kwargs)

    return Waiting(answers=[AIMessage(f"Dear Zelda, {WORDS}")])


async def test_a_turn_under_way_cannot_bring_a_conversation_back(tmp_path: Path) -> None:
    ours, gate = settings(tmp_path), Gate()
    gate.open.set()
    async with open_agent(ours, parts=parts(gated(gate))) as agent:
        await agent.send("t", f"hello {WORDS}", customer_id="ada")
        gate.close()
        turn = asyncio.create_task(agent.send("t", f"again {WORDS}", customer_id="ada"))
        await gate.asked.wait()
        async with open_personal_data(ours) as data:
            assert (await data.erase(await data.find("ada")))["conversations"] == 1
        gate.open.set()
        with pytest.raises(sqlite3.IntegrityError, match="erased while"):
            await turn
        async with open_personal_data(ours) as data:
            await data.compact()
        assert left_in(tmp_path, *CANARIES) == {}
        reply = await agent.send("t", "a new conversation of the same name", customer_id="ada")
        assert reply.text


async def test_spending_that_is_written_after_an_erasure_names_nobody(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    log = SpendingLog(ours.desk_url)
    await log.add("zelda_quuxley", Spending(requests=1))
    await log.add("zelda_quuxley", Spending(requests=1))  # waits for the next write
    async with open_personal_data(ours) as data:
        await data.erase(await data.find("zelda_quuxley"))
    assert (await log.of("zelda_quuxley")).requests == 1
    await log.close()
    async with open_personal_data(ours) as data:
        await data.compact()
    assert left_in(tmp_path, *CANARIES) == {}


async def test_erasing_waits_for_the_turn_and_says_so_when_it_takes_too_long(tmp_path: Path) -> None:
    inbox = Inbox(f"sqlite:///{tmp_path}/inbox.db", Limits())
    leases = Leases(inbox, holder="worker", seconds=60)
    accepted = await inbox.accept(Identity(subject="ada", role="customer"), WORDS)
    turn = await leases.claim()
    assert isinstance(turn, Turn)
    personal = PersonalInbox(f"sqlite:///{tmp_path}/inbox.db", lease_seconds=6, patience=0.0)
    with pytest.raises(Busy):
        async with personal.quiet([accepted.thread_id]):
            pass
    await leases.finish(turn, {"text": "hello"})
    async with personal.quiet([accepted.thread_id]):
        assert await leases.claim(accepted.thread_id) is None
    await personal.close()
    await inbox.close()


async def test_nothing_is_touched_while_a_change_is_being_carried_out(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    ledger = ActionLedger(ours.desk_url)
    action = await ledger.propose("t", change())
    await ledger.confirm(action.id, fingerprint=action.fingerprint, message_id="m", text="yes")
    assert await ledger.claim(action.id) is not None
    async with open_personal_data(ours) as data:
        with pytest.raises(Refused, match="being carried out"):
            await data.erase(await data.find("ada"))
    assert (await ledger.get(action.id)).customer_id == "ada"
    await ledger.close()


async def test_a_typed_code_is_masked_in_the_inbox_once_it_was_used(tmp_path: Path) -> None:
    inbox = Inbox(f"sqlite:///{tmp_path}/inbox.db", Limits())
    leases = Leases(inbox, holder="worker", seconds=60)
    visitor = Identity(subject="v", role="customer", anonymous=True)
    accepted = await inbox.accept(visitor, "here it is: 271 828, or 314159, order 123456")
    turn = await leases.claim()
    assert isinstance(turn, Turn)
    assert "271 828" in turn.text
    await leases.finish(turn, {"text": "Thank you."})
    async with inbox.reading() as connection:
        (kept,) = (await connection.execute(text("SELECT text FROM inbox_messages"))).scalars().all()
    assert "271" not in kept
    assert "order 123456" in kept
    # Nor in the file's free space, its journal or its index of words.
    assert left_in(tmp_path, "271 828", "314159") == {}
    await inbox.close()
    assert accepted.number == 1


async def test_what_nobody_touched_for_long_goes_and_the_rest_stays(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    async with serving(tmp_path, scripted(call("request_human", reason="x"), "30 days. [1]")) as running:
        first = await running.say("ada", f"a person please {WORDS}")
        desk = running.service.parts.desk
        assert isinstance(desk, SqlTicketDesk)
        await desk.resolve("T1001")
        await desk.open_ticket(request("another", transcript="still open"))
        async with open_personal_data(ours) as data:
            assert sum((await data.expire(30)).values()) == 0
            later = datetime.now(UTC) + timedelta(days=31)
            counts = await data.expire(30, now=later)
            assert await data.expire(30, now=later) == dict.fromkeys(counts, 0)
        assert (counts["conversations"], counts["tickets"]) == (1, 1)
        assert left_in(tmp_path, *CANARIES) == {}
        assert (await desk.get_ticket("T1002")).transcript == "still open"
        with pytest.raises(NotFound):
            await running.service.inbox.thread(first["thread_id"], None)


async def test_a_ticket_and_its_webhook_hold_nothing_personal_before_erasure_either(tmp_path: Path) -> None:
    bodies: list[str] = []

    class Outbox(WebhookOutbox):
        def __init__(self) -> None: ...

        async def add(self, connection: Any, kind: str, ticket: Any) -> None:
            bodies.append(str(ticket))

        def wake(self) -> None: ...

        async def close(self) -> None: ...

    spoken = "zelda.quux@example.com, +1 202 555 0123, 4111 1111 1111 1111, order #W1234567, tracking 867133186834"
    desk = SqlTicketDesk(Database(f"sqlite:///{tmp_path}/desk.db"), outbox=Outbox())
    await desk.open_ticket(
        request(
            detail=spoken,
            draft=draft(title=spoken, summary=spoken, facts=(spoken,), next_step=spoken, wish=spoken),
            transcript=f"Customer: {spoken}\nAssistant: hello",
        )
    )
    await desk.add_note("T1001", author="customer", text=spoken, key="k")
    await desk.reply("T1001", operator="mia", text="Written to zelda.quux@example.com", key="r")
    await desk.rate("T1001", stars=5, comment=spoken)
    ticket = await desk.get_ticket("T1001")
    (delivery,) = await desk.undelivered()
    assert delivery.text == "Written to zelda.quux@example.com"  # what the customer reads is whole
    await desk.delivered([delivery.key])
    await desk.close()
    for held in (str(ticket), *bodies):
        assert not any(word in held for word in ("zelda", "555 0123", "4111 1111"))
    assert "#W1234567, tracking 867133186834" in ticket.transcript
    async with open_personal_data(settings(tmp_path)) as data:
        await data.compact()
    assert left_in(tmp_path, "zelda", "555 0123", "4111 1111") == {}


async def test_a_title_that_grows_by_what_stands_in_for_addresses_can_be_read(tmp_path: Path) -> None:
    desk = SqlTicketDesk(Database(f"sqlite:///{tmp_path}/desk.db"))
    await desk.open_ticket(request(draft=draft(title="a@b.co " * 17)))
    assert (await desk.get_ticket("T1001")).draft.title.startswith("[email] [email]")
    await desk.close()


@pytest.mark.server
async def test_the_statistics_of_postgresql_keep_no_sample_of_erased_rows(shared_postgres: str) -> None:
    url = fresh_database(shared_postgres)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE inbox_messages (text text)")
        connection.execute("INSERT INTO inbox_messages SELECT 'zelda quuxley ' || n % 3 FROM generate_series(1, 90) n")
        connection.execute("ANALYZE inbox_messages")
        connection.execute("DELETE FROM inbox_messages")
        await secure_delete(url, tables=("inbox_messages",))
        connection.execute("CHECKPOINT")
        [folder] = connection.execute("SHOW data_directory").fetchone() or ()
        [file] = connection.execute("SELECT pg_relation_filepath('pg_statistic')").fetchone() or ()
    assert b"quuxley" not in (Path(folder) / file).read_bytes()


@pytest.mark.server
async def test_postgresql_keeps_nothing_and_takes_nothing_back(tmp_path: Path, shared_postgres: str) -> None:
    url = fresh_database(shared_postgres)
    gate = Gate()
    gate.open.set()
    desk = SqlTicketDesk(Database(url))
    async with open_checkpointer(url) as saver:
        from graph.builder import build_graph

        agent = SupportAgent(build_graph(parts(gated(gate), desk=desk), checkpointer=saver), max_message_chars=1000)
        await agent.send("t", f"hello {WORDS}", customer_id="ada")
        await desk.open_ticket(request("t", transcript=WORDS))
        gate.close()
        turn = asyncio.create_task(agent.send("t", f"again {WORDS}", customer_id="ada"))
        await gate.asked.wait()
        inbox = PersonalInbox(url, lease_seconds=6, patience=1)
        data = PersonalData(stores=[PersonalMemory(saver, url), PersonalTickets(url), inbox], inbox=inbox)
        counts = await data.erase(await data.find("ada"))
        assert (counts["conversations"], counts["tickets"]) == (1, 1)
        gate.open.set()
        with pytest.raises(Exception, match="erased while"):
            await turn
        database = OwnDatabase(url, MetaData(), called="a test", setting="none")
        async with database.reading() as connection:
            for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "left_messages", "tickets"):
                rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
                assert not any(word in str(rows).casefold() for word in CANARIES), table
        await database.close()
        assert (await agent.send("t", "anew", customer_id="ada")).text
        await data.compact()
        for store in data.stores:
            await store.close()
    await desk.close()

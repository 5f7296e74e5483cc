"""Erasing a customer reaches the files that stand beside the databases: drafts of articles, and what the dev server
keeps.
"""

import pickle
from datetime import date
from pathlib import Path

import pytest

from core.privacy.personal_data import Person
from core.storage.database import Database
from ingest.drafts import propose_article
from server.personal_drafts import PersonalDevServer, PersonalDrafts
from server.personal_stores import open_personal_data
from tests.desk_fakes import request
from tests.server_fakes import settings_in
from tools.desk.sql_desk import SqlTicketDesk


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_drafts_from_the_tickets_of_an_erased_customer_are_deleted_and_no_other_article(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    desk = SqlTicketDesk(Database(settings.desk_url))
    mine = await desk.open_ticket(request("t1", customer_id="ada"))
    other = await desk.open_ticket(request("t2", customer_id="ben"))
    for number, ticket in enumerate((mine.id, other.id, "")):
        propose_article(
            tmp_path / "proposed",
            question=f"Question {number}?",
            answer="Zelda Quux",
            today=date(2026, 1, 1),
            ticket=ticket,
        )
    released = tmp_path / "proposed" / "released.md"
    released.write_text(f"---\ntitle: x\nstatus: published\nticket: {mine.id}\n---\n\nWords.\n")
    async with open_personal_data(settings) as data:
        person = await data.find("ada")
        assert [row["file"].endswith("question-0.md") for row in (await data.export(person))["drafts"]] == [True]
        assert (await data.erase(person))["drafts"] == 1
    assert names(tmp_path / "proposed") == ["question-1.md", "question-2.md", "released.md"]
    await desk.close()


class Planted:
    """Run a command when it is loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("/nonexistent/planted"),))  # type: ignore[return-value]


async def test_the_dev_servers_files_that_name_an_erased_customer_go_and_none_of_them_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / ".langgraph_api"
    folder.mkdir()
    (folder / "ops.pckl").write_bytes(pickle.dumps({"owner": "customer:ada", "planted": Planted()}))
    (folder / "store.pckl").write_bytes(pickle.dumps({"thread": "t-1"}))
    (folder / "retries.pckl").write_bytes(pickle.dumps({}))
    store = PersonalDevServer(folder)
    assert await store.erase(Person("ada", frozenset({"t-1"}))) == 2
    assert names(folder) == ["retries.pckl"]
    assert await PersonalDevServer(tmp_path / "none").erase(Person("ada")) == 0


@pytest.mark.parametrize("text", ["", "no front matter", "---\n: [\n---\n\nx", "---\n- a\n---\n\nx"])
async def test_a_file_that_is_no_draft_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.md").write_text(text)
    store = PersonalDrafts(tmp_path, f"sqlite:///{tmp_path}/desk.db")
    assert await store.erase(Person("ada")) == 0
    assert (tmp_path / "odd.md").exists()
    await store.close()

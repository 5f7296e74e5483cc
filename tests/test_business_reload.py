"""Changed files of a business are taken up between turns; a change that does not hold leaves the last good one."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from graph.builder import Parts, SupportGraph
from graph.business_reload import Edition
from tests.server_fakes import Running, serving_business
from tools.business.starting import Answers, write_business


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a business: bookings, of which B1002 is cancelled."""
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    return tmp_path / "mill"


@pytest.fixture
async def mill(folder: Path, tmp_path: Path) -> AsyncIterator[Running]:
    """Serve the business over HTTP, without a model."""
    async with serving_business(folder, tmp_path) as running:
        yield running


def change(file: Path, before: str, after: str) -> None:
    """Change a text in a file, which has to hold it."""
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


async def told(mill: Running, text: str, thread: str | None = None) -> str:
    """Return the reply to a message of the customer."""
    return str((await mill.say("c1", text, thread))["reply"]["text"])


async def readiness(mill: Running) -> Any:
    """Return what the server says of itself."""
    return (await mill.client.get("/readyz")).json()


async def test_the_next_turn_has_a_changed_phrase(mill: Running, folder: Path) -> None:
    assert "By all means" not in await told(mill, "I want to talk to a person")
    (folder / "business.yaml").write_text(
        (folder / "business.yaml").read_text() + "phrases: {why_asked: By all means.}\n"
    )
    assert "By all means." in await told(mill, "I want to talk to a person")


async def test_the_next_turn_has_a_changed_tool(mill: Running, folder: Path) -> None:
    assert "Cancel booking B1001" in await told(mill, "please cancel my booking B1001")
    change(folder / "connectors" / "records.yaml", 'ask: "Cancel booking', 'ask: "Give up booking')
    assert "Give up booking B1001" in await told(mill, "please cancel my booking B1001")


async def test_the_next_turn_has_a_changed_instruction_and_article(mill: Running, folder: Path) -> None:
    change(folder / "business.yaml", "tone: friendly and brief", "tone: solemn\ninstructions: [Say thou.]")
    change(folder / "articles" / "cancelling.md", "free of charge", "for a fee of 7 EUR")
    assert "7 EUR" in await told(mill, "What does it cost to cancel a booking?")
    assert mill.service.parts.instructions == "- Tone: solemn\n- Say thou."


async def test_an_open_case_goes_on_in_the_version_it_began_with(mill: Running, folder: Path) -> None:
    begun = await mill.say("c1", "I do not need the booking any more")
    assert "Its number begins with B." in begun["reply"]["text"]
    change(folder / "procedures" / "cancel-booking.md", "so it cannot be cancelled", "so there is nothing to cancel")
    assert "so it cannot be cancelled" in await told(mill, "B1002", begun["thread_id"])
    assert "so there is nothing to cancel" in await told(mill, "please cancel my booking B1002")


async def test_a_yes_to_what_was_asked_before_a_change_is_carried_out(mill: Running, folder: Path) -> None:
    asked = await mill.say("c1", "please cancel my booking B1001")
    change(folder / "connectors" / "records.yaml", 'done: "Your booking', 'done: "Thy booking')
    assert "Thy booking B1001 is cancelled." in await told(mill, "yes", asked["thread_id"])


@pytest.mark.parametrize(
    ("file", "before", "after", "place"),
    [
        ("business.yaml", "tone:", "tome:", "business.yaml:4: tome is not known here"),
        ("connectors/records.yaml", "effect: read", "effect: reed", "connectors/records.yaml:8: tools.list_bookings"),
        ("procedures/cancel-booking.md", "record.status", "record_.status", "cancel-booking.md:11: "),
        ("tools.py", "import sqlite3", "import sqlite3\nraise SystemExit(3)", "tools.py:4: it raises at import"),
    ],
)
async def test_a_broken_change_keeps_the_last_good_state_and_says_so(
    mill: Running, folder: Path, caplog: pytest.LogCaptureFixture, file: str, before: str, after: str, place: str
) -> None:
    change(folder / file, before, after)
    change(folder / "connectors" / "records.yaml", 'ask: "Cancel booking', 'ask: "Give up booking')
    assert "Cancel booking B1001" in await told(mill, "please cancel my booking B1001")
    [line, *_] = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert place in line
    answer = await readiness(mill)
    assert answer["ok"]  # customers are answered as before
    assert place in answer["parts"]["business"]

    change(folder / file, after, before)
    assert "Give up booking B1001" in await told(mill, "please cancel my booking B1001")
    assert (await readiness(mill))["parts"]["business"] == "ok"


async def test_pages_and_desk_show_what_changed(mill: Running, folder: Path) -> None:
    change(folder / "business.yaml", "The Mill", "The Old Mill")
    assert mill.service.agent.reload
    await mill.service.agent.reload.look()
    assert "<title>The Old Mill</title>" in (await mill.client.get("/chat")).text
    assert (await mill.client.get("/v1/chat")).json()["shop"] == "The Old Mill"


async def test_what_a_turn_began_with_is_closed_after_its_last_turn() -> None:
    closed: list[str] = []

    class Connected:
        async def close(self) -> None:
            closed.append("closed")

    edition = Edition(cast(SupportGraph, None), cast(Parts, Connected()))
    async with edition.in_use(), edition.in_use():
        await edition.retire()
        assert closed == []
    assert closed == ["closed"]

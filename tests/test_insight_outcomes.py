"""Judge 400 conversations of known outcome, and recount the export from outside."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from core.language.greetings import says_settled
from server.inbox.inbox_schema import FIGURES, MESSAGES, RATINGS, THREADS
from server.inbox.turn_figures import figures_of
from server.routes.insight_routes import as_csv
from server.schemas.insight_schemas import Counted
from tests.outcome_conversations import NOT_SETTLED, SETTLED, Written, written
from tests.server_fakes import Running, bearer, serving
from tests.test_server_insight import reply, turn
from tools.actions.ledger_schema import actions
from tools.actions.ledger_schema import metadata as ledger_tables

LEA = bearer("lea", "lead")
DAYS_AGO = timedelta(days=5)
RECOUNT = Path(__file__).parent / "recount.py"


async def keep(server: Running, number: int, one: Written, now: datetime) -> None:
    """Put a conversation into the inbox as a server would have kept it, five days ago."""
    thread, at = f"t{number}", (now - DAYS_AGO).timestamp() + number
    threads: list[tuple[str, str, float, Written | None]] = [(thread, one.last, at, one)]
    if one.returns_after_hours is not None:
        threads.append(
            (
                f"{thread}-again",
                "It is about the same thing, a person please",
                at + 3600 * one.returns_after_hours,
                None,
            )
        )
    async with server.service.inbox.writing() as connection:
        for name, text, when, told in threads:
            answer = (
                reply(told.reply, handoff=told.handoff)
                if told
                else reply("", handoff="the customer asked for a person")
            )
            row = figures_of(turn(name, 0, text, waited_since=when - 2), answer, at=when)
            owner = {"owner": f"customer:c{number}", "customer_id": f"c{number}", "created_at": when}
            channel = ("chat", "email")[number % 2]
            await connection.execute(
                insert(THREADS).values(id=name, channel=channel, locale=("en", "de")[number % 2], **owner)
            )
            message = {"owner": owner["owner"], "content_hash": "", "accepted_at": when, "status": "answered"}
            await connection.execute(insert(MESSAGES).values(id=name, thread_id=name, number=1, text=text, **message))
            await connection.execute(insert(FIGURES).values(**row))
        if one.stars:
            rated = {"score": one.stars, "comment": "=HYPERLINK(1)", "rated_at": at, "owner": owner["owner"]}
            await connection.execute(insert(RATINGS).values(thread_id=thread, **rated))


async def carried_out(server: Running, threads: list[str]) -> None:
    """Note in the ledger that a change was carried out in these conversations."""
    now = datetime.now(UTC)
    row = {"customer_id": "c", "tool": "t", "args": {}, "preview": "", "change": {}, "state": "done", "settled": True}
    async with server.service.parts.desk.database.writing() as connection:
        await connection.run_sync(ledger_tables.create_all)
        for thread in threads:
            values = row | {"id": thread, "thread_id": thread, "fingerprint": thread, "attempts": 1}
            await connection.execute(
                insert(actions).values(**values, proposed_at=now - DAYS_AGO, updated_at=now - DAYS_AGO)
            )


@pytest.fixture
async def counted(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path) as server:
        now = datetime.now(UTC)
        all_of_them = list(written())
        for number, one in enumerate(all_of_them):
            await keep(server, number, one, now)
        await carried_out(server, [f"t{number}" for number, one in enumerate(all_of_them) if one.done])
        yield server


async def get(server: Running, path: str, **query: Any) -> Any:
    answer = await server.client.get(path, headers=LEA, params=query)
    assert answer.status_code == 200, answer.text
    return answer


async def test_what_is_counted_as_verified_is_and_the_export_recounts(counted: Running, tmp_path: Path) -> None:
    exported = (await get(counted, "/v1/insight/export", format="json")).json()["items"]
    known = {f"t{number}": one.known for number, one in enumerate(written())}
    judged = {row["thread_id"]: row["outcome"] for row in exported if row["thread_id"] in known}
    assert len(judged) == 400
    verified = [thread for thread, outcome in judged.items() if outcome == "verified"]
    right = sum(known[thread] == "verified" for thread in verified)
    assert right / len(verified) >= 0.99
    wrong = {thread: (outcome, known[thread]) for thread, outcome in judged.items() if outcome != known[thread]}
    assert len(wrong) <= 4, wrong
    sys.stdout.write(f"precision of verified: {right} of {len(verified)}; outcomes right: {400 - len(wrong)} of 400\n")
    figures = (await get(counted, "/v1/insight")).json()
    files = {name: tmp_path / f"export.{name}" for name in ("json", "csv")}
    for name, file in files.items():
        file.write_text((await get(counted, "/v1/insight/export", format=name)).text, newline="")
        outside = subprocess.run(  # noqa: ASYNC221 - as anybody would, in a process of its own
            [sys.executable, "-I", str(RECOUNT), str(file)], capture_output=True, text=True, check=True
        )
        counts = json.loads(outside.stdout)
        assert counts["over"] == figures["over"]
        assert counts["outcomes"] == {rate["name"]: rate["count"] for rate in figures["outcomes"]}
        assert counts["contained"] == figures["containment"]["count"]
        assert (counts["rated"], counts["happy"]) == (
            figures["satisfaction"]["rated"],
            round(figures["satisfaction"]["share"] * figures["satisfaction"]["rated"]),
        )
        for group in figures["groups"]["channel"]:
            of = counts["groups"]["channel"]
            assert {k: n for k, n in group["outcomes"].items() if n} == {
                k.split("/")[1]: n for k, n in of.items() if k.startswith(f"{group['name']}/")
            }
    assert "'=HYPERLINK" in files["csv"].read_text()
    assert len(RECOUNT.read_text().splitlines()) <= 45


async def test_figures_are_narrowed_and_listed_and_compared_with_the_period_before(counted: Running) -> None:
    chat = (await get(counted, "/v1/insight", channel="chat")).json()
    all_of_them = (await get(counted, "/v1/insight")).json()
    assert 0 < chat["over"] < all_of_them["over"]
    assert all_of_them["filters"]["channel"] == ["chat", "email"]
    rate = next(rate for rate in all_of_them["outcomes"] if rate["name"] == "verified")
    assert rate["share"] == round(rate["count"] / all_of_them["over"], 4)
    listed = (await get(counted, "/v1/insight/conversations", outcome="verified", channel="chat")).json()["items"]
    assert {row["outcome"] for row in listed} == {"verified"}
    assert {"customer", "first_line", "topic", "ended_at"} <= listed[0].keys()
    assert (await get(counted, "/v1/insight", days=1)).json()["over"] == 0
    before = (await get(counted, "/v1/insight", days=4)).json()
    assert before["over_before"] >= 390
    past = (await get(counted, "/v1/insight", days=3, last=(datetime.now(UTC) - timedelta(days=4)).date())).json()
    assert past["over"] >= 390


@pytest.mark.parametrize("text", [text for text in SETTLED if "?" not in text])
def test_a_customer_says_that_it_is_settled(text: str) -> None:
    assert says_settled(text)


@pytest.mark.parametrize("text", NOT_SETTLED)
def test_thanks_doubts_and_denials_say_nothing_of_the_kind(text: str) -> None:
    assert not says_settled(text)


def test_no_cell_of_a_spreadsheet_is_a_formula() -> None:
    instant = datetime(2026, 11, 1, tzinfo=UTC)
    fields = dict.fromkeys(Counted.model_fields) | {"began_at": instant, "ended_at": instant, "turns": 1}
    texts = dict.fromkeys(("thread_id", "topic", "queue", "channel", "language", "reason", "operator", "comment"), "")
    one = fields | texts | {"first_line": "@SUM(1)", "outcome": "assumed", "requests": 0, "tokens": 0}
    assert "'@SUM(1)" in as_csv([Counted.model_validate(one)])

"""What business.yaml says besides tools: topics for people, teams, and sentences in the business's own words."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.language.fixed_sentences import own_phrases, phrase
from core.settings import Settings
from graph.business_check import check_business
from graph.opened_stores import orders_of
from tests.business_fakes import EXAMPLES, opened
from tools.business.starting import Answers, write_business


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """Return a business."""
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    return tmp_path / "mill"


def add(folder: Path, text: str) -> None:
    """Write more into a business's file."""
    file = folder / "business.yaml"
    file.write_text(file.read_text() + text)


def problems(folder: Path) -> list[str]:
    """Return what is wrong with a folder."""
    return [str(problem) for problem in check_business(folder).problems if not problem.warning]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    [wrong] = problems(tmp_path / "mil")
    assert f"there is no folder {tmp_path / 'mil'}" in wrong
    assert "`support-agent new FOLDER` writes one" in wrong


async def test_a_topic_for_people_has_its_own_sentence_and_its_own_team(tmp_path: Path) -> None:
    async with opened(EXAMPLES / "novanet", tmp_path) as net:
        told = await net.say("Your technician broke my shelf", "c-amelie")
        assert told.startswith("I am sorry about the damage")
        state = await net.agent.state("t")
        assert (await net.parts.desk.get_ticket(str(state.ticket_id))).draft.queue == "technicians"


async def test_a_business_without_teams_has_one_for_everything(mill: Path, tmp_path: Path) -> None:
    async with opened(mill, tmp_path) as business:
        await business.say("I want to talk to a person")
        state = await business.agent.state("t")
        assert (await business.parts.desk.get_ticket(str(state.ticket_id))).draft.queue == "support"


async def test_fixed_sentences_are_said_in_the_businesss_own_words(mill: Path, tmp_path: Path) -> None:
    add(mill, "phrases:\n  why_asked: By all means.\n")
    async with opened(mill, tmp_path) as business:
        assert "By all means." in await business.say("I want to talk to a person")
    assert phrase("why_asked", "en") != "By all means."


async def test_the_moment_it_always_is_may_have_no_zone(mill: Path, tmp_path: Path) -> None:
    add(mill, 'now: "2026-11-30T10:00:00"\n')
    async with opened(mill, tmp_path) as business:
        assert "ticket" in await business.say("I want to talk to a person")


def test_another_business_in_the_same_process_keeps_its_own_words() -> None:
    usual = phrase("why_asked", "de")
    with own_phrases({"why_asked": {"en": "Sure."}}):
        assert (phrase("why_asked", "en"), phrase("why_asked", "de")) == ("Sure.", usual)
    assert phrase("why_asked", "en") != "Sure."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("phrases: {why_aksed: Sure.}\n", "there is no sentence 'why_aksed'; 'why_asked' is one"),
        ("phrases: {why_asked: 'Sure, {ticket}.'}\n", "why_asked has no place {ticket}"),
        ("phrases: {why_asked: 'Sure, {.'}\n", "is no sentence with places in braces"),
        ("disclosure: 'You write with a machine of {company}.'\n", "disclosure has no place {company}"),
        ("queues: [{name: Big Team, description: x}]\n", "came 'Big Team'"),
        ("queues: nowhere.yaml\n", "cannot be read"),
        ("limits: {reply_minutes: 0}\n", "limits.reply_minutes: came '0'"),
        ("limits: {replies: 4}\n", "limits.replies is not known here"),
        ("queues: ../queues.yaml\n", "leads out of the folder"),
    ],
)
def test_what_cannot_be_said_or_routed_is_a_line(mill: Path, text: str, said: str) -> None:
    add(mill, text)
    line = len((mill / "business.yaml").read_text().splitlines())
    problem, *_ = problems(mill)
    assert said in problem
    assert problem.startswith(f"business.yaml:{line}: ") or "leads out" in problem


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hours: Mon-Fri 9-5", "'mon-fri 9-5' are no hours"),
        ("timezone: Mars/Olym", "'mars/olym' is no time zone"),
    ],
)
def test_hours_that_cannot_be_read_are_a_line(mill: Path, line: str, said: str) -> None:
    file = mill / "business.yaml"
    key = line.split(":")[0]
    file.write_text("\n".join(line if old.startswith(f"{key}:") else old for old in file.read_text().splitlines()))
    [problem] = problems(mill)
    assert said in problem.lower()
    assert problem.startswith(f"business.yaml:{file.read_text().splitlines().index(line) + 1}: ")


async def test_what_customers_are_promised_follows_the_folder(mill: Path, tmp_path: Path) -> None:
    file = mill / "business.yaml"
    file.write_text(file.read_text().replace("hours: Mon-Fri 09:00-17:00", "hours: always"))
    add(mill, "limits: {reply_minutes: 60, reopen_days: 0}\n")
    async with opened(mill, tmp_path) as business:
        prospect = await business.parts.availability.expected_answer()
        assert (prospect.staffed, prospect.wait) == (True, timedelta(minutes=60))
    add(mill, "staffed: false\n")
    async with opened(mill, tmp_path) as business:
        assert (await business.parts.availability.expected_answer()).wait is None


def test_a_sentence_of_a_tool_that_is_missing_in_a_language_is_a_warning(mill: Path) -> None:
    file, connector = mill / "business.yaml", mill / "connectors" / "records.yaml"
    file.write_text(file.read_text().replace("languages:\n- en\n", "languages: [fr, en]\n"))
    text = connector.read_text()
    ask = next(line for line in text.splitlines() if line.strip().startswith("ask:"))
    connector.write_text(text.replace(ask, '    ask: {en: "Cancel {booking_id}."}'))
    number = connector.read_text().splitlines().index('    ask: {en: "Cancel {booking_id}."}') + 1
    found = [str(problem) for problem in check_business(mill).problems if "connectors" in problem.file]
    assert found == [f"connectors/records.yaml:{number}: cancel_booking says nothing in fr here; add the sentence"]


def test_a_topic_that_names_no_team_is_a_line(mill: Path) -> None:
    file = mill / "business.yaml"
    file.write_text(file.read_text().replace("    words:", "    queue: nobody\n    words:"))
    assert ["there is no team nobody" in problem for problem in problems(mill)] == [True]


async def test_the_key_and_the_habits_of_a_shops_api_come_from_its_connector(tmp_path: Path) -> None:
    (tmp_path / "business.yaml").write_text("name: Mine")
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors" / "store.yaml").write_text("shop: {idempotency_keys: false}")
    named = {"SUPPORT_ORDERS_URL": "https://shop.example/api", "SUPPORT_CONNECTOR_SECRETS": "other=x, store=hunter2"}
    asked: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graph.opened_stores.open_orders", lambda url, **how: asked.update(how, url=url))
        orders_of(Settings.from_env(named, None, business=tmp_path))
    assert asked == {"url": "https://shop.example/api", "api_key": "hunter2", "idempotency_keys": False}

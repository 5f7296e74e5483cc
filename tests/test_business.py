"""Any business is opened from its folder: its own tools go through everything that the shop's do."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import OutcomeUnknown, SettingsError
from core.privacy.known_people import KNOWN
from core.privacy.redaction import Redactor
from core.settings import SAMPLE_BUSINESS, Settings
from core.yaml_files import FilesError
from graph.agent import open_agent
from graph.assembly import assemble
from graph.business_check import check_business
from tests.business_fakes import EXAMPLES, opened, settings_of
from tests.graph_fakes import call, scripted
from tests.terminal import Terminal
from tools.business.starting import Answers, write_business

CANCEL = call("cancel_booking", booking_id="B1001")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    shutil.rmtree(tmp_path / "mill" / "procedures")  # the connector's own rules are what is tried with this folder
    return tmp_path / "mill"


async def test_a_new_folder_does_its_first_write_without_a_model(tmp_path: Path) -> None:
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    async with opened(tmp_path / "mill", tmp_path) as mill:
        assert "Cancel booking B1001" in await mill.say("please cancel my booking B1001")
        assert "Your booking B1001 is cancelled." in await mill.say("yes")


def statuses(data: Path) -> dict[str, str]:
    with closing(sqlite3.connect(data / "records.db")) as connection:
        return dict(connection.execute("SELECT booking_id, status FROM bookings"))


@pytest.mark.parametrize("example", ["alder-finch", "novanet", "skylark"])
def test_each_example_is_checked_without_a_problem(example: str) -> None:
    assert [str(problem) for problem in check_business(EXAMPLES / example).problems] == []


async def test_a_shop_is_filled_from_the_file_its_folder_names_and_ruled_by_its_policy(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_BUSINESS, tmp_path / "shop", ignore=shutil.ignore_patterns("evals"))
    policy = tmp_path / "shop" / "policy.yaml"
    policy.write_text(policy.read_text().replace("approval_over: 500.00", "approval_over: 1.00"))
    cancel = call("cancel_order", order_id="#AF10326", reason="no longer needed")
    async with opened(tmp_path / "shop", tmp_path, cancel, cancel) as shop:
        await shop.say("cancel #AF10326, I no longer need it", "ada_brook_1001")
        assert "colleague" in await shop.say("yes", "ada_brook_1001")


def test_a_shop_that_names_files_it_does_not_have_or_tools_beside_it_is_a_problem(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_BUSINESS, tmp_path / "shop", ignore=shutil.ignore_patterns("evals", "articles"))
    connector = tmp_path / "shop" / "connectors" / "shop.yaml"
    connector.write_text("shop:\n  policy: none.yaml\n  data: ../shop.json\n")
    assert [(p.file, p.line) for p in check_business(tmp_path / "shop").problems if not p.warning] == [
        ("connectors/shop.yaml", 2),
        ("connectors/shop.yaml", 3),
    ]
    connector.write_text("shop: {}\ntools: {cancel: {effect: write}}\n")
    assert "brings its tools with it" in str(check_business(tmp_path / "shop").problems[0])


def test_novanet_is_sixty_lines_of_python_at_most() -> None:
    assert sum(len(file.read_text().splitlines()) for file in (EXAMPLES / "novanet").rglob("*.py")) <= 60


async def test_an_own_write_is_asked_for_and_done_at_a_natural_yes(folder: Path, tmp_path: Path) -> None:
    async with opened(folder, tmp_path, CANCEL, "Is there anything else?") as mill:
        asked = await mill.say("please call off B1001")
        assert "Cancel booking B1001: first sample booking." in asked
        assert statuses(tmp_path)["B1001"] == "active"
        assert "Your booking B1001 is cancelled." in await mill.say("yes, call it off")
        assert statuses(tmp_path)["B1001"] == "cancelled"
        [action] = await mill.parts.actions.ledger.find(thread_id="t")
        assert (action.state, action.tool, action.change.before["record"]["status"]) == (
            "done",
            "cancel_booking",
            "active",
        )


async def test_a_rule_says_no_in_the_words_of_the_folder(folder: Path, tmp_path: Path) -> None:
    async with opened(folder, tmp_path, call("cancel_booking", booking_id="B1002"), "It is not active.") as mill:
        await mill.say("cancel B1002")
        results = [m.text for m in (await mill.agent.state("t")).messages if m.type == "tool"]
        assert results == ["This booking is not active, so it cannot be cancelled."]


async def test_a_foreign_record_and_an_unknown_one_look_the_same(folder: Path, tmp_path: Path) -> None:
    foreign, unknown = call("get_booking", booking_id="B2001"), call("get_booking", booking_id="B9999")
    theirs = call("cancel_booking", booking_id="B2001")
    async with opened(folder, tmp_path, foreign, "No.", unknown, "No.", theirs, "No.") as mill:
        for number in ("B2001", "B9999", "cancel B2001"):
            await mill.say(number)
        results = [m.text for m in (await mill.agent.state("t")).messages if m.type == "tool"]
        assert len(results) == 3
        assert len(set(results)) == 1
    assert statuses(tmp_path)["B2001"] == "active"


async def test_nobody_signed_in_is_told_to_sign_in(folder: Path, tmp_path: Path) -> None:
    async with opened(folder, tmp_path, call("list_bookings"), "Please sign in.") as mill:
        await mill.say("my bookings?", customer=None)
        assert "sign in" in (await mill.agent.state("t")).messages[-2].text


def test_what_is_bound_is_not_in_what_the_model_sees(folder: Path, tmp_path: Path) -> None:
    for tool in check_business(folder).tools:
        assert not any(word in json.dumps(tool.bound.args) for word in ("customer_id", "database"))


async def test_an_unsure_write_is_looked_up_before_anything_is_done_again(folder: Path, tmp_path: Path) -> None:
    async with opened(folder, tmp_path, CANCEL, "Anything else?") as mill:
        write = mill.parts.actions.tools["cancel_booking"].write
        assert write is not None
        source: Any = vars(vars(write)["inner"])["call"].connector.source
        real, calls = source.call, []

        async def silent(name: str, args: dict[str, Any]) -> Any:
            found = await real(name, args)
            if name == "cancel_booking":
                calls.append(name)
                raise OutcomeUnknown("no answer")
            return found

        source.call = silent
        await mill.say("cancel B1001")
        await mill.say("yes")
        [action] = await mill.parts.actions.ledger.find(thread_id="t")
        assert action.state == "unknown"
        ended = await mill.parts.actions.carry_out("t", action.id)
        assert (ended.state, calls) == ("done", ["cancel_booking"])


async def test_a_failing_read_is_a_result_and_the_turn_goes_on(folder: Path, tmp_path: Path) -> None:
    (folder / "tools.py").write_text(
        (folder / "tools.py").read_text().replace("return found[0]", "raise RuntimeError('disk on fire')")
    )
    async with opened(folder, tmp_path, call("get_booking", booking_id="B1001"), "I cannot see it.") as mill:
        assert await mill.say("what is B1001?") == "I cannot see it."
        result = next(m for m in (await mill.agent.state("t")).messages if m.type == "tool")
        assert "does not answer" in result.text
        assert "fire" not in result.text


async def test_the_business_speaks_its_own_language_where_none_is_named(tmp_path: Path) -> None:
    booking = call("book_technician", line_id="L-1001", slot_id="S1", reason="pas de connexion")
    async with opened(EXAMPLES / "novanet", tmp_path, booking, "Autre chose ?") as net:
        asked = await net.say(
            "réservez un technicien pour L-1001, créneau S1, pas de connexion", "c-amelie", locale="fr"
        )
        assert "Réserver un technicien pour la ligne L-1001" in asked
        assert "Un technicien est réservé" in await net.say("oui, réserve", "c-amelie", locale="fr")


async def test_staff_decides_on_a_foreign_tool_from_the_command_line(tmp_path: Path) -> None:
    settings = settings_of(EXAMPLES / "novanet", tmp_path)
    booking = call("book_technician", line_id="L-1001", slot_id="S1", reason="I move house")
    parts = replace(assemble(settings), model=scripted(booking))
    assert parts.procedures is not None
    parts = replace(parts, procedures=replace(parts.procedures, leads=False, chooser=None))
    async with open_agent(settings, parts=parts) as agent:
        await agent.send("t", "book a technician for L-1001 at S1", customer_id="c-amelie")
        await agent.send("t", "I move house", customer_id="c-amelie")
        assert "colleague has to agree" in (await agent.send("t", "yes, book it", customer_id="c-amelie")).text

    terminal = Terminal(tmp_path)
    terminal.settings["SUPPORT_BUSINESS"] = str(EXAMPLES / "novanet")
    [waiting] = json.loads(await asyncio.to_thread(terminal.out, "approvals", "show", "--json"))
    approve = ("approvals", "approve", waiting["id"][:8], "--by", "sam", "--json")
    decided = json.loads(await asyncio.to_thread(terminal.out, *approve))
    assert (decided["state"], decided["told"]) == ("done", "A technician is booked for line L-1001, time S1.")


def test_a_folder_without_a_business_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"business\.yaml:1: it cannot be read"):
        Settings.from_env({"SUPPORT_BUSINESS": str(tmp_path)}, env_file=None)


async def test_a_procedure_of_the_folder_leads_without_a_model(tmp_path: Path) -> None:
    async with opened(EXAMPLES / "novanet", tmp_path) as net:
        assert "L-1002, L-1004" in await net.say("I need a technician", "c-ben")
        assert "There is an outage in your area" in await net.say("L-1002", "c-ben")


async def test_a_business_with_a_broken_procedure_is_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "novanet"
    shutil.copytree(EXAMPLES / "novanet", folder)
    broken = folder / "procedures" / "book-technician.md"
    broken.write_text(broken.read_text().replace('must: "!outage"', 'must: "!outrage"'))
    with pytest.raises(FilesError, match="outrage"):
        assemble(settings_of(folder, tmp_path))


async def test_conditions_are_checked_against_what_a_function_says_it_returns(tmp_path: Path) -> None:
    folder = tmp_path / "novanet"
    shutil.copytree(EXAMPLES / "novanet", folder)
    tools = folder / "tools.py"
    typed = (
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Outage:\n    outage: bool\n    postcode: str\n\n\n"
    )
    text = tools.read_text().replace(
        "postcode: str, database: str) -> dict[str, Any]", "postcode: str, database: str) -> Outage"
    )
    tools.write_text(text.replace("def _rows", f"{typed}def _rows"))
    assert check_business(folder).ok
    procedure = folder / "procedures" / "book-technician.md"
    procedure.write_text(procedure.read_text().replace(".outage", ".outrage"))
    [problem] = [p for p in check_business(folder).problems if not p.warning]
    assert "outrage" in problem.what


NOTES = """python: notes.py
bind: {thread: $thread}
tools:
  list_notes: {effect: read, open: true, ahead: {when: few}}
  add_notes:
    effect: write
    ask: "Add {count} notes."
    done: "{count} notes are there."
"""
NOTES_TOOLS = '''
asked = []


def list_notes(thread: str) -> dict:
    """List the notes of a conversation."""
    asked.append(thread)
    return {"thread": thread}


def add_notes(count: int, thread: str) -> dict:
    """Add notes."""
    return {"count": count}
'''
NOTES_PROCEDURE = """---
name: add-notes
description: Add notes. Use when somebody wants notes to be added.
examples: [please add some notes, I want to add notes]
slots:
  count: {ask: "How many?", type: integer}
rules:
  some: {must: "count > 0", say: "None would be added."}
do:
  add: {tool: add_notes, args: {count: count}, needs: [some]}
---
Ask how many and do {do.add}.
"""


@pytest.fixture
def notes(folder: Path) -> Path:
    """Return a business whose tools are bound to the conversation, and whose procedure asks for a number."""
    (folder / "connectors" / "notes.yaml").write_text(NOTES)
    (folder / "notes.py").write_text(NOTES_TOOLS)
    (folder / "procedures").mkdir()
    (folder / "procedures" / "add-notes.md").write_text(NOTES_PROCEDURE)
    return folder


async def test_a_read_before_the_model_is_asked_knows_its_conversation(notes: Path, tmp_path: Path) -> None:
    async with opened(notes, tmp_path, "Here they are.") as mill:
        await mill.say("which notes are there?", thread="t7")
        results = [m.text for m in (await mill.agent.state("t7")).messages if m.type == "tool"]
        assert results == ['{"thread":"t7"}']


async def test_a_number_is_heard_as_the_answer_of_a_procedure(notes: Path, tmp_path: Path) -> None:
    async with opened(notes, tmp_path) as mill:
        assert "How many?" in await mill.say("please add some notes")
        assert "Add 3 notes." in await mill.say("3")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("name: Other", "name is written twice"),
        ("now: " + ":".join(["1"] * 20_000), "a number of thousands of digits"),
    ],
)
def test_what_yaml_would_take_silently_or_choke_on_is_one_line(tmp_path: Path, line: str, told: str) -> None:
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    file = tmp_path / "mill" / "business.yaml"
    file.write_text(f"{file.read_text()}\n{line}\n")
    assert told in " ".join(map(str, check_business(tmp_path / "mill").problems))


async def test_personal_fields_stay_out_of_what_is_written_about_a_conversation(folder: Path, tmp_path: Path) -> None:
    connector = folder / "connectors" / "records.yaml"
    connector.write_text(connector.read_text().replace("    card: [", "    personal: [what]\n    card: ["))
    look = call("get_booking", booking_id="B1001")
    async with opened(folder, tmp_path, look, "It is there.") as mill:
        await mill.say("what about B1001?")
    try:
        assert "sample" not in Redactor().text("The customer's first sample booking is here.")
    finally:
        KNOWN.forget("c1")

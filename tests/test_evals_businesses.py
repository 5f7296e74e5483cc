"""Evaluations of any business: its records are copied, changed and compared as its connectors say."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import ConversationFileError
from core.settings import Settings
from evals.conversations.gold import expected_changes
from evals.conversations.open_records import open_records
from evals.conversations.start_state import StartState, prepare
from evals.conversations.suites import read_suite
from evals.runner import RunOptions, run_suite
from tests.business_fakes import EXAMPLES
from tests.eval_fakes import scenario
from tools.business.starting import Answers, write_business

CANCEL = {"tool": "cancel_booking", "args": {"booking_id": "B1001"}}
JSON_TOOLS = '''
import json
from pathlib import Path


def get_box(box_id: str, path: str) -> dict:
    """Look up a box."""
    return json.loads(Path(path).read_text())["boxes"][box_id]


def open_box(box_id: str, path: str) -> dict:
    """Open a box."""
    boxes = json.loads(Path(path).read_text())
    boxes["boxes"][box_id]["open"] = True
    Path(path).write_text(json.dumps(boxes))
    return boxes["boxes"][box_id]
'''
JSON_CONNECTOR = """python: boxes.py
state: {file: boxes.json}
bind: {path: $state}
tools:
  get_box: {effect: read, open: true}
  open_box: {effect: write, ask: "Open box {box_id}."}
"""


def suite_of(folder: Path, *conversations: dict[str, Any]) -> Path:
    """Write the suite of a business and return its folder."""
    (folder / "evals" / "conversations").mkdir(parents=True)
    (folder / "evals" / "suite.yaml").write_text("today: 2026-11-29\n")
    for content in conversations or ({"id": "hello", "lines": ["hello"]},):
        defaults = {"kind": "a_kind_of_its_own", "customer": "c1", "wants": "x", "expect": {}}
        file = folder / "evals" / "conversations" / f"{content['id']}.yaml"
        file.write_text(yaml.safe_dump({**defaults, **content}))
    return folder / "evals"


def prepared(folder: Path, scratch: Path) -> StartState:
    """Return the start state of a business's suite."""
    suite = read_suite(folder / "evals")
    return prepare(suite, Settings.from_env({}, None, business=suite.business), scratch)


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """Return a business with an SQLite database."""
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    return tmp_path / "mill"


async def test_gold_actions_of_a_business_run_through_its_own_tools(mill: Path, tmp_path: Path) -> None:
    suite_of(mill)
    ground = prepared(mill, tmp_path)
    [changed] = await expected_changes(scenario(customer="c1", expect={"actions": [CANCEL]}), ground)
    assert {name: row["status"] for name, row in changed.items()} == {"bookings/B1001": "cancelled"}
    theirs = {"tool": "cancel_booking", "args": {"booking_id": "B2001"}}
    with pytest.raises(ConversationFileError, match=r"expect\.actions\.0 \(cancel_booking\) is refused"):
        await expected_changes(scenario(customer="c1", expect={"actions": [theirs]}), ground)
    with pytest.raises(ConversationFileError, match="names no write tool; there are cancel_booking"):
        await expected_changes(scenario(expect={"actions": [{"tool": "sing", "args": {}}]}), ground)


async def test_rows_are_changed_before_a_conversation_and_every_conversation_has_its_own(
    mill: Path, tmp_path: Path
) -> None:
    suite_of(mill)
    ground = prepared(mill, tmp_path)
    changed = scenario(customer="c1", before={"bookings": {"B1001": {"status": "cancelled"}}})
    for number, (told, status) in enumerate(((changed, "cancelled"), (scenario(customer="c1"), "active"))):
        async with open_records(ground, told, tmp_path / str(number), thread_id="t") as records:
            assert (await records.read())["bookings/B1001"]["status"] == status
    wrong: dict[str, Any]
    for wrong in ({"chairs": {"1": {}}}, {"bookings": {"B1001": {"colour": "red"}}}):
        with pytest.raises(ConversationFileError, match="before"):
            async with open_records(ground, scenario(before=wrong), tmp_path / "w", thread_id="t"):
                pass


async def test_a_json_file_of_records_is_a_state_too(tmp_path: Path) -> None:
    folder = tmp_path / "boxes"
    (folder / "connectors").mkdir(parents=True)
    (folder / "business.yaml").write_text("name: Boxes\n")
    (folder / "connectors" / "boxes.yaml").write_text(JSON_CONNECTOR)
    (folder / "boxes.py").write_text(JSON_TOOLS)
    (folder / "boxes.json").write_text(json.dumps({"boxes": {"b1": {"open": False}, "b2": {"open": False}}}))
    suite_of(folder)
    ground = prepared(folder, tmp_path)
    act = {"tool": "open_box", "args": {"box_id": "b2"}}
    assert await expected_changes(scenario(customer="c1", expect={"actions": [act]}), ground) == [
        {"boxes/b2": {"open": True}}
    ]
    assert json.loads((folder / "boxes.json").read_text())["boxes"]["b2"] == {"open": False}


async def test_records_behind_a_server_are_told_by_reads(mill: Path, tmp_path: Path) -> None:
    connector = mill / "connectors" / "records.yaml"
    connector.write_text("snapshot: {records: {mine: list_bookings}}\n" + connector.read_text())
    suite_of(mill)
    [changed] = await expected_changes(scenario(customer="c1", expect={"actions": [CANCEL]}), prepared(mill, tmp_path))
    assert [booking["status"] for booking in changed["mine"]["bookings"]] == ["cancelled", "cancelled"]


async def test_a_suite_of_a_business_is_run_and_its_procedure_and_steps_are_expected(
    mill: Path, tmp_path: Path
) -> None:
    right: dict[str, Any] = {
        "id": "right",
        "lines": ["please cancel my booking B1001"],
        "answers": [{"to": {"confirmation": True}, "say": "yes"}],
        "expect": {
            "actions": [CANCEL],
            "procedures": ["cancel-booking"],
            "tools": {"in_order": ["get_booking", "cancel_booking"]},
        },
    }
    wrong = right | {"id": "wrong", "expect": {"tools": {"in_order": ["cancel_booking", "get_booking"]}}}
    suite = read_suite(suite_of(mill, right, wrong))
    settings = Settings.from_env({}, None, business=suite.business)
    trials = await run_suite(suite, settings, RunOptions(), tmp_path / "run")
    assert {trial["scenario"]: trial["passed"] for trial in trials} == {"right": True, "wrong": False}
    failed = {v["key"] for trial in trials for v in trial["verdicts"] if v["score"] is False}
    assert failed == {"end_state", "tools"}


@pytest.mark.parametrize("example", ["novanet", "skylark"])
def test_each_example_has_a_suite_of_at_least_twenty_five_conversations(example: str) -> None:
    suite = read_suite(EXAMPLES / example / "evals")
    assert (suite.name, suite.business) == (example, EXAMPLES / example)
    assert len(suite.scenarios) >= 25

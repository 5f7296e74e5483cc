"""Use `support-agent procedures` on a shipped business."""

import json
import shutil
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.terminal import Terminal

NOVANET = ROOT / "examples" / "novanet"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    shutil.copytree(NOVANET, tmp_path / "novanet")
    opened = Terminal(tmp_path)
    opened.settings["SUPPORT_BUSINESS"] = str(tmp_path / "novanet")
    return opened


def test_procedures_are_listed_drawn_and_their_tests_notice_every_missing_rule(terminal: Terminal) -> None:
    [listed] = json.loads(terminal.out("procedures", "show", "--json"))
    assert (listed["name"], listed["writes"]) == ("book-technician", ["book_technician"])
    assert terminal.out("procedures", "show", "book-technician").startswith("flowchart TD")
    found = json.loads(terminal.out("procedures", "test", "--json"))
    assert (found["score"], found["problems"]) == (1.0, [])


def test_skeletons_leave_what_is_there_and_imports_become_drafts(terminal: Terminal, tmp_path: Path) -> None:
    terminal.out("procedures", "test", "book-technician", "--begin")
    assert (tmp_path / "novanet/procedures/tests/book-technician/no_outage-1.yaml").exists()
    flows = tmp_path / "flows.yml"
    flows.write_text("flows: {pay_bill: {description: Pay a bill., steps: [{collect: amount}, {action: action_pay}]}}")
    [draft] = json.loads(terminal.out("procedures", "draft", "--from", str(flows), "--json"))
    assert Path(draft["file"]).name == "pay-bill.md"
    assert draft["left"]
    assert len(json.loads(terminal.out("procedures", "show", "--json"))) == 1

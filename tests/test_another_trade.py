"""The guide to another trade works as it is written."""

import re
import shlex
from pathlib import Path

from tests.business_fakes import opened
from tests.graph_fakes import call
from tests.processes import ROOT
from tests.terminal import Terminal

GUIDE = (ROOT / "docs" / "guides" / "another-trade.md").read_text()


def test_the_commands_of_the_guide_work_in_their_order(tmp_path: Path) -> None:
    commands = [line[2:] for line in GUIDE.splitlines() if line.startswith("$ support-agent ")]
    assert len(commands) <= 12
    terminal = Terminal(tmp_path)
    for command in commands:
        words = [word.replace("my-mill", str(tmp_path / "my-mill")) for word in shlex.split(command)[1:]]
        if "--business" in words:
            place = words.index("--business")
            terminal.settings["SUPPORT_BUSINESS"] = words[place + 1]
            del words[place : place + 2]
        terminal.run(*words)
    answer = terminal.out("ask", "How do I cancel a booking?", "--customer", "c1")
    assert "free of charge" in answer


async def test_the_connector_of_the_guide_asks_and_does(tmp_path: Path) -> None:
    Terminal(tmp_path).run("new", str(tmp_path / "mill"), "--yes")
    [text] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "mill" / "connectors" / "records.yaml").write_text(text)
    async with opened(tmp_path / "mill", tmp_path, call("cancel_booking", booking_id="B1001"), "Else?") as mill:
        assert "Cancel booking B1001: first sample booking." in await mill.say("cancel B1001")
        assert "Your booking B1001 is cancelled." in await mill.say("yes, call it off")

"""A business without a shop finds who writes in an open chat by a read of its own, and proves it by a code."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr

from graph.agent import SupportAgent
from graph.assembly import assemble
from graph.builder import build_graph
from graph.business_check import check_business
from tests.business_fakes import EXAMPLES, settings_of
from tests.graph_fakes import call, scripted

LOOKUP = """
def find_customer(database: str, email: str = "", id: str = "") -> dict[str, Any]:
    "Find a customer."
    known = {"amelie@example.com": "c-amelie"}
    found = known.get(email.lower()) or (id if id in known.values() else None)
    if not found:
        raise ValueError("nobody")
    return {"customer": {"id": found}, "mail": "amelie@example.com"}
"""
IDENTITY = "identity: {lookup: find_customer, customer: customer.id, email: mail}\n"


class Letterbox:
    """Keep the codes that were sent, by address."""

    def __init__(self) -> None:
        self.codes: dict[str, list[str]] = {}

    async def send(self, *, email: str, code: str, minutes: int) -> None:
        """Keep a code."""
        self.codes.setdefault(email, []).append(code)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an internet provider that finds customers by their e-mail address."""
    made = tmp_path / "novanet"
    shutil.copytree(EXAMPLES / "novanet", made, ignore=shutil.ignore_patterns("evals"))
    (made / "tools.py").write_text((made / "tools.py").read_text() + LOOKUP)
    connector = next((made / "connectors").glob("*.yaml"))
    text = connector.read_text()
    connector.write_text(text.replace("tools:\n", "tools:\n  find_customer: {effect: read, open: true}\n", 1))
    (made / "business.yaml").write_text((made / "business.yaml").read_text() + IDENTITY)
    return made


def wrong(folder: Path) -> list[str]:
    """Return what is wrong with the folder."""
    return [str(problem) for problem in check_business(folder).problems if not problem.warning]


async def chat(folder: Path, data: Path, box: Letterbox, *answers: Any) -> Any:
    """Return an agent of the folder whose model gives these answers, and whose codes go into a letterbox."""
    settings = settings_of(folder, data)
    assert assemble(settings).identity is None  # without a way to send codes nobody could prove anything
    parts = assemble(settings.model_copy(update={"code_sender": SecretStr("console")}))
    vars(parts.identity)["_sender"] = box
    parts = replace(parts, model=scripted(*answers), procedures=None)
    return SupportAgent(build_graph(parts, checkpointer=InMemorySaver()), max_message_chars=8_000, parts=parts)


async def test_an_open_chat_is_proven_by_a_code_and_sees_its_own_records(folder: Path, tmp_path: Path) -> None:
    assert wrong(folder) == []
    box, look = Letterbox(), call("get_lines")
    known = [look, "Who are you?", call("identify", email="amelie@example.com")]
    unknown = [look, "Who are you?", call("identify", email="nobody@example.com")]
    agent = await chat(folder, tmp_path, box, *known, *unknown, look, "You have one line.")
    assert "find_customer" not in {tool.name for tool in agent.parts.tools}
    await agent.send("t", "which lines do I have?")
    assert "L-1001" not in str((await agent.state("t")).messages)
    sent = (await agent.send("t", "amelie@example.com")).text
    await agent.send("u", "which lines do I have?")
    assert (await agent.send("u", "nobody@example.com")).text == sent  # nobody is told whether there is an account
    assert agent.parts.identity
    await agent.parts.identity.close()
    [code] = box.codes.pop("amelie@example.com")
    assert box.codes == {}
    await agent.send("t", code)
    results = [m.text for m in (await agent.state("t")).messages if m.type == "tool" and m.name == "get_lines"]
    assert ["L-1001" in result for result in results] == [False, True]
    await agent.close()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("lookup: find_customer", "lookup: find_nobody", "there is no read find_nobody that finds customers"),
        ("lookup: find_customer", "lookup: book_technician", "there is no read book_technician"),
        ("lookup: find_customer", "lookup: check_outage", "check_outage takes neither email nor first_name"),
        ("lookup: find_customer, ", "", "there is no read None"),
        ("lookup:", "reads: code, writes: details, lookup:", "writes: details is less than reads: code"),
    ],
)
def test_a_lookup_that_finds_nobody_is_a_line(folder: Path, before: str, after: str, says: str) -> None:
    file = folder / "business.yaml"
    file.write_text(file.read_text().replace(before, after))
    [line] = [line for line in wrong(folder) if line.startswith("business.yaml:")]
    assert says in line

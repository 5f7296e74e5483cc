"""Kill a process at every step of a declared write, and count what the write did."""

import asyncio
import os
import random
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.support.fragile import Fragile, KillPoints, around
from tools.actions.ledger import ActionLedger
from tools.actions.workflow import ConfirmedActions
from tools.business.business_folder import read_business
from tools.connectors.declared_tools import DeclaredWrite
from tools.connectors.opening import open_connectors
from tools.context import Context

START = datetime(2026, 11, 29, 12, tzinfo=UTC)
LEDGER = ("propose", "confirm", "claim", "keep_change", "finish")
_FUNCTIONS = '''
import sqlite3
from contextlib import closing


def credits(database: str) -> dict:
    """List the credits that were given."""
    with closing(sqlite3.connect(database)) as connection:
        return {"credits": [row[0] for row in connection.execute("SELECT id FROM credits")]}


def give_credit(amount: int, database: str) -> dict:
    """Give a credit; each call gives one more."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO credits (amount) VALUES (?)", (amount,))
    return {"given": amount}
'''
_SERVER = """
from mcp.server import MCPServer

server = MCPServer("credits")
server.tool()(credits)
server.tool()(give_credit)
server.run("stdio")
"""
_CONNECTOR = """{source}
state: {{sql: credits.sql}}
bind: {{database: $state}}
tools:
  credits: {{effect: read, open: true}}
  give_credit:
    effect: write
    look: credits
    outcome: {{tool: credits, done: "size(record.credits) == size(before.credits) + 1"}}
    ask: "Give a credit of {{amount}}."
"""


@dataclass
class Killed:
    """What came of all the kills."""

    kills: int = 0
    duplicates: int = 0
    lost: int = 0


def make_folder(folder: Path, *, mcp: bool) -> None:
    """Write a business whose one write has another effect each time it is called."""
    (folder / "connectors").mkdir(parents=True)
    (folder / "business.yaml").write_text("name: Credits\n")
    (folder / "credits.sql").write_text("CREATE TABLE credits (id INTEGER PRIMARY KEY, amount INTEGER);")
    (folder / "tools.py").write_text(_FUNCTIONS + (_SERVER if mcp else ""))
    source = "mcp: {command: python, args: [tools.py]}" if mcp else "python: tools.py"
    (folder / "connectors" / "credits.yaml").write_text(_CONNECTOR.format(source=source))


def kill_everywhere(*, mcp: bool, random_kills: int) -> Killed:
    """Kill at each step of the write, then at random ones, also twice; each time another process goes on."""
    found = Killed()
    with tempfile.TemporaryDirectory() as folder:
        make_folder(Path(folder) / "b", mcp=mcp)
        steps = _play(Path(folder), "none", [None], found)
        for step in range(steps):
            _play(Path(folder), f"m{step}", [step, None], found)
        dice = random.Random(7)
        wanted = found.kills + random_kills
        number = 0
        while found.kills < wanted:
            number += 1
            kills = [dice.randrange(steps) for _ in range(dice.choice((1, 2)))]
            _play(Path(folder), f"r{number}", [*kills, None], found)
    return found


def _play(folder: Path, name: str, kills: list[int | None], found: Killed) -> int:
    """Play one write to its end over processes that die; returns the steps of the last one."""
    data = folder / name
    data.mkdir()
    steps = 0
    for number, kill_at in enumerate(kills):
        reader, writer = os.pipe()
        process = get_context("fork").Process(target=_child, args=(folder / "b", data, kill_at, number, writer))
        process.start()
        os.close(writer)
        with os.fdopen(reader) as lines:
            steps = int(lines.read() or 0)
        process.join()
        if process.exitcode not in (0, 137):
            raise AssertionError(f"{name} ended with {process.exitcode}")
        found.kills += process.exitcode == 137
    with closing(sqlite3.connect(data / "credits.db")) as connection:
        effects = connection.execute("SELECT count(*) FROM credits").fetchone()[0]
    found.duplicates += max(0, effects - 1)
    found.lost += effects == 0
    return steps


def _child(folder: Path, data: Path, kill_at: int | None, number: int, out: int) -> None:
    points = KillPoints(kill_at)
    asyncio.run(_write(folder, data, points, START + timedelta(minutes=5 * number)))
    os.write(out, str(len(points.names)).encode())
    os._exit(0)


async def _write(folder: Path, data: Path, points: KillPoints, now: datetime) -> None:
    """Ask for the credit unless it was asked for, agree unless that was done, and carry it out."""
    business = read_business(folder)
    opened = open_connectors(business.folder, business.connectors, data=data, now=lambda: now)
    ledger = ActionLedger(f"sqlite:///{data}/desk.db", clock=lambda: now)
    fragile: Any = Fragile(ledger, points, LEDGER)
    actions = ConfirmedActions(ledger=fragile, tools=opened.tools)
    write = actions.tools["give_credit"].write
    assert isinstance(write, DeclaredWrite)
    source: Any = write.call.connector.source
    source.call = around(source.call, points, "the call")
    waiting = await ledger.find(thread_id="t")
    action = waiting[0] if waiting else None
    if action is None:
        context = Context(customer_id="c1", thread_id="t")
        action = await actions.propose("t", context, "give_credit", {"amount": 5}, asked_message_id="m")
    if action.state == "proposed":
        action = await fragile.confirm(action.id, fingerprint=action.fingerprint, message_id="m", text="yes")
    await actions.carry_out("t", action.id)
    await opened.close()
    await ledger.close()

"""On a full disk nothing acts: no effect without an intent that is written down."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

ACT = """
import asyncio, json, resource, sys
from datetime import date
from pathlib import Path
from core.errors import BackendUnavailable
from tests.fakes import FakeOrders, writes_of
from tools.actions.execution import carry_out
from tools.context import Context
from tools.actions.ledger import ActionLedger
from tools.retail.policy import load_policy
from tools.retail.order_writes import WRITE_ACTIONS

folder, full_before, limits = Path(sys.argv[1]), sys.argv[2], [int(limit) for limit in sys.argv[3].split(",")]
HARD = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
POLICY, TODAY = load_policy(), date(2026, 11, 22)

def fill_the_disk(step, limit):
    if step == full_before:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, HARD))

async def act(limit):
    thread, shop, ledger = f"t{limit}", FakeOrders(), ActionLedger(f"sqlite:///{folder / 'desk.db'}")
    try:
        change = await WRITE_ACTIONS["cancel_order"].plan(
            Context(customer_id="ada"), {"order_id": "#AF1", "reason": "ordered by mistake"},
            orders=shop, policy=POLICY, today=TODAY)
        fill_the_disk("propose", limit)
        action = await ledger.propose(thread, change)
        fill_the_disk("confirm", limit)
        await ledger.confirm(action.id, fingerprint=action.fingerprint, message_id="m", text="yes")
        fill_the_disk("carry out", limit)
        await carry_out(action.id, ledger=ledger, tools=writes_of(shop))
        end = "carried out"
    except BackendUnavailable as error:
        end = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HARD, HARD))
    states = [action.state for action in await ledger.find(thread_id=thread)]
    await ledger.close()
    return {"limit": limit, "end": end, "effects": len(shop.outcomes), "states": states}

async def every():
    return [await act(limit) for limit in limits]

print(json.dumps(asyncio.run(every())))
"""
LIMITS = [0, 3000, 8000, 16000, 32000, 64000]
"""Bytes a file may have, from no room at all to room for some of the writes."""


@pytest.mark.parametrize("step", ["propose", "confirm", "carry out"])
def test_on_a_full_disk_nothing_acts_without_its_intent(tmp_path: Path, step: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", ACT, str(tmp_path), step, ",".join(map(str, LIMITS))],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,  # the disk does not become free while one waits
        check=True,
    )
    reports = json.loads(run.stdout)
    assert [r["limit"] for r in reports] == LIMITS
    for report in reports:
        assert report["effects"] == 0 or report["states"][0] in ("running", "done"), report
    no_room = reports[0]
    assert no_room["effects"] == 0
    assert "SUPPORT_DATABASE_URL" in no_room["end"]

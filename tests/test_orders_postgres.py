"""The shop and the ledger keep their promises on PostgreSQL as on SQLite."""

import asyncio
import json
from datetime import date

import pytest

from core.errors import BackendUnavailable, Refused
from core.settings import SAMPLE_BUSINESS
from tests.fakes import writes_of
from tests.postgres import fresh_database
from tools.actions.execution import carry_out
from tools.actions.ledger import ActionLedger
from tools.context import Context
from tools.retail.importing import export_shop, import_shop
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy
from tools.retail.sql.sql_backend import SqlOrderBackend

pytestmark = pytest.mark.server
SAMPLE = SAMPLE_BUSINESS / "shop.json"
ADA, DELIVERED = "ada_brook_1001", "#AF10142"
TODAY = date(2026, 11, 22)
POLICY = load_policy()


@pytest.fixture(scope="module")
def url(shared_postgres: str) -> str:
    return fresh_database(shared_postgres)


def test_a_shop_goes_in_and_out_unchanged(url: str) -> None:
    with pytest.raises(BackendUnavailable, match="orders import"):
        export_shop(url)
    assert import_shop(SAMPLE, url, replace=True).orders == 120
    assert export_shop(url) == json.loads(SAMPLE.read_text())


async def test_reading_and_finding_work_there(url: str) -> None:
    await asyncio.to_thread(import_shop, SAMPLE, url, True)
    shop = SqlOrderBackend(url)
    assert (await shop.get_order(ADA, "10326")).id == "#AF10326"
    assert (await shop.find_products("kettles in copper", limit=1))[0].name == "Gooseneck Kettle"
    with pytest.raises(Refused):
        await shop.get_order("malik_osei_1002", "#AF10326")
    await shop.close()


async def test_fifty_clicks_and_fifty_workers_refund_once(url: str) -> None:
    await asyncio.to_thread(import_shop, SAMPLE, url, True)
    shops, desks = [SqlOrderBackend(url) for _ in range(4)], [ActionLedger(url) for _ in range(4)]
    args = {"order_id": DELIVERED, "amount": 10, "reason": "goodwill"}
    change = await WRITE_ACTIONS["refund_order"].plan(
        Context(customer_id=ADA), args, orders=shops[0], policy=POLICY, today=TODAY
    )
    rows = await asyncio.gather(*(desks[n % 4].propose("t1", change) for n in range(20)))
    assert len({row.id for row in rows}) == 1
    action = await desks[0].confirm(rows[0].id, fingerprint=rows[0].fingerprint, message_id="m", text="yes")
    assert action.state == "awaiting_approval"
    assert sum(await asyncio.gather(*(desks[n % 4].approve(action.id, by=f"clerk {n}") for n in range(50)))) == 1
    runs = (carry_out(action.id, ledger=desks[n % 4], tools=writes_of(shops[n % 4])) for n in range(50))
    states = {result.state for result in await asyncio.gather(*runs)}
    assert "done" in states
    assert states <= {"done", "running"}
    order = await shops[0].get_order(ADA, DELIVERED)
    assert [p.transaction_type for p in order.payments] == ["payment", "refund"]
    same_key = await asyncio.gather(*(shop.apply(change, key=action.id) for shop in shops for _ in range(5)))
    assert len({json.dumps(dict(outcome.after), sort_keys=True) for outcome in same_key}) == 1
    for shop, desk in zip(shops, desks, strict=True):
        await shop.close()
        await desk.close()

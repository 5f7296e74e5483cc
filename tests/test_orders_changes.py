"""Changes reach the shop database whole, once, and only while the records are as planned."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import BackendUnavailable, Refused
from core.settings import SAMPLE_BUSINESS
from tools.actions.changes import Change, Outcome
from tools.context import Context
from tools.retail.importing import export_shop, import_shop
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy
from tools.retail.shop_rows import read_records
from tools.retail.sql.sql_backend import SqlOrderBackend

SAMPLE = SAMPLE_BUSINESS / "shop.json"
ADA = "ada_brook_1001"
PENDING, DELIVERED = "#AF10326", "#AF10142"
CARD, GIFT_CARD = "credit_card_872104", "gift_card_"
TODAY = date(2026, 11, 22)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    import_shop(SAMPLE, url)
    return url


@pytest.fixture
async def shop(url: str) -> AsyncIterator[SqlOrderBackend]:
    shop = SqlOrderBackend(url)
    yield shop
    await shop.close()


async def plan(shop: SqlOrderBackend, name: str, customer: str = ADA, **args: Any) -> Change:
    context = Context(customer_id=customer)
    return await WRITE_ACTIONS[name].plan(context, args, orders=shop, policy=load_policy(), today=TODAY)


async def gift_card(shop: SqlOrderBackend) -> tuple[str, Decimal]:
    customer = await shop.get_customer(ADA)
    method = next(m for m in customer.payment_methods if m.source == "gift_card")
    assert method.balance is not None
    return method.id, method.balance


async def test_a_cancelled_order_is_stored_with_its_refund_and_nothing_else_changes(
    shop: SqlOrderBackend, url: str
) -> None:
    before = export_shop(url)
    change = await plan(shop, "cancel_order", order_id="10326", reason="ordered by mistake")
    await shop.apply(change, key="k1")
    after = export_shop(url)
    assert await shop.get_order(ADA, PENDING) == read_records(change.after).order
    before["orders"][PENDING] |= {
        "status": "cancelled",
        "cancel_reason": "ordered by mistake",
        "payment_history": [
            {"transaction_type": "payment", "amount": 113.45, "payment_method_id": CARD},
            {"transaction_type": "refund", "amount": 113.45, "payment_method_id": CARD},
        ],
    }
    assert after == before


async def test_paying_with_a_gift_card_takes_its_balance_in_the_same_transaction(shop: SqlOrderBackend) -> None:
    method, balance = await gift_card(shop)
    change = await plan(shop, "change_order_payment", order_id=PENDING, payment_method_id=method)
    await shop.apply(change, key="k1")
    assert (await gift_card(shop))[1] == balance - Decimal("113.45")


async def test_addresses_and_items_are_stored(shop: SqlOrderBackend) -> None:
    address = {"address1": "9 Vine St", "address2": "", "city": "Salem", "state": "OR", "zip": "97301", "country": "US"}
    await shop.apply(await plan(shop, "change_default_address", **address), key="k1")
    await shop.apply(await plan(shop, "change_order_address", order_id=PENDING, **address), key="k2")
    ada = await shop.find_customer_by_name(first_name="Ada", last_name="Brook", zip_code="97301")
    assert ada is not None
    order = await shop.get_order(ADA, PENDING)
    assert order.address == ada.address
    clock = order.items[0]
    product = await shop.get_product(clock.product_id)
    other = next(v for v in product.variants if v.available and v.item_id != clock.item_id)
    swap: dict[str, Any] = {"item_ids": [clock.item_id], "new_item_ids": [other.item_id], "payment_method_id": CARD}
    await shop.apply(await plan(shop, "change_order_items", order_id=PENDING, **swap), key="k3")
    assert (await shop.get_order(ADA, PENDING)).items[0].item_id == other.item_id


async def test_a_key_is_applied_once_and_gives_the_first_outcome_again(shop: SqlOrderBackend) -> None:
    change = await plan(shop, "cancel_order", order_id=PENDING, reason="ordered by mistake")
    assert await shop.find_outcome(change, key="k1") is None
    first = await shop.apply(change, key="k1")
    assert await shop.apply(change, key="k1") == first
    assert await shop.find_outcome(change, key="k1") == first
    assert len((await shop.get_order(ADA, PENDING)).payments) == 2


async def test_of_many_calls_at_once_one_has_an_effect(shop: SqlOrderBackend, url: str) -> None:
    change = await plan(shop, "refund_order", order_id=DELIVERED, amount=10.0, reason="goodwill")
    others = [SqlOrderBackend(url) for _ in range(4)]
    same = await asyncio.gather(*(backend.apply(change, key="k1") for backend in others for _ in range(5)))
    assert len({json.dumps(dict(outcome.after), sort_keys=True) for outcome in same}) == 1
    different = await asyncio.gather(
        *(backend.apply(change, key=f"k{n}") for n, backend in enumerate(others, start=2)), return_exceptions=True
    )
    assert all(isinstance(result, Refused) for result in different)
    for backend in others:
        await backend.close()
    refunds = [p for p in (await shop.get_order(ADA, DELIVERED)).payments if p.transaction_type == "refund"]
    assert len(refunds) == 1


async def test_records_that_changed_meanwhile_are_left_alone(shop: SqlOrderBackend, url: str) -> None:
    method, _ = await gift_card(shop)
    first = await plan(shop, "change_order_payment", order_id=PENDING, payment_method_id=method)
    second = await plan(shop, "cancel_order", order_id=PENDING, reason="ordered by mistake")
    await shop.apply(first, key="k1")
    before = export_shop(url)
    with pytest.raises(Refused, match="changed in your account meanwhile"):
        await shop.apply(second, key="k2")
    assert export_shop(url) == before
    assert await shop.find_outcome(second, key="k2") is None


async def test_a_failure_half_way_leaves_nothing(
    shop: SqlOrderBackend, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await plan(shop, "cancel_order", order_id=PENDING, reason="ordered by mistake")
    before = export_shop(url)

    def unwritable(*_: object, **__: object) -> Outcome:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr("tools.retail.sql.sql_records.Outcome", unwritable)
        with pytest.raises(RuntimeError):
            await shop.apply(change, key="k1")
    assert export_shop(url) == before
    assert (await shop.apply(change, key="k1")).operation == "cancel_order"


async def test_a_missing_shop_says_what_to_run(shop: SqlOrderBackend, tmp_path: Path) -> None:
    change = await plan(shop, "cancel_order", order_id=PENDING, reason="ordered by mistake")
    with pytest.raises(BackendUnavailable, match="orders import"):
        await SqlOrderBackend(f"sqlite:///{tmp_path / 'none.db'}").apply(change, key="k1")

"""A confirmed action has its effect once, whatever dies or goes silent on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import BackendUnavailable, OutcomeUnknown
from tests.fakes import FakeOrders, writes_of
from tests.shop_server import FaultyTransport, shop_server
from tools.actions.action import Action
from tools.actions.changes import Change, Outcome
from tools.actions.execution import carry_out
from tools.actions.ledger import ActionLedger
from tools.context import Context
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy
from tools.retail.rest.rest_backend import HttpOrderBackend
from tools.retail.shop_records import Order, OrderBackend

TODAY = date(2026, 11, 22)
POLICY = load_policy()
BY_MISTAKE: dict[str, Any] = {"order_id": "#AF1", "reason": "ordered by mistake"}
TO_PAYPAL: dict[str, Any] = {"order_id": "#AF1", "payment_method_id": "paypal_1"}
GOODWILL: dict[str, Any] = {"order_id": "#AF3", "amount": 10, "reason": "goodwill"}


class Killed(BaseException):
    """Stand for the death of the process."""


class MortalOrders(FakeOrders):
    """A shop at which the process dies, or hears nothing, before or after the effect."""

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.fault = fault

    async def apply(self, change: Change, *, key: str) -> Outcome:
        fault, self.fault = self.fault, ""
        if fault == "killed before":
            raise Killed
        if fault == "down":
            raise BackendUnavailable("down")
        outcome = await super().apply(change, key=key)
        if fault == "killed after":
            raise Killed
        if fault == "silent":
            raise OutcomeUnknown("no answer")
        return outcome


class Desk:
    """A ledger with a clock that can be moved."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 22, tzinfo=UTC)
        self.ledger = ActionLedger(f"sqlite:///{folder / 'desk.db'}", clock=lambda: self.now)

    async def confirmed(self, orders: OrderBackend, name: str = "cancel_order", **args: Any) -> Action:
        """Return an action the customer has said yes to, and staff where it has to."""
        context = Context(customer_id="ada")
        change = await WRITE_ACTIONS[name].plan(context, args or BY_MISTAKE, orders=orders, policy=POLICY, today=TODAY)
        action = await self.ledger.propose("t1", change)
        action = await self.ledger.confirm(action.id, fingerprint=action.fingerprint, message_id="m", text="yes")
        if action.state == "awaiting_approval":
            await self.ledger.approve(action.id, by="sam")
        return await self.ledger.get(action.id)

    async def run(self, action: Action, orders: OrderBackend) -> Action:
        """Carry the action out."""
        return await carry_out(action.id, ledger=self.ledger, tools=writes_of(orders))

    def wait(self) -> None:
        """Let every lease lapse."""
        self.now += timedelta(seconds=121)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    await desk.ledger.close()


async def test_a_confirmed_action_is_done_and_reported(desk: Desk) -> None:
    shop = FakeOrders()
    done = await desk.run(await desk.confirmed(shop), shop)
    assert done.state == "done"
    assert done.words == (
        "Order #AF1 is cancelled. $104.00 is on its way back to your Visa card ending in 4242 "
        "and arrives within 5–7 business days."
    )
    assert shop.orders["#AF1"].status == "cancelled"


@pytest.mark.parametrize("fault", ["killed before", "killed after", "silent", "down"])
async def test_after_any_fault_the_effect_happens_once_and_is_told(desk: Desk, fault: str) -> None:
    shop = MortalOrders(fault)
    action = await desk.confirmed(shop, "refund_order", **GOODWILL)
    if fault.startswith("killed"):
        with pytest.raises(Killed):
            await desk.run(action, shop)
        assert (await desk.run(action, shop)).state == "running"
    else:
        unknown = await desk.run(action, shop)
        assert unknown.state == "unknown"
        assert "not" in unknown.words
    desk.wait()
    done = await desk.run(action, shop)
    assert (done.state, len(shop.outcomes)) == ("done", 1)
    assert "$10.00" in done.words
    assert (await desk.run(action, shop)).state == "done"
    assert len(shop.outcomes) == 1


@pytest.mark.parametrize("keys", [True, False], ids=["keys", "no keys"])
@pytest.mark.parametrize("lost", ["answer", "status", "connect"])
async def test_over_http_a_lost_answer_never_becomes_a_second_refund(desk: Desk, keys: bool, lost: str) -> None:
    behind = FakeOrders()
    wire = FaultyTransport(shop_server(behind, today=TODAY, idempotency_keys=keys))
    shop = HttpOrderBackend("http://shop.test", api_key="key", idempotency_keys=keys, transport=wire)
    action = await desk.confirmed(shop, "refund_order", **GOODWILL)
    wire.lose = {lost}
    assert (await desk.run(action, shop)).state == "unknown"
    assert (await desk.run(action, shop)).state == "unknown" if lost == "connect" else True
    wire.lose = set()
    assert (await desk.run(action, shop)).state == "done"
    refunds = [p for p in behind.orders["#AF3"].payments if p.transaction_type == "refund"]
    assert len(refunds) == 1


async def test_many_processes_at_once_do_it_once(desk: Desk) -> None:
    shop = FakeOrders()
    action = await desk.confirmed(shop)
    results = await asyncio.gather(*(desk.run(action, shop) for _ in range(50)))
    assert len(shop.outcomes) == 1
    assert {result.state for result in results} <= {"done", "running"}


async def test_without_the_customers_yes_nothing_is_done(desk: Desk) -> None:
    shop = FakeOrders()
    context = Context(customer_id="ada")
    change = await WRITE_ACTIONS["cancel_order"].plan(context, BY_MISTAKE, orders=shop, policy=POLICY, today=TODAY)
    proposed = await desk.ledger.propose("t1", change)
    assert (await desk.run(proposed, shop)).state == "proposed"
    assert shop.outcomes == {}


async def test_two_actions_agreed_together_are_both_done_although_the_first_changes_the_second_ones_records(
    desk: Desk,
) -> None:
    shop = FakeOrders()
    gift_card = {"order_id": "#AF1", "item_ids": ["S11"], "new_item_ids": ["S12"], "payment_method_id": "gift_card_1"}
    address = {"address1": "9 Vine", "address2": "", "city": "Salem", "state": "OR", "zip": "97301", "country": "USA"}
    items = await desk.confirmed(shop, "change_order_items", **gift_card)
    moved = await desk.confirmed(shop, "change_order_address", order_id="#AF1", **address)
    both = sorted((items, moved), key=lambda action: WRITE_ACTIONS[action.tool].rank)
    assert [(await desk.run(action, shop)).state for action in both] == ["done", "done"]
    assert shop.orders["#AF1"].address.city == "Salem"
    assert shop.orders["#AF1"].status == "pending (item modified)"


async def test_what_a_rule_forbids_by_now_is_refused_in_its_words(desk: Desk) -> None:
    shop = FakeOrders()
    first = await desk.confirmed(shop)
    second = await desk.confirmed(shop, "change_order_payment", **TO_PAYPAL)
    await desk.run(first, shop)
    refused = await desk.run(second, shop)
    assert refused.state == "refused"
    assert "“cancelled”" in refused.words
    assert len(shop.outcomes) == 1


async def test_what_would_read_differently_by_now_is_not_done(desk: Desk) -> None:
    shop = FakeOrders()
    cancel = await desk.confirmed(shop)
    payment = await desk.confirmed(shop, "change_order_payment", **TO_PAYPAL)
    await desk.run(payment, shop)
    refused = await desk.run(cancel, shop)
    assert refused.state == "refused"
    assert "Something has changed since you agreed" in refused.words
    assert "PayPal" in refused.words
    assert shop.orders["#AF1"].status == "pending"


@pytest.mark.parametrize("first", ["refund", "return"])
async def test_what_was_agreed_before_the_order_was_refunded_is_judged_again_when_it_runs(
    desk: Desk, first: str
) -> None:
    shop = FakeOrders()
    everything = {"order_id": "#AF3", "item_ids": ["S11", "S21"], "payment_method_id": "gift_card_1"}
    returned = await desk.confirmed(shop, "return_items", **everything)
    refund = await desk.confirmed(shop, "refund_order", order_id="#AF3", amount=14.95, reason="missing item")
    both = [refund, returned] if first == "refund" else [returned, refund]
    ended = [(await desk.run(action, shop)) for action in both]
    assert [action.state for action in ended] == ["done", "refused"]
    order = shop.orders["#AF3"]
    assert (order.status == "delivered") == (first == "refund")
    assert "at most" in ended[1].words or "only be" in ended[1].words


class UnwritableLedger(ActionLedger):
    """A ledger whose disk is full at one step."""

    full_at = ""

    async def claim(self, action_id: str) -> Action | None:
        if self.full_at == "claim":
            raise BackendUnavailable("no space left")
        return await super().claim(action_id)

    async def keep_change(self, action: Action, change: Change) -> bool:
        if self.full_at == "keep_change":
            raise BackendUnavailable("no space left")
        return await super().keep_change(action, change)


@pytest.mark.parametrize("step", ["claim", "keep_change"])
async def test_nothing_is_sent_while_the_intent_cannot_be_written(desk: Desk, tmp_path: Path, step: str) -> None:
    shop = FakeOrders()
    action = await desk.confirmed(shop)
    ledger = UnwritableLedger(f"sqlite:///{tmp_path / 'desk.db'}", clock=lambda: desk.now)
    ledger.full_at = step
    with pytest.raises(BackendUnavailable):
        await carry_out(action.id, ledger=ledger, tools=writes_of(shop))
    await ledger.close()
    assert shop.outcomes == {}


@pytest.mark.parametrize("when", ["planning", "applying"])
async def test_whoever_gives_up_waiting_leaves_the_action_to_the_next_attempt(desk: Desk, when: str) -> None:
    shop, hangs = FakeOrders(), asyncio.Event()
    action = await desk.confirmed(shop)

    class Slow(FakeOrders):
        """Never answer."""

        async def get_order(self, customer_id: str, order_id: str) -> Order:
            if when == "planning":
                hangs.set()
                await asyncio.Event().wait()
            return await super().get_order(customer_id, order_id)

        async def apply(self, change: Change, *, key: str) -> Outcome:
            hangs.set()
            await asyncio.Event().wait()
            return await super().apply(change, key=key)

    waiting = asyncio.create_task(desk.run(action, Slow()))
    await hangs.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await desk.run(action, shop)).state == "done"
    assert len(shop.outcomes) == 1

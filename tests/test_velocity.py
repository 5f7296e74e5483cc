"""What one customer may have done within days without staff, and what staff may not decide on, hold across
conversations.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.errors import Refused
from tests.fakes import ADA, BEN, DELIVERED, PENDING, FakeOrders
from tests.graph_fakes import KeywordRetriever
from tools.actions.action import Action
from tools.actions.ledger import ActionLedger
from tools.actions.workflow import ConfirmedActions
from tools.context import Context
from tools.retail.known_customers import email_of
from tools.retail.shop_tools import make_tools

ADA_HERSELF = Context(customer_id="ada")
LATE = [
    replace(DELIVERED, id=f"#AF1{n}", delivered_at=date(2026, 11, 10), expected_delivery=date(2026, 11, 5))
    for n in range(6)
]
OPEN = [replace(PENDING, id=f"#AF2{n}") for n in range(6)]


class Desk:
    """Confirmed actions over a shop in memory, with a clock that can be moved."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.shop = FakeOrders((replace(ADA, order_ids=tuple(o.id for o in (*LATE, *OPEN))), BEN), (*LATE, *OPEN))
        self.ledger = ActionLedger(f"sqlite:///{folder / 'desk.db'}", clock=lambda: self.now)
        self.actions = ConfirmedActions(
            ledger=self.ledger,
            tools=make_tools(self.shop, KeywordRetriever(), today=lambda: self.now.date()),
            email_of=partial(email_of, self.shop),
        )

    async def agreed(self, thread: str, tool: str, **args: Any) -> Action:
        """Return an action that its customer has said yes to."""
        proposed = await self.actions.propose(thread, ADA_HERSELF, tool, args, asked_message_id=None)
        heard = await self.actions.apply_answer(thread, [proposed.id], message_id="m", text="yes")
        self.now += timedelta(seconds=1)
        return heard.agreed[0]

    async def done(self, thread: str, tool: str, **args: Any) -> Action:
        """Return an action that was agreed to and carried out, as far as it may run."""
        return await self.actions.carry_out(thread, (await self.agreed(thread, tool, **args)).id)

    async def late(self, n: int) -> Action:
        """Ask for a small refund of one order, in a conversation of its own."""
        return await self.done(f"t{n}", "refund_order", order_id=LATE[n].id, amount=5, reason="late delivery")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    await desk.ledger.close()


async def test_after_so_many_refunds_staff_decides_whatever_the_conversation(desk: Desk) -> None:
    assert [(await desk.late(n)).state for n in range(3)] == ["done"] * 3
    fourth = await desk.late(3)
    assert fourth.state == "awaiting_approval"
    assert "3 times within 30 days" in str(fourth.approval)
    desk.now += timedelta(days=31)
    assert (await desk.late(4)).state == "done"


async def test_changes_of_payment_are_counted_apart_from_refunds(desk: Desk) -> None:
    for n in range(3):
        assert (await desk.late(n)).state == "done"
        paid = await desk.done(f"p{n}", "change_order_payment", order_id=OPEN[n].id, payment_method_id="paypal_1")
        assert paid.state == "done"
    fourth = await desk.done("p3", "change_order_payment", order_id=OPEN[3].id, payment_method_id="paypal_1")
    assert fourth.state == "awaiting_approval"


async def test_what_was_agreed_to_all_at_once_is_counted_when_it_runs(desk: Desk) -> None:
    refunds = [
        await desk.agreed(f"t{n}", "refund_order", order_id=o.id, amount=5, reason="late delivery")
        for n, o in enumerate(LATE[:2])
    ]
    proposed = [
        await desk.actions.propose(
            "t9",
            ADA_HERSELF,
            "refund_order",
            {"order_id": o.id, "amount": 5, "reason": "late delivery"},
            asked_message_id=None,
        )
        for o in LATE[2:]
    ]
    heard = await desk.actions.apply_answer("t9", [p.id for p in proposed], message_id="m", text="yes")
    ended = [await desk.actions.carry_out(a.thread_id, a.id) for a in (*refunds, *heard.agreed)]
    assert sorted(a.state for a in ended) == ["done", "done", "done", "refused", "refused", "refused"]
    assert all("Something has changed" in a.words for a in ended if a.state == "refused")


async def test_two_processes_at_once_do_not_get_past_the_limit(desk: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path)
    other.shop = desk.shop
    agreed = [
        await (desk, other)[n % 2].agreed(f"t{n}", "refund_order", order_id=o.id, amount=5, reason="late delivery")
        for n, o in enumerate(reversed(LATE))
    ]
    runs = [(desk, other)[n % 2].actions.carry_out(a.thread_id, a.id) for n, a in enumerate(agreed)]
    ended = await asyncio.gather(*runs)
    await other.ledger.close()
    assert [a.state for a in ended].count("done") <= 3


async def test_what_was_declined_does_not_count(desk: Desk) -> None:
    for n in range(4):
        proposed = await desk.actions.propose(
            f"n{n}",
            ADA_HERSELF,
            "refund_order",
            {"order_id": LATE[n].id, "amount": 5, "reason": "late delivery"},
            asked_message_id=None,
        )
        await desk.actions.apply_answer(f"n{n}", [proposed.id], message_id="m", text="no")
    assert (await desk.late(0)).state == "done"


@pytest.mark.parametrize("operator", ["ada", "Ada", "ada@example.com", "ADA@example.com"])
@pytest.mark.parametrize("decision", ["approve", "edit", "reject"])
async def test_staff_do_not_decide_on_their_own_orders(desk: Desk, operator: str, decision: str) -> None:
    waiting = await desk.agreed("t", "refund_order", order_id=LATE[0].id, amount=9, reason="missing item")
    wanted = {"type": decision, "edited_action": {"args": {"amount": 4}}}
    with pytest.raises(Refused, match="own"):
        await desk.actions.decide(waiting.id, wanted, by=operator)
    assert (await desk.ledger.get(waiting.id)).state == "awaiting_approval"
    assert (await desk.actions.decide(waiting.id, {"type": "approve"}, by="sam")).state == "approved"


@pytest.mark.parametrize(("yes", "ends"), [("2026-12-10T23:59:59", "done"), ("2026-12-11T00:00:01", "refused")])
async def test_a_window_is_judged_at_the_time_of_the_yes(desk: Desk, yes: str, ends: str) -> None:
    desk.now = datetime(2026, 12, 10, 23, 59, tzinfo=UTC)
    await desk.late(0)  # so that staff has to agree to the return
    args = {"order_id": LATE[0].id, "item_ids": ["S11"], "payment_method_id": "credit_card_1"}
    proposed = await desk.actions.propose("t", ADA_HERSELF, "return_items", args, asked_message_id=None)
    desk.now = datetime.fromisoformat(yes).replace(tzinfo=UTC)
    [agreed] = (await desk.actions.apply_answer("t", [proposed.id], message_id="m", text="yes")).agreed
    desk.now += timedelta(hours=30)
    await desk.actions.decide(agreed.id, {"type": "approve"}, by="sam")
    ended = await desk.actions.carry_out("t", agreed.id)
    assert ended.state == ends
    assert ("30 days" in ended.words) == (ends == "refused")

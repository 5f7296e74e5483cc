"""The ledger keeps every intent once, binds a yes to its arguments, and lets nothing run that may not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BackendUnavailable, InputError, Refused
from tests.fakes import FakeOrders
from tools.actions.action import Action
from tools.actions.changes import Change, change_json, read_change
from tools.actions.ledger import ActionLedger
from tools.context import Context
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy

TODAY = date(2026, 11, 22)
BY_MISTAKE: dict[str, Any] = {"order_id": "#AF1", "reason": "ordered by mistake"}
GOODWILL: dict[str, Any] = {"order_id": "#AF3", "amount": 10, "reason": "goodwill"}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'desk' / 'desk.db'}"


@pytest.fixture
async def open_ledger(url: str, clock: Clock) -> AsyncIterator[Callable[[], ActionLedger]]:
    """Return what opens the ledger once more; everything is closed at the end."""
    opened: list[ActionLedger] = []

    def one_more() -> ActionLedger:
        opened.append(ActionLedger(url, clock=clock))
        return opened[-1]

    yield one_more
    for ledger in opened:
        await ledger.close()


@pytest.fixture
def ledger(open_ledger: Callable[[], ActionLedger]) -> ActionLedger:
    return open_ledger()


async def plan(name: str = "cancel_order", args: dict[str, Any] | None = None) -> Change:
    action, context = WRITE_ACTIONS[name], Context(customer_id="ada")
    return await action.plan(context, args or BY_MISTAKE, orders=FakeOrders(), policy=load_policy(), today=TODAY)


async def yes(ledger: ActionLedger, action: Action) -> Action:
    return await ledger.confirm(action.id, fingerprint=action.fingerprint, message_id="m2", text="yes please")


async def confirmed(ledger: ActionLedger, thread: str = "t1") -> Action:
    return await yes(ledger, await ledger.propose(thread, await plan(), asked_message_id="m1"))


async def awaiting(ledger: ActionLedger) -> Action:
    return await yes(ledger, await ledger.propose("t1", await plan("refund_order", GOODWILL)))


async def test_an_action_goes_from_intent_to_result_and_leaves_a_trail(ledger: ActionLedger, clock: Clock) -> None:
    change = await plan()
    action = await ledger.propose("t1", change, asked_message_id="m1")
    assert (action.state, action.preview, action.change) == ("proposed", change.summary, change)
    action = await yes(ledger, action)
    assert (action.state, action.yes_text, action.yes_message_id) == ("confirmed", "yes please", "m2")
    claimed = await ledger.claim(action.id)
    assert claimed is not None
    assert (claimed.state, claimed.attempts) == ("running", 1)
    outcome = await FakeOrders().apply(change, key=action.id)
    done = await ledger.finish(claimed, "done", change.done, outcome)
    assert (done.state, done.words) == ("done", change.done)
    assert done.result is not None
    assert done.result["after"]["order"]["status"] == "cancelled"
    await ledger.mark_told([action.id])
    assert (await ledger.get(action.id)).told_at == clock.now
    steps = [(event.state, event.actor) for event in await ledger.history(action.id)]
    assert steps == [("proposed", "agent"), ("confirmed", "customer"), ("running", "agent"), ("done", "agent")]


async def test_an_equal_intent_is_the_same_row_until_its_result_was_told(ledger: ActionLedger) -> None:
    change = await plan()
    first = await ledger.propose("t1", change)
    assert (await ledger.propose("t1", change)).id == first.id
    await yes(ledger, first)
    assert (await ledger.propose("t1", change)).state == "confirmed"
    claimed = await ledger.claim(first.id)
    assert claimed is not None
    await ledger.finish(claimed, "done", "Done.")
    same = await ledger.propose("t1", change)
    assert (same.id, same.state) == (first.id, "done")
    await ledger.mark_told([first.id])
    later = await ledger.propose("t1", change)
    assert (later.id != first.id, later.state) == (True, "proposed")


async def test_other_threads_customers_and_arguments_are_other_intents(ledger: ActionLedger) -> None:
    first = await ledger.propose("t1", await plan())
    elsewhere = await ledger.propose("t2", await plan())
    other = await ledger.propose("t1", await plan(args=BY_MISTAKE | {"reason": "no longer needed"}))
    assert len({first.id, elsewhere.id, other.id}) == 3
    assert [a.id for a in await ledger.find(thread_id="t1", unsettled=True)] == sorted(
        [first.id, other.id], key=lambda i: i
    )
    assert {a.id for a in await ledger.find(customer_id="ada", states=["proposed"])} == {
        first.id,
        elsewhere.id,
        other.id,
    }


async def test_a_yes_is_bound_to_the_exact_arguments(ledger: ActionLedger) -> None:
    action = await ledger.propose("t1", await plan())
    other = await ledger.propose("t1", await plan("refund_order", GOODWILL))
    with pytest.raises(Refused, match="something else"):
        await ledger.confirm(action.id, fingerprint=other.fingerprint, message_id="m2", text="yes")
    assert (await ledger.get(action.id)).state == "proposed"
    assert await ledger.claim(action.id) is None


async def test_a_yes_that_comes_too_late_counts_for_nothing(ledger: ActionLedger, clock: Clock) -> None:
    action = await ledger.propose("t1", await plan())
    clock.forward(days=2)
    late = await yes(ledger, action)
    assert (late.state, late.yes_text) == ("expired", None)
    assert await ledger.claim(action.id) is None
    assert (await ledger.propose("t1", await plan())).id != action.id


async def test_asking_again_starts_the_time_again(ledger: ActionLedger, clock: Clock) -> None:
    action = await ledger.propose("t1", await plan())
    clock.forward(minutes=50)
    assert (await ledger.propose("t1", await plan())).id == action.id
    clock.forward(minutes=50)
    assert (await yes(ledger, action)).state == "confirmed"


async def test_a_customer_can_take_back_what_has_not_started(ledger: ActionLedger) -> None:
    action = await confirmed(ledger)
    assert await ledger.withdraw(action.id, why="no wait")
    assert await ledger.claim(action.id) is None
    assert not await ledger.withdraw(action.id)
    assert (await yes(ledger, action)).state == "withdrawn"
    running = await confirmed(ledger)
    await ledger.claim(running.id)
    assert not await ledger.withdraw(running.id)


async def test_above_the_limit_only_staff_lets_it_run(ledger: ActionLedger) -> None:
    action = await awaiting(ledger)
    assert action.state == "awaiting_approval"
    assert "A colleague has to agree first" in action.words
    assert await ledger.claim(action.id) is None
    assert await ledger.approve(action.id, by="sam")
    claimed = await ledger.claim(action.id)
    assert claimed is not None
    assert claimed.decided_by == "sam"


async def test_a_rejected_action_never_runs(ledger: ActionLedger) -> None:
    action = await awaiting(ledger)
    assert await ledger.reject(action.id, by="sam", remark="Too often this month.")
    assert not await ledger.approve(action.id, by="kim")
    assert await ledger.claim(action.id) is None
    assert "Too often this month." in (await ledger.get(action.id)).words
    again = await ledger.propose("t1", await plan("refund_order", GOODWILL))
    assert (again.id, again.state) == (action.id, "rejected")


async def test_a_request_to_staff_expires_and_the_customer_is_still_to_be_told(
    ledger: ActionLedger, clock: Clock
) -> None:
    action = await awaiting(ledger)
    clock.forward(hours=48)
    assert not await ledger.approve(action.id, by="sam")
    assert (await ledger.get(action.id)).state == "expired"
    assert [a.id for a in await ledger.find(thread_id="t1", unsettled=True)] == [action.id]
    await ledger.mark_told([action.id])
    assert await ledger.find(thread_id="t1", unsettled=True) == []


async def test_what_staff_edited_needs_the_customers_yes_but_no_second_approval(ledger: ActionLedger) -> None:
    action = await awaiting(ledger)
    await ledger.reject(action.id, by="sam", remark="Half of it.")
    edited = await ledger.propose("t1", await plan("refund_order", GOODWILL | {"amount": 5}), approved_by="sam")
    assert edited.state == "proposed"
    assert await ledger.claim(edited.id) is None
    assert (await yes(ledger, edited)).state == "approved"


async def test_of_fifty_clicks_one_counts(ledger: ActionLedger, open_ledger: Callable[[], ActionLedger]) -> None:
    action = await awaiting(ledger)
    desks = [open_ledger() for _ in range(5)]
    clicks = await asyncio.gather(*(desks[n % 5].approve(action.id, by=f"clerk {n}") for n in range(50)))
    assert sum(clicks) == 1
    claims = await asyncio.gather(*(desks[n % 5].claim(action.id) for n in range(50)))
    assert sum(claim is not None for claim in claims) == 1
    assert [e.state for e in await ledger.history(action.id)].count("approved") == 1


async def test_fifty_equal_proposals_at_once_are_one_row(open_ledger: Callable[[], ActionLedger]) -> None:
    change = await plan()
    desks = [open_ledger() for _ in range(5)]
    rows = await asyncio.gather(*(desks[n % 5].propose("t1", change) for n in range(50)))
    assert len({row.id for row in rows}) == 1


async def test_a_dead_process_is_taken_over_only_after_its_lease(ledger: ActionLedger, clock: Clock) -> None:
    action = await confirmed(ledger)
    first = await ledger.claim(action.id)
    assert first is not None
    clock.forward(seconds=119)
    assert await ledger.claim(action.id) is None
    clock.forward(seconds=1)
    second = await ledger.claim(action.id)
    assert second is not None
    assert second.attempts == 2
    assert not await ledger.keep_change(first, first.change)
    assert (await ledger.finish(first, "done", "late")).state == "running"
    assert (await ledger.finish(second, "done", "in time")).words == "in time"


async def test_an_unknown_outcome_can_be_looked_at_again_and_stays_one_intent(ledger: ActionLedger) -> None:
    action = await confirmed(ledger)
    claimed = await ledger.claim(action.id)
    assert claimed is not None
    await ledger.finish(claimed, "unknown", "Checking.")
    await ledger.mark_told([action.id])
    assert (await ledger.propose("t1", await plan())).id == action.id
    again = await ledger.claim(action.id)
    assert again is not None
    assert again.attempts == 2


async def test_the_ledger_survives_a_restart(ledger: ActionLedger, open_ledger: Callable[[], ActionLedger]) -> None:
    action = await awaiting(ledger)
    await ledger.close()
    later = open_ledger()
    assert await later.get(action.id) == action
    assert await later.approve(action.id, by="sam")


async def test_an_unknown_action_and_a_ledger_that_cannot_be_written_are_named(
    ledger: ActionLedger, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="'nothing' is not in the ledger"):
        await ledger.get("nothing")
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BackendUnavailable, match="SUPPORT_DATABASE_URL"):
        await ActionLedger(f"sqlite:///{tmp_path / 'file' / 'desk.db'}").propose("t1", await plan())


STEPS = ["propose", "yes", "withdraw", "approve", "reject", "claim", "finish", "told", "hour", "lapse"]


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=5, max_size=25), large=st.booleans())
def test_whatever_happens_nothing_runs_without_a_yes_and_nothing_after_a_no(steps: list[str], large: bool) -> None:
    async def live() -> None:
        clock = Clock()
        ledger = ActionLedger("sqlite://", clock=clock)
        change = await (plan("refund_order", GOODWILL) if large else plan())
        action = await ledger.propose("t1", change)
        claimed: Action | None = None
        for step in steps:
            if step == "propose":
                action = await ledger.propose("t1", change)
            elif step == "yes":
                await yes(ledger, action)
            elif step == "withdraw":
                await ledger.withdraw(action.id)
            elif step in ("approve", "reject"):
                await (ledger.approve if step == "approve" else ledger.reject)(action.id, by="sam")
            elif step == "claim":
                claimed = await ledger.claim(action.id) or claimed
            elif step == "finish" and claimed:
                await ledger.finish(claimed, "done", "Done.")
            elif step == "told":
                await ledger.mark_told([action.id])
            elif step in ("hour", "lapse"):
                clock.forward(hours=1 if step == "hour" else 0, seconds=120)
            for row in await ledger.find():
                trail = [event.state for event in await ledger.history(row.id)]
                if "running" in trail:
                    assert row.yes_text == "yes please"
                    assert trail.index("confirmed" if not large else "approved") < trail.index("running")
                    assert not {"rejected", "withdrawn", "expired"} & set(trail)
                assert trail.count("done") <= 1
                assert trail[-1] == row.state
            assert len(await ledger.find(unsettled=True)) <= 1
        await ledger.close()

    asyncio.run(live())


def test_a_change_stored_by_the_first_version_is_read() -> None:
    stored = {
        "operation": "change_default_address",
        "customer_id": "ada",
        "order_id": None,
        "args": {"zip": "97205"},
        "summary": "Change it.",
        "done": "Changed.",
        "before": {"customer": {"id": "ada"}},
        "after": {"customer": {"id": "ada"}},
        "moves": [{"kind": "refund", "amount": "1.50", "payment_method_id": "card"}],
        "approval": None,
    }
    change = read_change(stored)
    assert (change.record_id, change.locale, change.moves[0].amount) == (None, "en", Decimal("1.50"))
    assert change_json(change) == stored | {"locale": "en", "procedure": None, "thread_id": None}

"""Keep every action of the agent durably: intent, the customer's yes, approval, result, and who did what when.

Each transition is one compare-and-set in one transaction, safe among any number of tasks and processes. The row's id is
the idempotency key of the change. While an equal intent of a thread is open, or its result was not told yet, proposing
it again gives the same row; after that it is a new intent and needs a new yes.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import utc_now
from core.errors import Refused
from core.language.fixed_sentences import phrase
from core.storage.column_types import record_of
from core.storage.database import Database, OwnDatabase
from core.storage.engines import AsyncConnection
from tools.actions.action import IN_FLIGHT, RUNNABLE, Action, Event, State
from tools.actions.changes import Change, Outcome, change_json, fingerprint
from tools.actions.ledger_schema import (
    actions,
    events,
    first_action,
    metadata,
    note,
    one_action,
    stored_action,
    to_action,
)

WITHDRAWABLE: tuple[State, ...] = ("proposed", "awaiting_approval", *RUNNABLE)
LEASE = timedelta(seconds=120)
"""How long a process may be silent before another takes over; longer than any time-out of the records."""
PROPOSALS_TRIED = 3
_OPEN = select(actions.c.id).where(actions.c.thread_id == bindparam("thread"), actions.c.settled.is_(False)).limit(1)


class ActionLedger:
    """Record actions in SQLite or PostgreSQL.

    Every method raises BackendUnavailable when the ledger cannot be read or written; then nothing may act.
    """

    def __init__(
        self,
        url: str | Database,
        *,
        confirmation: timedelta = timedelta(minutes=60),
        approval: timedelta = timedelta(hours=48),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Open the ledger at an SQLAlchemy URL.

        Args:
            url: Where the rows are kept; tables are created on first use.
            confirmation: How long after the proposal a yes counts.
            approval: How long staff may take.
            clock: Tells the present moment.
        """
        self._database = OwnDatabase(url, metadata, called="the action ledger")
        self._confirmation, self._approval, self._clock = confirmation, approval, clock

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    async def propose(
        self, thread_id: str, change: Change, *, asked_message_id: str | None = None, approved_by: str | None = None
    ) -> Action:
        """Record an intent before the customer is asked, or return the equal one that is still open or untold.

        An open proposal whose plan looks different by now takes over the new plan and its time starts again.
        `approved_by` names the member of staff whose edit of a request this is; no further approval is asked for then.
        """
        key = fingerprint(change.operation, change.customer_id, change.args)
        await self.expire_due()
        same = (actions.c.thread_id == thread_id) & (actions.c.fingerprint == key) & actions.c.settled.is_(False)
        now = self._clock()
        for _ in range(PROPOSALS_TRIED):
            plan = {"preview": change.summary, "change": change_json(change), "approval": change.approval}
            try:
                async with self._database.writing() as connection:
                    if (found := await first_action(connection, same)) is not None:
                        if found.state != "proposed":
                            return found
                        renewed = plan | {"proposed_at": now, "updated_at": now}
                        open_ = same & (actions.c.state == "proposed")
                        await connection.execute(update(actions).where(open_).values(renewed))
                        return await one_action(connection, found.id)
                    action_id = uuid.uuid4().hex
                    row = plan | {
                        "id": action_id,
                        "thread_id": thread_id,
                        "customer_id": change.customer_id,
                        "tool": change.operation,
                        "args": dict(change.args),
                        "fingerprint": key,
                        "state": "proposed",
                        "settled": False,
                        "asked_message_id": asked_message_id,
                        "proposed_at": now,
                        "decided_by": approved_by,
                        "decided_at": now if approved_by else None,
                        "attempts": 0,
                        "updated_at": now,
                    }
                    await connection.execute(insert(actions).values(row))
                    await note(connection, action_id, now, "proposed", "agent", change.summary)
                    return await one_action(connection, action_id)
            except IntegrityError:
                continue  # another process proposed the same at this moment: its row is ours
        raise self._database.unavailable("too many proposals at once")

    async def confirm(self, action_id: str, *, fingerprint: str, message_id: str, text: str) -> Action:
        """Bind the customer's yes to exactly these arguments; with approval needed, the action then waits for staff.

        Returns the action as it is now; one that is over, or whose time has passed, does not change.

        Raises:
            Refused: the yes was for other arguments.
        """
        await self.expire_due()
        now = self._clock()
        async with self._database.writing() as connection:
            action = await one_action(connection, action_id)
            if action.fingerprint != fingerprint:
                raise Refused(phrase("yes_for_other", action.change.locale))
            state: State = "confirmed"
            if action.approval:
                state = "approved" if action.decided_by else "awaiting_approval"
            values = {"yes_message_id": message_id, "yes_text": text, "yes_at": now}
            await self._move(connection, action_id, ("proposed",), state, "customer", text, values)
            return await one_action(connection, action_id)

    async def withdraw(self, action_id: str, *, why: str = "", by: str = "customer") -> bool:
        """Take back what has not started; returns whether that was still possible."""
        async with self._database.writing() as connection:
            return await self._move(connection, action_id, WITHDRAWABLE, "withdrawn", by, why, {"settled": True})

    async def approve(self, action_id: str, *, by: str, remark: str = "") -> bool:
        """Record that staff agrees; of any number of clicks one returns True."""
        return await self._decide(action_id, "approved", by, remark)

    async def reject(self, action_id: str, *, by: str, remark: str = "") -> bool:
        """Record that staff says no; the action can never run."""
        return await self._decide(action_id, "rejected", by, remark)

    async def claim(self, action_id: str) -> Action | None:
        """Take the action to carry it out, or None when it may not run or another process is at it.

        Gives confirmed and approved actions, and those in flight whose lease has lapsed: a process died there, and
        `attempts` above 1 says that the business must be asked for the outcome first.
        """
        now = self._clock()
        lapsed = actions.c.state.in_(IN_FLIGHT) & (actions.c.lease_until <= now)
        free = (actions.c.id == action_id) & (actions.c.state.in_(RUNNABLE) | lapsed)
        values = {
            "state": "running",
            "claim": uuid.uuid4().hex,
            "lease_until": now + LEASE,
            "attempts": actions.c.attempts + 1,
            "updated_at": now,
        }
        async with self._database.writing() as connection:
            if not (await connection.execute(update(actions).where(free).values(values))).rowcount:
                return None
            await note(connection, action_id, now, "running", "agent", None)
            return await one_action(connection, action_id)

    async def keep_change(self, action: Action, change: Change) -> bool:
        """Store the plan about to be applied, before it is; False when the claim was lost meanwhile."""
        values = {"change": change_json(change), "updated_at": self._clock()}
        async with self._database.writing() as connection:
            return bool((await connection.execute(update(actions).where(_held(action)).values(values))).rowcount)

    async def finish(
        self, action: Action, state: Literal["done", "refused", "unknown"], words: str, outcome: Outcome | None = None
    ) -> Action:
        """Store the result of a claimed action and give up the claim; without the claim nothing is stored.

        Returns the action as it is now.
        """
        now = self._clock()
        result = {"words": words} | ({"after": dict(outcome.after)} if outcome else {})
        values = {"state": state, "result": result, "claim": None, "lease_until": now, "updated_at": now}
        async with self._database.writing() as connection:
            if (await connection.execute(update(actions).where(_held(action)).values(values))).rowcount:
                await note(connection, action.id, now, state, "agent", words)
            return await one_action(connection, action.id)

    async def mark_told(self, action_ids: Collection[str]) -> None:
        """Record that the customer heard these results; those that are over are settled with it."""
        now = self._clock()
        over = actions.c.id.in_(action_ids) & actions.c.state.in_(("done", "refused", "rejected", "expired"))
        async with self._database.writing() as connection:
            values = {"told_at": now, "settled": True, "updated_at": now}
            await connection.execute(update(actions).where(over & actions.c.told_at.is_(None)).values(values))

    async def expire_due(self) -> int:
        """Close what was neither confirmed nor approved in time; returns how many."""
        now = self._clock()
        unconfirmed = (actions.c.state == "proposed") & (actions.c.proposed_at <= now - self._confirmation)
        undecided = (actions.c.state == "awaiting_approval") & (actions.c.yes_at <= now - self._approval)
        due = await self._database.rows(select(actions.c.id, actions.c.state).where(unconfirmed | undecided))
        closed = 0
        for action_id, state in due:
            settled = {"settled": state == "proposed"}
            limits = unconfirmed if state == "proposed" else undecided
            async with self._database.writing() as connection:
                closed += await self._move(connection, action_id, (state,), "expired", "clock", "", settled, limits)
        return closed

    async def get(self, action_id: str) -> Action:
        """Return one action; raises InputError when there is none."""
        return await self._database.read(lambda connection: stored_action(connection, action_id))

    async def find(
        self,
        *,
        thread_id: str | None = None,
        customer_id: str | None = None,
        states: Sequence[State] = (),
        unsettled: bool = False,
    ) -> list[Action]:
        """Return the actions that fit, oldest first."""
        query = select(actions).order_by(actions.c.proposed_at, actions.c.id)
        if thread_id is not None:
            query = query.where(actions.c.thread_id == thread_id)
        if customer_id is not None:
            query = query.where(actions.c.customer_id == customer_id)
        if states:
            query = query.where(actions.c.state.in_(states))
        if unsettled:
            query = query.where(actions.c.settled.is_(False))
        return await self._database.read(lambda c: [to_action(row) for row in c.execute(query).mappings()])

    async def left_behind(self, *, after: timedelta) -> list[Action]:
        """Return what staff decided so long ago, and within a day, and no customer has been told of."""
        now = self._clock()
        taken = [a for a in await self.find(states=("approved", "rejected", "running"), unsettled=True) if a.decided_by]
        return [a for a in taken if a.decided_at and after <= now - a.decided_at < timedelta(days=1)]

    async def count_agreed(self, customer_id: str, tool: str, *, days: int, before: Action | None = None) -> int:
        """Return how often a customer agreed to a tool within so many days and was not turned down, in any thread.

        Counted are the days before the yes to an action, that action left out, or before now. What runs or ran counts
        whenever its yes came: of several that are carried out at once, the last one taken sees all others.
        """
        until = before.yes_at if before and before.yes_at else self._clock()
        query = select(func.count()).where(
            actions.c.customer_id == customer_id,
            actions.c.tool == tool,
            actions.c.state.in_((*RUNNABLE, *IN_FLIGHT, "awaiting_approval", "done")),
            actions.c.yes_at > until - timedelta(days=days),
        )
        if before:
            earlier = (actions.c.yes_at < until) | ((actions.c.yes_at == until) & (actions.c.id < before.id))
            query = query.where((earlier | actions.c.state.in_((*IN_FLIGHT, "done"))) & (actions.c.id != before.id))
        return await self._database.read(lambda c: int(c.scalar(query) or 0))

    def days_since(self, moment: datetime) -> int:
        """Return how many midnights, by the ledger's clock in UTC, have passed since a moment; none for one to come."""
        return max(0, (self._clock().date() - moment.date()).days)

    async def any_open(self, thread_id: str) -> bool:
        """Say whether a thread has an action that is not over and told; every turn asks this."""
        return await self._database.read(lambda c: c.execute(_OPEN, {"thread": thread_id}).first() is not None)

    async def history(self, action_id: str) -> list[Event]:
        """Return the life of an action, oldest step first."""
        query = select(events).where(events.c.action_id == action_id).order_by(events.c.number)
        return [record_of(Event, row._mapping) for row in await self._database.rows(query)]

    async def _decide(self, action_id: str, state: Literal["approved", "rejected"], by: str, remark: str) -> bool:
        await self.expire_due()
        decision = {"decided_by": by, "decision_note": remark or None, "decided_at": self._clock()}
        async with self._database.writing() as connection:
            return await self._move(connection, action_id, ("awaiting_approval",), state, by, remark, decision)

    async def _move(
        self,
        connection: AsyncConnection,
        action_id: str,
        sources: Sequence[State],
        target: State,
        actor: str,
        detail: str,
        values: dict[str, Any],
        where: ColumnElement[bool] | None = None,
    ) -> bool:
        """Bring the action from one of the sources to the target, and note it; False when it was not there."""
        now = self._clock()
        found = (actions.c.id == action_id) & actions.c.state.in_(sources)
        new = {"state": target, "updated_at": now} | values
        query = update(actions).where(found if where is None else found & where).values(new)
        if not (await connection.execute(query)).rowcount:
            return False
        await note(connection, action_id, now, target, actor, detail)
        return True


def _held(action: Action) -> ColumnElement[bool]:
    return (actions.c.id == action.id) & (actions.c.claim == action.claim) & (actions.c.state == "running")

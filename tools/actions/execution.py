"""Carry out a confirmed action exactly once, whatever dies on the way.

The ledger row is claimed before anything is sent. A claim taken over from a dead process first looks what became of
the earlier attempt. Before the change is applied it is planned anew on the present records, and it goes on only
if the customer would read the very words they said yes to; that plan is stored, then applied under the row's id.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from core.language.fixed_sentences import phrase
from core.observability.counters import ACTIONS
from tools.actions.action import Action
from tools.actions.changes import Change, Outcome
from tools.actions.ledger import ActionLedger
from tools.context import Context
from tools.tool import Tool, Write

log = logging.getLogger(__name__)


async def carry_out(action_id: str, *, ledger: ActionLedger, tools: Mapping[str, Tool]) -> Action:
    """Run the action if it may run and nobody else is at it; returns it as it is afterwards.

    States after it: done, refused, or unknown when nobody said what came of it; call again later and it looks before
    it acts. A state from before (proposed, awaiting_approval, rejected, …) means that it may not run.

    Raises:
        BackendUnavailable: the ledger cannot be written; nothing was sent, or its outcome will be looked up.
    """
    claimed = await ledger.claim(action_id)
    if claimed is None:
        return await ledger.get(action_id)
    locale = claimed.change.locale
    tool = tools.get(claimed.tool)
    if tool is None or tool.write is None:
        # What was perhaps sent earlier stays to be looked into; what was not can never be sent.
        state: Literal["unknown", "refused"] = "unknown" if claimed.attempts > 1 else "refused"
        return await ledger.finish(claimed, state, phrase("unknown_outcome" if state == "unknown" else "gone", locale))
    try:
        action = await _run(claimed, ledger=ledger, tool=tool, write=tool.write)
    except asyncio.CancelledError:
        # Whoever waited gave up. The next attempt need not wait for the claim to lapse, and looks first.
        await ledger.finish(claimed, "unknown", phrase("unknown_outcome", locale))
        raise
    ACTIONS.labels(tool=action.tool, outcome=action.state).inc()
    return action


def context_of(action: Action) -> Context:
    """Return on whose behalf, and in which case of a procedure, an action is planned anew."""
    change = action.change
    return Context(
        customer_id=action.customer_id,
        thread_id=action.thread_id,
        locale=change.locale,
        case=change.procedure["case"] if change.procedure else None,
    )


async def _run(claimed: Action, *, ledger: ActionLedger, tool: Tool, write: Write) -> Action:
    """Look, plan anew and apply; returns the action as it is afterwards."""
    locale = claimed.change.locale
    try:
        if claimed.attempts > 1:
            earlier = await write.find_outcome(claimed.change, key=claimed.id)
            if earlier is not None:
                return await ledger.finish(claimed, "done", claimed.change.done, earlier)
        context = context_of(claimed)
        # The customer's yes is the moment that counts: staff who takes days does not cost them a window.
        waited = ledger.days_since(claimed.yes_at) if claimed.yes_at else 0
        change = await write.plan(context, claimed.args, waited_days=waited)
        change = await within_velocity(change, tool, ledger, action=claimed)
        if change.summary != claimed.preview or (change.approval and not claimed.decided_by):
            raise Refused(phrase("changed_since", locale, summary=change.summary))
    except Refused as no:
        return await ledger.finish(claimed, "refused", str(no))
    except OutcomeUnknown:
        return await ledger.finish(claimed, "unknown", phrase("unknown_outcome", locale))
    except BackendUnavailable:
        return await ledger.finish(claimed, "unknown", phrase("not_reached", locale))
    if not await ledger.keep_change(claimed, change):
        return await ledger.get(claimed.id)
    try:
        outcome = await _apply(claimed, change, write)
    except Refused as no:
        return await ledger.finish(claimed, "refused", str(no))
    except BackendUnavailable:
        return await ledger.finish(claimed, "unknown", phrase("unknown_outcome", locale))
    except Exception:  # whatever it is: it may have been sent, and nobody said what came of it
        log.exception("the outcome of %s is unknown", claimed.tool)
        return await ledger.finish(claimed, "unknown", phrase("unknown_outcome", locale))
    return await ledger.finish(claimed, "done", change.done, outcome)


async def _apply(claimed: Action, change: Change, write: Write) -> Outcome:
    """Apply the change; a no to a repeated attempt may mean that the first one has got there meanwhile."""
    try:
        return await write.apply(change, key=claimed.id)
    except Refused:
        earlier = await write.find_outcome(change, key=claimed.id) if claimed.attempts > 1 else None
        if earlier is None:
            raise
        return earlier


async def within_velocity(change: Change, tool: Tool, ledger: ActionLedger, *, action: Action | None = None) -> Change:
    """Return the change; staff has to agree where the customer agreed to as many of its kind lately as are allowed.

    Counted is what came before `action`, the one that is about to run, or before now.

    Raises:
        BackendUnavailable: the ledger cannot be read.
    """
    limit = tool.velocity
    if limit is None or change.approval:
        return change
    count = await ledger.count_agreed(change.customer_id, change.operation, days=limit.days, before=action)
    if count < limit.most:
        return change
    return replace(change, approval=f"this was asked for {count} times within {limit.days} days")

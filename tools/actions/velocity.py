"""Send to staff what one customer asks for too often."""

from dataclasses import replace

from tools.actions.action import Action
from tools.actions.changes import Change
from tools.actions.ledger import ActionLedger
from tools.tool import Tool


async def within_velocity(change: Change, tool: Tool, ledger: ActionLedger, *, action: Action | None = None) -> Change:
    """Return the change; staff has to agree where the customer has agreed to as many of its kind lately as the tool
    allows.

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

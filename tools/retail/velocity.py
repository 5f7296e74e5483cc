"""Send to staff what one customer asks for too often."""

from dataclasses import replace

from tools.actions.action import Action
from tools.actions.changes import Change
from tools.actions.ledger import ActionLedger
from tools.retail.policy import VelocityRule


async def within_velocity(
    change: Change, rule: VelocityRule, ledger: ActionLedger, *, action: Action | None = None
) -> Change:
    """Return the change; staff has to agree where the customer has agreed to as many of its kind lately as the policy allows.

    Counted is what came before `action`, the one that is about to run, or before now.

    Raises:
        BackendUnavailable: the ledger cannot be read.
    """
    most = rule.actions.get(change.operation)
    if most is None or change.approval:
        return change
    count = await ledger.count_agreed(change.customer_id, change.operation, days=rule.days, before=action)
    if count < most:
        return change
    return replace(change, approval=f"this was asked for {count} times within {rule.days} days")

"""Tell from the state of the records whether a change has happened, where the shop keeps no record of changes."""

from dataclasses import fields

from core.errors import OutcomeUnknown
from tools.actions.changes import Change, Outcome, Records, records_json
from tools.retail.shop_records import Customer, Order


def outcome_by_state(change: Change, now: Records, *, key: str) -> Outcome | None:
    """Return the outcome when every field the change touches is as planned, None when each is as before.

    Raises:
        OutcomeUnknown: the fields are neither, so something else has touched them.
    """
    done = before = True
    for old, new, present in (
        (change.before.order, change.after.order, now.order),
        (change.before.customer, change.after.customer, now.customer),
    ):
        for name in _touched(old, new):
            done = done and getattr(present, name, None) == getattr(new, name)
            before = before and getattr(present, name, None) == getattr(old, name)
    if done:
        return Outcome(key=key, operation=change.operation, after=records_json(now))
    if before:
        return None
    raise OutcomeUnknown(
        f"the records of {change.order_id or change.customer_id} are neither as before {change.operation} nor as after it; "
        "a person has to look"
    )


def _touched(old: Order | Customer | None, new: Order | Customer | None) -> list[str]:
    if old is None or new is None:
        return []
    return [f.name for f in fields(old) if getattr(old, f.name) != getattr(new, f.name)]

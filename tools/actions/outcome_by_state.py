"""Tell from the state of the records whether a change has happened, where nobody keeps a record of changes."""

from collections.abc import Mapping
from typing import Any

from core.errors import OutcomeUnknown
from tools.actions.changes import Change, Outcome


def outcome_by_state(change: Change, now: Mapping[str, Any], *, key: str) -> Outcome | None:
    """Return the outcome when every field the change touches is as planned, None when each is as before.

    `now` holds the records as they are, plain JSON by name, as `change.before` and `change.after` do.

    Raises:
        OutcomeUnknown: the fields are neither, so something else has touched them; or the plan does not say what
            changes.
    """
    done = before = True
    touched = 0
    for record, planned in change.after.items():
        old, present = change.before.get(record, {}), now.get(record, {})
        for name in planned.keys() | old.keys():
            if planned.get(name) != old.get(name):
                touched += 1
                done = done and present.get(name) == planned.get(name)
                before = before and present.get(name) == old.get(name)
    if touched and done:
        return Outcome(key=key, operation=change.operation, after=now)
    if touched and before:
        return None
    raise OutcomeUnknown(
        f"the records of {change.record_id or change.customer_id} are neither as before {change.operation} nor "
        f"as after it; "
        "a person has to look"
    )

"""Say what the rules allow for an order at the moment, before anybody asks for it."""

from datetime import date

from tools.retail.policy import Policy, WindowRule


def possible_now(policy: Policy, status: str, delivered: date | None, today: date) -> dict[str, bool]:
    """Return whether an order of this status can be cancelled, returned and exchanged."""
    return {
        "cancel": status in policy.cancel.statuses,
        "return": _open(policy.return_, status, delivered, today),
        "exchange": _open(policy.exchange, status, delivered, today),
    }


def _open(rule: WindowRule, status: str, delivered: date | None, today: date) -> bool:
    if status not in rule.statuses or delivered is None:
        return False
    return rule.window_days is None or (today - delivered).days <= rule.window_days

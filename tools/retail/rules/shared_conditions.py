"""Check the conditions the rules share: state, window, reason, amount."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from core.errors import Refused
from tools.retail.order_wording import amount_words
from tools.retail.policy import Policy
from tools.retail.shop_records import Order


def require_status(order: Order, statuses: Collection[str], verb: str) -> None:
    """Raise Refused, naming the rule, when the order is in none of these states."""
    if order.status not in statuses:
        only = " or ".join(f"“{status}”" for status in statuses)
        raise Refused(f"Order {order.id} is “{order.status}”. It can only be {verb} while it is {only}.")


def require_window(since: date | None, days: int | None, today: date, rule: str, event: str) -> None:
    """Raise Refused when more than so many days have passed; without a date or a limit nothing is checked."""
    if since is not None and days is not None and (today - since).days > days:
        last = since + timedelta(days=days)
        raise Refused(
            f"{rule} {days} days {event}. For this order they ran from {since.day} {since:%B} {since.year} "
            f"to {last.day} {last:%B} {last.year}."
        )


def known_reason(reason: str, known: Collection[str], rule: str) -> str:
    """Return the policy's own spelling of a reason; raises Refused listing those that count."""
    wanted = " ".join(reason.casefold().replace("_", " ").split())
    for name in known:
        if name.casefold() == wanted:
            return name
    raise Refused(f"{rule} {', '.join(known)}. Please say which of these applies.")


def approval_above(policy: Policy, amount: Decimal, limit: Decimal | None, what: str) -> str | None:
    """Return why staff has to agree to this amount, or None within the limit."""
    if limit is None or amount <= limit:
        return None
    return f"{what} of {amount_words(amount, policy)} is above {amount_words(limit, policy)}"

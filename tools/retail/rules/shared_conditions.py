"""Check the conditions the rules share: state, window, reason, amount."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from core.errors import Refused
from core.language.fixed_sentences import date_words, list_words
from tools.retail.order_wording import amount_words
from tools.retail.policy import Policy
from tools.retail.shop_records import Order


def require_status(policy: Policy, order: Order, statuses: Collection[str], what: str) -> None:
    """Raise Refused, naming the rule, when the order is in none of these states."""
    if order.status not in statuses:
        named = [policy.say("quoted", text=policy.name("status", status)) for status in statuses]
        only = list_words(named, policy.language, last="list_or")
        status = policy.name("status", order.status)
        raise Refused(policy.say("status_refused", order=order.id, status=status, what=what, only=only))


def require_window(
    policy: Policy, since: date | None, days: int | None, today: date, rule: str, reason: str = ""
) -> None:
    """Raise Refused when more than so many days have passed; without a date or a limit nothing is checked."""
    if since is not None and days is not None and (today - since).days > days:
        first, last = (date_words(day, policy.language) for day in (since, since + timedelta(days=days)))
        told = policy.say(rule, days=str(days), reason=reason)
        raise Refused(f"{told} {policy.say('window_ran', first=first, last=last)}")


def known_reason(policy: Policy, reason: str, known: Collection[str], rule: str) -> str:
    """Return the policy's own spelling of a reason; raises Refused listing those that count."""
    wanted = " ".join(reason.casefold().replace("_", " ").split())
    for name in known:
        if wanted in (name.casefold(), policy.name("reason", name).casefold()):
            return name
    raise Refused(policy.say(rule, reasons=", ".join(policy.name("reason", name) for name in known)))


def approval_above(policy: Policy, amount: Decimal, limit: Decimal | None, what: str) -> str | None:
    """Return why staff has to agree to this amount, or None within the limit."""
    if limit is None or amount <= limit:
        return None
    return f"{what} of {amount_words(amount, policy)} is above {amount_words(limit, policy)}"

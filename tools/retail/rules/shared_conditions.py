"""Check what the rules share (state, window, reason, amount, address), and complete a planned change of an order."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.errors import Refused
from core.language.fixed_sentences import date_words, list_words
from tools.actions.changes import Change, Move
from tools.retail.policy import Policy
from tools.retail.rules.money import refunded_before, settle
from tools.retail.shop_records import Address, Customer, Order
from tools.retail.shop_rows import Records, records_json
from tools.retail.shown_records import amount_words, money_words


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


LONGEST = {"address1": 100, "address2": 100, "city": 60, "state": 40, "zip": 12, "country": 40}
NEEDED = ("address1", "city", "zip", "country")
ODD = re.compile(r"[<>{}\[\]|\\^`$*=]|://")
US_ZIP = re.compile(r"\d{5}(-\d{4})?")


def checked_address(address: Address, policy: Policy) -> Address:
    """Return the address with tidy spaces and the shop's name of the country.

    Raises:
        Refused: a part is missing, too long, or holds markup or control characters; or the shop does not ship there.
    """
    parts = {}
    for name, longest in LONGEST.items():
        value = getattr(address, name)
        if any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") for c in value) or ODD.search(value):
            raise Refused(policy.say("address_odd"))
        parts[name] = " ".join(value.split())
        if len(parts[name]) > longest:
            raise Refused(policy.say("address_long", part=policy.say(f"part_{name}"), most=str(longest)))
    for name in NEEDED:
        if not any(c.isalnum() for c in parts[name]):
            raise Refused(policy.say("address_part", part=policy.say(f"part_{name}")))
    country = policy.country(parts["country"])
    if country is None:
        raise Refused(policy.say("countries", countries=list_words(list(policy.countries), policy.language)))
    if country == "USA" and not (US_ZIP.fullmatch(parts["zip"]) and parts["state"]):
        raise Refused(policy.say("us_zip"))
    return replace(Address(**parts), country=country)


def order_change(
    policy: Policy,
    customer: Customer,
    order: Order,
    after: Order,
    moves: tuple[Move, ...],
    *,
    operation: str,
    args: Mapping[str, Any],
    summary: str,
    done: str,
    approval: str | None = None,
) -> Change:
    """Return the change of an order: with the customer's record where gift cards move, and the money in words.

    Staff decides on any further change of an order that was refunded before, save where it is sent to.
    """
    if refunded_before(order) and replace(after, address=order.address) != order:
        approval = approval or "the order was refunded before"
    settled = settle(customer, moves)
    touches_customer = settled != customer
    return Change(
        operation=operation,
        customer_id=customer.id,
        record_id=order.id,
        args={"order_id": order.id, **args},
        summary=summary + money_words(moves, customer, policy, done=False),
        done=done + money_words(moves, customer, policy, done=True),
        before=records_json(Records(order=order, customer=customer if touches_customer else None)),
        after=records_json(Records(order=after, customer=settled if touches_customer else None)),
        moves=moves,
        approval=approval,
        locale=policy.language,
    )

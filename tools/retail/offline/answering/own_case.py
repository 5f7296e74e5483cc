"""Tell how a customer's own order stands: what is possible until when and why not, what was paid, what comes back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.language.fixed_sentences import list_words
from core.offline.answering.articles import behind
from core.offline.answering.toolbox import NotPossible, ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.choosing import can_be_changed, is_delivered, is_pending
from tools.retail.offline.answering.lookups import profile_of, quoted
from tools.retail.offline.answering.order_sentences import (
    METHOD_NAMES,
    day,
    item_name,
    method_name,
    money,
    tracking_ids,
)
from tools.retail.offline.reading.own_questions import LOST
from tools.retail.offline.reading.slots import payment_words
from tools.retail.offline.reading.troubles import TROUBLES
from tools.retail.offline.reading.variants import price_of

Facts = Mapping[str, Any]
GOES_BACK = frozenset({"return", "swap", "refund"})
"""The changes by which goods come back."""
_DONE = {"cancel": "cancelled"}
ABOUT_REFUND = re.compile(r"\b(?:refund\w*|money back|reimburse\w*|(?:get|got|have) (?:my|the) money)\b")
_WHEN = re.compile(r"\bwhen\b|\bhow long\b")
_SEVERAL = re.compile(r"\bwhy\b|\b(?:two|2|several|both|different) (?:tracking|numbers|parcels|packages)\b")
_LATE = re.compile(r"\b(?:late(?:ness)?|delay(?:ed|s)?)\b")
USED = "As it has been used, it cannot go back."


def in_state(topic: str, order: Facts) -> bool:
    """Say whether an order is in a state in which a change is made to orders."""
    if topic in ("return", "refund"):
        return is_delivered(order)
    return is_pending(order) or (topic == "swap" and is_delivered(order))


def possible(topic: str, order: Facts) -> bool:
    """Say whether a change can be made to an order now, by what its record says."""
    if topic in ("return", "refund"):
        return is_delivered(order) and order.get("return_possible") is not False
    if topic == "swap" and is_delivered(order):
        return order.get("exchange_possible") is not False
    return can_be_changed(order)


def verdict(topic: str, order: Facts, *, used: bool = False, part: bool = False) -> str:
    """Say whether a change is possible, until when, and why not, as far as the record tells.

    Args:
        topic: The intent of the change.
        order: The record.
        used: Whether the goods were used.
        part: Whether only some of the goods are meant.
    """
    if order.get("status") == "cancelled":
        return ""
    if topic == "change_payment" and has_request(order):
        return f"Where its money goes was registered with the request. {NotPossible().text}"
    if topic in GOES_BACK and not is_pending(order):
        until = order.get("exchange_until" if topic == "swap" else "return_until")
        if has_request(order):
            return "An order can have one return or exchange, so nothing more of it can be sent back."
        back = "exchanged" if topic == "swap" else "sent back"
        if not is_delivered(order):
            changed = "It can no longer be changed. " if topic == "swap" else ""
            return f"{changed}It can be {back} once it has arrived."
        if not possible(topic, order):
            return f"The last day for that was {day(until)}, so it is too late now." if until else ""
        return USED if used else f"It can be {back} until {day(until)}." if until else ""
    done = _DONE.get("cancel" if topic in ("return", "refund") else topic, "changed")
    if can_be_changed(order):
        whole = " Only the whole order can, no single items of it." if topic == "cancel" and part else ""
        return f"It can still be {done}.{whole}"
    if is_pending(order):
        return f"It can no longer be {done}, as its items were changed once. It can be sent back once it has arrived."
    return f"It can no longer be {done}, as that is possible only while an order is pending."


def price_today(items: Sequence[Facts], products: Iterable[Facts]) -> Decimal | None:
    """Return what items cost in the shop today, None where it does not sell them any more."""
    prices = {str(v.get("item_id")): price_of(v) for product in products for v in product.get("variants", [])}
    today = [prices.get(str(item["item_id"])) for item in items]
    return None if None in today else sum(filter(None, today), start=Decimal())


def price_compared(items: Sequence[Facts], today: Decimal | None) -> str:
    """Say what was paid for items and what they cost today."""
    spent = sum((price_of(item) for item in items), start=Decimal())
    names = list_words([f"the {item_name(item)}" for item in items], "en")
    if today is None:
        return f"You paid ${spent:.2f} for {names}; I see no price of it in the shop today."
    lower = "" if today < spent else "I do not see a lower price: "
    return f"{lower}{'You' if not lower else 'you'} paid ${spent:.2f} for {names}, and it costs ${today:.2f} today."


def has_request(order: Facts) -> bool:
    """Say whether a return or an exchange of an order was requested."""
    return "requested" in str(order.get("status"))


def paid(order: Facts, items: Sequence[Facts] = ()) -> str:
    """Say what was paid for items that were named, or for the whole order."""
    if items:
        return " ".join(f"You paid {money(item['price'])} for the {item_name(item)}." for item in items)
    amount = order.get("paid") or order.get("total")
    return f"You paid {money(amount)} for order {order['order_id']}." if amount else ""


def paid_how(order: Facts, desk: Toolbox) -> str:
    """Say which amounts were charged for an order and with which of the customer's payment methods.

    Raises:
        CallNeeded: the profile must be read first.
    """
    charged = payments_of(order, "payment")
    if not charged:
        return f"I see no payment for order {order['order_id']}."
    names = _methods(desk, charged)
    amounts = list_words([money(payment["amount"]) for payment in charged], "en")
    if len(charged) == 1:
        return f"You paid {amounts} for order {order['order_id']} with your {names}."
    changed = ": the first when you ordered, the difference when its items were changed" if is_pending(order) else ""
    return f"For order {order['order_id']} {amounts} were charged to your {names}{changed}."


def money_back(order: Facts, desk: Toolbox) -> str:
    """Say what has been refunded for an order, or what stands between the customer and the money.

    Raises:
        CallNeeded: the profile must be read first.
    """
    if back := refunded(order, desk):
        return f"Order {order['order_id']}: {back}"
    if has_request(order):
        return f"{requested(order, desk)} I see no refund for it yet."
    return f"I see no refund for order {order['order_id']} yet."


def refunded(order: Facts, desk: Toolbox) -> str:
    """Say what was paid back for an order; empty where nothing was. Raises CallNeeded."""
    back = payments_of(order, "refund")
    total = sum((Decimal(str(payment["amount"])) for payment in back), start=Decimal())
    return f"{money(total)} was refunded to your {_methods(desk, back)}." if back else ""


def requested(order: Facts, desk: Toolbox) -> str:
    """Say which goods of an order are to come back, for what, and that more is not known.

    Raises:
        CallNeeded: the profile must be read first.
    """
    kind = "return" if order.get("return_items") else "exchange"
    items = coming_back(order, kind)
    names = list_words([f"the {item_name(item)}" for item in items], "en") or "your items"
    for_it = ""
    if kind == "return":
        for_it = f": {money(worth_of(items))} goes back to your {_methods(desk, [order], 'return_payment_method_id')}"
    unknown = "The record does not say whether it has reached our warehouse."
    return f"The {kind} of {names} from order {order['order_id']} is registered{for_it}. {unknown}"


def coming_back(order: Facts, kind: str = "return") -> list[Facts]:
    """Return the items of an order that a requested return, or exchange, is about."""
    ids = {str(one) for one in order.get(f"{kind}_items") or ()} if has_request(order) else set()
    return [item for item in order.get("items", []) if item.get("item_id") in ids]


def worth_of(items: Sequence[Facts]) -> Decimal:
    """Return what was paid for items."""
    return sum((Decimal(str(item["price"])) for item in items), start=Decimal())


def payments_of(order: Facts, kind: str) -> list[Facts]:
    """Return what was paid for an order, or paid back, by the kind of payment."""
    return [payment for payment in order.get("payments", []) if payment.get("type", "payment") == kind]


def _methods(desk: Toolbox, payments: Sequence[Facts], field: str = "payment_method_id") -> str:
    """Return the customer's names of the methods of payments."""
    known = {str(m["payment_method_id"]): method_name(m) for m in profile_of(desk).get("payment_methods", [])}
    used = dict.fromkeys(str(payment.get(field)) for payment in payments)
    return list_words([known.get(one, "payment method that is no longer stored") for one in used], "en")


def rule_behind(asked: str, orders: Sequence[Facts], desk: Toolbox) -> str:
    """Return what the articles say about orders that are late, or about money that is waited for; raises CallNeeded."""
    is_late = any(order.get("days_late") for order in orders)
    if is_late and LOST.search(asked):
        return rule_of_lost(asked, desk)
    if ABOUT_REFUND.search(asked) and not is_late:
        question = "How long does a refund take?"
    elif trouble := behind(asked, TROUBLES):
        question = trouble
    elif _SEVERAL.search(asked) and any(len(tracking_ids(order)) > 1 for order in orders):
        question = "Why does one order travel in several parcels with several tracking numbers?"
    elif orders and all(map(is_pending, orders)) and _WHEN.search(asked):
        question = "When does an order leave the warehouse?"
    elif is_late:
        question = "What happens when a parcel is late?"
    else:
        return ""
    return quoted(question, desk)


def rule_of_lost(asked: str, desk: Toolbox) -> str:
    """Return what the articles say about a parcel that does not come; raises CallNeeded."""
    if payment_words(asked):
        return quoted("Where does a refund go?", desk)
    if _LATE.search(asked):
        return quoted("What happens when a parcel is late?", desk)
    trace = quoted("What happens when the tracking has not moved?", desk)
    return f"{trace} {quoted('What do I get when a trace does not find the parcel?', desk)}".strip()


def original_method(order: Facts) -> str | None:
    """Return the id of the payment method an order was paid with."""
    return next((str(payment["payment_method_id"]) for payment in payments_of(order, "payment")), None)


def named_method(request: Request, desk: Toolbox, order: Facts) -> str | None:
    """Return the id of the payment method a request names, or None when it names none.

    Raises:
        CallNeeded: the profile must be read first.
        ReplyNow: the customer has no such method, or several, and is asked.
    """
    said = payment_words(request.text) or payment_words(request.before)
    if not said:
        return None
    if "original" in said:
        return original_method(order)
    methods = list(profile_of(desk).get("payment_methods", []))
    fitting = [m for m in methods if _fits(m, said)]
    if len(fitting) > 1 and "other" in request.text.casefold():
        fitting = [m for m in fitting if m["payment_method_id"] != original_method(order)]
    if len(fitting) == 1:
        return str(fitting[0]["payment_method_id"])
    if fitting:
        raise ReplyNow(f"Which one shall I use: {list_words([method_name(m) for m in fitting], 'en', last='list_or')}?")
    wanted = METHOD_NAMES.get(said.get("source", ""), "such a payment method")
    stored = list_words([method_name(m) for m in methods], "en") or "none"
    raise ReplyNow(f"Your account has no {wanted} like that. Stored are: {stored}. Which one shall I use?")


def _fits(method: Facts, said: Mapping[str, str]) -> bool:
    source, brand = str(method.get("source", "")), str(method.get("brand") or "").replace(" ", "").casefold()
    if "last_four" in said and method.get("last_four") != said["last_four"]:
        return False
    if (
        "brand" in said
        and said["brand"] not in brand
        and not (said["brand"].startswith("am") and brand.startswith("am"))
    ):
        return False
    return source == said["source"] if "source" in said else bool(said.keys() & {"last_four", "brand"})

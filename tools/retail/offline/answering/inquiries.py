"""Answer what a customer asks about a change to an order without asking for the change."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from core.language.text import normal
from core.offline.answering.quotations import Quote
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.choosing import is_delivered, is_pending, meant_items_only
from tools.retail.offline.answering.lookups import all_orders
from tools.retail.offline.answering.order_sentences import day, item_name, money, options, status_sentence
from tools.retail.offline.answering.reads import asked_orders, describe, policy
from tools.retail.offline.answering.swaps import new_version, products_of
from tools.retail.offline.reading.order_intents import change_asked_about
from tools.retail.offline.reading.request_phrases import RELATIVE
from tools.retail.offline.reading.shop_talk import INVITATION
from tools.retail.offline.reading.variants import price_of

Facts = Mapping[str, Any]
_MONEY = re.compile(
    r"\b(?:how much|money|cost|costs|price|charged?|pay|paid|refund\w*|get back|difference|amount|fees?)\b"
)
_TIME = re.compile(
    r"\b(?:until|till|by when|when|dates?|how (?:long|many days|late)|days?|deadline|last day|too late)\b"
)
_WINDOW = re.compile(r"\b(\d{1,3}) days (?:(?:of|after|from|since) (?:the )?delivery|for a return)\b")
_RULES: Mapping[str, tuple[str, str, str]] = {
    "cancel": ("How can I cancel an order?", "How long does a refund take?", "Until when can I cancel?"),
    "return": ("How do I return an item?", "How long does a refund take?",
    "How many days do I have to return an item?"),
    "swap": ("How can I exchange an item?", "Who pays the difference in an exchange?",
    "How many days do I have to exchange an item?"),
    "refund": ("How and when do I get a refund?", "How and when do I get a refund?", "When do I get my refund?"),
    "change_address": ("How can I change the address of an order?",) * 3,
    "change_payment": ("How can I change the payment method of an order?",) * 3,
}  # fmt: skip
"""The questions behind an inquiry about each change: how it is done, what becomes of the money, how long."""
_MOST = 3
_POINTS = re.compile(
    rf"\b(?:it|that(?!{RELATIVE})|this|they|them|the (?:\w+ )?one|the other|"
    r"my (?:\w+ )?(?:orders?|purchase|parcel|package))\b"
)
_LIKELY = 0.5
"""Score from which the answer to the question behind an inquiry is taken, whatever its own words find."""


def inquiry(request: Request, desk: Toolbox) -> str:
    """Tell the facts of the order and what the articles say, and invite to ask for the change where it is possible.

    What is about no order of the customer's is a question for the articles alone.
    """
    topic = change_asked_about(request.words) or "return"
    orders = _orders(request, desk)[:_MOST]
    if not orders:
        return policy(request, desk)
    rule = _rule(topic, request, desk)
    told = [_facts(topic, request, desk, order, rule) for order in orders]
    invited = INVITATION if any(_possible(topic, order) for order in orders) else ""
    return "\n\n".join(part for part in (*told, rule.text if rule else "", invited) if part)


def _orders(request: Request, desk: Toolbox) -> list[Facts]:
    """Return the orders whose number or items a question names, or that it points at; raises CallNeeded or ReplyNow."""
    if request.numbers or _POINTS.search(normal(request.text)):
        return list(asked_orders(request, desk))
    return (
        [order for order in all_orders(desk) if meant_items_only(request.text, order)]
        if desk.can("list_orders")
        else []
    )


def _possible(topic: str, order: Facts) -> bool:
    if topic in ("return", "refund"):
        return is_delivered(order)
    return is_pending(order) or (topic == "swap" and is_delivered(order))


def _rule(topic: str, request: Request, desk: Toolbox) -> Quote | None:
    """Return what the articles say: to the words of the inquiry where that is sure, else to the question behind it."""
    how, money_back, time = _RULES.get(topic, _RULES["return"])
    asked = normal(request.text)
    general = time if _TIME.search(asked) else money_back if _MONEY.search(asked) else how
    desk.search(general)
    behind, own = desk.quote(general), desk.quote(request.text)
    if general == time and own and _WINDOW.search(own.text) and not (behind and _WINDOW.search(behind.text)):
        return own
    if behind and (own is None or behind.score >= min(_LIKELY, own.score)):
        return behind
    return own


def _facts(topic: str, request: Request, desk: Toolbox, order: Facts, rule: Quote | None) -> str:
    asked = normal(request.words)
    items = meant_items_only(request.words, order)
    if topic == "swap" and items and _MONEY.search(asked):
        return _difference(request, desk, order, items)
    if topic in ("change_address", "change_payment"):
        return describe(order, request.text)
    said = [status_sentence(order)]
    if _MONEY.search(asked):
        said.append(_paid(order, items))
    if topic in ("return", "swap") and is_delivered(order) and rule:
        said.append(_last_day(order, rule))
    return " ".join(part for part in said if part)


def _paid(order: Facts, items: Sequence[Facts]) -> str:
    """Say what was paid for the items that were named, or for the whole order."""
    if items:
        return " ".join(f"You paid {money(item['price'])} for the {item_name(item)}." for item in items)
    paid = order.get("paid") or order.get("total")
    return f"You paid {money(paid)} for it." if paid else ""


def _last_day(order: Facts, rule: Quote) -> str:
    """Say on which day the time that the rule names ends, or nothing where it names none."""
    window = _WINDOW.search(rule.text)
    try:
        delivered = date.fromisoformat(str(order.get("delivered_at"))[:10])
    except ValueError:
        return ""
    return f"The last day is {day(delivered + timedelta(days=int(window[1])))}." if window else ""


def _difference(request: Request, desk: Toolbox, order: Facts, items: Sequence[Facts]) -> str:
    """Say what the version that was named costs in comparison; a question where it is open which one is meant."""
    products = products_of(desk, list(dict.fromkeys(str(item["product_id"]) for item in items)))
    told = []
    for item in items:
        try:
            new = new_version(request, item, items, products[str(item["product_id"])])
        except ReplyNow as open_:
            told.append(open_.text)
            continue
        more = price_of(new) - price_of(item)
        compared = f"${abs(more):.2f} {'more' if more > 0 else 'less'} than" if more else "the same as"
        told.append(
            f"The {item.get('name')} in {options(new)} costs {money(new['price'])}, {compared} your {item_name(item)}."
        )
    return " ".join([status_sentence(order), *told])

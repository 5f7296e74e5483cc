"""Answer what a customer asks about a change to an order without asking for the change."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.language.text import normal
from core.offline.answering.articles import behind
from core.offline.answering.quotations import Quote
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.choosing import (
    can_be_changed,
    is_delivered,
    is_pending,
    meant_items_only,
    of_the_day,
)
from tools.retail.offline.answering.lookups import all_orders
from tools.retail.offline.answering.order_sentences import (
    day,
    item_name,
    money,
    options,
    status_sentence,
)
from tools.retail.offline.answering.proposals import open_proposals
from tools.retail.offline.answering.reads import asked_orders, policy
from tools.retail.offline.answering.swaps import new_version, products_of
from tools.retail.offline.reading.order_intents import change_asked_about
from tools.retail.offline.reading.request_phrases import RELATIVE, WHICH_OF_MINE
from tools.retail.offline.reading.shop_talk import INVITATION
from tools.retail.offline.reading.talked_about import newest_order
from tools.retail.offline.reading.troubles import TROUBLES
from tools.retail.offline.reading.variants import price_of

Facts = Mapping[str, Any]
_MONEY = re.compile(
    r"\b(?:how much|money|cost|costs|price|charged?|pay|paid|refund\w*|get back|difference|amount|fees?)\b"
)
_HOW = re.compile(r"\bhow (?:do|does|can|could|should|would|will|to|is|are)\b|\b(?:label|steps?|where)\b")
_RULES: Mapping[str, tuple[str, str, str]] = {
    "cancel": ("How can I cancel an order?", "How long does a refund take?", "Until when can I cancel?"),
    "return": ("How do I return an item?", "How long does a refund take?",
    "How many days do I have to return an item?"),
    "swap": ("How can I exchange an item?", "Who pays the difference in an exchange?",
    "How many days do I have to exchange an item?"),
    "swap pending": ("How often can the items of a pending order be changed?",
    "Who pays the difference when items of a pending order are changed?",
    "How often can the items of a pending order be changed?"),
    "refund": ("How and when do I get a refund?", "How and when do I get a refund?", "When do I get my refund?"),
    "change_address": ("How can I change the address of an order?",) * 3,
    "change_payment": ("How can I change the payment method of an order?",) * 3,
}  # fmt: skip
"""The questions behind an inquiry about each change: how it is done, what becomes of the money, whether it can be."""
_MOST = 3
_POINTS = re.compile(
    rf"\b(?:it|that(?!{RELATIVE})|this|they|them|the (?:\w+ )?one|the other|"
    r"my (?:\w+ )?(?:orders?|purchase|parcel|package))\b"
)
_ANY = re.compile(r"\b(?:something|anything|things?|items?|(?:an|if the|any) order|orders|stuff|smth)\b")
_CONDITION = re.compile(
    r"\b(?:un)?(?:used|opened|washed|worn|slept|assembled|dirty|unpacked|tried)\b|\b(?:packaging|box|carton|wrapping|"
    r"tags?|condition)\b"
)
_WHAT_IF = re.compile(r"\b(?:if|in case|unless|never)\b")
_LIKELY = 0.5
"""Score from which the answer to the question behind an inquiry is taken, whatever its own words find."""


def inquiry(request: Request, desk: Toolbox) -> str:
    """Tell the facts of the order and what the articles say, and invite to ask for the change where it is possible.

    What is about no order of the customer's is a question for the articles alone.
    """
    topic = change_asked_about(request.words) or "return"
    orders = _orders(topic, request, desk)[:_MOST]
    asked = normal(request.text)
    if not orders or (_WHAT_IF.search(asked) and behind(asked, TROUBLES)):  # that, no record tells
        return policy(request, desk)
    rule = _rule("swap pending" if topic == "swap" and all(map(is_pending, orders)) else topic, request, desk)
    told = [_facts(topic, request, desk, order) for order in orders]
    waits = open_proposals(desk.conversation)  # what waits for a yes is asked once more anyway
    invited = INVITATION if not waits and any(_possible(topic, order) for order in orders) else ""
    return "\n\n".join(part for part in (*told, rule.text if rule else "", invited) if part)


def _orders(topic: str, request: Request, desk: Toolbox) -> list[Facts]:
    """Return the orders whose number or items a question names, or that it points at, of these those in a state to be
    changed so, if any; raises CallNeeded or ReplyNow.
    """
    asked = normal(request.text)
    if request.numbers or (_POINTS.search(asked) and newest_order(desk.conversation)):
        return list(asked_orders(request, desk))
    if not desk.can("list_orders"):
        return []
    orders = all_orders(desk)
    if WHICH_OF_MINE.search(asked):
        return [order for order in orders if _possible(topic, order)]
    named = [order for order in orders if meant_items_only(request.text, order)]
    named = named or [order for order in orders if meant_items_only(request.before, order)]
    dated = of_the_day(request.text, named or orders)
    if not (named or dated) and (_ANY.search(asked) or not _POINTS.search(asked)):
        return []
    found = dated or named or orders
    fitting = [order for order in found if _in_state(topic, order)]
    possible = [order for order in fitting if _possible(topic, order)]
    return possible or fitting or (list(found) if named or dated else [])


def _in_state(topic: str, order: Facts) -> bool:
    if topic in ("return", "refund"):
        return is_delivered(order)
    return is_pending(order) or (topic == "swap" and is_delivered(order))


def _possible(topic: str, order: Facts) -> bool:
    """Say whether a change can be made to an order now, by what its record says."""
    if topic in ("return", "refund"):
        return is_delivered(order) and order.get("return_possible") is not False
    if topic == "swap" and is_delivered(order):
        return order.get("exchange_possible") is not False
    return can_be_changed(order)


def _rule(topic: str, request: Request, desk: Toolbox) -> Quote | None:
    """Return what the articles say: to the words of the inquiry where that is sure, else to the question behind it."""
    how, money_back, whether = _RULES.get(topic, _RULES["return"])
    asked = normal(request.text)
    general = money_back if _MONEY.search(asked) else how if _HOW.search(asked) else whether
    if topic in ("return", "swap") and _CONDITION.search(asked):
        general = "In what condition must items be to be returned?"
    desk.search(general)
    behind, own = desk.quote(general), desk.quote(request.text)
    if behind and (own is None or behind.score >= min(_LIKELY, own.score)):
        return behind
    return own


def _facts(topic: str, request: Request, desk: Toolbox, order: Facts) -> str:
    asked = normal(request.words)
    items = meant_items_only(request.text, order) or meant_items_only(request.words, order)
    if topic == "swap" and len(order.get("items", [])) == 1:
        items = list(order["items"])
    said = [status_sentence(order), _verdict(topic, order)]
    if topic == "swap" and items and _possible(topic, order):
        return " ".join(filter(None, [*said, *_difference(request, desk, items)]))
    if _MONEY.search(asked) or topic == "change_payment":
        said.append(_paid(order, items if topic in ("return", "swap") else []))
    return " ".join(part for part in said if part)


def _verdict(topic: str, order: Facts) -> str:
    """Say whether a change is possible, and until when, as far as the record tells."""
    if topic in ("return", "swap", "refund") and not is_pending(order):
        until = order.get("exchange_until" if topic == "swap" else "return_until")
        if "requested" in str(order.get("status")):
            return "The record does not say yet that it has come back to us, and nothing more of it can be sent back."
        if not is_delivered(order):
            return "" if order.get("status") == "cancelled" else "It can be sent back once it has arrived."
        if _possible(topic, order):
            return f"It can be sent back until {day(until)}." if until else ""
        return f"The last day for that was {day(until)}, so it is too late now." if until else ""
    done = {"cancel": "cancelled", "return": "cancelled", "refund": "cancelled"}.get(topic, "changed")
    if order.get("status") == "cancelled":
        return ""
    if _possible("cancel", order):
        return f"It can still be {done}."
    why = ", as its items were changed once" if is_pending(order) else ""
    return f"It can no longer be {done}{why}."


def _paid(order: Facts, items: Sequence[Facts]) -> str:
    """Say what was paid for the items that were named, or for the whole order."""
    if items:
        return " ".join(f"You paid {money(item['price'])} for the {item_name(item)}." for item in items)
    paid = order.get("paid") or order.get("total")
    return f"You paid {money(paid)} for it." if paid else ""


def _difference(request: Request, desk: Toolbox, items: Sequence[Facts]) -> list[str]:
    """Say what the versions that were named cost in comparison; where money is asked about and it is open which one is
    meant, a question.
    """
    products = products_of(desk, list(dict.fromkeys(str(item["product_id"]) for item in items)))
    told = []
    for item in items:
        try:
            new = new_version(request, item, items, products[str(item["product_id"])])
        except ReplyNow as open_:
            told += [open_.text] if _MONEY.search(normal(request.words)) else []
            continue
        more = price_of(new) - price_of(item)
        compared = f"${abs(more):.2f} {'more' if more > 0 else 'less'} than" if more else "the same as"
        told.append(
            f"The {item.get('name')} in {options(new)} costs {money(new['price'])}, {compared} your {item_name(item)}."
        )
    return told

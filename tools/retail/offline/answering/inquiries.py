"""Answer what a customer asks about a change to an order without asking for the change."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.language.text import normal
from core.offline.answering.articles import behind
from core.offline.answering.quotations import Quote
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.case_answers import fault
from tools.retail.offline.answering.choosing import (
    AGE,
    is_delivered,
    is_on_its_way,
    is_pending,
    meant_items_only,
    of_the_day,
    with_most,
)
from tools.retail.offline.answering.lookups import all_orders, profile_of
from tools.retail.offline.answering.order_sentences import item_name, money, options, status_sentence
from tools.retail.offline.answering.own_case import (
    GOES_BACK,
    has_request,
    in_state,
    named_method,
    original_method,
    paid,
    paid_how,
    possible,
    verdict,
)
from tools.retail.offline.answering.proposals import open_proposals
from tools.retail.offline.answering.reads import asked_orders, policy
from tools.retail.offline.answering.swaps import WHICH_VERSION, new_version, products_of
from tools.retail.offline.reading.order_intents import change_asked_about
from tools.retail.offline.reading.own_questions import tells_of_fault, tells_of_use
from tools.retail.offline.reading.request_phrases import RELATIVE, WHICH_OF_MINE
from tools.retail.offline.reading.shop_talk import INVITATION
from tools.retail.offline.reading.slots import payment_words
from tools.retail.offline.reading.talked_about import newest_order
from tools.retail.offline.reading.troubles import TROUBLES
from tools.retail.offline.reading.variants import price_of
from tools.retail.shop_records import digits_of

Facts = Mapping[str, Any]
_MONEY = re.compile(
    r"\b(?:how much|free|money|cost|costs|price|charged?|pay|paid|refund\w*|get back|difference|amount|fees?)\b"
)
_HOW = re.compile(r"\bhow (?:do|does|can|could|should|would|will|to|is|are)\b|\b(?:label|steps?|where)\b")
_RULES: Mapping[str, tuple[str, str, str]] = {
    "cancel": ("How can I cancel an order?", "How do I get my money back when I cancel an order?",
    "Until when can I cancel?"),
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
_PART = re.compile(r"\b(?:just|only|single|one of|part of|alone)\b")
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
    told = [_facts(topic, request, desk, order) for order in orders]
    if topic in GOES_BACK and tells_of_fault(desk.conversation.message):
        return f"{told[0][0]}\n\n{fault(request, desk)}"
    rule = _rule(topic, request, desk, orders)
    waits = open_proposals(desk.conversation)  # what waits for a yes is asked once more anyway
    invited = INVITATION if not waits and any(allowed for _, allowed in told) else ""
    return "\n\n".join(part for part in (*(said for said, _ in told), rule.text if rule else "", invited) if part)


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
        return [order for order in orders if possible(topic, order)]
    named = with_most(request.text, [order for order in orders if meant_items_only(request.text, order)])
    named = named or [order for order in orders if meant_items_only(request.before, order)]
    if (before := newest_order(desk.conversation)) and len(named) > 1:
        named = [order for order in named if digits_of(order["order_id"]) == digits_of(before)] or named
    dated = of_the_day(request.text, named or orders) or of_the_day(request.before, named or orders)
    if not (named or dated) and (_ANY.search(asked) or not _POINTS.search(asked)):
        return []
    found = dated or named or orders
    fitting = [order for order in found if in_state(topic, order)]
    if (age := AGE.search(asked)) and len(fitting) > 1:
        fitting = [fitting[-1] if age[1].startswith("old") else fitting[0]]
    allowed = [order for order in fitting if possible(topic, order)]
    return allowed or fitting or (list(found) if named or dated else [o for o in found if is_on_its_way(o)])


def _rule(topic: str, request: Request, desk: Toolbox, orders: Sequence[Facts]) -> Quote | None:
    """Return what the articles say: to the words of the inquiry where that is sure, else to the question behind it."""
    asked = normal(request.text)
    if topic == "change_payment" and any(map(has_request, orders)):
        general = "Where does a refund go?"
    elif topic in GOES_BACK and any(map(has_request, orders)):
        general = "How many return or exchange requests can one order have?"
    elif topic in GOES_BACK and tells_of_use(request.words):
        general = "Must returned items be unused and in their original packaging?"
    elif topic in GOES_BACK and _CONDITION.search(asked):
        general = "In what condition must items be to be returned?"
    elif topic == "change_payment" and payment_words(request.words).get("source") == "gift_card":
        general = "Must a gift card hold enough for the full amount of an order?"
    elif topic in GOES_BACK and all(map(is_delivered, orders)) and not any(possible(topic, o) for o in orders):
        general = _RULES[topic][2]
    else:
        pending = topic == "swap" and all(map(is_pending, orders))
        how, money_back, whether = _RULES.get("swap pending" if pending else topic, _RULES["return"])
        general = money_back if _MONEY.search(asked) else how if _HOW.search(asked) else whether
    desk.search(general)
    behind, own = desk.quote(general), desk.quote(request.text)
    if behind and (own is None or behind.score >= min(_LIKELY, own.score)):
        return behind
    return own


def _facts(topic: str, request: Request, desk: Toolbox, order: Facts) -> tuple[str, bool]:
    """Return what the record says of a change to an order, and whether it can be made."""
    asked = normal(request.words)
    items = meant_items_only(request.text, order) or meant_items_only(request.words, order)
    if topic == "swap" and len(order.get("items", [])) == 1:
        items = list(order["items"])
    used = topic in GOES_BACK and tells_of_use(request.words)
    part = bool(items) and len(items) < len(order.get("items", []))
    said = [status_sentence(order), verdict(topic, order, used=used, part=part)]
    allowed = possible(topic, order) and not used and not (part and topic == "cancel" and _PART.search(asked))
    if topic == "swap" and items and allowed:
        compared, allowed = _difference(request, desk, items)
        said += compared
    elif topic == "change_payment" and allowed:
        paying, allowed = _paying(request, desk, order)
        said += paying
    elif _MONEY.search(asked):
        said.append(paid(order, items if topic in GOES_BACK else []))
    return " ".join(part for part in said if part), allowed


def _paying(request: Request, desk: Toolbox, order: Facts) -> tuple[list[str], bool]:
    """Say how an order was paid, and whether the method that is asked about can pay it."""
    said, method = [paid_how(order, desk)], named_method(request, desk, order)
    if method == original_method(order):
        return said, False
    for own in profile_of(desk).get("payment_methods", []):
        balance = own.get("balance")
        if own["payment_method_id"] == method and balance and Decimal(str(balance)) < Decimal(str(order["paid"])):
            return [*said, f"Your gift card holds {money(balance)}, which does not cover that."], False
    return said, True


def _difference(request: Request, desk: Toolbox, items: Sequence[Facts]) -> tuple[list[str], bool]:
    """Say what the versions that were named cost in comparison, and whether there are such; where money is asked about
    and it is open which one is meant, a question.
    """
    products = products_of(desk, list(dict.fromkeys(str(item["product_id"]) for item in items)))
    told, allowed = [], True
    for item in items:
        try:
            new = new_version(request, item, items, products[str(item["product_id"])])
        except ReplyNow as open_:
            if _MONEY.search(normal(request.words)) or not open_.text.startswith(WHICH_VERSION):
                told.append(open_.text)
                allowed = False
            continue
        more = price_of(new) - price_of(item)
        compared = f"${abs(more):.2f} {'more' if more > 0 else 'less'} than" if more else "the same as"
        told.append(
            f"The {item.get('name')} in {options(new)} costs {money(new['price'])}, {compared} your {item_name(item)}."
        )
    return told, allowed

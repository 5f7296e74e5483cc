"""Answer what became of money, why something was charged, and what to do about broken goods, from record and rule."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.language.text import normal
from core.offline.answering.articles import SORRY
from core.offline.answering.toolbox import Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.choosing import (
    is_delivered,
    is_pending,
    meant_items_only,
    named_orders,
    of_the_day,
    with_items_in,
)
from tools.retail.offline.answering.lookups import all_orders, order_of, quoted
from tools.retail.offline.answering.order_sentences import (
    arrival_sentence,
    day,
    item_name,
    item_names,
    status_sentence,
)
from tools.retail.offline.answering.own_case import (
    has_request,
    money_back,
    paid_how,
    payments_of,
    price_compared,
    price_today,
    refunded,
    requested,
    rule_of_lost,
    verdict,
)
from tools.retail.offline.answering.reads import order_status, policy
from tools.retail.offline.answering.swaps import products_of
from tools.retail.offline.reading.own_questions import tells_of_accident
from tools.retail.offline.reading.request_phrases import CANCEL
from tools.retail.offline.reading.talked_about import newest_order

Facts = Mapping[str, Any]
_DECIMALS = re.compile(r"(?<![\d.,])(\d{1,5})[.,](\d\d)(?!\d)")
_ELSEWHERE = re.compile(r"\b(?:else ?where|other (?:shops?|stores?)|somewhere else|amazon|match)\b")
_MOST = 3


def refund_news(request: Request, desk: Toolbox) -> str:
    """Tell what came back, or is to come back, for the orders that are meant; without any, what the articles say.

    Raises:
        CallNeeded: the orders or the profile must be looked up.
    """
    orders = _meant(request, desk)
    if not orders:
        return policy(request, desk)
    told = [money_back(order, desk) for order in orders[:_MOST]]
    return "\n\n".join(filter(None, [*told, quoted("How long does a refund take?", desk)]))


def request_news(request: Request, desk: Toolbox) -> str:
    """Tell how far a return or an exchange is; of orders without one, how they stand.

    Raises:
        CallNeeded: the orders or the profile must be looked up.
    """
    orders = [order for order in _meant(request, desk) if has_request(order)]
    orders = orders or [order for order in all_orders(desk) if has_request(order) and not request.numbers]
    if not orders:
        return order_status(request, desk)
    swap = any(order.get("exchange_items") for order in orders)
    rule = "When does the new item of an exchange leave the warehouse?" if swap else "How long does a refund take?"
    return "\n\n".join(filter(None, [*(requested(o, desk) for o in orders[:_MOST]), quoted(rule, desk)]))


def charges(request: Request, desk: Toolbox) -> str:
    """Tell what was charged for the orders that are meant; without any, what the articles say.

    Raises:
        CallNeeded: the orders or the profile must be looked up.
    """
    orders = _meant(request, desk)[:_MOST]
    if not orders:
        return policy(request, desk)
    told = [
        f"{paid_how(order, desk)} {refunded(order, desk)} It contains: {item_names(order)}.".replace("  ", " ")
        for order in orders
    ]
    changed = any(len(order.get("payments", [])) > 1 and is_pending(order) for order in orders)
    rule = "Who pays the difference when items of a pending order are changed?"
    return "\n\n".join(filter(None, [*told, quoted(rule, desk) if changed else ""]))


def price_news(request: Request, desk: Toolbox) -> str:
    """Compare what was paid for the customer's goods with what they cost today, and tell the rule.

    Raises:
        CallNeeded: the orders, the products or the articles must be looked up.
    """
    rule = policy(request, desk)
    found = [(o, items) for o in all_orders(desk) if (items := meant_items_only(request.words, o))]
    if not found or _ELSEWHERE.search(normal(request.text)):
        return rule
    order, items = found[0]
    products = products_of(desk, list(dict.fromkeys(str(item["product_id"]) for item in items)))
    told = price_compared(items, price_today(items, products.values()))
    return f"{told} You ordered it on {day(order.get('ordered_at'))}.\n\n{rule}"


def late(request: Request, desk: Toolbox) -> str:
    """Tell what becomes of an order that is late or does not come; of any other how it stands.

    Raises:
        CallNeeded: the order or the articles must be looked up.
    """
    order = named_orders(request, desk)[0]
    if not order.get("days_late"):
        return order_status(request, desk)
    rule = rule_of_lost(normal(request.text), desk)
    told = f"{status_sentence(order)} {arrival_sentence(order)}"
    if CANCEL.search(normal(request.text)):
        told = f"{told} {verdict('cancel', order)}"
    return f"{told}\n\n{rule}"


def fault(request: Request, desk: Toolbox) -> str:
    """Tell what to do about goods that are broken: as on arrival while its days run, else under the warranty.

    Raises:
        CallNeeded: the orders or the articles must be looked up.
    """
    if not desk.can("list_orders"):
        return policy(request, desk)
    found = [(o, items) for o in all_orders(desk) if is_delivered(o) and (items := meant_items_only(request.words, o))]
    if not found and (number := newest_order(desk.conversation)) and is_delivered(order := order_of(desk, number)):
        found = [(order, order["items"])] if len(order["items"]) == 1 else []
    if not found:
        return policy(request, desk)
    order, items = found[0]
    told = [f"{SORRY}Your {item_name(items[0])} from order {order['order_id']} arrived on "
            f"{day(order.get('delivered_at'))}."]  # fmt: skip
    if tells_of_accident(request.words):
        rules = {"What does the warranty not cover?": "warranty"}
    elif order.get("damaged_on_arrival_possible"):
        rules = {
            "What should I do when an item arrives damaged or broken?": "",
            "What do I get for a damaged item?": "",
        }
    else:
        rules = {"How are faults handled that show up later?": "", "How do I make a claim?": "warranty"}
    return "\n\n".join(
        filter(None, [" ".join(told), *dict.fromkeys(quoted(rule, desk, about) for rule, about in rules.items())])
    )


def _meant(request: Request, desk: Toolbox) -> Sequence[Facts]:
    """Return the orders that a question about money is about: by number, amount or goods, as the one that was talked
    about, else those for which money is to come back.
    """
    if request.numbers:
        return named_orders(request, desk)
    orders = all_orders(desk)
    for said, of_what in itertools.product((request.text, request.before), (with_items_in, of_the_day, _of_amount)):
        found = of_what(said, orders) if said else []
        if due := [order for order in found if _is_due(order)] or found:
            return due
    if number := newest_order(desk.conversation):
        return [order_of(desk, number)]
    return [order for order in orders if has_request(order)] or [order for order in orders if _is_due(order)][:1]


def _of_amount(text: str, orders: Sequence[Facts]) -> list[Facts]:
    """Return the orders for which an amount was charged, paid back or asked that a text names."""
    said = {f"{whole}.{cents}" for whole, cents in _DECIMALS.findall(text)}
    return [order for order in orders if said & {*_amounts(order), *(str(i.get("price")) for i in order["items"])}]


def _amounts(order: Facts) -> list[str]:
    return [str(payment["amount"]) for payment in order.get("payments", [])]


def _is_due(order: Facts) -> bool:
    """Say whether money came back for an order or is to come back."""
    return has_request(order) or bool(payments_of(order, "refund"))

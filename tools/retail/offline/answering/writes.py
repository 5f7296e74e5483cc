"""Prepare changes: find out exactly what is to be done and call the tool, or ask for what is missing."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.language.fixed_sentences import list_words
from core.language.text import normal
from core.offline.answering.articles import OFFER
from core.offline.answering.toolbox import Call, ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.addresses import new_address, order_address
from tools.retail.offline.answering.case_answers import fault
from tools.retail.offline.answering.choosing import (
    chosen_items,
    chosen_orders,
    is_delivered,
    is_pending,
    meant_items_only,
)
from tools.retail.offline.answering.lookups import each_looked_up, profile_of
from tools.retail.offline.answering.order_sentences import method_name, status_sentence
from tools.retail.offline.answering.own_case import (
    USED,
    has_request,
    named_method,
    original_method,
    possible,
    price_compared,
    price_today,
    verdict,
)
from tools.retail.offline.answering.reads import told_with_rule
from tools.retail.offline.answering.swaps import new_version, products_of, what_goes
from tools.retail.offline.reading.own_questions import tells_of_fault, tells_of_use
from tools.retail.offline.reading.request_phrases import REFUND
from tools.retail.offline.reading.slots import cancel_reason, means_all, named_amount, refund_reason
from tools.retail.offline.reading.variants import price_of
from tools.retail.shop_records import digits_of

Facts = Mapping[str, Any]
WHICH_REASON = "for one of two reasons: is it no longer needed, or was it ordered by mistake?"
"""Ends the question for the reason of a cancellation."""
_WHOLE = re.compile(
    r"\b(?:whole|entire|the (?:[\w-]+ ){1,2}order|"
    r"(?:ones?|orders?) (?:with|that has|which has|that have|containing|of))\b"
)
"""What tells that an item was named to point at its order, or that all of the order is meant."""


_TAKES_OUT = re.compile(
    r"\b(?:take|remove|delete|drop|get)\b[^.?!]*\b(?:out of|from|off) (?:the|my|that|this) (?:\w+ )?order\b"
)


def _do(desk: Toolbox, calls: Sequence[Call]) -> str:
    """Call the tools; what they did is told from their results once these are there."""
    each_looked_up(calls, lambda call: desk.look_up(call.name, **call.args))
    raise ReplyNow("")


def cancel(request: Request, desk: Toolbox) -> str:
    """Cancel pending orders for one of the two accepted reasons."""
    orders = chosen_orders(
        request, desk, is_pending,
        none_fits="I see no pending order in your account that I could cancel.",
        question="Which order shall I cancel? These are pending:",
        possible="cancel_possible",
        none_possible="I am sorry, these can no longer be cancelled, as their items were changed once:\n{orders}",
    )  # fmt: skip
    if part := _only_some_items(request, orders):
        raise ReplyNow(part)
    _check_possible("cancel", orders, desk)
    said = (request.text, request.before, desk.conversation.message)
    reason = next(filter(None, map(cancel_reason, said)), None)
    numbers = list_words([str(o["order_id"]) for o in orders], "en")
    if reason is None:
        raise ReplyNow(f"I can cancel {numbers} {WHICH_REASON}")
    return _do(desk, [Call("cancel_order", {"order_id": o["order_id"], "reason": reason}) for o in orders])


def _check_possible(topic: str, orders: Sequence[Facts], desk: Toolbox) -> None:
    """Raise ReplyNow where the one order that is meant can no longer be changed so: why not, and what the articles say
    about that.
    """
    told_elsewhere = topic != "change_payment" and any(map(has_request, orders))
    if len(orders) != 1 or possible(topic, orders[0]) or told_elsewhere:
        return
    order, done = orders[0], "cancelled" if topic == "cancel" else "changed"
    if is_pending(order):
        quote = desk.quote(f"Can an order be {done} after its items were changed?")
    else:
        quote = desk.quote(f"Can an order that is {order.get('status')} be {done}?")
    raise ReplyNow(f"{status_sentence(order)} {verdict(topic, order)} {quote.text if quote else ''}".strip())


def _only_some_items(request: Request, orders: Sequence[Facts]) -> str | None:
    """Say that an order is cancelled as a whole, where only some of its items were named."""
    part = len(orders) == 1 and len(orders[0].get("items", [])) > 1 and _TAKES_OUT.search(normal(request.text))
    if len(orders) != 1 or (not part and (means_all(request.words) or _WHOLE.search(normal(request.words)))):
        return None
    order = orders[0]
    named = meant_items_only(request.text, order)
    if not part and (not named or len(named) == len(order.get("items", []))):
        return None
    names = list_words([str(i["name"]) for i in order["items"]], "en")
    return (
        f"I can only cancel an order as a whole, not single items of it. Order {order['order_id']} contains {names}. "
        "Shall I cancel the whole order?"
    )


def change_address(request: Request, desk: Toolbox) -> str:
    """Send pending orders to another address."""
    orders = chosen_orders(
        request, desk, is_pending,
        none_fits="I see no pending order in your account whose address could be changed.",
        question="For which order shall I change the address? These are pending:",
    )  # fmt: skip
    _check_possible("change_address", orders, desk)
    target = request.numbers[:1] if len(request.numbers) > 1 else ()
    orders = [o for o in orders if not target or digits_of(o["order_id"]) == digits_of(target[0])]
    return _do(
        desk,
        [Call("change_order_address", {"order_id": o["order_id"], **order_address(request, desk, o)}) for o in orders],
    )


def change_default_address(request: Request, desk: Toolbox) -> str:
    """Change the address in the customer's profile."""
    present = dict(profile_of(desk).get("default_address") or {})
    return _do(desk, [Call("change_default_address", new_address(request, desk, present))])


def change_payment(request: Request, desk: Toolbox) -> str:
    """Move a pending order to another payment method."""
    orders = chosen_orders(
        request, desk, is_pending,
        none_fits="I see no pending order in your account whose payment method could be changed.",
        question="For which order shall I change the payment method? These are pending:",
    )  # fmt: skip
    _check_possible("change_payment", orders, desk)
    calls = []
    for order in orders:
        method = named_method(request, desk, order)
        if method is None:
            others = [
                m
                for m in profile_of(desk).get("payment_methods", [])
                if m["payment_method_id"] != original_method(order)
            ]
            if not others:
                raise ReplyNow("Your account has no other payment method than the one this order was paid with.")
            if len(others) > 1:
                raise ReplyNow(
                    f"Which payment method shall I use for order {order['order_id']}: "
                    f"{list_words([method_name(m) for m in others], 'en', last='list_or')}?"
                )
            method = str(others[0]["payment_method_id"])
        calls.append(Call("change_order_payment", {"order_id": order["order_id"], "payment_method_id": method}))
    return _do(desk, calls)


def return_items(request: Request, desk: Toolbox) -> str:
    """Return delivered items; the money goes the way the customer names, or back where it came from."""
    rule = desk.quote("Within how many days of delivery can items be returned?")
    orders = chosen_orders(
        request, desk, is_delivered,
        none_fits="I see no delivered order in your account from which something could be returned.",
        question="From which order would you like to return something? These were delivered:",
        possible="return_possible",
        none_possible="Nothing of your delivered orders can be returned any more:\n{orders}"
        + (f"\n\n{rule.text}" if rule else ""),
    )  # fmt: skip
    calls = []
    for order in orders:
        if not is_delivered(order):
            raise ReplyNow(told_with_rule(order, request, desk, verdict("return", order)))
        if has_request(order):
            raise ReplyNow(f"{status_sentence(order)} {verdict('return', order)} {OFFER}")
        broken = tells_of_fault(desk.conversation.message)
        if broken and (REFUND.search(normal(request.text)) or not possible("return", order)):
            raise ReplyNow(f"{verdict('return', order)} {fault(request, desk)}")
        if tells_of_use(f"{request.words} {desk.conversation.message}") and possible("return", order):
            condition = desk.quote("Must returned items be unused and in their original packaging?")
            raise ReplyNow(f"{USED} {condition.text if condition else ''} {OFFER}")
        if order.get("return_possible") is False:  # the shop says why, whatever the items are
            items = list(order["items"])
        else:
            items = chosen_items(request, desk, order, question="Which items would you like to return?")
        calls.append(_with_method("return_items", request, desk, order, {"item_ids": [i["item_id"] for i in items]}))
    return _do(desk, calls)


def swap_items(request: Request, desk: Toolbox) -> str:
    """Exchange delivered items, or change those of a pending order, for other versions of the same products."""
    orders = chosen_orders(
        request, desk, lambda o: is_pending(o) or is_delivered(o),
        none_fits="I see no order whose items could be exchanged.",
        question="Which order do you mean?",
        has=what_goes(request.text),
    )  # fmt: skip
    _check_possible("swap", orders, desk)
    plans: list[tuple[Facts, list[Facts]]] = [
        (order, chosen_items(request, desk, order, question="Which item would you like to exchange?"))
        for order in orders
    ]
    everything = [item for _, items in plans for item in items]
    products = products_of(desk, list(dict.fromkeys(str(item["product_id"]) for item in everything)))
    calls = []
    for order, items in plans:
        new = [new_version(request, item, everything, products[str(item["product_id"])]) for item in items]
        name = "change_order_items" if is_pending(order) else "exchange_items"
        args = {"item_ids": [i["item_id"] for i in items], "new_item_ids": [v["item_id"] for v in new]}
        calls.append(_with_method(name, request, desk, order, args))
    return _do(desk, calls)


def refund(request: Request, desk: Toolbox) -> str:
    """Send money back without a return: the amount that was named, what the item cost, or what it costs less today."""
    orders = chosen_orders(
        request, desk, lambda o: not is_pending(o),
        none_fits="I see no order in your account that could be refunded.",
        question="For which order would you like a refund?",
    )  # fmt: skip
    reason = refund_reason(request.text) or refund_reason(request.before) or "goodwill"
    calls = []
    for order in orders:
        if reason == "damaged on arrival" and order.get("damaged_on_arrival_possible") is False:
            raise ReplyNow(fault(request, desk))
        amount = named_amount(request.text) or named_amount(request.before) or _worth(request, desk, order, reason)
        calls.append(Call("refund_order", {"order_id": order["order_id"], "amount": amount, "reason": reason}))
    return _do(desk, calls)


def _worth(request: Request, desk: Toolbox, order: Facts, reason: str) -> str:
    """Return the amount that fits the reason, as far as the shop's records tell it."""
    if reason == "late delivery":
        raise ReplyNow(
            f"{status_sentence(order)} How much should be refunded for the late delivery of order {order['order_id']}?"
        )
    items = chosen_items(request, desk, order, question="For which item would you like a refund?")
    paid = sum((price_of(i) for i in items), start=Decimal())
    if reason != "price adjustment":
        return f"{paid:.2f}"
    products = products_of(desk, list(dict.fromkeys(str(i["product_id"]) for i in items)))
    now = price_today(items, products.values())
    if now is None or now >= paid:
        raise ReplyNow(price_compared(items, now))
    return f"{paid - now:.2f}"


def _with_method(name: str, request: Request, desk: Toolbox, order: Facts, args: Mapping[str, Any]) -> Call:
    method = named_method(request, desk, order) or original_method(order)
    return Call(name, {"order_id": order["order_id"], **args, "payment_method_id": method})


WRITERS: Mapping[str, Callable[[Request, Toolbox], str]] = {
    "cancel": cancel,
    "change_address": change_address,
    "change_default_address": change_default_address,
    "change_payment": change_payment,
    "return": return_items,
    "swap": swap_items,
    "refund": refund,
}

"""Decide what may be done to an order, and plan it, without touching anything.

Every function takes the policy, the customer's own records and their request, and returns the planned `Change`, or
raises `Refused` naming the rule in words fit for the customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import Refused
from core.language.fixed_sentences import list_words
from tools.actions.changes import Change, Move
from tools.retail.policy import Policy
from tools.retail.rules.item_choice import chosen_lines, chosen_swaps, swap_difference, swap_pairs, swapped
from tools.retail.rules.money import (
    ZERO,
    book,
    difference_move,
    method_of,
    refundable,
    require_balance,
    require_refundable,
)
from tools.retail.rules.shared_conditions import (
    approval_above,
    checked_address,
    known_reason,
    order_change,
    require_status,
    require_window,
)
from tools.retail.shop_records import Address, Customer, Order, Product
from tools.retail.shop_rows import Records, records_json
from tools.retail.shown_records import address_words, amount_words, item_words, method_words, money_words


def cancel_order(policy: Policy, customer: Customer, order: Order, *, reason: str) -> Change:
    """Plan to cancel an order and send back everything that was paid for it."""
    require_status(policy, order, policy.cancel.statuses, policy.say("what_cancel"))
    reason = known_reason(policy, reason, policy.cancel.reasons, "cancel_reasons")
    left = refundable(order)
    moves = left.spread(left.total)
    after = replace(book(order, moves), status="cancelled", cancel_reason=reason)
    items = list_words([item_words(item) for item in order.items], policy.language)
    return order_change(
        policy,
        customer,
        order,
        after,
        moves,
        operation="cancel_order",
        args={"reason": reason},
        summary=policy.say("cancel_ask", order=order.id, items=items, reason=policy.name("reason", reason)),
        done=policy.say("cancel_done", order=order.id),
        approval=approval_above(policy, left.total, policy.cancel.approval_over, "the refund"),
    )


def change_order_address(policy: Policy, customer: Customer, order: Order, *, address: Address) -> Change:
    """Plan to send an order to another address."""
    require_status(policy, order, policy.change.statuses, policy.say("what_change"))
    address = checked_address(address, policy)
    if address == order.address:
        raise Refused(policy.say("address_same", order=order.id))
    return order_change(
        policy,
        customer,
        order,
        replace(order, address=address),
        (),
        operation="change_order_address",
        args=asdict(address),
        summary=policy.say("address_ask", order=order.id, address=address_words(address)),
        done=policy.say("address_done", order=order.id, address=address_words(address)),
    )


def change_order_payment(policy: Policy, customer: Customer, order: Order, *, payment_method_id: str) -> Change:
    """Plan to charge another payment method for the whole order and refund the present one."""
    require_status(policy, order, policy.change.statuses, policy.say("what_change"))
    method = method_of(customer, payment_method_id, policy)
    paid = refundable(order).by_method
    if len(paid) != 1:
        raise Refused(policy.say("payment_split", order=order.id))
    (present, amount), *_ = paid.items()
    if present == method.id:
        raise Refused(policy.say("payment_same", order=order.id, method=method_words(customer, method.id, policy)))
    require_balance(method, amount, policy)
    charge = Move(kind="charge", amount=amount, payment_method_id=method.id)
    moves = (charge, Move(kind="refund", amount=amount, payment_method_id=present))
    return order_change(
        policy,
        customer,
        order,
        book(order, moves),
        moves,
        operation="change_order_payment",
        args={"payment_method_id": method.id},
        summary=policy.say("payment_ask", order=order.id, method=method_words(customer, method.id, policy)),
        done=policy.say("payment_done", order=order.id, method=method_words(customer, method.id, policy)),
    )


def change_order_items(
    policy: Policy,
    customer: Customer,
    order: Order,
    *,
    products: Mapping[str, Product],
    item_ids: Sequence[str],
    new_item_ids: Sequence[str],
    payment_method_id: str,
) -> Change:
    """Plan to swap items of an order for other versions of the same products; possible once."""
    require_status(policy, order, policy.change.statuses, policy.say("what_change"))
    swaps = chosen_swaps(policy, order, products, item_ids, new_item_ids)
    method = method_of(customer, payment_method_id, policy)
    difference = swap_difference(order, swaps)
    moves = difference_move(order, customer, method, difference, policy)
    items = tuple(swapped(item, swaps.get(n)) for n, item in enumerate(order.items))
    return order_change(
        policy,
        customer,
        order,
        replace(book(order, moves), items=items, status="pending (item modified)"),
        moves,
        operation="change_order_items",
        args=swap_pairs(item_ids, new_item_ids) | {"payment_method_id": method.id},
        summary=policy.say("items_ask", order=order.id, swaps=_swap_words(policy, order, swaps)),
        done=policy.say("items_done", order=order.id, swaps=_swap_words(policy, order, swaps)),
        approval=approval_above(policy, abs(difference), policy.change.approval_over, "the price difference"),
    )


def return_items(
    policy: Policy, customer: Customer, order: Order, *, item_ids: Sequence[str], payment_method_id: str, today: date
) -> Change:
    """Plan to take delivered items back; the money follows when they have arrived."""
    require_status(policy, order, policy.return_.statuses, policy.say("what_return"))
    require_window(policy, order.delivered_at, policy.return_.window_days, today, "window_return")
    # In the order's own sequence: planned again from its canonical arguments, a change reads word for word the same.
    lines = sorted(chosen_lines(policy, order, item_ids))
    method = method_of(customer, payment_method_id, policy)
    value = sum((order.items[n].price for n in lines), ZERO)
    require_refundable(order, customer, method, value, policy)
    named = list_words([item_words(order.items[n]) for n in lines], policy.language)
    target = method_words(customer, method.id, policy)
    paid_with = any(p.payment_method_id == method.id and p.transaction_type == "payment" for p in order.payments)
    ids = sorted(order.items[n].item_id for n in lines)
    after = replace(order, status="return requested", return_item_ids=tuple(ids), return_payment_method_id=method.id)
    return order_change(
        policy,
        customer,
        order,
        after,
        (),
        operation="return_items",
        args={"item_ids": ids, "payment_method_id": method.id},
        summary=policy.say(
            "return_ask",
            order=order.id,
            items=named,
            amount=amount_words(value, policy),
            method=policy.say("paid_with", method=target) if paid_with else target,
        ),
        done=policy.say("return_done", order=order.id, items=named, amount=amount_words(value, policy), method=target),
        approval=approval_above(policy, value, policy.return_.approval_over, "the value of the items"),
    )


def exchange_items(
    policy: Policy,
    customer: Customer,
    order: Order,
    *,
    products: Mapping[str, Product],
    item_ids: Sequence[str],
    new_item_ids: Sequence[str],
    payment_method_id: str,
    today: date,
) -> Change:
    """Plan to exchange delivered items for other versions of the same products; possible once."""
    require_status(policy, order, policy.exchange.statuses, policy.say("what_exchange"))
    window = policy.exchange.window_days
    require_window(policy, order.delivered_at, window, today, "window_exchange")
    swaps = chosen_swaps(policy, order, products, item_ids, new_item_ids)
    method = method_of(customer, payment_method_id, policy)
    difference = swap_difference(order, swaps)
    settled = difference_move(order, customer, method, difference, policy)
    after = replace(
        order,
        status="exchange requested",
        exchange_item_ids=tuple(sorted(order.items[n].item_id for n in swaps)),
        exchange_new_item_ids=tuple(sorted(v.item_id for v in swaps.values())),
        exchange_payment_method_id=method.id,
        exchange_price_difference=difference,
    )
    money = money_words(settled, customer, policy, done=False) or f" {policy.say('exchange_even')}"
    return order_change(
        policy,
        customer,
        order,
        after,
        (),
        operation="exchange_items",
        args=swap_pairs(item_ids, new_item_ids) | {"payment_method_id": method.id},
        summary=policy.say("exchange_ask", order=order.id, swaps=_swap_words(policy, order, swaps), money=money),
        done=policy.say("exchange_done", order=order.id, swaps=_swap_words(policy, order, swaps), money=money),
        approval=approval_above(policy, abs(difference), policy.exchange.approval_over, "the price difference"),
    )


def change_default_address(policy: Policy, customer: Customer, *, address: Address) -> Change:
    """Plan to keep another address for future orders."""
    address = checked_address(address, policy)
    if address == customer.address:
        raise Refused(policy.say("default_address_same"))
    return Change(
        operation="change_default_address",
        customer_id=customer.id,
        record_id=None,
        args=asdict(address),
        summary=policy.say("default_address_ask", address=address_words(address)),
        done=policy.say("default_address_done", address=address_words(address)),
        before=records_json(Records(customer=customer)),
        after=records_json(Records(customer=replace(customer, address=address))),
        locale=policy.language,
    )


def _swap_words(policy: Policy, order: Order, swaps: Mapping[int, Any]) -> str:
    pairs = [policy.say("swap", old=item_words(order.items[n]), new=item_words(v)) for n, v in swaps.items()]
    return list_words(pairs, policy.language)


def refund_order(
    policy: Policy, customer: Customer, order: Order, *, amount: Decimal, reason: str, today: date
) -> Change:
    """Plan to send back part of what was paid; raises Refused naming the rule in words fit for the customer."""
    rules = policy.refund.reasons
    if not rules:
        raise Refused(policy.say("no_refunds"))
    reason = known_reason(policy, reason, rules, "refund_reasons")
    rule, named = rules[reason], policy.name("reason", reason)
    require_status(policy, order, rule.statuses, policy.say("what_refund", reason=named))
    require_window(policy, order.delivered_at, rule.window_days, today, "window_reason_delivery", named)
    require_window(policy, order.ordered_at, rule.days_since_order, today, "window_reason_order", named)
    if rule.late_by_days is not None:
        arrived = order.delivered_at or today
        if order.expected_delivery is None or (arrived - order.expected_delivery).days < rule.late_by_days:
            raise Refused(policy.say("not_late", order=order.id))
    if not amount.is_finite() or amount <= 0:
        raise Refused(policy.say("above_zero"))
    if rule.max_amount is not None and amount > rule.max_amount:
        raise Refused(policy.say("refund_most", reason=named, amount=amount_words(rule.max_amount, policy)))
    left = refundable(order)
    if amount > left.total:
        raise Refused(policy.say("refund_left", order=order.id, amount=amount_words(left.total, policy)))
    if amount != amount.quantize(Decimal("0.01")):
        raise Refused(policy.say("two_decimals"))
    amount = amount.quantize(Decimal("0.01"))
    moves = left.spread(amount)
    return order_change(
        policy,
        customer,
        order,
        book(order, moves),
        moves,
        operation="refund_order",
        args={"amount": f"{amount:.2f}", "reason": reason},
        summary=policy.say("refund_ask", amount=amount_words(amount, policy), order=order.id, reason=named),
        done=policy.say("refund_done", amount=amount_words(amount, policy), order=order.id),
        approval=approval_above(policy, amount, rule.approval_over, "the refund"),
    )

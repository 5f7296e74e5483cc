"""Decide what may be done to an order, and plan it, without touching anything.

Every function takes the policy, the customer's own records and their request, and returns the planned `Change`, or
raises `Refused` naming the rule in words fit for the customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from core.errors import Refused
from tools.actions.changes import Change, Move
from tools.retail.change_records import Records, records_json
from tools.retail.order_wording import address_words, amount_words, item_words, list_words, method_words, money_words
from tools.retail.policy import Policy
from tools.retail.rules.address_check import checked_address
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
from tools.retail.rules.order_change import order_change
from tools.retail.rules.shared_conditions import approval_above, known_reason, require_status, require_window
from tools.retail.shop_records import Address, Customer, Order, Product


def cancel_order(policy: Policy, customer: Customer, order: Order, *, reason: str) -> Change:
    """Plan to cancel an order and send back everything that was paid for it."""
    require_status(order, policy.cancel.statuses, "cancelled")
    reason = known_reason(reason, policy.cancel.reasons, "An order can be cancelled when it is")
    left = refundable(order)
    moves = left.spread(left.total)
    after = replace(book(order, moves), status="cancelled", cancel_reason=reason)
    items = list_words([item_words(item) for item in order.items])
    return order_change(
        policy,
        customer,
        order,
        after,
        moves,
        operation="cancel_order",
        args={"reason": reason},
        summary=f"Cancel order {order.id}: {items}. Reason: {reason}.",
        done=f"Order {order.id} is cancelled.",
        approval=approval_above(policy, left.total, policy.cancel.approval_over, "the refund"),
    )


def change_order_address(policy: Policy, customer: Customer, order: Order, *, address: Address) -> Change:
    """Plan to send an order to another address."""
    require_status(order, policy.change.statuses, "changed")
    address = checked_address(address, policy)
    if address == order.address:
        raise Refused(f"Order {order.id} already goes to that address.")
    return order_change(
        policy,
        customer,
        order,
        replace(order, address=address),
        (),
        operation="change_order_address",
        args=asdict(address),
        summary=f"Send order {order.id} to {address_words(address)}.",
        done=f"Order {order.id} goes to {address_words(address)}.",
    )


def change_order_payment(policy: Policy, customer: Customer, order: Order, *, payment_method_id: str) -> Change:
    """Plan to charge another payment method for the whole order and refund the present one."""
    require_status(order, policy.change.statuses, "changed")
    method = method_of(customer, payment_method_id)
    paid = refundable(order).by_method
    if len(paid) != 1:
        raise Refused(f"Order {order.id} was not paid with one payment method, so it cannot be moved to another.")
    (present, amount), *_ = paid.items()
    if present == method.id:
        raise Refused(f"Order {order.id} is already paid with {method_words(customer, method.id)}.")
    require_balance(method, amount, policy.currency)
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
        summary=f"Pay order {order.id} with {method_words(customer, method.id)}.",
        done=f"Order {order.id} is paid with {method_words(customer, method.id)}.",
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
    require_status(order, policy.change.statuses, "changed")
    swaps = chosen_swaps(order, products, item_ids, new_item_ids)
    method = method_of(customer, payment_method_id)
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
        summary=(
            f"Change order {order.id}: {_swap_words(order, swaps)}. After that it can no longer be changed or "
            f"cancelled."
        ),
        done=f"Order {order.id} is changed: {_swap_words(order, swaps)}.",
        approval=approval_above(policy, abs(difference), policy.change.approval_over, "the price difference"),
    )


def return_items(
    policy: Policy, customer: Customer, order: Order, *, item_ids: Sequence[str], payment_method_id: str, today: date
) -> Change:
    """Plan to take delivered items back; the money follows when they have arrived."""
    require_status(order, policy.return_.statuses, "returned")
    require_window(order.delivered_at, policy.return_.window_days, today, "Items can be returned within", "of delivery")
    # In the order's own sequence: planned again from its canonical arguments, a change reads word for word the same.
    lines = sorted(chosen_lines(order, item_ids))
    method = method_of(customer, payment_method_id)
    value = sum((order.items[n].price for n in lines), ZERO)
    require_refundable(order, customer, method, value, policy)
    named, target = list_words([item_words(order.items[n]) for n in lines]), method_words(customer, method.id)
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
        summary=f"Return from order {order.id}: {named}. {amount_words(value, policy)} goes back to "
        f"{target}{', which you paid with,' if paid_with else ''} "
        "once the items have arrived. An order can be returned or exchanged once, so please name all items.",
        done=f"The return from order {order.id} is registered: {named}. You get an e-mail that says how to send them "
        f"back; {amount_words(value, policy)} goes back to {target} once they have arrived.",
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
    require_status(order, policy.exchange.statuses, "exchanged")
    window = policy.exchange.window_days
    require_window(order.delivered_at, window, today, "Items can be exchanged within", "of delivery")
    swaps = chosen_swaps(order, products, item_ids, new_item_ids)
    method = method_of(customer, payment_method_id)
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
    money = money_words(settled, customer, policy, done=False) or " There is no price difference."
    return order_change(
        policy,
        customer,
        order,
        after,
        (),
        operation="exchange_items",
        args=swap_pairs(item_ids, new_item_ids) | {"payment_method_id": method.id},
        summary=f"Exchange from order {order.id}: {_swap_words(order, swaps)}.{money} An order can be returned or "
        f"exchanged "
        "once, so please name all items.",
        done=f"The exchange from order {order.id} is registered: {_swap_words(order, swaps)}. You get an e-mail that "
        f"says how "
        f"to send the items back.{money}",
        approval=approval_above(policy, abs(difference), policy.exchange.approval_over, "the price difference"),
    )


def change_default_address(policy: Policy, customer: Customer, *, address: Address) -> Change:
    """Plan to keep another address for future orders."""
    address = checked_address(address, policy)
    if address == customer.address:
        raise Refused("That already is your default address.")
    return Change(
        operation="change_default_address",
        customer_id=customer.id,
        record_id=None,
        args=asdict(address),
        summary=f"Change your default address to {address_words(address)}. Orders already placed keep their address.",
        done=f"Your default address is now {address_words(address)}.",
        before=records_json(Records(customer=customer)),
        after=records_json(Records(customer=replace(customer, address=address))),
    )


def _swap_words(order: Order, swaps: Mapping[int, Any]) -> str:
    return list_words([f"{item_words(order.items[n])} for {item_words(v)}" for n, v in swaps.items()])

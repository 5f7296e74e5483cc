"""Complete a planned change of an order with what it does to gift cards, and say it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.actions.changes import Change, Move
from tools.retail.order_wording import money_words
from tools.retail.policy import Policy
from tools.retail.rules.money import refunded_before, settle
from tools.retail.shop_records import Customer, Order
from tools.retail.shop_rows import Records, records_json


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

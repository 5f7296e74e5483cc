"""Decide whether money goes back without a return; every claim is checked against the shop's own records."""

from datetime import date
from decimal import Decimal

from core.errors import Refused
from tools.actions.changes import Change
from tools.retail.order_wording import amount_words
from tools.retail.policy import Policy
from tools.retail.rules.money import book, refundable
from tools.retail.rules.order_change import order_change
from tools.retail.rules.shared_conditions import approval_above, known_reason, require_status, require_window
from tools.retail.shop_records import Customer, Order


def refund_order(
    policy: Policy, customer: Customer, order: Order, *, amount: Decimal, reason: str, today: date
) -> Change:
    """Plan to send back part of what was paid; raises Refused naming the rule in words fit for the customer."""
    rules = policy.refund.reasons
    if not rules:
        raise Refused("Money goes back only for items that are returned, or for an order that is cancelled.")
    reason = known_reason(reason, rules, "Money can be sent back for one of these reasons:")
    rule = rules[reason]
    require_status(order, rule.statuses, f"refunded for the reason “{reason}”")
    require_window(order.delivered_at, rule.window_days, today, f"“{reason}” has to be reported within", "of delivery")
    require_window(
        order.ordered_at, rule.days_since_order, today, f"“{reason}” has to be reported within", "of ordering"
    )
    if rule.late_by_days is not None:
        arrived = order.delivered_at or today
        if order.expected_delivery is None or (arrived - order.expected_delivery).days < rule.late_by_days:
            raise Refused(f"By our records order {order.id} is not late, so there is no refund for a late delivery.")
    if not amount.is_finite() or amount <= 0:
        raise Refused("A refund has to be an amount above zero.")
    if rule.max_amount is not None and amount > rule.max_amount:
        raise Refused(f"For the reason “{reason}” we refund at most {amount_words(rule.max_amount, policy)}.")
    left = refundable(order)
    if amount > left.total:
        raise Refused(
            f"For order {order.id} at most {amount_words(left.total, policy)} can be sent back: that is what "
            f"was paid and has not "
            "been refunded or promised yet."
        )
    if amount != amount.quantize(Decimal("0.01")):
        raise Refused("A refund has to be an amount with at most two decimals.")
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
        summary=f"Refund {amount_words(amount, policy)} of order {order.id}. Reason: {reason}.",
        done=f"{amount_words(amount, policy)} of order {order.id} is refunded.",
        approval=approval_above(policy, amount, rule.approval_over, "the refund"),
    )

"""Decide whether money goes back without a return; every claim is checked against the shop's own records."""

from datetime import date
from decimal import Decimal

from core.errors import Refused
from tools.actions.changes import Change
from tools.retail.order_wording import amount_words
from tools.retail.policy import Policy
from tools.retail.rules.money import book, refundable
from tools.retail.rules.shared_conditions import (
    approval_above,
    known_reason,
    order_change,
    require_status,
    require_window,
)
from tools.retail.shop_records import Customer, Order


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

"""Reckon with what was paid for an order and how it may flow back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from core.errors import Refused
from tools.actions.changes import Move
from tools.retail.policy import Policy
from tools.retail.shop_records import Customer, Order, Payment, PaymentMethod
from tools.retail.shown_records import amount_words, method_words

ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class Refundable:
    """What may still flow back on an order: paid, and neither sent back nor promised, to whichever method."""

    total: Decimal
    by_method: Mapping[str, Decimal]
    """The payment methods that paid and what may flow back to each, oldest first, without those at zero."""

    def to(self, method: PaymentMethod) -> Decimal:
        """Return what may flow back to a method; a gift card may have paid nothing."""
        return self.total if method.source == "gift_card" else self.by_method.get(method.id, ZERO)

    def spread(self, amount: Decimal) -> tuple[Move, ...]:
        """Return refunds of this amount, at most the total, to the methods that paid, oldest payment first."""
        moves = []
        for method, left in self.by_method.items():
            part = min(left, amount)
            if part > 0:
                moves.append(Move(kind="refund", amount=part, payment_method_id=method))
                amount -= part
        return tuple(moves)


def refundable(order: Order) -> Refundable:
    """Return what may still flow back, by the whole payment history and what a return or an exchange has promised."""
    paid: dict[str, Decimal] = {}
    back = _promised(order)
    for payment in order.payments:
        side = paid if payment.transaction_type == "payment" else back
        side[payment.payment_method_id] = side.get(payment.payment_method_id, ZERO) + payment.amount
    total = max(ZERO, sum(paid.values(), ZERO) - sum(back.values(), ZERO))
    left = {method: min(total, amount - back.get(method, ZERO)) for method, amount in paid.items()}
    return Refundable(total=total, by_method={method: amount for method, amount in left.items() if amount > 0})


def refunded_before(order: Order) -> bool:
    """Say whether money of the order was sent back already."""
    return any(payment.transaction_type == "refund" for payment in order.payments)


def require_refundable(
    order: Order, customer: Customer, method: PaymentMethod, amount: Decimal, policy: Policy
) -> None:
    """Raise Refused when this amount may not flow back to this method."""
    left = refundable(order)
    if method.id not in left.by_method and method.source != "gift_card":
        raise Refused(policy.say("method_refused"))
    _require_left(left.to(method), order, customer, method, amount, policy)


def difference_move(
    order: Order, customer: Customer, method: PaymentMethod, difference: Decimal, policy: Policy
) -> tuple[Move, ...]:
    """Return the movement that settles a price difference: a charge when the new items cost more, or none.

    Raises:
        Refused: a gift card does not hold what is charged, or what goes back may not go there.
    """
    if not difference:
        return ()
    if difference > 0:
        require_balance(method, difference, policy)
    elif policy.difference_to_any_method:
        _require_left(refundable(order).total, order, customer, method, -difference, policy)
    else:
        require_refundable(order, customer, method, -difference, policy)
    kind: Literal["charge", "refund"] = "charge" if difference > 0 else "refund"
    return (Move(kind=kind, amount=abs(difference), payment_method_id=method.id),)


def _require_left(
    left: Decimal, order: Order, customer: Customer, method: PaymentMethod, amount: Decimal, policy: Policy
) -> None:
    if amount > left:
        raise Refused(
            policy.say(
                "method_left",
                order=order.id,
                left=amount_words(left, policy),
                method=method_words(customer, method.id, policy),
                amount=amount_words(amount, policy),
            )
        )


def _promised(order: Order) -> dict[str, Decimal]:
    """Return what a registered return or a cheaper exchange will send back, and to which method."""
    returned, lines = ZERO, list(order.items)
    for item_id in order.return_item_ids or ():  # two lines of one item may have been sold at different prices
        line = next((line for line in lines if line.item_id == item_id), None)
        if line:
            returned += line.price
            lines.remove(line)
    cheaper = max(ZERO, -(order.exchange_price_difference or ZERO))
    promised: dict[str, Decimal] = {}
    for method, amount in ((order.return_payment_method_id, returned), (order.exchange_payment_method_id, cheaper)):
        if amount:
            promised[method or ""] = promised.get(method or "", ZERO) + amount
    return promised


def method_of(customer: Customer, payment_method_id: str, policy: Policy) -> PaymentMethod:
    """Return one of the customer's own payment methods; raises Refused for any other."""
    wanted = payment_method_id.strip()
    for method in customer.payment_methods:
        if method.id == wanted:
            return method
    raise Refused(policy.say("unknown_method"))


def require_balance(method: PaymentMethod, amount: Decimal, policy: Policy) -> None:
    """Raise Refused when a gift card does not hold the amount."""
    if method.source == "gift_card" and (method.balance or ZERO) < amount:
        balance = amount_words(method.balance or ZERO, policy)
        raise Refused(policy.say("card_balance", balance=balance, amount=amount_words(amount, policy)))


def book(order: Order, moves: tuple[Move, ...]) -> Order:
    """Return the order with the movements in its payment history."""
    booked = tuple(
        Payment(
            transaction_type="payment" if move.kind == "charge" else "refund",
            amount=move.amount,
            payment_method_id=move.payment_method_id,
        )
        for move in moves
    )
    return replace(order, payments=(*order.payments, *booked))


def settle(customer: Customer, moves: tuple[Move, ...]) -> Customer:
    """Return the customer with the movements on their gift cards."""
    change: dict[str, Decimal] = {}
    for move in moves:
        sign = -1 if move.kind == "charge" else 1
        change[move.payment_method_id] = change.get(move.payment_method_id, ZERO) + sign * move.amount
    methods = tuple(
        replace(m, balance=(m.balance or ZERO) + change[m.id]) if m.source == "gift_card" and m.id in change else m
        for m in customer.payment_methods
    )
    return replace(customer, payment_methods=methods)

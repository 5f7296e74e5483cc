"""Reckon with what was paid for an order and how it may flow back."""

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from core.errors import Refused
from tools.backend import Customer, Order, Payment, PaymentMethod
from tools.changes import Move

ZERO = Decimal("0.00")


def net_paid(order: Order) -> dict[str, Decimal]:
    """Return what each payment method has paid and not got back, oldest first, without those at zero."""
    net: dict[str, Decimal] = {}
    for payment in order.payments:
        sign = 1 if payment.transaction_type == "payment" else -1
        net[payment.payment_method_id] = net.get(payment.payment_method_id, ZERO) + sign * payment.amount
    return {method: amount for method, amount in net.items() if amount > 0}


def method_of(customer: Customer, payment_method_id: str) -> PaymentMethod:
    """Return one of the customer's own payment methods; raises Refused for any other."""
    wanted = payment_method_id.strip()
    for method in customer.payment_methods:
        if method.id == wanted:
            return method
    raise Refused("I cannot find that payment method in your account. Please choose one of those you have stored.")


def require_balance(method: PaymentMethod, amount: Decimal, currency: str) -> None:
    """Raise Refused when a gift card does not hold the amount."""
    if method.source == "gift_card" and (method.balance or ZERO) < amount:
        raise Refused(
            f"Your gift card holds {currency}{method.balance or ZERO:,.2f}, but {currency}{amount:,.2f} is needed. "
            "Please choose another payment method."
        )


def difference_move(difference: Decimal, payment_method_id: str) -> tuple[Move, ...]:
    """Return the movement that settles a price difference: a charge when the new items cost more, or none."""
    if not difference:
        return ()
    kind: Literal["charge", "refund"] = "charge" if difference > 0 else "refund"
    return (Move(kind=kind, amount=abs(difference), payment_method_id=payment_method_id),)


def spread_refund(order: Order, amount: Decimal) -> tuple[Move, ...]:
    """Return refunds of this amount to the methods that paid, oldest payment first."""
    moves = []
    for method, paid in net_paid(order).items():
        part = min(paid, amount)
        if part > 0:
            moves.append(Move(kind="refund", amount=part, payment_method_id=method))
            amount -= part
    return tuple(moves)


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
    """Return the customer with the movements on her gift cards."""
    change: dict[str, Decimal] = {}
    for move in moves:
        sign = -1 if move.kind == "charge" else 1
        change[move.payment_method_id] = change.get(move.payment_method_id, ZERO) + sign * move.amount
    methods = tuple(
        replace(m, balance=(m.balance or ZERO) + change[m.id]) if m.source == "gift_card" and m.id in change else m
        for m in customer.payment_methods
    )
    return replace(customer, payment_methods=methods)

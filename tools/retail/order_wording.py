"""Say amounts, payment methods, items and addresses the way a customer would."""

from collections.abc import Sequence
from decimal import Decimal

from tools.actions.changes import Move
from tools.retail.policy import Policy
from tools.retail.shop_records import Address, Customer, OrderItem, Variant


def amount_words(amount: Decimal, policy: Policy) -> str:
    """Write an amount, for example $1,024.50."""
    return f"{policy.currency}{amount:,.2f}"


def method_words(customer: Customer, payment_method_id: str) -> str:
    """Name a payment method by what the customer knows of it."""
    method = next((m for m in customer.payment_methods if m.id == payment_method_id), None)
    if method is None:
        return "the original payment method"
    if method.source == "credit_card":
        return f"your {(method.brand or 'credit').title()} card ending in {method.last_four or '????'}"
    return "your gift card" if method.source == "gift_card" else "your PayPal account"


def address_words(address: Address) -> str:
    """Write an address on one line."""
    parts = (
        address.address1,
        address.address2,
        address.city,
        f"{address.state} {address.zip}".strip(),
        address.country,
    )
    return ", ".join(part for part in parts if part)


def item_words(item: OrderItem | Variant) -> str:
    """Name an item by its product name, where it has one, and its options."""
    options = ", ".join(item.options.values())
    return f"{item.name} ({options})" if isinstance(item, OrderItem) else options


def list_words(words: Sequence[str]) -> str:
    """Join words as a list."""
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else "".join(words)


def move_words(move: Move, customer: Customer, policy: Policy, *, done: bool) -> str:
    """Say what happens, or happened, to the customer's money, and when it arrives."""
    method = method_words(customer, move.payment_method_id)
    amount = amount_words(move.amount, policy)
    if move.kind == "charge":
        return f"{amount} {'was' if done else 'is'} charged to {method}"
    on_gift_card = any(m.id == move.payment_method_id and m.source == "gift_card" for m in customer.payment_methods)
    if not done:
        return f"{amount} goes back to {method} {'at once' if on_gift_card else policy.refund_time}"
    if on_gift_card:
        return f"{amount} is back on {method}"
    return f"{amount} is on its way back to {method} and arrives {policy.refund_time}"


def money_words(moves: Sequence[Move], customer: Customer, policy: Policy, *, done: bool) -> str:
    """Say every movement as one sentence, or nothing."""
    sentence = list_words([move_words(move, customer, policy, done=done) for move in moves])
    return f" {sentence[0].upper()}{sentence[1:]}." if sentence else ""

"""Say amounts, payment methods, items and addresses the way a customer would."""

import re
from collections.abc import Sequence
from decimal import Decimal

from core.language.fixed_sentences import list_words
from core.safety.invisible_characters import visible
from tools.actions.changes import Move
from tools.retail.policy import SENTENCES, Policy
from tools.retail.shop_records import Address, Customer, OrderItem, Variant

LONGEST_NAME, _LONG_NAME = 80, 40
"""Characters of a name that are shown, and from which on full stops in it part sentences."""
_MORE_THAN_A_NAME = re.compile(r"[\n\r\u2028\u2029“”]|\+?\d(?:[\s()./-]{0,2}\d){6}")
_SENTENCES = re.compile(r"[.!?]\s+\S")
_BREAK = re.compile(r"[.!?:;\n\r\u2028\u2029“”—–]|\+?\d(?:[\s()./-]{0,2}\d){6}")


def amount_words(amount: Decimal, policy: Policy) -> str:
    """Write an amount, for example $1,024.50."""
    return f"{policy.currency}{amount:,.2f}"


def method_words(customer: Customer, payment_method_id: str, policy: Policy) -> str:
    """Name a payment method by what the customer knows of it."""
    method = next((m for m in customer.payment_methods if m.id == payment_method_id), None)
    if method is None:
        return policy.say("method_original")
    if method.source == "credit_card":
        brand, digits = (method.brand or "credit").title(), method.last_four or "????"
        return policy.say("method_card", brand=brand, digits=digits)
    return policy.say("method_gift_card" if method.source == "gift_card" else "method_paypal")


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
    options = name_words(", ".join(item.options.values()))
    return f"{name_words(item.name)} ({options})" if isinstance(item, OrderItem) else options


def name_words(name: str) -> str:
    """Return a product's name as a question can hold it: others write names, so nothing of one may read as more of the
    question, and what goes on like a sentence, or holds a telephone number, ends where that begins.
    """
    line = visible(name).strip()
    if (
        len(line) <= LONGEST_NAME
        and not _MORE_THAN_A_NAME.search(line)
        and not (len(line) > _LONG_NAME and _SENTENCES.search(line))
    ):
        return line
    return f"{_BREAK.split(line)[0].strip()[:LONGEST_NAME]}…"


def move_words(move: Move, customer: Customer, policy: Policy, *, done: bool) -> str:
    """Say what happens, or happened, to the customer's money, and when it arrives."""
    method = method_words(customer, move.payment_method_id, policy)
    amount, when = amount_words(move.amount, policy), "done" if done else "ask"
    if move.kind == "charge":
        return policy.say(f"charge_{when}", amount=amount, method=method)
    if any(m.id == move.payment_method_id and m.source == "gift_card" for m in customer.payment_methods):
        return policy.say(f"back_card_{when}", amount=amount, method=method)
    time = SENTENCES.translated(policy.refund_time, policy.language)
    return policy.say(f"back_{when}", amount=amount, method=method, time=time)


def money_words(moves: Sequence[Move], customer: Customer, policy: Policy, *, done: bool) -> str:
    """Say every movement as one sentence after a space, or nothing."""
    said = list_words([move_words(move, customer, policy, done=done) for move in moves], policy.language)
    return f" {said[0].upper()}{said[1:]}{policy.say('full_stop')}" if said else ""

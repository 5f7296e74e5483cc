"""Recognise an order number however a customer spells it."""

import unicodedata
from collections.abc import Iterable

from tools.retail.shop_records import Order


def order_key(spelling: str) -> str:
    """Return upper-case letters and digits only: `#W2611340`, `w2611340` and `W 2611340` share one key."""
    return "".join(c for c in unicodedata.normalize("NFKC", spelling).upper() if c.isalnum())


def order_digits(spelling: str) -> str:
    """Return the digits of a number given without its letters, or an empty string.

    `2611340` may stand for `#W2611340`. With the sign, `#2611340` claims to be the whole number and is taken at its
    word.
    """
    key = order_key(spelling)
    return key if key.isdecimal() and "#" not in unicodedata.normalize("NFKC", spelling) else ""


def digits_of(order_id: str) -> str:
    """Return the digits in an order's own number."""
    return "".join(c for c in order_key(order_id) if c.isdecimal())


def named_order(orders: Iterable[Order], spelling: str) -> Order | None:
    """Return the order a spelling means: the one with this key, or the only one with these bare digits."""
    key, digits = order_key(spelling), order_digits(spelling)
    known = list(orders)
    exact = [order for order in known if order_key(order.id) == key]
    alike = [order for order in known if digits and digits_of(order.id) == digits]
    if exact:
        return exact[0]
    return alike[0] if len(alike) == 1 else None

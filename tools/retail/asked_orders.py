"""Find in a customer's message the orders it asks about, so that they are looked up before the model is asked."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.language.reference_numbers import reference_numbers

_MOST = 3
"""Orders that one message has looked up; a model calls for more by itself."""
_OWN_ORDERS = re.compile(
    r"\b(?:my|our|meine?[nrs]?|unsere?|mes|mon|ma|mis?|mi[oa]s?|i)\W(?:[\w#'’-]+\W){0,3}?"
    r"(?:orders?|ordered|parcels?|packages?|deliver(?:y|ies)|shipments?|bestellung(?:en)?|paket|lieferung|"
    r"commandes?|colis|livraison|pedidos?|paquete|"
    r"env[ií]o)\b"
    r"|\bwhere(?:['’]s| is| are) my\b",
    re.IGNORECASE,
)


def named_orders(message: str) -> list[Mapping[str, Any]]:
    """Return the arguments that look up each order a message names by its number."""
    return [{"order_id": number} for number in reference_numbers(message)[:_MOST]]


def own_orders(message: str) -> list[Mapping[str, Any]]:
    """Return the arguments that list the customer's orders, where a message asks about them without a number."""
    return [{}] if _OWN_ORDERS.search(message) and not reference_numbers(message) else []


AHEAD: dict[str, Callable[[str], Sequence[Mapping[str, Any]]]] = {"get_order": named_orders, "list_orders": own_orders}
"""What makes a read before the model is asked, by the read's name."""

"""Let the model read the shop for the customer of this run; what a message names is read before it is asked."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from langchain_core.tools import BaseTool, tool
from langgraph.prebuilt.tool_node import ToolRuntime

from core.errors import NotIdentified, Refused
from core.language.fixed_sentences import ENGLISH, phrase
from core.language.reference_numbers import reference_numbers
from tools.context import Context
from tools.retail.policy import SENTENCES, Policy
from tools.retail.shop_records import OrderBackend
from tools.retail.shown_records import as_text, order_facts, product_facts, profile_facts

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


Caller = ToolRuntime[Context, Any]

NO_MATCH = "I cannot find a product like that in our shop. Please describe it in other words."
ORDERS_SHOWN = 20
PRODUCTS_SHOWN = 3


def customer_of(context: Context | None) -> str:
    """Return who is signed in on this run; raises NotIdentified when nobody is."""
    if context is None or context.customer_id is None:
        raise NotIdentified(phrase("sign_in", context.locale if context else ENGLISH))
    return context.customer_id


@contextmanager
def refused_in(locale: str) -> Iterator[None]:
    """Tell what a shop's records refuse in a locale's language."""
    try:
        yield
    except Refused as no:
        raise type(no)(SENTENCES.translated(str(no), locale)) from None


def make_get_order(orders: OrderBackend, policy: Policy, today: Callable[[], date]) -> BaseTool:
    """Make the tool that looks up one order."""

    @tool(parse_docstring=True)
    async def get_order(order_id: str, runtime: Caller) -> str:  # noqa: D417 - the model never sees `runtime`
        """Look up one order of the customer: status, dates, items, prices, parcels with tracking ids, payments.

        Args:
            order_id: The order number as the customer wrote it, for example #AF10042.
        """
        customer_id = customer_of(runtime.context)
        with refused_in(runtime.context.locale):
            return as_text(order_facts(await orders.get_order(customer_id, order_id), today(), policy))

    return get_order


def make_list_orders(orders: OrderBackend, policy: Policy, today: Callable[[], date]) -> BaseTool:
    """Make the tool that lists the customer's orders."""

    @tool(parse_docstring=True)
    async def list_orders(runtime: Caller) -> str:
        """List the customer's orders with all their facts, newest first. Use it when no order number is known."""
        found = await orders.list_orders(customer_of(runtime.context))
        facts: dict[str, Any] = {"orders": [order_facts(order, today(), policy) for order in found[:ORDERS_SHOWN]]}
        return as_text(facts | ({"older_orders": len(found) - ORDERS_SHOWN} if len(found) > ORDERS_SHOWN else {}))

    return list_orders


def make_find_product(orders: OrderBackend) -> BaseTool:
    """Make the tool that looks up products."""

    @tool(parse_docstring=True)
    async def find_product(name_or_id: str) -> str:
        """Look up products of the shop with all variants: item ids, options, prices, what is in stock.

        Args:
            name_or_id: A product id, an item id, or words that describe the product.
        """
        found = await orders.find_products(name_or_id, limit=PRODUCTS_SHOWN)
        if not found:
            raise Refused(NO_MATCH)
        return as_text({"products": [product_facts(product) for product in found]})

    return find_product


def make_get_profile(orders: OrderBackend) -> BaseTool:
    """Make the tool that shows the customer's own profile."""

    @tool(parse_docstring=True)
    async def get_profile(runtime: Caller) -> str:
        """Look up the customer's own profile: name, e-mail, default address, payment methods and balances."""
        return as_text(profile_facts(await orders.get_customer(customer_of(runtime.context))))

    return get_profile

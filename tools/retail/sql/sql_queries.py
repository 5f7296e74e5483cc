"""Ask the shop's tables for whole records, on any connection."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select

from tools.retail.sql.sql_schema import (
    addresses,
    customers,
    fulfilments,
    order_items,
    orders,
    payment_methods,
    payments,
    products,
    variants,
)


def select_orders(where: ColumnElement[bool] | None = None) -> Select[Any]:
    """Select orders joined with their addresses, in the order in which they were placed."""
    address = [c for c in addresses.c if c.name != "id"]
    chosen = select(orders, *address).join(addresses, orders.c.address_id == addresses.c.id)
    return (chosen if where is None else chosen.where(where)).order_by(orders.c.position)


def select_below(order_ids: Sequence[str] | None) -> list[Select[Any]]:
    """Select items, parcels and payments of these orders, or of all."""
    return [_below(table, order_ids) for table in (order_items, fulfilments, payments)]


def _below(table: Table, order_ids: Sequence[str] | None) -> Select[Any]:
    chosen = select(table).order_by(table.c.order_id, table.c.position)
    return chosen if order_ids is None else chosen.where(table.c.order_id.in_(order_ids))


def select_customers(where: ColumnElement[bool] | None = None) -> Select[Any]:
    """Select customers joined with their addresses."""
    address = [c for c in addresses.c if c.name != "id"]
    chosen = select(customers, *address).join(addresses, customers.c.address_id == addresses.c.id)
    return (chosen if where is None else chosen.where(where)).order_by(customers.c.position)


def select_methods(customer_id: str | None = None) -> Select[Any]:
    """Select the payment methods of one customer, or of all."""
    chosen = select(payment_methods).order_by(payment_methods.c.customer_id, payment_methods.c.position)
    return chosen if customer_id is None else chosen.where(payment_methods.c.customer_id == customer_id)


def select_products(product_ids: Sequence[str] | None = None) -> tuple[Select[Any], Select[Any]]:
    """Select products and their variants, all or those of these ids."""
    rows, below = select(products).order_by(products.c.position), select(variants).order_by(variants.c.position)
    if product_ids is None:
        return rows, below
    return rows.where(products.c.id.in_(product_ids)), below.where(variants.c.product_id.in_(product_ids))

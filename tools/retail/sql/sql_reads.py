"""Select whole records from the shop's tables, on any connection, and read them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from tools.retail.known_customers import remember_customers, remember_orders
from tools.retail.shop_records import Customer, Order, Product
from tools.retail.sql.sql_rows import to_customer, to_orders, to_products
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
    return _with_address(orders, where)


def select_below(order_ids: Sequence[str] | None) -> list[Select[Any]]:
    """Select items, parcels and payments of these orders, or of all."""
    return [_below(table, order_ids) for table in (order_items, fulfilments, payments)]


def _below(table: Table, order_ids: Sequence[str] | None) -> Select[Any]:
    chosen = select(table).order_by(table.c.order_id, table.c.position)
    return chosen if order_ids is None else chosen.where(table.c.order_id.in_(order_ids))


def select_customers(where: ColumnElement[bool] | None = None) -> Select[Any]:
    """Select customers joined with their addresses."""
    return _with_address(customers, where)


def _with_address(table: Table, where: ColumnElement[bool] | None) -> Select[Any]:
    address = [c for c in addresses.c if c.name != "id"]
    chosen = select(table, *address).join(addresses, table.c.address_id == addresses.c.id)
    return (chosen if where is None else chosen.where(where)).order_by(table.c.position)


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


def read_customers(connection: Connection, where: ColumnElement[bool]) -> list[Customer]:
    """Return at most two customers: enough to know that one was found, or that several fit."""
    found = []
    for row in _rows(connection, select_customers(where).limit(2)):
        methods = _rows(connection, select_methods(row["id"]))
        placed = select(orders.c.id).where(orders.c.customer_id == row["id"])
        order_ids = connection.scalars(placed.order_by(orders.c.customer_position))
        found.append(to_customer(row, methods, order_ids))
    remember_customers(found)
    return found


def read_orders(connection: Connection, where: ColumnElement[bool]) -> list[Order]:
    """Return orders as they were placed."""
    rows = _rows(connection, select_orders(where))
    found = to_orders(rows, *[_rows(connection, q) for q in select_below([row["id"] for row in rows])])
    remember_orders(found)
    return found


def read_products(connection: Connection, product_ids: Sequence[str]) -> list[Product]:
    """Return the products of these ids that exist."""
    rows, below = [_rows(connection, query) for query in select_products(product_ids)]
    return to_products(rows, below)


def _rows(connection: Connection, query: Any) -> Any:
    return connection.execute(query).mappings().all()

"""Read whole records from the shop's tables over an open connection."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from tools.retail.known_customers import remember_customers, remember_orders
from tools.retail.shop_records import Customer, Order, Product
from tools.retail.sql import sql_schema as schema
from tools.retail.sql.sql_queries import select_below, select_customers, select_methods, select_orders, select_products
from tools.retail.sql.sql_rows import to_customer, to_orders, to_products


def read_customers(connection: Connection, where: ColumnElement[bool]) -> list[Customer]:
    """Return at most two customers: enough to know that one was found, or that several fit."""
    found = []
    for row in _rows(connection, select_customers(where).limit(2)):
        methods = _rows(connection, select_methods(row["id"]))
        placed = select(schema.orders.c.id).where(schema.orders.c.customer_id == row["id"])
        order_ids = connection.scalars(placed.order_by(schema.orders.c.customer_position))
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
    rows, variants = [_rows(connection, query) for query in select_products(product_ids)]
    return to_products(rows, variants)


def _rows(connection: Connection, query: Any) -> Any:
    return connection.execute(query).mappings().all()

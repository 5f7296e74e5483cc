"""Read whole records from the shop's tables over an open connection."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tools import sql_schema as schema
from tools.backend import Customer, Order, Product
from tools.known_customers import remember_customers, remember_orders
from tools.sql_queries import select_below, select_customers, select_methods, select_orders, select_products
from tools.sql_rows import to_customer, to_orders, to_products


async def read_customers(connection: AsyncConnection, where: ColumnElement[bool]) -> list[Customer]:
    """Return at most two customers: enough to know that one was found, or that several fit."""
    found = []
    for row in await _rows(connection, select_customers(where).limit(2)):
        methods = await _rows(connection, select_methods(row["id"]))
        placed = select(schema.orders.c.id).where(schema.orders.c.customer_id == row["id"])
        order_ids = await connection.scalars(placed.order_by(schema.orders.c.customer_position))
        found.append(to_customer(row, methods, order_ids))
    remember_customers(found)
    return found


async def read_orders(connection: AsyncConnection, where: ColumnElement[bool]) -> list[Order]:
    """Return orders as they were placed."""
    rows = await _rows(connection, select_orders(where))
    found = to_orders(rows, *[await _rows(connection, q) for q in select_below([row["id"] for row in rows])])
    remember_orders(found)
    return found


async def read_products(connection: AsyncConnection, product_ids: Sequence[str]) -> list[Product]:
    """Return the products of these ids that exist."""
    rows, variants = [await _rows(connection, query) for query in select_products(product_ids)]
    return to_products(rows, variants)


async def _rows(connection: AsyncConnection, query: Any) -> Any:
    return (await connection.execute(query)).mappings().all()

"""Read the shop from its SQL database on behalf of one customer."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import BackendUnavailable, Refused
from tools import sql_schema as schema
from tools.backend import Customer, Order, Product
from tools.database import Database
from tools.order_numbers import order_digits, order_key
from tools.sql_queries import select_below, select_customers, select_methods, select_orders, select_products
from tools.sql_rows import name_key, to_customer, to_orders, to_products

NO_CUSTOMER = "I cannot find your customer account. Please sign in again."
NO_ORDER = "I cannot find an order with that number in your account. Please check the number and try again."
NO_PRODUCT = "I cannot find that product in our shop."
WORDS_SEARCHED = 12
CANDIDATES = 500


class SqlOrderBackend:
    """Read customers, orders and products from SQLite or PostgreSQL.

    Every method raises BackendUnavailable when the database does not answer or holds no shop.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    async def count(self) -> dict[str, int]:
        """Return how many customers, orders and products there are."""
        async with self._reading() as connection:
            return {
                table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (schema.customers, schema.orders, schema.products)
            }

    async def get_customer(self, customer_id: str) -> Customer:
        """Return the customer; raises Refused when there is none."""
        async with self._reading() as connection:
            found = await _customers(connection, schema.customers.c.id == customer_id)
            if not found and await connection.scalar(select(schema.customers.c.id).limit(1)) is None:
                raise self._no_shop()
        if not found:
            raise Refused(NO_CUSTOMER)
        return found[0]

    async def find_customer(self, *, email: str) -> Customer | None:
        """Return the customer with this e-mail address, in any letter case, or None."""
        async with self._reading() as connection:
            found = await _customers(connection, schema.customers.c.email_key == email.strip().lower())
        return found[0] if found else None

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> Customer | None:
        """Return the one customer of this name and postcode, or None, also when several fit."""
        key = name_key(first_name, last_name, zip_code)
        async with self._reading() as connection:
            found = await _customers(connection, schema.customers.c.name_key == key)
        return found[0] if len(found) == 1 else None

    async def get_order(self, customer_id: str, order_id: str) -> Order:
        """Return one of the customer's orders, its number in any usual spelling; raises Refused when she has none such."""
        key, digits = order_key(order_id), order_digits(order_id)
        table = schema.orders
        named = or_(table.c.lookup_key == key, table.c.lookup_digits == digits) if digits else table.c.lookup_key == key
        async with self._reading() as connection:
            found = await _orders(connection, (table.c.customer_id == customer_id) & named)
        exact = [order for order in found if order_key(order.id) == key]
        if exact or len(found) == 1:
            return (exact or found)[0]
        raise Refused(NO_ORDER)

    async def list_orders(self, customer_id: str) -> Sequence[Order]:
        """Return the customer's orders, newest first where the shop knows dates."""
        async with self._reading() as connection:
            found = await _orders(connection, schema.orders.c.customer_id == customer_id)
        return sorted(found, key=lambda o: o.ordered_at.toordinal() if o.ordered_at else 0, reverse=True)

    async def get_product(self, product_id: str) -> Product:
        """Return a product with its variants; raises Refused when there is none."""
        async with self._reading() as connection:
            found = await _products(connection, [product_id.strip()])
        if not found:
            raise Refused(NO_PRODUCT)
        return found[0]

    async def find_products(self, words: str, *, limit: int) -> Sequence[Product]:
        """Return products whose name, options or ids share words with the query, best first."""
        wanted = _stems(words)[:WORDS_SEARCHED]
        table = schema.variants
        if not wanted:
            return []
        fits = [table.c.search_text.contains(word, autoescape=True) for word in wanted]
        ids = [word.upper() for word in wanted]
        by_id = [table.c.item_id.in_(ids), table.c.product_id.in_(ids)]
        async with self._reading() as connection:
            query = select(table.c.product_id, table.c.item_id, table.c.search_text).where(or_(*fits, *by_id))
            rows = (await connection.execute(query.order_by(table.c.position).limit(CANDIDATES))).all()
            names = {p.id: p for p in await _products(connection, sorted({row.product_id for row in rows}))}
        scores: dict[str, tuple[int, int, int]] = {}
        for product_id, item_id, text in rows:
            named = sum(word in names[product_id].name.casefold() for word in wanted)
            meant = (product_id in ids) + (item_id in ids)
            score = (meant, named, sum(word in text for word in wanted))
            scores[product_id] = max(score, scores.get(product_id, (0, 0, 0)))
        ranked = sorted(scores, key=lambda product_id: scores[product_id], reverse=True)
        return [names[product_id] for product_id in ranked[:limit]]

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection, and turn what SQLAlchemy raises into ours."""
        if self._database.file and not await asyncio.to_thread(self._database.file.exists):
            raise self._no_shop()
        try:
            async with self._database.reading() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error)
            if "no such table" in cause or "does not exist" in cause:
                raise self._no_shop() from error
            raise BackendUnavailable(
                f"the shop database {self._database} does not answer ({cause.splitlines()[0]}); "
                "check SUPPORT_ORDERS_URL and that the database runs"
            ) from error

    def _no_shop(self) -> BackendUnavailable:
        return BackendUnavailable(
            f"there is no shop in {self._database}; run `support-agent orders import FILE` or correct SUPPORT_ORDERS_URL"
        )


async def _customers(connection: AsyncConnection, where: ColumnElement[bool]) -> list[Customer]:
    found = []
    for row in await _rows(connection, select_customers(where).limit(2)):
        methods = await _rows(connection, select_methods(row["id"]))
        placed = select(schema.orders.c.id).where(schema.orders.c.customer_id == row["id"])
        order_ids = await connection.scalars(placed.order_by(schema.orders.c.customer_position))
        found.append(to_customer(row, methods, order_ids))
    return found


async def _orders(connection: AsyncConnection, where: ColumnElement[bool]) -> list[Order]:
    rows = await _rows(connection, select_orders(where))
    return to_orders(rows, *[await _rows(connection, q) for q in select_below([row["id"] for row in rows])])


async def _products(connection: AsyncConnection, product_ids: Sequence[str]) -> list[Product]:
    rows, variants = [await _rows(connection, query) for query in select_products(product_ids)]
    return to_products(rows, variants)


async def _rows(connection: AsyncConnection, query: Any) -> Any:
    return (await connection.execute(query)).mappings().all()


def _stems(words: str) -> list[str]:
    """Return the words worth looking for, plurals cut, hyphenated ones whole and in parts, each once."""
    whole = re.findall(r"[\w-]+", words.casefold())
    found = [part for word in whole for part in (word, *(word.split("-") if "-" in word else ()))]
    cut = [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") and w.isalpha() else w for w in found]
    return list(dict.fromkeys(w for w in cut if len(w) > 1))

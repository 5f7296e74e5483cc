"""Read and change the shop in its SQL database on behalf of one customer."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import Connection, func, or_, select

from core.errors import BackendUnavailable, Refused
from core.storage.database import Answer, Database, cause_of, make_tables, sql_errors
from core.storage.engines import AsyncConnection
from tools.actions.changes import Change, Outcome
from tools.retail.shop_records import (
    NO_CUSTOMER,
    NO_ORDER,
    NO_PRODUCT,
    Customer,
    Order,
    Product,
    named_order,
    order_digits,
    order_key,
)
from tools.retail.sql import sql_schema as schema
from tools.retail.sql.sql_records import (
    is_old,
    name_key,
    read_customers,
    read_orders,
    read_outcome,
    read_products,
    write_change,
)

WORDS_SEARCHED = 12
CANDIDATES = 500


class SqlOrderBackend:
    """Serve customers, orders and products from SQLite or PostgreSQL.

    Every method raises BackendUnavailable when the database does not answer or holds no shop.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._is_prepared = False

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._database.close()

    async def check(self) -> str:
        """Say how many customers, orders and products there are."""
        tables = (schema.customers, schema.orders, schema.products)
        async with self._reading() as connection:
            counts = [await connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
        if not counts[0]:
            raise self._no_shop()
        return ", ".join(f"{count} {table.name}" for count, table in zip(counts, tables, strict=True))

    async def get_customer(self, customer_id: str) -> Customer:
        """Return the customer; raises Refused when there is none."""
        found = await self._read(lambda c: read_customers(c, schema.customers.c.id == customer_id))
        if not found and await self._read(lambda c: c.scalar(select(schema.customers.c.id).limit(1))) is None:
            raise self._no_shop()
        if not found:
            raise Refused(NO_CUSTOMER)
        return found[0]

    async def find_customer(self, *, email: str) -> Customer | None:
        """Return the customer with this e-mail address, in any letter case, or None."""
        found = await self._read(lambda c: read_customers(c, schema.customers.c.email_key == email.strip().lower()))
        return found[0] if found else None

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> Customer | None:
        """Return the one customer of this name and postcode, or None, also when several fit."""
        key = name_key(first_name, last_name, zip_code)
        found = await self._read(lambda c: read_customers(c, schema.customers.c.name_key == key))
        return found[0] if len(found) == 1 else None

    async def get_order(self, customer_id: str, order_id: str) -> Order:
        """Return one of the customer's orders, its number in any usual spelling; raises Refused when there is none."""
        key, digits = order_key(order_id), order_digits(order_id)
        table = schema.orders
        named = or_(table.c.lookup_key == key, table.c.lookup_digits == digits) if digits else table.c.lookup_key == key
        found = await self._read(lambda c: read_orders(c, (table.c.customer_id == customer_id) & named))
        order = named_order(found, order_id)
        if order is None:
            raise Refused(NO_ORDER)
        return order

    async def list_orders(self, customer_id: str) -> Sequence[Order]:
        """Return the customer's orders, newest first where the shop knows dates."""
        found = await self._read(lambda c: read_orders(c, schema.orders.c.customer_id == customer_id))
        return sorted(found, key=lambda o: o.ordered_at.toordinal() if o.ordered_at else 0, reverse=True)

    async def get_product(self, product_id: str) -> Product:
        """Return a product with its variants; raises Refused when there is none."""
        found = await self._read(lambda c: read_products(c, [product_id.strip()]))
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
            found = sorted({row.product_id for row in rows})
            names = {p.id: p for p in await connection.run_sync(read_products, found)}
        scores: dict[str, tuple[int, int, int]] = {}
        for product_id, item_id, text in rows:
            named = sum(word in names[product_id].name.casefold() for word in wanted)
            meant = (product_id in ids) + (item_id in ids)
            score = (meant, named, sum(word in text for word in wanted))
            scores[product_id] = max(score, scores.get(product_id, (0, 0, 0)))
        ranked = sorted(scores, key=lambda product_id: scores[product_id], reverse=True)
        return [names[product_id] for product_id in ranked[:limit]]

    async def apply(self, change: Change, *, key: str) -> Outcome:
        """Carry out a planned change in one transaction, at most once for a key.

        Raises:
            Refused: the records are no longer as they were when the change was planned.
        """
        await self._prepare()
        with sql_errors(self._failure):
            async with self._database.writing() as connection:
                return await write_change(connection, change, key)

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        """Return what was stored under this key, or None: then nothing happened."""
        async with self._reading() as connection:
            return await read_outcome(connection, key)

    async def _read(self, work: Callable[[Connection], Answer]) -> Answer:
        if not self._is_prepared:  # later on the visit itself finds out whether the file is there
            await self._prepare()
        with sql_errors(self._failure):
            return await self._database.read(work)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        await self._prepare()
        with sql_errors(self._failure):
            async with self._database.reading() as connection:
                yield connection

    async def _prepare(self) -> None:
        """Bring the tables of a shop up to date; raises BackendUnavailable where a file would be made by opening it."""
        if self._database.file and not await asyncio.to_thread(self._database.file.exists):
            raise self._no_shop()
        if not self._is_prepared:
            with sql_errors(self._failure):
                if await self._database.read(is_old):
                    await make_tables(self._database, schema.metadata)
            self._is_prepared = True

    def _failure(self, error: Exception) -> BackendUnavailable:
        """Return what a failure of the database means in our words."""
        cause = cause_of(error)
        if isinstance(error, FileNotFoundError) or "no such table" in cause or "does not exist" in cause:
            return self._no_shop()
        return BackendUnavailable(
            f"the shop database {self._database} does not answer ({cause}); "
            "check SUPPORT_ORDERS_URL and that the database runs"
        )

    def _no_shop(self) -> BackendUnavailable:
        return BackendUnavailable(
            f"there is no shop in {self._database}; run `support-agent orders import FILE` or correct "
            f"SUPPORT_ORDERS_URL"
        )


def _stems(words: str) -> list[str]:
    """Return the words worth looking for, plurals cut, hyphenated ones whole and in parts, each once."""
    whole = re.findall(r"[\w-]+", words.casefold())
    found = [part for word in whole for part in (word, *(word.split("-") if "-" in word else ()))]
    cut = [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") and w.isalpha() else w for w in found]
    return list(dict.fromkeys(w for w in cut if len(w) > 1))

"""Read records out of the shop's tables, fill these with a shop, and write a planned change into them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, inspect, select, update

from core.errors import Refused
from core.storage.engines import AsyncConnection
from core.storage.schema_versions import HISTORY, version_of
from tools.actions.changes import Change, Outcome
from tools.retail.known_customers import remember_customers, remember_orders
from tools.retail.shop_file import Shop
from tools.retail.shop_records import CHANGED_MEANWHILE, Customer, Order, Product, digits_of, order_key
from tools.retail.shop_rows import (
    Records,
    customer_json,
    order_json,
    product_json,
    read_customer,
    read_order,
    read_product,
    read_records,
)
from tools.retail.sql.sql_schema import customers, effects, metadata, orders, products

ROWS_AT_ONCE = 500


def name_key(first_name: str, last_name: str, zip_code: str) -> str:
    """Return what a customer is found by when they give their name and postcode."""
    return "\n".join(" ".join(part.casefold().split()) for part in (first_name, last_name, zip_code))


def is_old(connection: Connection) -> bool:
    """Say whether the tables are there as an earlier version made them."""
    history = metadata.info[HISTORY]
    return inspect(connection).has_table(orders.name) and version_of(connection, history) != history.revisions[-1]


def read_customers(connection: Connection, where: ColumnElement[bool]) -> list[Customer]:
    """Return at most two customers: enough to know that one was found, or that several fit."""
    found = [read_customer(row) for row in connection.scalars(select(customers.c.record).where(where).limit(2))]
    remember_customers(found)
    return found


def read_orders(connection: Connection, where: ColumnElement[bool]) -> list[Order]:
    """Return orders as they were placed."""
    query = select(orders.c.record).where(where).order_by(orders.c.position)
    found = [read_order(row) for row in connection.scalars(query)]
    remember_orders(found)
    return found


def read_products(connection: Connection, product_ids: Sequence[str]) -> list[Product]:
    """Return the products of these ids that exist."""
    query = select(products.c.record).where(products.c.id.in_(product_ids)).order_by(products.c.position)
    return [read_product(row) for row in connection.scalars(query)]


def read_all(connection: Connection) -> Shop:
    """Return everything that the tables hold."""

    def records(table: Any) -> Any:
        query: Select[Any] = select(table.c.record).order_by(table.c.position)
        return connection.scalars(query)

    return Shop(
        products=tuple(map(read_product, records(products))),
        customers=tuple(map(read_customer, records(customers))),
        orders=tuple(map(read_order, records(orders))),
    )


def write_all(connection: Connection, shop: Shop) -> None:
    """Put a shop in place of everything that the tables hold."""
    found = [(p, v) for p in shop.products for v in p.variants]
    rows: dict[str, list[dict[str, Any]]] = {
        "customers": [
            {"id": c.id, "position": n, "email_key": c.email.lower(), **_changing(c)}
            for n, c in enumerate(shop.customers)
        ],
        "products": [{"id": p.id, "position": n, "record": product_json(p)} for n, p in enumerate(shop.products)],
        "variants": [
            {
                "item_id": v.item_id,
                "product_id": p.id,
                "position": n,
                "search_text": " ".join((p.name, *v.options.values())).casefold(),
            }
            for n, (p, v) in enumerate(found)
        ],
        "orders": [
            {
                "id": o.id,
                "position": n,
                "customer_id": o.customer_id,
                "lookup_key": order_key(o.id),
                "lookup_digits": digits_of(o.id),
                "record": order_json(o),
            }
            for n, o in enumerate(shop.orders)
        ],
    }
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())
    for table in metadata.sorted_tables:
        values = rows.get(table.name, [])
        for start in range(0, len(values), ROWS_AT_ONCE):
            connection.execute(insert(table), values[start : start + ROWS_AT_ONCE])


async def read_outcome(connection: AsyncConnection, key: str) -> Outcome | None:
    """Return what was stored under an idempotency key."""
    found = (await connection.execute(select(effects).where(effects.c.key == key))).mappings().first()
    return Outcome(key=key, operation=found["operation"], after=found["after"]) if found else None


async def write_change(connection: AsyncConnection, change: Change, key: str) -> Outcome:
    """Apply a change and store its outcome under the key; raises Refused when the records are not as planned.

    The customer's row is locked first, so that changes of one customer come one after the other.
    """
    await connection.execute(select(customers.c.id).where(customers.c.id == change.customer_id).with_for_update())
    if earlier := await read_outcome(connection, key):
        return earlier
    before, after = read_records(change.before), read_records(change.after)
    if not await _still_holds(connection, change.customer_id, before):
        raise Refused(CHANGED_MEANWHILE)
    if before.order and after.order:
        where = orders.c.id == after.order.id
        await connection.execute(update(orders).where(where).values(record=order_json(after.order)))
    if before.customer and after.customer:
        where = customers.c.id == after.customer.id
        await connection.execute(update(customers).where(where).values(_changing(after.customer)))
    outcome = Outcome(key=key, operation=change.operation, after=change.after)
    row = {"key": key, "operation": change.operation, "customer_id": change.customer_id, "order_id": change.record_id}
    details = {"args": dict(change.args), "after": dict(outcome.after), "applied_at": datetime.now(UTC)}
    await connection.execute(insert(effects).values(row | details))
    return outcome


def _changing(customer: Customer) -> dict[str, Any]:
    """Return the columns of a customer that a change may concern."""
    key = name_key(customer.first_name, customer.last_name, customer.address.zip)
    return {"name_key": key, "record": customer_json(customer)}


async def _still_holds(connection: AsyncConnection, customer_id: str, before: Records) -> bool:
    if before.order and await connection.run_sync(read_orders, orders.c.id == before.order.id) != [before.order]:
        return False
    where = customers.c.id == customer_id
    return before.customer is None or await connection.run_sync(read_customers, where) == [before.customer]

"""Write a planned change into the shop's tables, within the caller's transaction."""

from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Refused
from tools.actions.changes import Change, Outcome
from tools.retail.shop_records import CHANGED_MEANWHILE, Address, Customer, Order
from tools.retail.shop_rows import Records, read_records
from tools.retail.sql import sql_schema as schema
from tools.retail.sql.sql_reads import read_customers, read_orders
from tools.retail.sql.sql_rows import item_values, name_key, order_values, payment_values


async def read_outcome(connection: AsyncConnection, key: str) -> Outcome | None:
    """Return what was stored under an idempotency key."""
    found = (await connection.execute(select(schema.effects).where(schema.effects.c.key == key))).mappings().first()
    return Outcome(key=key, operation=found["operation"], after=found["after"]) if found else None


async def write_change(connection: AsyncConnection, change: Change, key: str) -> Outcome:
    """Apply a change and store its outcome under the key; raises Refused when the records are not as planned.

    The customer's row is locked first, so that changes of one customer come one after the other.
    """
    table = schema.customers
    await connection.execute(select(table.c.id).where(table.c.id == change.customer_id).with_for_update())
    if earlier := await read_outcome(connection, key):
        return earlier
    before, after = read_records(change.before), read_records(change.after)
    if not await _still_holds(connection, change.customer_id, before):
        raise Refused(CHANGED_MEANWHILE)
    if before.order and after.order:
        await _store_order(connection, before.order, after.order)
    if before.customer and after.customer:
        await _store_customer(connection, before.customer, after.customer)
    outcome = Outcome(key=key, operation=change.operation, after=change.after)
    row = {"key": key, "operation": change.operation, "customer_id": change.customer_id, "order_id": change.record_id}
    details = {"args": dict(change.args), "after": dict(outcome.after), "applied_at": datetime.now(UTC)}
    await connection.execute(insert(schema.effects).values(row | details))
    return outcome


async def _still_holds(connection: AsyncConnection, customer_id: str, before: Records) -> bool:
    if before.order:
        where = schema.orders.c.id == before.order.id
        if await connection.run_sync(read_orders, where) != [before.order]:
            return False
    where = schema.customers.c.id == customer_id
    return before.customer is None or await connection.run_sync(read_customers, where) == [before.customer]


async def _store_order(connection: AsyncConnection, before: Order, after: Order) -> None:
    table = schema.orders
    await connection.execute(update(table).where(table.c.id == after.id).values(order_values(after)))
    if after.address != before.address:
        place = select(table.c.address_id).where(table.c.id == after.id)
        await _store_address(connection, await connection.scalar(place), after.address)
    for rows, values in ((schema.order_items, item_values(after)), (schema.payments, payment_values(after))):
        await connection.execute(delete(rows).where(rows.c.order_id == after.id))
        if values:
            await connection.execute(insert(rows), values)


async def _store_customer(connection: AsyncConnection, before: Customer, after: Customer) -> None:
    table, methods = schema.customers, schema.payment_methods
    if after.address != before.address:
        place = select(table.c.address_id).where(table.c.id == after.id)
        await _store_address(connection, await connection.scalar(place), after.address)
        key = name_key(after.first_name, after.last_name, after.address.zip)
        await connection.execute(update(table).where(table.c.id == after.id).values(name_key=key))
    for method in set(after.payment_methods) - set(before.payment_methods):
        where = (methods.c.customer_id == after.id) & (methods.c.id == method.id)
        await connection.execute(update(methods).where(where).values(balance=method.balance))


async def _store_address(connection: AsyncConnection, address_id: int | None, address: Address) -> None:
    where = schema.addresses.c.id == address_id
    await connection.execute(update(schema.addresses).where(where).values(vars(address)))

"""Fill a shop database from a file, and write it back to one."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, select

from core.errors import BackendUnavailable, OrderFileError
from core.storage.database import cause_of, sql_errors
from core.storage.engines import open_engine, parse_url, shown
from core.storage.schema_versions import bring_up_to_date
from tools.retail.shop_file import Shop, read_shop, shop_json
from tools.retail.shop_records import Customer, Order, Product, digits_of, order_key
from tools.retail.sql import sql_schema as schema
from tools.retail.sql.sql_reads import select_below, select_customers, select_methods, select_orders, select_products
from tools.retail.sql.sql_rows import (
    fulfilment_values,
    item_values,
    name_key,
    order_values,
    payment_values,
    to_customer,
    to_orders,
    to_products,
)

HAPPENED = ("ordered_at", "shipped_at", "delivered_at")
DATES = (*HAPPENED, "expected_delivery")


def shifted(shop: Shop, today: date) -> Shop:
    """Return the shop with all dates moved by the same days, so that the newest thing that happened was yesterday.

    An expected delivery moves along and may lie ahead; the time between any two dates stays what it was.
    """
    happened = [moment for order in shop.orders for name in HAPPENED if (moment := getattr(order, name))]
    if not happened:
        return shop
    by = today - timedelta(days=1) - max(happened)
    return replace(shop, orders=tuple(_moved(order, by) for order in shop.orders))


def _moved(order: Order, by: timedelta) -> Order:
    return replace(order, **{name: moment + by for name in DATES if (moment := getattr(order, name)) is not None})


ROWS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """Count what an import brought in."""

    file: str
    database: str
    customers: int
    orders: int
    products: int
    variants: int


def import_shop(path: Path, url: str, replace: bool = False, *, as_of: date | None = None) -> ImportReport:
    """Load a shop file into a database in one transaction; with `replace`, in place of what is there.

    With `as_of`, all dates are moved so that the shop looks as it would on that day (see `tools/retail/importing.py`).

    Raises:
        OrderFileError: the file does not fit, or the database already holds a shop and `replace` was not asked for.
        BackendUnavailable: the database does not answer.
    """
    shop = read_shop(path) if as_of is None else shifted(read_shop(path), as_of)
    with _transaction(url) as connection:
        if not replace and (present := _count(connection, schema.orders)):
            raise OrderFileError(
                f"{shown(parse_url(url))} already holds a shop with {present} orders; wanted an empty database; "
                "add --replace to put this file in its place"
            )
        fill(connection, shop)
    return ImportReport(
        file=str(path),
        database=shown(parse_url(url)),
        customers=len(shop.customers),
        orders=len(shop.orders),
        products=len(shop.products),
        variants=sum(len(p.variants) for p in shop.products),
    )


def stored_shop(url: str) -> Shop:
    """Return everything a shop database holds; raises BackendUnavailable when it holds no shop."""
    with _transaction(url, writes=False) as connection:
        if not inspect(connection).has_table(schema.orders.name) or not _count(connection, schema.customers):
            raise BackendUnavailable(
                f"there is no shop in {shown(parse_url(url))}; run `support-agent orders import FILE` first"
            )
        return _read_all(connection)


def export_shop(url: str) -> dict[str, Any]:
    """Return the whole shop in the shape of a shop file; raises BackendUnavailable when there is none."""
    return shop_json(stored_shop(url))


def write_export(url: str, path: Path) -> None:
    """Write the whole shop to a file, which is replaced only once everything is on disk."""
    content = json.dumps(export_shop(url), ensure_ascii=False, indent=1)
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(content + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise OrderFileError(f"{path}: cannot be written ({error.strerror}); choose another file") from None


def fill(connection: Connection, shop: Shop) -> None:
    """Replace everything in the shop tables by this shop."""
    bring_up_to_date(connection, schema.metadata)
    for table in reversed(schema.metadata.sorted_tables):
        connection.execute(table.delete())
    rows = _rows_of(shop)
    for table in schema.metadata.sorted_tables:
        values = rows.get(table.name, [])
        for start in range(0, len(values), ROWS_AT_ONCE):
            connection.execute(insert(table), values[start : start + ROWS_AT_ONCE])


@contextmanager
def _transaction(url: str, *, writes: bool = True) -> Iterator[Connection]:
    def failure(error: Exception) -> BackendUnavailable:
        return BackendUnavailable(
            f"the shop database {shown(parse_url(url))} cannot be used ({cause_of(error)}); check SUPPORT_ORDERS_URL"
        )

    with sql_errors(failure):
        engine = open_engine(url)
        try:
            with engine.connect().execution_options(writes=writes) as connection, connection.begin():
                yield connection
        finally:
            engine.dispose()


def _count(connection: Connection, table: Table) -> int:
    if not inspect(connection).has_table(table.name):
        return 0
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _rows_of(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table; customers' addresses come first, then those of orders."""
    customers, orders = shop.customers, shop.orders
    places = {order_id: n for c in customers for n, order_id in enumerate(c.order_ids)}
    homes = [*(c.address for c in customers), *(o.address for o in orders)]
    return {
        "addresses": [{"id": n, **vars(address)} for n, address in enumerate(homes, 1)],
        "customers": [_customer_row(c, n) for n, c in enumerate(customers)],
        "payment_methods": [
            vars(m) | {"customer_id": c.id, "position": n} for c in customers for n, m in enumerate(c.payment_methods)
        ],
        "products": [{"id": p.id, "name": p.name, "position": n} for n, p in enumerate(shop.products)],
        "variants": _variant_rows(shop.products),
        "orders": [_order_row(o, n, len(customers) + n + 1, places[o.id]) for n, o in enumerate(orders)],
        "order_items": [row for o in orders for row in item_values(o)],
        "fulfilments": [row for o in orders for row in fulfilment_values(o)],
        "payments": [row for o in orders for row in payment_values(o)],
    }


def _customer_row(customer: Customer, position: int) -> dict[str, Any]:
    return {
        "id": customer.id,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "email_key": customer.email.lower(),
        "name_key": name_key(customer.first_name, customer.last_name, customer.address.zip),
        "address_id": position + 1,
        "position": position,
    }


def _order_row(order: Order, position: int, address_id: int, place: int) -> dict[str, Any]:
    return {
        "id": order.id,
        "lookup_key": order_key(order.id),
        "lookup_digits": digits_of(order.id),
        "customer_id": order.customer_id,
        "customer_position": place,
        "position": position,
        "address_id": address_id,
        **order_values(order),
    }


def _variant_rows(products: Iterable[Product]) -> list[dict[str, Any]]:
    found = [(p, v) for p in products for v in p.variants]
    return [
        {
            "item_id": v.item_id,
            "product_id": p.id,
            "position": n,
            "options": dict(v.options),
            "search_text": " ".join((p.name, *v.options.values())).casefold(),
            "available": v.available,
            "price": v.price,
        }
        for n, (p, v) in enumerate(found)
    ]


def _read_all(connection: Connection) -> Shop:
    def rows(query: Any) -> Any:
        return connection.execute(query).mappings().all()

    orders = rows(select_orders())
    methods: defaultdict[str, list[Any]] = defaultdict(list)
    for method in rows(select_methods()):
        methods[method["customer_id"]].append(method)
    order_ids: defaultdict[str, list[str]] = defaultdict(list)
    for order in sorted(orders, key=lambda o: o["customer_position"]):
        order_ids[order["customer_id"]].append(order["id"])
    return Shop(
        products=tuple(to_products(*(rows(query) for query in select_products()))),
        customers=tuple(to_customer(row, methods[row["id"]], order_ids[row["id"]]) for row in rows(select_customers())),
        orders=tuple(to_orders(orders, *(rows(query) for query in select_below(None)))),
    )

"""Fill a shop database from a file, and write it back to one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select

from core.errors import BackendUnavailable, OrderFileError
from core.storage.database import cause_of, sql_errors, upgrade_database
from core.storage.engines import open_engine, parse_url, shown
from core.storage.schema_versions import bring_up_to_date
from tools.retail.shop_file import Shop, read_shop, shop_json
from tools.retail.shop_records import Order
from tools.retail.sql import sql_schema as schema
from tools.retail.sql.sql_records import is_old, read_all, write_all

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
        bring_up_to_date(connection, schema.metadata)
        write_all(connection, shop)
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
        if not is_old(connection):
            return read_all(connection)
    upgrade_database(url, schema.metadata)
    return stored_shop(url)


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

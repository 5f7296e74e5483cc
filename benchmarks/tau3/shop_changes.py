"""Tell which records differ between two SQLite copies of a shop, without building those that do not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tools.retail.sql import sql_schema as schema

OWNERS = {
    "products": ("products", "id"),
    "variants": ("products", "product_id"),
    "customers": ("customers", "id"),
    "payment_methods": ("customers", "customer_id"),
    "orders": ("orders", "id"),
    "order_items": ("orders", "order_id"),
    "fulfilments": ("orders", "order_id"),
    "payments": ("orders", "order_id"),
}
"""For each table, the kind of record a row belongs to and the column that names it."""
Tables = dict[str, frozenset[tuple[object, ...]]]


@dataclass(frozen=True)
class ChangedIds:
    """The ids of the records that differ."""

    products: frozenset[str]
    customers: frozenset[str]
    orders: frozenset[str]


def read_tables(file: Path) -> Tables:
    """Return the rows of every table that holds records, addresses in place of their ids."""
    with closing(sqlite3.connect(file)) as connection:
        addresses = {row[0]: row[1:] for row in connection.execute("SELECT * FROM addresses")}
        tables: Tables = {}
        for name in OWNERS:
            columns = [column.name for column in schema.metadata.tables[name].columns]
            place = columns.index("address_id") if "address_id" in columns else None
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {name}")  # noqa: S608 - names of our own tables
            tables[name] = frozenset(row if place is None else (*row, addresses[row[place]]) for row in rows)
        return tables


def changed_ids(before: Tables, after: Tables) -> ChangedIds:
    """Return the ids of the records of which any row differs."""
    found: dict[str, set[str]] = {"products": set(), "customers": set(), "orders": set()}
    for name, (kind, column) in OWNERS.items():
        place = [c.name for c in schema.metadata.tables[name].columns].index(column)
        found[kind] |= set(_named(before[name] ^ after[name], place))
    return ChangedIds(**{kind: frozenset(ids) for kind, ids in found.items()})


def _named(rows: frozenset[tuple[object, ...]], place: int) -> Iterator[str]:
    return (str(row[place]) for row in rows)

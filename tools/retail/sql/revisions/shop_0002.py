"""Keep each record of the shop as one value in the shape of a shop file, instead of in rows of nine tables."""

from collections import defaultdict
from datetime import date
from typing import Any

from alembic import op
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, String, select

revision = "shop_0002"
down_revision = "shop_0001"
Row = dict[str, Any]
BELOW = ("payments", "fulfilments", "order_items")
OLD = (*BELOW, "orders", "variants", "products", "payment_methods", "customers", "addresses")
"""The tables as they were, those that name others first."""
CENTS = ("price", "amount", "balance", "exchange_price_difference")
NAMES = {
    "tracking_ids": "tracking_id",
    "return_item_ids": "return_items",
    "exchange_item_ids": "exchange_items",
    "exchange_new_item_ids": "exchange_new_items",
}
KEYS = {"order_id", "customer_id", "address_id", "position", "customer_position", "lookup_key", "lookup_digits"}
KEYS |= {"record", "search_text"}


def upgrade() -> None:
    """Read every record out of the old tables, and put these four in their place."""
    connection, tables = op.get_bind(), MetaData()
    tables.reflect(connection, only=OLD)
    old = {name: [dict(row) for row in connection.execute(select(tables.tables[name])).mappings()] for name in OLD}
    addresses = {row.pop("id"): row for row in old["addresses"]}
    payments, parcels, items = (_below(old[name], "order_id") for name in BELOW)
    methods, orders = _below(old["payment_methods"], "customer_id"), _below(old["orders"], "customer_id")
    variants = _below(old["variants"], "product_id")
    new: dict[str, list[Row]] = {
        "customers": [
            {
                **{name: row[name] for name in ("id", "email_key", "name_key", "position")},
                "record": {
                    "user_id": row["id"],
                    "name": {"first_name": row["first_name"], "last_name": row["last_name"]},
                    "address": addresses[row["address_id"]],
                    "email": row["email"],
                    "payment_methods": {method["id"]: _told(method) for method in methods[row["id"]]},
                    "orders": [one["id"] for one in sorted(orders[row["id"]], key=lambda o: o["customer_position"])],
                },
            }
            for row in old["customers"]
        ],
        "products": [
            {
                "id": row["id"],
                "position": row["position"],
                "record": {
                    "name": row["name"],
                    "product_id": row["id"],
                    "variants": {one["item_id"]: _told(one, "product_id") for one in variants[row["id"]]},
                },
            }
            for row in old["products"]
        ],
        "variants": [
            {name: row[name] for name in ("item_id", "product_id", "position", "search_text")}
            for row in old["variants"]
        ],
        "orders": [
            {
                **{name: row[name] for name in ("id", "lookup_key", "lookup_digits", "customer_id", "position")},
                "record": {
                    "order_id": row["id"],
                    "user_id": row["customer_id"],
                    "address": addresses[row["address_id"]],
                    "items": [_told(one) for one in items[row["id"]]],
                    "fulfillments": [_told(one) for one in parcels[row["id"]]],
                    "payment_history": [_told(one) for one in payments[row["id"]]],
                    **_told(row, "id"),
                },
            }
            for row in old["orders"]
        ],
    }
    for name in OLD:
        op.drop_table(name)
    columns = _columns()
    for name, rows in new.items():
        table = op.create_table(name, *columns[name])
        if rows:
            connection.execute(table.insert(), rows)
    op.create_index("ix_customers_name_key", "customers", ["name_key"])
    op.create_index("ix_variants_product_id", "variants", ["product_id"])
    op.create_index("orders_of_customer", "orders", ["customer_id", "lookup_key"])


def _columns() -> dict[str, list[Column[Any]]]:
    """Return the columns of each new table."""
    found: dict[str, list[Column[Any]]] = {
        "customers": [
            Column("id", String, primary_key=True),
            Column("email_key", String, nullable=False, unique=True),
            Column("name_key", String, nullable=False),
        ],
        "products": [Column("id", String, primary_key=True)],
        "variants": [
            Column("item_id", String, primary_key=True),
            Column("product_id", String, ForeignKey("products.id"), nullable=False),
            Column("search_text", String, nullable=False),
        ],
        "orders": [
            Column("id", String, primary_key=True),
            Column("lookup_key", String, nullable=False, unique=True),
            Column("lookup_digits", String, nullable=False),
            Column("customer_id", String, ForeignKey("customers.id"), nullable=False),
        ],
    }
    for name, columns in found.items():
        columns.append(Column("position", Integer, nullable=False))
        columns += [] if name == "variants" else [Column("record", JSON, nullable=False)]
    return found


def _below(rows: list[Row], key: str) -> defaultdict[str, list[Row]]:
    """Return rows by what they belong to, in their order."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["position"]):
        found[row[key]].append(row)
    return found


def _told(row: Row, *others: str) -> Row:
    """Return what a row says of its record: amounts as numbers, dates as text, nothing without a value."""
    told = {name: value for name, value in row.items() if value is not None and name not in {*KEYS, *others}}
    values = {name: value / 100 if name in CENTS else value for name, value in told.items()}
    return {
        NAMES.get(name, name): value.isoformat() if isinstance(value, date) else value for name, value in values.items()
    }

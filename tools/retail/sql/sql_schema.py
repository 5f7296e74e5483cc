"""Define the tables of the shop database: each record as a shop file has it, beside what it is found by."""

from pathlib import Path

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, String, Table

from core.storage.column_types import Instant
from core.storage.schema_versions import HISTORY, History

metadata = MetaData(info={HISTORY: History("shop", Path(__file__).with_name("revisions"), moves_rows=True)})

customers = Table(
    "customers",
    metadata,
    Column("id", String, primary_key=True),
    Column("email_key", String, nullable=False, unique=True, comment="the address in lower case"),
    Column("name_key", String, nullable=False, index=True, comment="first name, last name, postcode in lower case"),
    Column("position", Integer, nullable=False, comment="place in the imported file"),
    Column("record", JSON, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", String, primary_key=True),
    Column("lookup_key", String, nullable=False, unique=True, comment="upper-case letters and digits of the number"),
    Column("lookup_digits", String, nullable=False, comment="its digits alone"),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("record", JSON, nullable=False),
    Index("orders_of_customer", "customer_id", "lookup_key"),
)

products = Table(
    "products",
    metadata,
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("record", JSON, nullable=False),
)

variants = Table(
    "variants",
    metadata,
    Column("item_id", String, primary_key=True),
    Column("product_id", ForeignKey("products.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("search_text", String, nullable=False, comment="what a customer may call it, in lower case"),
)

effects = Table(
    "effects",
    metadata,
    Column("key", String, primary_key=True, comment="idempotency key: one change, once"),
    Column("operation", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("order_id", String),
    Column("args", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("applied_at", Instant, nullable=False),
)

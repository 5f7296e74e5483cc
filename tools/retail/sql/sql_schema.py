"""Define the tables of the shop database."""

from pathlib import Path

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, MetaData, String, Table

from core.storage.column_types import Instant, Money
from core.storage.schema_versions import HISTORY, History

metadata = MetaData(info={HISTORY: History("shop", Path(__file__).with_name("revisions"))})

addresses = Table(
    "addresses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address1", String, nullable=False),
    Column("address2", String, nullable=False),
    Column("city", String, nullable=False),
    Column("state", String, nullable=False),
    Column("zip", String, nullable=False),
    Column("country", String, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", String, primary_key=True),
    Column("first_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("email_key", String, nullable=False, unique=True, comment="the address in lower case"),
    Column("name_key", String, nullable=False, index=True, comment="first name, last name, postcode in lower case"),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    Column("position", Integer, nullable=False, comment="place in the imported file"),
)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("customer_id", ForeignKey("customers.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("brand", String),
    Column("last_four", String),
    Column("balance", Money),
)

products = Table(
    "products",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("position", Integer, nullable=False),
)

variants = Table(
    "variants",
    metadata,
    Column("item_id", String, primary_key=True),
    Column("product_id", ForeignKey("products.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("options", JSON, nullable=False),
    Column("search_text", String, nullable=False, comment="what a customer may call it, in lower case"),
    Column("available", Boolean, nullable=False),
    Column("price", Money, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", String, primary_key=True),
    Column("lookup_key", String, nullable=False, unique=True, comment="upper-case letters and digits of the number"),
    Column("lookup_digits", String, nullable=False, comment="its digits alone"),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("customer_position", Integer, nullable=False, comment="place among the customer's orders"),
    Column("position", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    Column("ordered_at", Date),
    Column("shipped_at", Date),
    Column("expected_delivery", Date),
    Column("delivered_at", Date),
    Column("cancel_reason", String),
    Column("return_item_ids", JSON(none_as_null=True)),
    Column("return_payment_method_id", String),
    Column("exchange_item_ids", JSON(none_as_null=True)),
    Column("exchange_new_item_ids", JSON(none_as_null=True)),
    Column("exchange_payment_method_id", String),
    Column("exchange_price_difference", Money),
    Index("orders_of_customer", "customer_id", "lookup_key"),
)

order_items = Table(
    "order_items",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", String, nullable=False),
    Column("product_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("price", Money, nullable=False),
    Column("options", JSON, nullable=False),
)

fulfilments = Table(
    "fulfilments",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("tracking_ids", JSON, nullable=False),
    Column("item_ids", JSON, nullable=False),
)

payments = Table(
    "payments",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("transaction_type", String, nullable=False),
    Column("amount", Money, nullable=False),
    Column("payment_method_id", String, nullable=False),
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

"""Read the rows of a shop file as our records, and write them again.

The shape is that of the τ-bench retail shop (`products`, `users`, `orders`, each an object keyed by id) with four dates
more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tools.retail.shop_records import Address, Customer, Id, Order, PaymentMethod, Product, Text, Variant


class Row(BaseModel):
    """A row whose shape is not its record's; keys we would lose are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NameRow(Row):
    """A customer's name."""

    first_name: Text
    last_name: Text


class CustomerRow(Row):
    """A customer under `users`."""

    user_id: Id
    name: NameRow
    address: Address
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
    payment_methods: dict[Id, PaymentMethod]
    orders: list[Id]


class ProductRow(Row):
    """A product under `products`."""

    name: Text
    product_id: Id
    variants: dict[Id, Variant]


ORDER: TypeAdapter[Order] = TypeAdapter(Order)
Extra = Literal["ignore", "forbid"]


def read_order(row: Any, extra: Extra = "forbid") -> Order:
    """Return an order under `orders` as our record; raises ValidationError."""
    return ORDER.validate_python(row, extra=extra)


def read_customer(row: Any, extra: Extra = "forbid") -> Customer:
    """Return a customer under `users` as our record; raises ValidationError."""
    read = CustomerRow.model_validate(row, extra=extra)
    return Customer(
        id=read.user_id,
        first_name=read.name.first_name,
        last_name=read.name.last_name,
        email=read.email,
        address=read.address,
        payment_methods=tuple(read.payment_methods.values()),
        order_ids=tuple(read.orders),
    )


def read_product(row: Any, extra: Extra = "forbid") -> Product:
    """Return a product under `products` as our record; raises ValidationError."""
    read = ProductRow.model_validate(row, extra=extra)
    return Product(id=read.product_id, name=read.name, variants=tuple(read.variants.values()))


def order_json(order: Order) -> dict[str, Any]:
    """Write an order in the file's shape: plain JSON values, amounts as numbers, fields without a value left out."""
    row: dict[str, Any] = ORDER.dump_python(order, mode="json", by_alias=True, exclude_none=True)
    return row


def customer_json(customer: Customer) -> dict[str, Any]:
    """Write a customer in the file's shape."""
    return {
        "user_id": customer.id,
        "name": {"first_name": customer.first_name, "last_name": customer.last_name},
        "address": dict(vars(customer.address)),
        "email": customer.email,
        "payment_methods": {m.id: _plain(m) for m in customer.payment_methods},
        "orders": list(customer.order_ids),
    }


def product_json(product: Product) -> dict[str, Any]:
    """Write a product in the file's shape."""
    variants = {v.item_id: _plain(v) for v in product.variants}
    return {"name": product.name, "product_id": product.id, "variants": variants}


def _plain(record: PaymentMethod | Variant) -> dict[str, Any]:
    """Return a record's fields as JSON knows them, leaving out what is None."""
    values = {name: value for name, value in vars(record).items() if value is not None}
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in values.items()}


@dataclass(frozen=True, kw_only=True)
class Records:
    """The records a change touches, at one moment; None where it does not touch them."""

    order: Order | None = None
    customer: Customer | None = None


def records_json(records: Records) -> dict[str, Any]:
    """Write records as plain JSON values in the shape of the shop file."""
    order = {"order": order_json(records.order)} if records.order else {}
    customer = {"customer": customer_json(records.customer)} if records.customer else {}
    return order | customer


def read_records(content: Mapping[str, Any]) -> Records:
    """Read back what `records_json` wrote."""
    order, customer = content.get("order"), content.get("customer")
    return Records(order=read_order(order) if order else None, customer=read_customer(customer) if customer else None)

"""Check the rows of a shop file and translate them to and from our records.

The shape is that of the τ-bench retail shop (`products`, `users`, `orders`, each an object keyed by id) with four dates
more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.retail.shop_records import (
    Address,
    Customer,
    Fulfilment,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    Status,
    Variant,
)

Id = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=500)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Difference = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]


class Row(BaseModel):
    """Refuse keys we would lose."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AddressRow(Row):
    """A postal address."""

    address1: Text
    address2: Text
    city: Text
    state: Text
    zip: Text
    country: Text

    def record(self) -> Address:
        """Return the row as our record."""
        return Address(**self.model_dump())


class NameRow(Row):
    """A customer's name."""

    first_name: Text
    last_name: Text


class PaymentMethodRow(Row):
    """One way of paying."""

    source: Literal["gift_card", "credit_card", "paypal"]
    id: Id
    brand: Text | None = None
    last_four: Text | None = None
    balance: Amount | None = None


class CustomerRow(Row):
    """A customer under `users`."""

    user_id: Id
    name: NameRow
    address: AddressRow
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
    payment_methods: dict[Id, PaymentMethodRow]
    orders: list[Id]

    def record(self) -> Customer:
        """Return the row as our record."""
        return Customer(
            id=self.user_id,
            first_name=self.name.first_name,
            last_name=self.name.last_name,
            email=self.email,
            address=self.address.record(),
            payment_methods=tuple(PaymentMethod(**m.model_dump()) for m in self.payment_methods.values()),
            order_ids=tuple(self.orders),
        )


class VariantRow(Row):
    """One version of a product."""

    item_id: Id
    options: dict[Text, Text]
    available: bool
    price: Amount


class ProductRow(Row):
    """A product under `products`."""

    name: Text
    product_id: Id
    variants: dict[Id, VariantRow]

    def record(self) -> Product:
        """Return the row as our record."""
        variants = tuple(Variant(**v.model_dump()) for v in self.variants.values())
        return Product(id=self.product_id, name=self.name, variants=variants)


class ItemRow(Row):
    """One line of an order."""

    name: Text
    product_id: Id
    item_id: Id
    price: Amount
    options: dict[Text, Text]


class FulfilmentRow(Row):
    """One parcel."""

    tracking_id: list[Id]
    item_ids: list[Id]


class PaymentRow(Row):
    """One movement of money."""

    transaction_type: Literal["payment", "refund"]
    amount: Amount
    payment_method_id: Id


class OrderRow(Row):
    """An order under `orders`."""

    order_id: Id
    user_id: Id
    address: AddressRow
    items: list[ItemRow]
    status: Status
    fulfillments: list[FulfilmentRow]
    payment_history: list[PaymentRow]
    ordered_at: date | None = None
    shipped_at: date | None = None
    expected_delivery: date | None = None
    delivered_at: date | None = None
    cancel_reason: Text | None = None
    return_items: list[Id] | None = None
    return_payment_method_id: Id | None = None
    exchange_items: list[Id] | None = None
    exchange_new_items: list[Id] | None = None
    exchange_payment_method_id: Id | None = None
    exchange_price_difference: Difference | None = None

    def record(self) -> Order:
        """Return the row as our record."""
        return Order(
            id=self.order_id,
            customer_id=self.user_id,
            status=self.status,
            address=self.address.record(),
            items=tuple(OrderItem(**i.model_dump()) for i in self.items),
            fulfilments=tuple(
                Fulfilment(tracking_ids=tuple(f.tracking_id), item_ids=tuple(f.item_ids)) for f in self.fulfillments
            ),
            payments=tuple(Payment(**p.model_dump()) for p in self.payment_history),
            ordered_at=self.ordered_at,
            shipped_at=self.shipped_at,
            expected_delivery=self.expected_delivery,
            delivered_at=self.delivered_at,
            cancel_reason=self.cancel_reason,
            return_item_ids=_tuple(self.return_items),
            return_payment_method_id=self.return_payment_method_id,
            exchange_item_ids=_tuple(self.exchange_items),
            exchange_new_item_ids=_tuple(self.exchange_new_items),
            exchange_payment_method_id=self.exchange_payment_method_id,
            exchange_price_difference=self.exchange_price_difference,
        )


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def order_json(order: Order) -> dict[str, Any]:
    """Write an order in the file's shape: plain JSON values, amounts as numbers, fields without a value left out."""
    row: dict[str, Any] = {
        "order_id": order.id,
        "user_id": order.customer_id,
        "address": vars(order.address),
        "items": [
            {"name": i.name, "product_id": i.product_id, "item_id": i.item_id, "price": i.price, "options": i.options}
            for i in order.items
        ],
        "status": order.status,
        "fulfillments": [
            {"tracking_id": list(f.tracking_ids), "item_ids": list(f.item_ids)} for f in order.fulfilments
        ],
        "payment_history": [vars(p) for p in order.payments],
        "ordered_at": order.ordered_at,
        "shipped_at": order.shipped_at,
        "expected_delivery": order.expected_delivery,
        "delivered_at": order.delivered_at,
        "cancel_reason": order.cancel_reason,
        "return_items": _list(order.return_item_ids),
        "return_payment_method_id": order.return_payment_method_id,
        "exchange_items": _list(order.exchange_item_ids),
        "exchange_new_items": _list(order.exchange_new_item_ids),
        "exchange_payment_method_id": order.exchange_payment_method_id,
        "exchange_price_difference": order.exchange_price_difference,
    }
    return _plain_object(row)


def customer_json(customer: Customer) -> dict[str, Any]:
    """Write a customer in the file's shape."""
    return _plain_object(
        {
            "user_id": customer.id,
            "name": {"first_name": customer.first_name, "last_name": customer.last_name},
            "address": vars(customer.address),
            "email": customer.email,
            "payment_methods": {m.id: vars(m) for m in customer.payment_methods},
            "orders": list(customer.order_ids),
        }
    )


def product_json(product: Product) -> dict[str, Any]:
    """Write a product in the file's shape."""
    variants = {v.item_id: vars(v) for v in product.variants}
    return _plain_object({"name": product.name, "product_id": product.id, "variants": variants})


def _plain_object(row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a tree of values into what JSON knows, leaving out what is None."""
    return {key: _plain(value) for key, value in row.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain_object(value)
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


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
    return Records(
        order=OrderRow.model_validate(order).record() if order else None,
        customer=CustomerRow.model_validate(customer).record() if customer else None,
    )

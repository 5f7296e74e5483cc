"""Translate between the shop's tables and our records."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping

from tools.retail.shop_records import (
    Address,
    Customer,
    Fulfilment,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    Variant,
)

ADDRESS_FIELDS = ("address1", "address2", "city", "state", "zip", "country")
ORDER_DATES = ("ordered_at", "shipped_at", "expected_delivery", "delivered_at")
ORDER_LISTS = ("return_item_ids", "exchange_item_ids", "exchange_new_item_ids")
ORDER_DETAILS = (
    "status",
    "cancel_reason",
    "return_payment_method_id",
    "exchange_payment_method_id",
    "exchange_price_difference",
)


def address_values(address: Address) -> dict[str, str]:
    """Return the columns of an address."""
    return {name: getattr(address, name) for name in ADDRESS_FIELDS}


def name_key(first_name: str, last_name: str, zip_code: str) -> str:
    """Return what a customer is found by when they give their name and postcode."""
    return "\n".join(" ".join(part.casefold().split()) for part in (first_name, last_name, zip_code))


def order_values(order: Order) -> dict[str, Any]:
    """Return the columns of an order that can change while it lives."""
    lists = {name: None if getattr(order, name) is None else list(getattr(order, name)) for name in ORDER_LISTS}
    return {name: getattr(order, name) for name in (*ORDER_DATES, *ORDER_DETAILS)} | lists


def item_values(order: Order) -> list[dict[str, Any]]:
    """Return the item rows of an order."""
    return [
        vars(item) | {"order_id": order.id, "position": position, "options": dict(item.options)}
        for position, item in enumerate(order.items)
    ]


def fulfilment_values(order: Order) -> list[dict[str, Any]]:
    """Return the parcel rows of an order."""
    return [
        {"order_id": order.id, "position": n, "tracking_ids": list(f.tracking_ids), "item_ids": list(f.item_ids)}
        for n, f in enumerate(order.fulfilments)
    ]


def payment_values(order: Order) -> list[dict[str, Any]]:
    """Return the payment rows of an order."""
    return [vars(payment) | {"order_id": order.id, "position": n} for n, payment in enumerate(order.payments)]


def to_customer(row: RowMapping, methods: Iterable[RowMapping], order_ids: Iterable[str]) -> Customer:
    """Build a customer from their row (joined with their address), their payment methods and their orders."""
    return Customer(
        id=row["id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=row["email"],
        address=_address(row),
        payment_methods=tuple(
            PaymentMethod(**{k: m[k] for k in ("id", "source", "brand", "last_four", "balance")}) for m in methods
        ),
        order_ids=tuple(order_ids),
    )


def to_products(rows: Iterable[RowMapping], variant_rows: Iterable[RowMapping]) -> list[Product]:
    """Build products from their rows and those of their variants, both in order."""
    variants = _grouped(variant_rows, "product_id")
    return [
        Product(
            id=row["id"],
            name=row["name"],
            variants=tuple(
                Variant(item_id=v["item_id"], options=v["options"], available=v["available"], price=v["price"])
                for v in variants[row["id"]]
            ),
        )
        for row in rows
    ]


def to_orders(
    rows: Sequence[RowMapping],
    items: Iterable[RowMapping],
    parcels: Iterable[RowMapping],
    movements: Iterable[RowMapping],
) -> list[Order]:
    """Build orders from their rows (joined with their addresses) and the rows below them, each in order."""
    items_of, parcels_of, payments_of = (_grouped(r, "order_id") for r in (items, parcels, movements))
    return [
        Order(
            id=row["id"],
            customer_id=row["customer_id"],
            address=_address(row),
            items=tuple(
                OrderItem(**{k: i[k] for k in ("item_id", "product_id", "name", "price", "options")})
                for i in items_of[row["id"]]
            ),
            fulfilments=tuple(
                Fulfilment(tracking_ids=tuple(f["tracking_ids"]), item_ids=tuple(f["item_ids"]))
                for f in parcels_of[row["id"]]
            ),
            payments=tuple(
                Payment(**{k: p[k] for k in ("transaction_type", "amount", "payment_method_id")})
                for p in payments_of[row["id"]]
            ),
            **_details(row),
        )
        for row in rows
    ]


def _details(row: RowMapping) -> dict[str, Any]:
    lists = {name: None if row[name] is None else tuple(row[name]) for name in ORDER_LISTS}
    return {name: row[name] for name in (*ORDER_DATES, *ORDER_DETAILS)} | lists


def _address(row: RowMapping) -> Address:
    return Address(**{name: row[name] for name in ADDRESS_FIELDS})


def _grouped(rows: Iterable[RowMapping], key: str) -> defaultdict[str, list[RowMapping]]:
    groups: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups

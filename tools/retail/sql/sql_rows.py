"""Translate between the shop's tables and our records."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping

from core.storage.column_types import record_of
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

_FIXED = ("id", "customer_id", "address", "items", "fulfilments", "payments")
"""Fields of an order that are no columns of it, or never change."""
_LISTS = ("return_item_ids", "exchange_item_ids", "exchange_new_item_ids")


def name_key(first_name: str, last_name: str, zip_code: str) -> str:
    """Return what a customer is found by when they give their name and postcode."""
    return "\n".join(" ".join(part.casefold().split()) for part in (first_name, last_name, zip_code))


def order_values(order: Order) -> dict[str, Any]:
    """Return the columns of an order that can change while it lives."""
    changing = {name: value for name, value in vars(order).items() if name not in _FIXED}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in changing.items()}


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
    paid_by = tuple(record_of(PaymentMethod, method) for method in methods)
    return record_of(
        Customer, row, address=record_of(Address, row), payment_methods=paid_by, order_ids=tuple(order_ids)
    )


def to_products(rows: Iterable[RowMapping], variant_rows: Iterable[RowMapping]) -> list[Product]:
    """Build products from their rows and those of their variants, both in order."""
    variants = _grouped(variant_rows, "product_id")
    return [record_of(Product, row, variants=tuple(record_of(Variant, v) for v in variants[row["id"]])) for row in rows]


def to_orders(
    rows: Sequence[RowMapping],
    items: Iterable[RowMapping],
    parcels: Iterable[RowMapping],
    movements: Iterable[RowMapping],
) -> list[Order]:
    """Build orders from their rows (joined with their addresses) and the rows below them, each in order."""
    items_of, parcels_of, payments_of = (_grouped(r, "order_id") for r in (items, parcels, movements))
    return [
        record_of(
            Order,
            row,
            address=record_of(Address, row),
            items=tuple(record_of(OrderItem, item) for item in items_of[row["id"]]),
            fulfilments=tuple(
                Fulfilment(tracking_ids=tuple(f["tracking_ids"]), item_ids=tuple(f["item_ids"]))
                for f in parcels_of[row["id"]]
            ),
            payments=tuple(record_of(Payment, payment) for payment in payments_of[row["id"]]),
            **{name: None if row[name] is None else tuple(row[name]) for name in _LISTS},
        )
        for row in rows
    ]


def _grouped(rows: Iterable[RowMapping], key: str) -> defaultdict[str, list[RowMapping]]:
    groups: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups

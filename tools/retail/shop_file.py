"""Read and write a whole shop as one JSON file, losing nothing and naming what does not fit."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.errors import OrderFileError
from tools.retail.shop_records import Customer, Order, Product, order_key
from tools.retail.shop_rows import customer_json, order_json, product_json, read_customer, read_order, read_product

KINDS: dict[str, tuple[str, Callable[[Any], Product | Customer | Order]]] = {
    "products": ("product_id", read_product),
    "users": ("user_id", read_customer),
    "orders": ("order_id", read_order),
}


@dataclass(frozen=True)
class Shop:
    """Everything a shop file tells."""

    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]


def read_shop(path: Path) -> Shop:
    """Read and check a shop file.

    Raises:
        OrderFileError: the file, or one row of it, does not fit; names the file, the record, the field and what was
            wanted.
    """
    content = _load(path)
    if not isinstance(content, dict) or set(content) != set(KINDS):
        came = sorted(content) if isinstance(content, dict) else type(content).__name__
        raise OrderFileError(f"{path}: came {came}; wanted one JSON object with {', '.join(KINDS)}; correct the export")
    shop = Shop(*(tuple(_records(path, kind, content[kind])) for kind in KINDS))
    _check_links(path, shop)
    return shop


def shop_json(shop: Shop) -> dict[str, Any]:
    """Write a shop in the shape of the file it came from."""
    return {
        "products": {p.id: product_json(p) for p in shop.products},
        "users": {c.id: customer_json(c) for c in shop.customers},
        "orders": {o.id: order_json(o) for o in shop.orders},
    }


def _load(path: Path) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key {twice!r} stands twice in one object")
        return found

    def no_number(text: str) -> None:
        raise ValueError(f"{text} is not a number")

    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_float=Decimal, parse_constant=no_number, object_pairs_hook=once)
    except OSError as error:
        raise OrderFileError(f"{path}: cannot be read ({error.strerror}); wanted a JSON shop file") from None
    except ValueError as error:
        raise OrderFileError(f"{path}: is not a usable JSON file ({error}); export the shop again") from None
    except RecursionError:
        raise OrderFileError(f"{path}: is nested too deeply; wanted a JSON shop file") from None


def _records(path: Path, kind: str, content: Any) -> Iterator[Any]:
    id_field, read = KINDS[kind]
    if not isinstance(content, dict):
        raise OrderFileError(f"{path}: {kind} is a {type(content).__name__}; wanted an object of rows keyed by id")
    for key, raw in content.items():
        try:
            record = read(raw)
        except ValidationError as error:
            problem = error.errors()[0]
            field = ".".join(str(part) for part in problem["loc"]) or "(row)"
            came = "" if problem["type"] == "missing" else f" came {str(problem['input'])[:80]!r};"
            raise OrderFileError(
                f"{path}: {kind} {key!r}, field {field}:{came} wanted: "
                f"{problem['msg'][:1].lower()}{problem['msg'][1:]}; nothing was imported"
            ) from None
        if record.id != key:
            raise OrderFileError(
                f"{path}: {kind} {key!r}, field {id_field}: came {record.id!r}; wanted {key!r}; nothing was imported"
            )
        yield record


def _check_links(path: Path, shop: Shop) -> None:
    """Refuse rows that point to nothing, or that would be found under one name."""

    def wrong(kind: str, key: str, field: str, came: object, wanted: str) -> OrderFileError:
        return OrderFileError(
            f"{path}: {kind} {key!r}, field {field}: came {came!r}; wanted {wanted}; nothing was imported"
        )

    owners = {o.id: o.customer_id for o in shop.orders}
    listed = {order_id: c.id for c in shop.customers for order_id in c.order_ids}
    customer_ids = {c.id for c in shop.customers}
    for order in shop.orders:
        if order.customer_id not in customer_ids:
            raise wrong("orders", order.id, "user_id", order.customer_id, "a key of users")
        if listed.get(order.id) != order.customer_id:
            raise wrong("orders", order.id, "user_id", order.customer_id, "a user whose orders name this one")
    for customer in shop.customers:
        for order_id in customer.order_ids:
            if owners.get(order_id) != customer.id:
                raise wrong("users", customer.id, "orders", order_id, "orders of this user")
        if len(set(customer.order_ids)) < len(customer.order_ids):
            raise wrong("users", customer.id, "orders", list(customer.order_ids), "each order once")
    _unique(shop.orders, lambda o: order_key(o.id), lambda o, k: wrong("orders", o.id, "order_id", k, "a new number"))
    _unique(
        shop.customers,
        lambda c: c.email.lower(),
        lambda c, key: wrong("users", c.id, "email", key, "an address of its own"),
    )
    variants = [(p.id, v.item_id) for p in shop.products for v in p.variants]
    _unique(variants, lambda v: v[1], lambda v, key: wrong("products", v[0], "item_id", key, "an id of its own"))


def _unique(records: Any, key_of: Callable[[Any], str], problem: Callable[[Any, str], OrderFileError]) -> None:
    seen: set[str] = set()
    for record in records:
        key = key_of(record)
        if key in seen:
            raise problem(record, key)
        seen.add(key)

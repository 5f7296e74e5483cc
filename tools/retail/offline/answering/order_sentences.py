"""Put the facts of a shop's records into sentences."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.language.fixed_sentences import list_words
from tools.retail.shown_records import shown_status

Facts = Mapping[str, Any]

_STATUS = {
    "pending": "is pending: it has not been packed yet",
    "pending (item modified)": "is pending with changed items: it has not been packed yet",
    "pending (items modified)": "is pending with changed items: it has not been packed yet",
    "processed": "is processed: it is packed or on its way",
    "delivered": "was delivered",
    "cancelled": "is cancelled",
    "return requested": "was delivered, and has a return requested",
    "exchange requested": "was delivered, and has an exchange requested",
}
METHOD_NAMES = {"paypal": "PayPal", "gift_card": "gift card", "credit_card": "credit card"}
_BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express"}


def money(amount: Any) -> str:
    """Return an amount such as "$12.50"."""
    text = str(amount)
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


def day(iso: Any) -> str:
    """Return an ISO date as "3 November 2026", and anything else as it is."""
    try:
        found = date.fromisoformat(str(iso)[:10])
    except ValueError:
        return str(iso)
    return f"{found.day} {found:%B} {found.year}"


def options(item: Facts) -> str:
    """Return an item's options as "black, size M"."""
    return ", ".join(_option(key, value) for key, value in (item.get("options") or {}).items())


def _option(key: str, value: Any) -> str:
    bare = re.fullmatch(
        r"[\d.]+|\w{1,3}|yes|no|none|true|false|low|medium|high|standard|regular|basic|fixed", str(value), re.IGNORECASE
    )
    return f"{key} {value}" if bare else str(value)


def item_name(item: Facts) -> str:
    """Return an item with its options, as "Desk Lamp (black, battery)"."""
    chosen = options(item)
    return f"{item.get('name', 'item')} ({chosen})" if chosen else str(item.get("name", "item"))


def item_names(order: Facts) -> str:
    """Return the names of an order's items."""
    return list_words([str(item.get("name", "item")) for item in order.get("items", [])], "en")


def tracking_ids(order: Facts) -> list[str]:
    """Return every tracking id of an order."""
    return [str(t) for parcel in order.get("parcels", []) for t in parcel.get("tracking_ids", [])]


def status_sentence(order: Facts) -> str:
    """Say how far an order is, with the dates the shop knows."""
    status = str(order.get("status", ""))
    said = f"Order {order['order_id']} {_STATUS.get(status, f'has the status “{status}”')}"
    if order.get("delivered_at") and "was delivered" in said:
        said = said.replace("was delivered", f"was delivered on {day(order['delivered_at'])}")
    elif order.get("shipped_at") and status == "processed":
        said = f"Order {order['order_id']} was shipped on {day(order['shipped_at'])} and is on its way"
    if status == "cancelled" and order.get("cancel_reason"):
        said += f" (reason: {order['cancel_reason']})"
    return f"{said}."


def arrival_sentence(order: Facts) -> str:
    """Say when an open order is expected, or that the shop does not know."""
    status = str(order.get("status", ""))
    if order.get("expected_delivery") and status not in ("cancelled",) and not order.get("delivered_at"):
        expected = day(order["expected_delivery"])
        if late := order.get("days_late"):
            return (
                f"Delivery was expected on {expected}: it is {late} {'day' if late == 1 else 'days'} late. I am "
                f"sorry about that."
            )
        return f"Delivery is expected on {expected}."
    if status == "processed":
        return "I have no delivery date for it; the carrier's tracking page shows where it is."
    return "It has no delivery date yet." if status.startswith("pending") else ""


def tracking_sentence(order: Facts) -> str:
    """Name an order's tracking ids, or say that there is none yet."""
    ids = tracking_ids(order)
    if len(ids) == 1:
        return f"Its tracking number is {ids[0]}."
    if ids:
        return f"Its tracking numbers are {list_words([_with_contents(one, order) for one in ids], 'en')}."
    return (
        "It has no tracking number yet."
        if str(order.get("status", "")).startswith("pending")
        else "I have no tracking number for it."
    )


def _with_contents(tracking_id: str, order: Facts) -> str:
    """Return a tracking id with the goods that its parcel holds."""
    inside = {i for p in order.get("parcels", []) if tracking_id in p["tracking_ids"] for i in p.get("item_ids", ())}
    names = [str(item.get("name")) for item in order.get("items", []) if item.get("item_id") in inside]
    return f"{tracking_id} ({list_words(names, 'en')})" if names else tracking_id


def order_line(order: Facts) -> str:
    """Return an order in one line for a list."""
    when = f", ordered on {day(order['ordered_at'])}" if order.get("ordered_at") else ""
    total = f", {money(order['total'])}" if order.get("total") else ""
    return f"{order['order_id']} ({shown_status(order) or 'unknown'}{when}{total}): {item_names(order)}"


def order_lines(orders: Sequence[Facts]) -> str:
    """Return orders as a list, one line each."""
    return "\n".join(f"- {order_line(order)}" for order in orders)


def address_text(address: Facts) -> str:
    """Return an address in one line."""
    parts = [str(address.get(k) or "") for k in ("address1", "address2", "city")]
    region = f"{address.get('state') or ''} {address.get('zip') or ''}".strip()
    return ", ".join(p for p in [*parts, region, str(address.get("country") or "")] if p)


def method_name(method: Facts) -> str:
    """Return a payment method as a customer knows it, such as "Visa ending in 9212"."""
    source = str(method.get("source", ""))
    if source == "credit_card":
        brand = _BRANDS.get(str(method.get("brand", "")).lower(), str(method.get("brand") or "card"))
        return f"{brand} ending in {method['last_four']}" if method.get("last_four") else brand
    if source == "gift_card" and method.get("balance") is not None:
        return f"gift card (balance {money(method['balance'])})"
    return METHOD_NAMES.get(source, source or str(method.get("payment_method_id", "")))


def variant_line(variant: Facts) -> str:
    """Return a buyable version with its price."""
    stock = "" if variant.get("available") else " (out of stock)"
    return f"{options(variant) or 'standard version'}: {money(variant.get('price', '?'))}{stock}"

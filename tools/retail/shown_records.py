"""Show the shop's records: in words for customers, as compact JSON for the model, an order as a card of a page.

For the model: every fact, amounts with two decimals, nothing without a value.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from core.clock import utc_now
from core.language.fixed_sentences import date_words, list_words
from core.safety.untrusted_text import visible
from tools.actions.changes import Move
from tools.record_cards import Card, CardAction, CardField, CardItem
from tools.retail.policy import SENTENCES, Policy, WindowRule
from tools.retail.shop_records import Address, Customer, Order, OrderItem, PaymentMethod, Product, Variant
from tools.tool import result_text

LONGEST_NAME, _LONG_NAME = 80, 40
"""Characters of a name that are shown, and from which on full stops in it part sentences."""
_MORE_THAN_A_NAME = re.compile(r"[\n\r\u2028\u2029“”]|\+?\d(?:[\s()./-]{0,2}\d){6}")
_SENTENCES = re.compile(r"[.!?]\s+\S")
_BREAK = re.compile(r"[.!?:;\n\r\u2028\u2029“”—–]|\+?\d(?:[\s()./-]{0,2}\d){6}")


def amount_words(amount: Decimal, policy: Policy) -> str:
    """Write an amount, for example $1,024.50."""
    return f"{policy.currency}{amount:,.2f}"


def method_words(customer: Customer, payment_method_id: str, policy: Policy) -> str:
    """Name a payment method by what the customer knows of it."""
    method = next((m for m in customer.payment_methods if m.id == payment_method_id), None)
    if method is None:
        return policy.say("method_original")
    if method.source == "credit_card":
        brand, digits = (method.brand or "credit").title(), method.last_four or "????"
        return policy.say("method_card", brand=brand, digits=digits)
    return policy.say("method_gift_card" if method.source == "gift_card" else "method_paypal")


def address_words(address: Address) -> str:
    """Write an address on one line."""
    parts = (
        address.address1,
        address.address2,
        address.city,
        f"{address.state} {address.zip}".strip(),
        address.country,
    )
    return ", ".join(part for part in parts if part)


def item_words(item: OrderItem | Variant) -> str:
    """Name an item by its product name, where it has one, and its options."""
    options = name_words(", ".join(item.options.values()))
    return f"{name_words(item.name)} ({options})" if isinstance(item, OrderItem) else options


def name_words(name: str) -> str:
    """Return a product's name as a question can hold it: others write names, so nothing of one may read as more of the
    question, and what goes on like a sentence, or holds a telephone number, ends where that begins.
    """
    line = visible(name).strip()
    if (
        len(line) <= LONGEST_NAME
        and not _MORE_THAN_A_NAME.search(line)
        and not (len(line) > _LONG_NAME and _SENTENCES.search(line))
    ):
        return line
    return f"{_BREAK.split(line)[0].strip()[:LONGEST_NAME]}…"


def move_words(move: Move, customer: Customer, policy: Policy, *, done: bool) -> str:
    """Say what happens, or happened, to the customer's money, and when it arrives."""
    method = method_words(customer, move.payment_method_id, policy)
    amount, when = amount_words(move.amount, policy), "done" if done else "ask"
    if move.kind == "charge":
        return policy.say(f"charge_{when}", amount=amount, method=method)
    if any(m.id == move.payment_method_id and m.source == "gift_card" for m in customer.payment_methods):
        return policy.say(f"back_card_{when}", amount=amount, method=method)
    time = SENTENCES.translated(policy.refund_time, policy.language)
    return policy.say(f"back_{when}", amount=amount, method=method, time=time)


def money_words(moves: Sequence[Move], customer: Customer, policy: Policy, *, done: bool) -> str:
    """Say every movement as one sentence after a space, or nothing."""
    said = list_words([move_words(move, customer, policy, done=done) for move in moves], policy.language)
    return f" {said[0].upper()}{said[1:]}{policy.say('full_stop')}" if said else ""


def possible_now(policy: Policy, status: str, delivered: date | None, today: date) -> dict[str, bool]:
    """Return whether an order of this status can be cancelled, returned and exchanged."""
    return {
        "cancel": status in policy.cancel.statuses,
        "return": _open(policy.return_, status, delivered, today),
        "exchange": _open(policy.exchange, status, delivered, today),
    }


def _open(rule: WindowRule, status: str, delivered: date | None, today: date) -> bool:
    if status not in rule.statuses or delivered is None:
        return False
    return rule.window_days is None or (today - delivered).days <= rule.window_days


def as_text(facts: Any) -> str:
    """Return facts as one line of JSON without characters a reader cannot see."""
    return result_text(_plain(facts))


def order_facts(order: Order, today: date, policy: Policy | None = None) -> dict[str, Any]:
    """Return what is known about an order, and by a policy what is possible with it today.

    Keys: order_id, status, ordered_at, ordered_days_ago, shipped_at, expected_delivery, days_late (where it should be
    there by now), delivered_at, items (item_id, product_id, name, price, options), total, address, parcels
    (tracking_ids, item_ids), payments (type, amount, payment_method_id), paid, refunded, cancel_reason, return_items,
    return_payment_method_id, exchange_items, exchange_new_items, exchange_payment_method_id,
    exchange_price_difference, cancel_possible, return_possible, exchange_possible, return_until and exchange_until
    (the last days), and the same two of every reason for money back that has to be reported in time, such as
    damaged_on_arrival_until. Dates are ISO dates, amounts are text such as "12.50".
    """
    possible = possible_now(policy, order.status, order.delivered_at, today) if policy else {}
    for name, rule in _reported(policy).items() if policy else ():
        possible[name] = _open(rule, order.status, order.delivered_at, today)
    return {
        "order_id": order.id,
        "status": order.status,
        "ordered_at": order.ordered_at,
        "ordered_days_ago": (today - order.ordered_at).days if order.ordered_at else None,
        "shipped_at": order.shipped_at,
        "expected_delivery": order.expected_delivery,
        "days_late": _days_late(order, today),
        "delivered_at": order.delivered_at,
        "items": [
            {"item_id": i.item_id, "product_id": i.product_id, "name": i.name, "price": i.price, "options": i.options}
            for i in order.items
        ],
        "total": sum((i.price for i in order.items), Decimal()),
        "address": vars(order.address),
        "parcels": [{"tracking_ids": f.tracking_ids, "item_ids": f.item_ids} for f in order.fulfilments],
        "payments": [
            {"type": p.transaction_type, "amount": p.amount, "payment_method_id": p.payment_method_id}
            for p in order.payments
        ],
        "paid": sum((p.amount for p in order.payments if p.transaction_type == "payment"), Decimal()),
        "refunded": sum((p.amount for p in order.payments if p.transaction_type == "refund"), Decimal()),
        "cancel_reason": order.cancel_reason,
        "return_items": order.return_item_ids,
        "return_payment_method_id": order.return_payment_method_id,
        "exchange_items": order.exchange_item_ids,
        "exchange_new_items": order.exchange_new_item_ids,
        "exchange_payment_method_id": order.exchange_payment_method_id,
        "exchange_price_difference": order.exchange_price_difference,
        **{f"{deed}_possible": allowed for deed, allowed in possible.items()},
        **(_last_days(policy, order) if policy else {}),
    }


def _last_days(policy: Policy, order: Order) -> dict[str, date]:
    """Return until when a delivered order can be returned and exchanged, where a rule says so."""
    rules = {"return": policy.return_, "exchange": policy.exchange, **_reported(policy)}
    return {
        f"{name}_until": order.delivered_at + timedelta(days=rule.window_days)
        for name, rule in rules.items()
        if order.delivered_at and rule.window_days is not None and order.status in rule.statuses
    }


def _reported(policy: Policy) -> dict[str, WindowRule]:
    """Return what has to be reported within some days of delivery for money to come back, by name."""
    return {
        name.replace(" ", "_"): rule for name, rule in policy.refund.reasons.items() if rule.window_days is not None
    }


def _days_late(order: Order, today: date) -> int | None:
    """Return how many days ago an order that is not there should have been delivered; None for any other."""
    if order.expected_delivery is None or order.delivered_at or order.status not in ("pending", "processed"):
        return None
    return (today - order.expected_delivery).days if order.expected_delivery < today else None


def product_facts(product: Product) -> dict[str, Any]:
    """Return what is known about a product: product_id, name, variants (item_id, price, available, options)."""
    variants = [
        {"item_id": v.item_id, "price": v.price, "available": v.available, "options": v.options}
        for v in product.variants
    ]
    return {"product_id": product.id, "name": product.name, "variants": variants}


def profile_facts(customer: Customer) -> dict[str, Any]:
    """Return what a customer may hear about themselves: name, e-mail, default address, payment methods, orders."""
    return {
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "default_address": vars(customer.address),
        "payment_methods": [_method_facts(m) for m in customer.payment_methods],
        "order_ids": customer.order_ids,
    }


def _method_facts(method: PaymentMethod) -> dict[str, Any]:
    return {
        "payment_method_id": method.id,
        "source": method.source,
        "brand": method.brand,
        "last_four": method.last_four,
        "balance": method.balance,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items() if v is not None}
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(v) for v in value]
    return value


def order_cards(policy: Policy, tracking_url: str | None, result: Any, locale: str) -> Sequence[Card]:
    """Return the cards of `tools.retail.shown_records.order_facts`, or of a list of them; none for what is neither."""
    if not isinstance(result, Mapping):
        return ()
    listed = result.get("orders", [result])
    told = policy.told_in(locale)
    orders = [one for one in listed if isinstance(one, Mapping) and isinstance(one.get("order_id"), str)]
    return [_card(told, tracking_url, order, locale) for order in orders]


def _card(policy: Policy, tracking_url: str | None, order: Mapping[str, Any], locale: str) -> Card:
    order_id, status = str(order["order_id"]), str(order.get("status", ""))
    arrives = "delivered_at" if order.get("delivered_at") else "expected_delivery"
    days = {"ordered": order.get("ordered_at"), arrives.split("_")[0]: order.get(arrives)}
    fields = [
        CardField(label=policy.say(f"card_{key}"), value=date_words(date.fromisoformat(str(day)[:10]), locale))
        for key, day in days.items()
        if day
    ]
    parcels = [str(one) for parcel in order.get("parcels", ()) for one in parcel.get("tracking_ids", ())]
    fields += [CardField(label=policy.say("card_parcel"), value=one) for one in parcels if not tracking_url]
    if total := _money(order.get("total"), policy):
        fields.append(CardField(label=policy.say("card_total"), value=total))
    return Card(
        id=order_id,
        title=policy.say("card_order", order=order_id),
        status=policy.name("status", shown_status(order)),
        fields=fields,
        items=[
            CardItem(
                name=str(item.get("name", "")),
                detail=", ".join(str(value) for value in dict(item.get("options") or {}).values()),
                price=_money(item.get("price"), policy),
                picture=str(item.get("picture") or ""),
            )
            for item in order.get("items", ())
        ],
        actions=[*_tracking(policy, tracking_url, parcels), *_requests(policy, order, order_id, status)],
    )


def shown_status(order: Mapping[str, Any]) -> str:
    """Return the status that customers are shown: a shop calls both what is packed and what has left processed."""
    status = str(order.get("status", ""))
    return "shipped" if status == "processed" and order.get("shipped_at") else status


def _tracking(policy: Policy, tracking_url: str | None, parcels: Sequence[str]) -> list[CardAction]:
    """Return a link for each parcel, where the shop has named its carrier's page; a dead one is worse than none."""
    if not tracking_url:
        return []
    label = policy.say("card_track")
    named = [f"{label} {one}" if len(parcels) > 1 else label for one in parcels]
    return [
        CardAction(label=words, url=tracking_url.replace("{id}", quote(one, safe="")))
        for words, one in zip(named, parcels, strict=True)
    ]


def _requests(policy: Policy, order: Mapping[str, Any], order_id: str, status: str) -> list[CardAction]:
    """Return what the rules allow at the moment; each only begins to talk about it."""
    arrived = order.get("delivered_at")
    delivered = date.fromisoformat(str(arrived)[:10]) if arrived else None
    return [
        CardAction(label=policy.say(f"card_{key}"), say=policy.say(f"card_{key}_say", order=order_id))
        for key, allowed in possible_now(policy, status, delivered, utc_now().date()).items()
        if allowed
    ]


def _money(amount: Any, policy: Policy) -> str:
    try:
        return amount_words(Decimal(str(amount)), policy) if amount is not None else ""
    except InvalidOperation:
        return ""

"""Describe an order as a card: where it stands, what is in it, and what its customer may do with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from core.clock import utc_now
from core.language.fixed_sentences import date_words
from tools.record_cards import Card, CardAction, CardField, CardItem
from tools.retail.order_wording import amount_words
from tools.retail.policy import Policy
from tools.retail.record_facts import possible_now


def order_cards(policy: Policy, tracking_url: str | None, result: Any, locale: str) -> Sequence[Card]:
    """Return the cards of `tools.retail.record_facts.order_facts`, or of a list of them; none for what is neither."""
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
        status=policy.name("status", status),
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

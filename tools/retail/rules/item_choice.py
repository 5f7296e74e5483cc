"""Match the items a customer names with the lines of their order and the variants of the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from core.errors import Refused
from tools.retail.policy import Policy
from tools.retail.rules.money import ZERO
from tools.retail.shop_records import Order, OrderItem, Product, Variant


def chosen_lines(policy: Policy, order: Order, item_ids: Sequence[str]) -> list[int]:
    """Return the positions of the named items; an item named twice needs two lines.

    Raises:
        Refused: nothing was named, or an item is not, or not that often, in the order.
    """
    if not item_ids:
        raise Refused(policy.say("name_items"))
    free = list(range(len(order.items)))
    chosen = []
    for item_id in item_ids:
        found = next((n for n in free if order.items[n].item_id == item_id.strip()), None)
        if found is None:
            there = any(i.item_id == item_id.strip() for i in order.items)
            fault = "not_so_often" if there else "not_in_order"
            raise Refused(policy.say(fault, item=item_id.strip(), order=order.id))
        free.remove(found)
        chosen.append(found)
    return chosen


def chosen_swaps(
    policy: Policy, order: Order, products: Mapping[str, Product], item_ids: Sequence[str], new_item_ids: Sequence[str]
) -> dict[int, Variant]:
    """Return, for each line to be swapped, in the order's sequence, the variant that takes its place.

    Raises:
        Refused: the lists do not pair up, or a new item is unknown, of another product, the same, or out of stock.
    """
    if len(item_ids) != len(new_item_ids):
        raise Refused(policy.say("pairs"))
    pairs = swap_pairs(item_ids, new_item_ids)
    swaps = {}
    for line, wanted in zip(chosen_lines(policy, order, pairs["item_ids"]), pairs["new_item_ids"], strict=True):
        item = order.items[line]
        product = products.get(item.product_id)
        variant = next((v for v in product.variants if v.item_id == wanted), None) if product else None
        if variant is None:
            raise Refused(policy.say("other_product", item=item.name))
        if wanted == item.item_id:
            raise Refused(policy.say("same_version", item=item.name))
        if not variant.available:
            raise Refused(policy.say("out_of_stock", item=item.name))
        swaps[line] = variant
    return dict(sorted(swaps.items()))


def swap_difference(order: Order, swaps: Mapping[int, Variant]) -> Decimal:
    """Return what the new items cost more, below zero when they cost less."""
    return sum((variant.price - order.items[line].price for line, variant in swaps.items()), ZERO)


def swapped(item: OrderItem, variant: Variant | None) -> OrderItem:
    """Return the line with the variant in place of what it held, or as it was."""
    return (
        item
        if variant is None
        else replace(item, item_id=variant.item_id, price=variant.price, options=variant.options)
    )


def swap_pairs(item_ids: Sequence[str], new_item_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return both lists in canonical order, pairs kept together."""
    pairs = sorted(zip((i.strip() for i in item_ids), (n.strip() for n in new_item_ids), strict=True))
    return {"item_ids": [old for old, _ in pairs], "new_item_ids": [new for _, new in pairs]}

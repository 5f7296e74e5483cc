"""Find the version of a product that a customer describes."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from core.language.text import normal
from tools.retail.offline.reading.items import named_values, size_rank, squash

Facts = Mapping[str, Any]

_CHEAPEST = re.compile(r"\b(?:cheapest|least expensive|lowest price\w*|lowest cost|most affordable)\b")
_DEAREST = re.compile(r"\b(?:most expensive|priciest|dearest|highest price\w*|most premium)\b")
_MORE = re.compile(
    r"\b(?:bigger|larger|longer|higher|taller|brighter|heavier|more|greater|next size up|one size up|size up|"
    r"too small|too short|too tight)\b"
)
_LESS = re.compile(
    r"\b(?:smaller|shorter|lower|dimmer|lighter|less|fewer|next size down|one size down|size down|too big|too "
    r"large|too long|too wide)\b"
)
_UNWANTED = r"\b(?:instead of|rather than|(?<!why )not)\b(?:(?!\bbut\b|,)[^.?!\n]){0,16}?(?<!\w)"
"""What stands before a value that is not wanted."""


def price_of(variant: Facts) -> Decimal:
    """Return a version's price."""
    try:
        return Decimal(str(variant.get("price", "0")))
    except InvalidOperation:
        return Decimal(0)


def wanted_options(text: str, variants: Sequence[Facts], current: Mapping[str, Any]) -> dict[str, Any]:
    """Return the option values a text asks for; a value the item already has counts only when nothing else is named."""
    wanted: dict[str, Any] = {}
    known = option_values(variants)
    text = _without_unwanted(text, [str(value) for values in known.values() for value in values])
    *_, newest = text.split("\n")
    for key, values in known.items():
        if newest != text and list(named_values(newest, key, values)) == [current.get(key)]:
            wanted[key] = current[key]  # "no wait, oat" after "in heather"
            continue
        places = named_values(text, key, values)
        places = {
            v: p for v, p in places.items() if not any(v != o and squash(str(v)) in squash(str(o)) for o in places)
        }
        others = {value: place for value, place in places.items() if str(value) != str(current.get(key))}
        if others:
            wanted[key] = max(others, key=lambda value: others[value])
        elif places:
            wanted[key] = next(iter(places))
        elif (stepped := _stepped(text, key, values, current.get(key))) is not None:
            wanted[key] = stepped
    return wanted


def _without_unwanted(text: str, values: Sequence[str]) -> str:
    """Return a text without the values that it says are not wanted: `in black, not cream`."""
    for value in sorted(values, key=len, reverse=True):
        text = re.sub(rf"{_UNWANTED}{re.escape(value)}s?(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def option_values(variants: Sequence[Facts]) -> dict[str, list[Any]]:
    """Return every value of every option of a product, in order of appearance."""
    found: dict[str, list[Any]] = {}
    for variant in variants:
        for key, value in (variant.get("options") or {}).items():
            if value not in found.setdefault(key, []):
                found[key].append(value)
    return found


def fitting_variants(text: str, variants: Sequence[Facts], current: Facts) -> list[Facts]:
    """Return the buyable versions that fit a text best, the likeliest first; empty when it names no difference.

    One is returned where the choice is clear. Options the text leaves open keep the value the item has, as far as
    possible.
    """
    in_stock = [v for v in variants if v.get("available")]
    has = current.get("options") or {}
    wanted = wanted_options(text, variants, has)
    differs = any(str(value) != str(has.get(key)) for key, value in wanted.items())
    cheapest, dearest = _CHEAPEST.search(normal(text)), _DEAREST.search(normal(text))
    if not differs and not (cheapest or dearest):
        return []
    fitting = [v for v in in_stock if all(str((v.get("options") or {}).get(k)) == str(w) for k, w in wanted.items())]
    if cheapest or dearest:
        return sorted(fitting, key=price_of, reverse=bool(dearest))[:1]
    kept = {id(v): sum(str((v.get("options") or {}).get(k)) == str(h) for k, h in has.items()) for v in fitting}
    most = max(kept.values(), default=0)
    return [v for v in fitting if kept[id(v)] == most]


def changes_only_what_is_asked(text: str, variant: Facts, variants: Sequence[Facts], current: Facts) -> bool:
    """Say whether a version differs from the item only in options the text speaks of, or in a price it asks for."""
    if _CHEAPEST.search(normal(text)) or _DEAREST.search(normal(text)):
        return True
    has = current.get("options") or {}
    wanted = wanted_options(text, variants, has)
    return all(key in wanted or str(v) == str(has.get(key)) for key, v in (variant.get("options") or {}).items())


def nearest_variants(text: str, variants: Sequence[Facts], current: Facts) -> list[Facts]:
    """Return the buyable versions, those with most of the options asked for first, cheaper ones before dearer ones."""
    wanted = wanted_options(text, variants, current.get("options") or {})

    def order(variant: Facts) -> tuple[int, Decimal]:
        has = variant.get("options") or {}
        return -sum(str(has.get(key)) == str(value) for key, value in wanted.items()), price_of(variant)

    return sorted((v for v in variants if v.get("available")), key=order)


def _stepped(text: str, key: str, values: Sequence[Any], current: Any) -> Any:
    """Return the next larger or smaller value of an option that has an order, where the text asks for that."""
    said = squash(text)
    up, down = _MORE.search(said), _LESS.search(said)
    named = squash(key) in said
    sized = re.search(
        r"\b(?:size|capacity|length|frame|bigger|smaller|larger|too big|too small)\b", said
    ) and re.search(r"size|capacity|length|pieces|volume", key)
    bright = re.search(r"bright|dim", said) and "bright" in key
    if not (up or down) or not (named or sized or bright):
        return None
    ranked = sorted((v for v in values if size_rank(v) is not None), key=lambda v: size_rank(v) or 0.0)
    here = size_rank(current)
    if here is None:
        return None
    beyond = (
        [v for v in ranked if (size_rank(v) or 0.0) > here]
        if up
        else [v for v in reversed(ranked) if (size_rank(v) or 0.0) < here]
    )
    return beyond[0] if beyond else None

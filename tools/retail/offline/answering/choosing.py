"""Find out which orders, items and way to pay a request is about, or ask the customer."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from core.language.action_words import DEED_VERB
from core.language.fixed_sentences import list_words
from core.language.records.descriptions import described, describing, words_of_value
from core.language.reference_numbers import reference_numbers
from core.language.text import normal
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.lookups import all_orders, each_looked_up, order_of
from tools.retail.offline.answering.order_sentences import item_name, order_lines
from tools.retail.offline.reading.items import look_alikes, meant_items, name_score, product_words, told_apart_by
from tools.retail.offline.reading.relative_days import days_said
from tools.retail.offline.reading.request_phrases import OTHER_ORDER
from tools.retail.offline.reading.slots import means_all, means_newest, ordinal
from tools.retail.offline.reading.talked_about import newest_order
from tools.retail.shop_records import digits_of

Facts = Mapping[str, Any]
_SHOWN = 6
DATES = ("ordered_at", "shipped_at", "expected_delivery", "delivered_at")
_CALENDAR = frozenset(
    word for month in range(1, 13) for day in range(1, 8) for word in words_of_value(f"2026-{month:02}-{day:02}")
)
_WHEN = re.compile(r"\b(?:order\w*|placed|bought|made|purchased|delivered|arrived|came|got|the one|from)\b")
"""What tells that a weekday or month says of when an order is."""
_INDEFINITE = re.compile(r"\b(?:an?|another|other|some\w*|any\w*|my|orders?|ones?|first|last|all|both)\b")
"""What a wish says that need not be about the order just told."""
AGE = re.compile(r"\bthe (older|oldest|newer|newest)\b")
_ARRIVED = re.compile(r"\b(?:delivered|arrived|came|got|received)\b")
_ALONE = re.compile(r"\b(?:just|only) (?:the|that|a)\b|\b(?:alone|on its own|by itself|nothing else)\b")
_OF_ORDER = re.compile(
    r"\b(?:(?:the|my|that) (?:order|one|parcel|purchase) (?:with|that has|which has|containing)|"
    r"(?:ordered|bought|purchased|got|came|arrived|delivered)(?: (?:it|them))?(?: together| along)? with)"
    r"(?: (?!for\b|to\b|into\b|by\b)[\w'-]+){1,4}"
)
"""Points at an order by its goods, which are not the ones that are meant."""


def is_pending(order: Facts) -> bool:
    """Say whether an order has not been packed yet."""
    return str(order.get("status", "")).startswith("pending")


def is_delivered(order: Facts) -> bool:
    """Say whether an order has arrived."""
    return str(order.get("status", "")) in {"delivered", "return requested", "exchange requested"}


def can_be_changed(order: Facts) -> bool:
    """Say whether an order can still be cancelled or changed: not once its items were."""
    return is_pending(order) and order.get("cancel_possible") is not False


def is_on_its_way(order: Facts) -> bool:
    """Say whether an order has left or is about to."""
    return str(order.get("status", "")) == "processed"


_STATES: tuple[tuple[Callable[[Facts], bool], re.Pattern[str]], ...] = (
    (is_pending, re.compile(r"\b(?:pending|not (?:yet )?shipped|has(?:n't| not) shipped|just (?:ordered|placed))\b")),
    (
        lambda order: "modified" in str(order.get("status")),
        re.compile(r"\b(?:order|one|that) (?:that )?i (?:have )?(?:already )?(?:changed|modified)\b"),
    ),
    (is_on_its_way, re.compile(r"\b(?:on (?:its|the) way|in transit|already shipped|been shipped|processed)\b")),
    (is_delivered, re.compile(r"\b(?:received|delivered|got|arrived|did \w+ deliver)\b")),
)
"""What customers say about the state of the order they mean."""


def order_state(text: str) -> Callable[[Facts], bool] | None:
    """Return the test for the state that a text gives the order it means, or None."""
    return next((state for state, pattern in _STATES if pattern.search(text.casefold())), None)


def of_the_day(text: str, orders: Sequence[Facts]) -> list[Facts]:
    """Return the orders that were placed, sent, due or delivered on the day or in the month that a text names."""
    if (found := _of_days_ago(normal(text), orders)) is not None:
        return found
    said = {word for word in describing(text) if word.startswith("day ") or word in _CALENDAR}
    if not (any(word.startswith("day ") for word in said) or _WHEN.search(normal(text))):
        return []
    for keys in (("delivered_at",) if _ARRIVED.search(normal(text)) else ("ordered_at",), DATES):
        places, hits = described(said, [{key: order.get(key) for key in keys} for order in orders])
        if hits:
            return [orders[place] for place in places]
    return []


def _of_days_ago(text: str, orders: Sequence[Facts]) -> list[Facts] | None:
    """Return the orders placed, or delivered where that is said, on days named from today; None where none is named."""
    dated = next((order for order in orders if order.get("ordered_at") and "ordered_days_ago" in order), None)
    if dated is None:
        return None
    today = date.fromisoformat(str(dated["ordered_at"])[:10]) + timedelta(days=int(dated["ordered_days_ago"]))
    if (days := days_said(text, today)) is None:
        return None
    first, last = (str(day) for day in days)
    key = "delivered_at" if _ARRIVED.search(text) else "ordered_at"
    return [order for order in orders if first <= str(order.get(key) or "")[:10] <= last]


def named_orders(request: Request, desk: Toolbox) -> list[Facts]:
    """Return the orders whose numbers were given; raises CallNeeded with every look-up that is missing, or ReplyNow."""
    return each_looked_up(request.numbers, partial(order_of, desk))


def chosen_orders(
    request: Request,
    desk: Toolbox,
    fits: Callable[[Facts], bool],
    *,
    none_fits: str,
    question: str,
    possible: str = "",
    none_possible: str = "",
    has: str = "",
    lines: Callable[[Sequence[Facts]], str] = order_lines,
) -> list[Facts]:
    """Return the orders a request is about.

    In turn: the numbers it gives, the order talked about last unless an item is named that only others have, the items
    it names, the only order that fits. Where nothing tells which, only those are offered for which the record's field
    `possible` is not false; where it is false for all, they are told behind `none_possible`, each as `lines` writes it.
    Of several with goods of one name those are left whose version the words `has` tell, or the request's own.

    Raises:
        CallNeeded: the shop must be asked first.
        ReplyNow: no order fits, or it is open which one is meant and the customer is asked.
    """
    if request.numbers:
        named = named_orders(request, desk)
        if reference_numbers(request.text) or not _names_other(request, named, desk):
            return named
    if position := _pointed_at(request, desk):
        return [order_of(desk, position)]
    if question in desk.conversation.last_reply and means_all(request.text):
        return each_looked_up(reference_numbers(desk.conversation.last_reply), partial(order_of, desk))
    if others := _beside_named(request, desk, fits):
        return others
    if (order := _talked_about(request, desk, fits, possible)) is not None:
        return [order]
    orders = all_orders(desk)
    fitting = _told_apart(request.text, [order for order in orders if fits(order)])
    with_items = _with_named_items(request, fitting, has)
    if not with_items and (elsewhere := with_items_in(request.words, orders)):
        if len(elsewhere) == 1:
            return elsewhere  # whoever changes it says why it cannot be
        fitting = elsewhere
    with_items = [order for order in with_items if order.get(possible) is not False] or with_items
    still_possible = [order for order in fitting if order.get(possible) is not False]
    if fitting and not (with_items or still_possible):
        raise ReplyNow(none_possible.format(orders=lines(fitting[:_SHOWN])))
    fitting = with_items or still_possible
    if means_newest(request.text) and orders:
        return [(with_items or orders)[0]]
    if not fitting:
        raise ReplyNow(none_fits)
    if len(fitting) == 1 or _means_all_orders(request.words):
        return fitting
    if age := AGE.search(normal(request.text)):
        return [fitting[-1] if age[1].startswith("old") else fitting[0]]
    if with_items and _each_item_in_one_order(request.words, with_items):
        return with_items
    raise ReplyNow(f"{question}\n{lines(fitting[:_SHOWN])}")


def _talked_about(request: Request, desk: Toolbox, fits: Callable[[Facts], bool], possible: str) -> Facts | None:
    """Return the order talked about last, where the request may be about it and names no item that only others have."""
    number = newest_order(desk.conversation)
    if not number or means_newest(request.text) or _means_all_orders(request.text):
        return None
    try:
        order = order_of(desk, number)
    except ReplyNow:
        return None
    plain = normal(request.text)
    meant = (
        (fits(order) and order.get(possible) is not False)
        or meant_items(request.words, order.get("items", []))
        or _POINTS.search(plain)
        or (number in desk.conversation.last_reply and not _INDEFINITE.search(plain))
    )
    return order if meant and not _names_other(request, [order], desk) else None


def _told_apart(text: str, orders: Sequence[Facts]) -> list[Facts]:
    """Return the orders in the state and of the days that a text names; all of them where it names none of theirs."""
    said = order_state(text)
    found = [order for order in orders if said(order)] if said else []
    left = found or list(orders)
    return of_the_day(text, left) or left


def _with_named_items(request: Request, orders: Sequence[Facts], has: str) -> list[Facts]:
    """Return the orders with the goods that a request names, as many of them and in the version that it tells."""
    found = with_items_in(request.text, orders) or with_items_in(request.words, orders)
    if _ALONE.search(normal(request.words)):
        found = [o for o in found if len(meant_items_only(request.words, o)) == len(o["items"])] or found
    return _of_version(has or request.text, request.words, with_most(request.words, found))


def meant_items_only(text: str, order: Facts) -> list[Facts]:
    """Return the items of an order that a text names, leaving aside a mere "everything"."""
    found = meant_items(text, order.get("items", []))
    unnamed = not any(name_score(text, str(item.get("name", ""))) for item in found)
    return [] if unnamed and means_all(text) and len(found) == len(order.get("items", [])) else found


def with_items_in(text: str, orders: Sequence[Facts]) -> list[Facts]:
    """Return the orders that have items which a text names."""
    return [order for order in orders if meant_items_only(text, order)]


def _beside_named(request: Request, desk: Toolbox, fits: Callable[[Facts], bool]) -> list[Facts]:
    """Return the one other order that fits, where "the other one" is said beside the goods of one; else nothing."""
    talked_about = newest_order(desk.conversation)
    if talked_about and OTHER_ORDER.search(normal(request.text)):
        rest = [o for o in all_orders(desk) if fits(o) and digits_of(o["order_id"]) != digits_of(talked_about)]
        naming = with_items_in(request.text, rest) or with_items_in(request.words, rest) or rest
        return naming if len(naming) == 1 else []
    said = OTHER_ORDER.search(request.words.casefold())
    named = with_items_in(request.words[: said.start()], all_orders(desk)) if said else []
    left = [order for order in all_orders(desk) if fits(order) and order not in named] if named else []
    return left if len(left) == 1 else []


def with_most(text: str, orders: Sequence[Facts]) -> list[Facts]:
    """Return the one of several orders that has all the goods which a text names where the others have fewer."""
    named = [frozenset(str(item.get("name")) for item in meant_items_only(text, order)) for order in orders]
    every = frozenset().union(*named)
    if named.count(every) != 1:
        return list(orders)
    return [order for order, own in zip(orders, named, strict=True) if own == every]


def _of_version(told: str, words: str, orders: Sequence[Facts]) -> list[Facts]:
    """Return those of several orders whose goods, called alike, are of the version that is told."""
    places = [(order, item) for order in orders for item in meant_items_only(words, order)]
    if len(orders) < 2 or len({item.get("name") for _, item in places}) > 1:
        return list(orders)
    counts = told_apart_by(told, [item for _, item in places])
    best = [order for (order, _), count in zip(places, counts, strict=True) if count == max(counts)]
    return [order for order in orders if order in best]


def _names_other(request: Request, orders: Sequence[Facts], desk: Toolbox) -> bool:
    """Say whether the request names an item that only other orders have; raises CallNeeded to know them."""
    if with_items_in(request.text, orders) or not product_words(DEED_VERB.sub(" ", normal(request.text))):
        return False
    ids = {order["order_id"] for order in orders}
    return bool(with_items_in(request.text, [other for other in all_orders(desk) if other["order_id"] not in ids]))


def _means_all_orders(text: str) -> bool:
    plain = text.casefold()
    return means_all(text) and ("orders" in plain or "pending" in plain)


def _each_item_in_one_order(text: str, orders: Sequence[Facts]) -> bool:
    """Say whether no name that was mentioned fits items of two orders."""
    names = [name for order in orders for name in {str(i.get("name")) for i in meant_items_only(text, order)}]
    return len(names) == len(set(names))


def _pointed_at(request: Request, desk: Toolbox) -> str | None:
    """Return the order meant by "the second one" after a list of them."""
    listed_ids = reference_numbers(desk.conversation.last_reply)
    place = ordinal(request.text)
    if place is None or len(listed_ids) < 2 or not -len(listed_ids) <= place < len(listed_ids):
        return None
    return listed_ids[place]


def chosen_items(request: Request, desk: Toolbox, order: Facts, *, question: str) -> list[Facts]:
    """Return the items of an order that a request is about; raises ReplyNow with a question when that is open."""
    items = list(order.get("items", []))
    said = tuple(_KEPT.sub(" ", text) for text in (request.text, request.before))
    told = (meant_items(text, items) for text in (*(_OF_ORDER.sub(" ", one.casefold()) for one in said), *said))
    found = next(filter(None, told), [])
    if not found and _POINTS.search(request.text.casefold()):
        shown = meant_items_only(desk.conversation.last_reply, order)
        found = shown if len(shown) < len(items) else []
    if alike := look_alikes(request.words, found):
        return [item for item in found if item not in alike] + [_one_of(alike, request.text)]
    if found:
        return found
    if len(items) == 1:
        return items
    names = "\n".join(f"- {item_name(item)}" for item in items)
    raise ReplyNow(f"{question} Order {order['order_id']} contains:\n{names}")


def _one_of(alike: Sequence[Facts], text: str) -> Facts:
    """Return the item of those with like names that a text tells apart; raises ReplyNow with a question."""
    counts = told_apart_by(text, alike)
    told = [item for item, count in zip(alike, counts, strict=True) if count == max(counts)]
    place = ordinal(text)
    if len(told) == 1:
        return told[0]
    if place is not None and -len(alike) <= place < len(alike):
        return alike[place]
    raise ReplyNow(
        f"Which one do you mean: {list_words([f'the {item_name(item)}' for item in alike], 'en', last='list_or')}?"
    )


_POINTS = re.compile(r"\b(?:it|that|this|them|those|these)\b")
_KEPT = re.compile(
    r"[^.!?;,\n]*\b(?:stays?|remains?|(?:keep|leave) (?:the|my) [^.!?;,\n]{1,40}(?:as (?:it is|they are|is)|alone)|"
    r"(?:i(?:'ll| will)?|we(?:'ll| will)?) keep)\b[^.!?;,\n]*",
    re.IGNORECASE,
)
"""What is to stay as it is: `the skillet stays as it is`."""

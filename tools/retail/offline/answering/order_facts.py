"""Answer a question by the sentence about an order that speaks of all it asks for, where no article answers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.language.requested_changes import asks_facts
from core.language.words import content_stems
from core.offline.answering.toolbox import Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.choosing import meant_items_only
from tools.retail.offline.answering.lookups import all_orders, order_of
from tools.retail.offline.answering.order_sentences import (
    address_text,
    arrival_sentence,
    item_name,
    item_names,
    status_sentence,
    tracking_sentence,
)
from tools.retail.offline.answering.own_case import paid_how
from tools.retail.offline.reading.talked_about import newest_order

Facts = Mapping[str, Any]
_FACTS: Sequence[tuple[str, Callable[[Facts, Toolbox], str]]] = (
    ("status processed pending delivered mean", lambda order, desk: status_sentence(order)),
    ("tracking number code parcel link", lambda order, desk: tracking_sentence(order)),
    ("arrive arrival delivery expected date late", lambda order, desk: arrival_sentence(order)),
    ("delivery address street city zip", lambda order, desk: f"It goes to {address_text(order.get('address') or {})}."),
    ("pay paid payment method card amount charge total", paid_how),
    ("item content contain inside", lambda order, desk: f"It contains: {item_names(order)}."),
)
"""What is told of an order, by the words it is asked for with."""
_OF_ANY = frozenset(content_stems("order first second third last other both status"))
"""Words that ask for nothing in particular."""


def nearest_fact(request: Request, desk: Toolbox) -> str:
    """Return what an order says that is spoken of, by its goods or as the one talked about, to a question all of whose
    words ask for that; else an empty text. Raises CallNeeded to look it up.
    """
    if not (desk.can("get_order") and asks_facts(request.text)):
        return ""
    stems = set(content_stems(request.text)) - _OF_ANY
    number = newest_order(desk.conversation)
    for words, sentence in _FACTS if stems else ():
        names = set(content_stems(words))
        if names.isdisjoint(stems):
            continue
        orders = [order_of(desk, number)] if number and stems <= names else all_orders(desk)
        for order in orders:
            goods = meant_items_only(request.text, order)
            if stems <= names.union(content_stems(" ".join(map(item_name, goods)))) and (goods or len(orders) == 1):
                return sentence(order, desk)
    return ""

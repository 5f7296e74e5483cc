"""Look up what the shop knows, in this turn's results or by the call that would bring it.

Each raises CallNeeded with that call, or ReplyNow with the tool's own sentence where it refused.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from core.language.words import content_stems
from core.offline.answering.toolbox import Call, CallNeeded, Toolbox
from tools.retail.shop_records import digits_of

Facts = Mapping[str, Any]
Asked = TypeVar("Asked")
Found = TypeVar("Found")


def each_looked_up(asked: Iterable[Asked], look_up: Callable[[Asked], Found]) -> list[Found]:
    """Return what each look-up finds; raises CallNeeded with all calls that are missing, to be made at once."""
    found: list[Found] = []
    missing: list[Call] = []
    for one in asked:
        try:
            found.append(look_up(one))
        except CallNeeded as needed:
            missing += needed.calls
    if missing:
        raise CallNeeded(*missing)
    return found


def order_of(desk: Toolbox, order_id: str) -> Facts:
    """Return one order of the customer."""
    for listed in _listed(desk):
        if digits_of(listed["order_id"]) == digits_of(order_id):
            return listed
    return desk.facts("get_order", order_id=order_id)


def all_orders(desk: Toolbox) -> Sequence[Facts]:
    """Return the customer's orders, newest first."""
    return _orders_in(desk.facts("list_orders"))


def profile_of(desk: Toolbox) -> Facts:
    """Return the customer's own data."""
    return desk.facts("get_profile")


def products_called(desk: Toolbox, words: str) -> Sequence[Facts]:
    """Return products that fit the words."""
    return list(desk.facts("find_product", name_or_id=words).get("products", []))


def quoted(question: str, desk: Toolbox, about: str = "") -> str:
    """Return what the articles, or those alone that are about a thing, surely say to a question, or an empty text;
    raises CallNeeded to search them.
    """
    desk.search(question)
    return quote.text if (quote := desk.quote(question, about=content_stems(about))) else ""


def _listed(desk: Toolbox) -> Sequence[Facts]:
    for result in desk.conversation.results:
        if result.name == "list_orders" and isinstance(result.data, dict):
            return _orders_in(result.data)
    return []


def _orders_in(facts: Facts) -> Sequence[Facts]:
    return [order for order in facts.get("orders", []) if isinstance(order, dict) and order.get("order_id")]

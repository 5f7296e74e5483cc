"""Make the tools of a shop."""

from collections.abc import Callable
from datetime import date
from functools import partial

from core.passages import Retriever
from tools.registry import identify, make_search_articles, request_human
from tools.retail.order_reads import AHEAD, make_find_product, make_get_order, make_get_profile, make_list_orders
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import Policy, load_policy
from tools.retail.shop_records import OrderBackend
from tools.retail.shown_records import order_cards
from tools.tool import Tool


def make_tools(
    orders: OrderBackend,
    retriever: Retriever,
    policy: Policy | None = None,
    today: Callable[[], date] = date.today,
    tracking_url: str | None = None,
) -> list[Tool]:
    """Make every tool of a shop; without a policy, with the packaged one.

    The `tracking_url` is the carrier's page of a parcel, with `{id}` in the place of its number.
    """
    policy = policy or load_policy()
    cards = {name: partial(order_cards, policy, tracking_url) for name in ("get_order", "list_orders")}
    reads = (
        make_get_order(orders, policy, today),
        make_list_orders(orders, policy, today),
        make_find_product(orders),
        make_get_profile(orders),
        make_search_articles(retriever),
    )
    writes = ("cancel_order", "change_order_address", "change_order_payment", "change_order_items", "return_items")
    more = ("exchange_items", "refund_order", "change_default_address")
    return [
        *(Tool(bound=read, ahead=AHEAD.get(read.name), cards=cards.get(read.name)) for read in reads),
        *(WRITE_ACTIONS[name].tool(orders, policy, today) for name in (*writes, *more)),
        Tool(bound=identify, effect="control"),
        Tool(bound=request_human, effect="control"),
    ]

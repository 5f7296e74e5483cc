"""Name every tool the model may call, what it does to the world, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from langchain_core.tools import BaseTool, tool

from core.passages import Retriever
from tools.identify import IDENTIFY, identify
from tools.retail.order_reads import make_find_product, make_get_order, make_get_profile, make_list_orders
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import Policy, load_policy
from tools.retail.shop_records import OrderBackend
from tools.search import make_search_articles

Effect = Literal["read", "write", "control"]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Hold what tools are made of."""

    orders: OrderBackend
    retriever: Retriever
    policy: Policy
    today: Callable[[], date]


@dataclass(frozen=True)
class ToolRow:
    """Hold one tool: `read` changes nothing, `write` changes the shop, `control` steers the conversation."""

    name: str
    effect: Effect
    make: Callable[[Parts], BaseTool]


@tool(parse_docstring=True)
async def request_human(reason: str) -> str:
    """Hand the conversation over to a person of the support team. Use it when asked for one, or when you cannot help.

    Args:
        reason: Why a person is needed, in one short sentence.
    """
    return reason  # the graph hands over before any tool runs


def _write_row(name: str) -> ToolRow:
    return ToolRow(name, "write", lambda parts: WRITE_ACTIONS[name].tool(parts.orders, parts.policy, parts.today))


TOOLS: tuple[ToolRow, ...] = (
    ToolRow("get_order", "read", lambda parts: make_get_order(parts.orders, parts.today)),
    ToolRow("list_orders", "read", lambda parts: make_list_orders(parts.orders, parts.today)),
    ToolRow("find_product", "read", lambda parts: make_find_product(parts.orders)),
    ToolRow("get_profile", "read", lambda parts: make_get_profile(parts.orders)),
    ToolRow("search_articles", "read", lambda parts: make_search_articles(parts.retriever)),
    _write_row("cancel_order"),
    _write_row("change_order_address"),
    _write_row("change_order_payment"),
    _write_row("change_order_items"),
    _write_row("return_items"),
    _write_row("exchange_items"),
    _write_row("refund_order"),
    _write_row("change_default_address"),
    ToolRow(IDENTIFY, "control", lambda _: identify),
    ToolRow("request_human", "control", lambda _: request_human),
)
EFFECTS: dict[str, Effect] = {row.name: row.effect for row in TOOLS}


def make_tools(
    orders: OrderBackend,
    retriever: Retriever,
    policy: Policy | None = None,
    today: Callable[[], date] = date.today,
) -> list[BaseTool]:
    """Make every tool of the table, in its order; without a policy, with the packaged one."""
    parts = Parts(orders=orders, retriever=retriever, policy=policy or load_policy(), today=today)
    return [row.make(parts) for row in TOOLS]

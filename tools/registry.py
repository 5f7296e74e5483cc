"""Name every tool the model may call, what it does to the world, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from langchain_core.tools import BaseTool, tool

from core.passages import Retriever
from tools.backend import OrderBackend
from tools.knowledge_tool import make_search_articles
from tools.order_tools import make_find_product, make_get_order, make_get_profile, make_list_orders

Effect = Literal["read", "write", "control"]


@dataclass(frozen=True)
class ToolRow:
    """Hold one tool: `read` changes nothing, `write` changes the shop, `control` steers the conversation."""

    name: str
    effect: Effect
    make: Callable[[OrderBackend, Retriever], BaseTool]


@tool(parse_docstring=True)
async def request_human(reason: str) -> str:
    """Hand the conversation over to a person of the support team. Use it when asked for one, or when you cannot help.

    Args:
        reason: Why a person is needed, in one short sentence.
    """
    return reason  # the graph hands over before any tool runs


TOOLS: tuple[ToolRow, ...] = (
    ToolRow("get_order", "read", lambda orders, _: make_get_order(orders)),
    ToolRow("list_orders", "read", lambda orders, _: make_list_orders(orders)),
    ToolRow("find_product", "read", lambda orders, _: make_find_product(orders)),
    ToolRow("get_profile", "read", lambda orders, _: make_get_profile(orders)),
    ToolRow("search_articles", "read", lambda _, retriever: make_search_articles(retriever)),
    ToolRow("request_human", "control", lambda *_: request_human),
)
EFFECTS: dict[str, Effect] = {row.name: row.effect for row in TOOLS}


def make_tools(orders: OrderBackend, retriever: Retriever) -> list[BaseTool]:
    """Make every tool of the table, in its order."""
    return [row.make(orders, retriever) for row in TOOLS]

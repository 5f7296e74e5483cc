"""Make the tools that every business has."""

from langchain_core.tools import tool

from core.passages import Retriever
from tools.search import make_search_articles
from tools.tool import Tool


@tool(parse_docstring=True)
async def request_human(reason: str) -> str:
    """Hand the conversation over to a person of the support team. Use it when asked for one, or when you cannot help.

    Args:
        reason: Why a person is needed, in one short sentence.
    """
    return reason  # the graph hands over before any tool runs


def general_tools(retriever: Retriever) -> list[Tool]:
    """Make the tools that every business has."""
    return [Tool(bound=make_search_articles(retriever)), Tool(bound=request_human, effect="control")]

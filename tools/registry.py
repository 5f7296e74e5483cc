"""Make the tools that every business has: a search of its articles, and the ways to a person and to an account."""

from langchain_core.tools import BaseTool, tool

from core.passages import Retriever, Utterance
from tools.tool import Tool, result_text

PASSAGES_SHOWN = 5
SEARCH_ARTICLES = "search_articles"


def make_search_articles(retriever: Retriever) -> BaseTool:
    """Make the tool that searches the help articles."""

    @tool(SEARCH_ARTICLES, parse_docstring=True, response_format="content_and_artifact")
    async def search_articles(query: str) -> tuple[str, list[str]]:
        """Search the help articles: policies, how things work. Use it when the articles at hand do not answer the
        question.

        Args:
            query: What to look for, as a short question or key words.
        """
        found = await retriever.search([Utterance("customer", query)], limit=PASSAGES_SHOWN)
        passages = [
            {"id": p.id, "title": p.title, "section": " > ".join(p.headings), "text": p.text}
            | ({"url": p.url} if p.url else {})
            for p in found
        ]
        # The ids let the graph number these passages after those at hand, so that a reply can cite them.
        return result_text({"passages": passages}), [p.id for p in found]

    return search_articles


IDENTIFY = "identify"


@tool(IDENTIFY, parse_docstring=True)
async def identify(email: str = "", first_name: str = "", last_name: str = "", zip: str = "") -> str:
    """Find the account of a customer who is not known yet. Use it when a tool asks for who they are, with the
    customer's own words.

    Args:
        email: The e-mail address the customer wrote, or an empty text.
        first_name: The first name the customer wrote; needed where no e-mail address is given.
        last_name: The last name the customer wrote; needed where no e-mail address is given.
        zip: The postcode the customer wrote; needed where no e-mail address is given.
    """
    return ""  # the graph answers it before any tool runs


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

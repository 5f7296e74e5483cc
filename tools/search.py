"""Let the model search the help articles again, in words of its own."""

from langchain_core.tools import BaseTool, tool

from core.passages import Retriever, Utterance
from tools.tool import result_text

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

"""Check that passages a model searches for reach the graph by id, so that a reply can cite them."""

from collections.abc import Mapping, Sequence

from langchain_core.messages import ToolCall, ToolMessage

from core.passages import Passage, Utterance
from tools.registry import make_search_articles

FOUND = Passage(id="p7", article_id="warranty", title="Warranty", headings=(), text="2 years")


class OnePassage:
    """Fulfil `Retriever` with one passage, whatever is asked."""

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        return [FOUND]

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        return [FOUND]


async def test_a_search_hands_over_the_ids_of_what_it_found() -> None:
    call = ToolCall(name="search_articles", args={"query": "warranty"}, id="call-1", type="tool_call")
    result = await make_search_articles(OnePassage()).ainvoke(call)
    assert isinstance(result, ToolMessage)
    assert result.artifact == ["p7"]
    assert "2 years" in result.text

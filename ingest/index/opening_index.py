"""Open the knowledge index that settings name, its versions shared through a database or not, reranked or not."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from langchain_core.embeddings import Embeddings

from core.embeddings.reranker import RERANK_SECONDS
from core.factory import reranker
from core.passages import Passage, Utterance
from core.settings import Settings
from ingest.index.shared_versions import SharedVersions
from ingest.search.article_search import HybridRetriever
from ingest.search.rerank_fusion import RerankedIndex


def open_index(
    settings: Settings, embeddings: Embeddings, index_dir: Path | None = None
) -> HybridRetriever | RerankedIndex:
    """Return what searches the index, by default the one that serves, else the one in a folder.

    A reranker has its say about the order of the first passages if it answers within some seconds.

    Raises:
        KnowledgeError: nothing was published there, or it cannot serve.
    """
    shared = SharedVersions(settings.index_url) if settings.index_url and not index_dir else None
    index = HybridRetriever(index_dir or settings.index_dir, embeddings, settings.embedding_model, shared)
    scorer = reranker(settings)
    return RerankedIndex(index, scorer, seconds=RERANK_SECONDS) if scorer else index


class NoArticles:
    """Fulfil `Retriever` for a business without help articles."""

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Return no passage."""
        return []

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Return no passage."""
        return []

"""Fuse the order in which a search found passages with the order a reranker gives them, if it answers in time."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

from core.embeddings.reranker import Reranker
from core.models.request_limits import Breaker
from core.passages import Passage, Utterance
from ingest.chunking import passage_prefix
from ingest.search.article_search import HybridRetriever, RetrievalHealth
from ingest.search.queries import queries_for

_log = logging.getLogger(__name__)

CANDIDATES = 20
"""Passages that a reranker reads at most; what is wanted beyond them keeps its order behind them."""
_OFFSET = 60
"""Constant of reciprocal rank fusion (Cormack et al., 2009): the larger, the less a first place counts."""


class RerankedIndex:
    """Search an index, then let a reranker have its say about the first; without its answer the found order stays.

    The search knows what a reranker does not read: what was named earlier, exact identifiers, the rest of an article.
    So neither order replaces the other; ranks are fused, since scores of different models have no common scale.
    """

    def __init__(
        self, index: HybridRetriever, reranker: Reranker, *, seconds: float, breaker: Breaker | None = None
    ) -> None:
        """Wait at most so many seconds for the reranker; after two failures it is left alone for a while."""
        self._index, self._reranker, self._seconds = index, reranker, seconds
        self._breaker = breaker or Breaker()
        self._fault = ""
        # One that hangs holds a thread of this pool and no thread of anybody else's.
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="rerank")

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Return at most `limit` passages for the newest utterance, best first; see `core.passages.Retriever`."""
        found = await self._index.search(dialogue, limit=max(limit, CANDIDATES), filters=filters)
        if (asked := self._ask(dialogue, found)) is None:
            return found[:limit]
        await asyncio.wait([asyncio.wrap_future(asked)], timeout=self._seconds)
        return self._ordered(found, asked)[:limit]

    def search_now(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Do what `search` does in the calling thread."""
        found = self._index.search_now(dialogue, limit=max(limit, CANDIDATES), filters=filters)
        if (asked := self._ask(dialogue, found)) is None:
            return found[:limit]
        wait([asked], timeout=self._seconds)
        return self._ordered(found, asked)[:limit]

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Return the passages that still exist under these ids, in the order asked for."""
        return await self._index.fetch(passage_ids)

    def health(self) -> RetrievalHealth:
        """Return which version serves, whether vectors could be used, and whether the reranker answers."""
        health = self._index.health()
        return replace(health, notice="; ".join(filter(None, (health.notice, self._fault))))

    def close(self) -> None:
        """Let go of the index and of the reranker."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._reranker.close()
        self._index.close()

    def _ask(self, dialogue: Sequence[Utterance], found: Sequence[Passage]) -> "Future[list[float]] | None":
        """Start scoring the first passages, or return None where there is nothing to decide or nobody to ask."""
        queries = queries_for(dialogue)
        if queries is None or len(found) < 2 or not self._breaker.allows():
            return None
        question = queries.context or queries.windows[0]
        texts = [passage_prefix(p.title, p.headings) + p.text for p in found[:CANDIDATES]]
        return self._threads.submit(self._reranker.scores, question, texts)

    def _ordered(self, found: Sequence[Passage], asked: "Future[list[float]]") -> list[Passage]:
        """Return the passages by the sum of 1 / (60 + rank) over both orders; unread ones are in one only."""
        if not asked.done():
            asked.cancel()
            return self._unchanged(found, f"it took more than {self._seconds:g} s")
        if (error := asked.exception()) is not None:
            return self._unchanged(found, str(error))
        self._breaker.succeeded()
        self._fault = ""
        scores = asked.result()
        worth = [1 / (_OFFSET + rank) for rank in range(1, len(found) + 1)]
        for rank, place in enumerate(sorted(range(len(scores)), key=lambda place: -scores[place]), start=1):
            worth[place] += 1 / (_OFFSET + rank)
        return sorted(
            (replace(passage, score=score) for passage, score in zip(found, worth, strict=True)),
            key=lambda passage: -passage.score,
        )

    def _unchanged(self, found: Sequence[Passage], reason: str) -> list[Passage]:
        self._breaker.failed()
        self._fault = f"the reranker failed ({reason}); passages keep the order of the search until it answers"
        _log.warning("%s", self._fault)
        return list(found)

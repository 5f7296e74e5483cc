"""Measure what a reranker gains on the corpora of `benchmarks.retrieval`, and the time it takes.

    SUPPORT_RERANK_MODEL=NAME SUPPORT_RERANK_BASE_URL=URL python -m benchmarks.reranking [--sample 100] [--json]
    [--check] SUPPORT_RERANK_MODEL=FOLDER python -m benchmarks.reranking

Nothing is chosen for one of them: the search, the question and the passages that a reranker reads are those of a turn.
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.retrieval import (
    DATA,
    DEPTH,
    Question,
    article_questions,
    dstc11_documents,
    dstc11_questions,
    hit,
    options_for,
    search,
    small_corpora,
)
from benchmarks.support.figures import Figure, parser, report
from core.embeddings.minilm import MiniLM
from core.embeddings.reranker import Reranker
from core.factory import reranker
from core.settings import Settings
from ingest.pipeline import ingest, ingest_documents
from ingest.search.article_search import HybridRetriever
from ingest.search.rerank_fusion import CANDIDATES, RerankedIndex

_SECONDS = 600.0
"""Longest wait for an answer: what is measured here is the order, however slow the machine."""


def corpora(data: Path, folder: Path, model: MiniLM) -> Iterator[tuple[str, Path, list[Question]]]:
    """Yield the name, the folder of the index and the questions of each corpus, once its articles are in the index."""
    documents, labels = dstc11_documents(data)
    ingest_documents(iter(documents), options_for(folder / "dstc11", model))
    yield "dstc11", folder / "dstc11", dstc11_questions(data, labels)
    for name, articles, questions in small_corpora():
        ingest([articles], options_for(folder / name, model))
        yield name, folder / name, article_questions(questions)


class Remembered:
    """Remember what a reranker said last."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self.said: list[float] = []

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return the scores of the reranker."""
        self.said = self._reranker.scores(question, passages)
        return self.said

    def close(self) -> None:
        """Leave it open for the next corpus."""


def gain(name: str, folder: Path, questions: Sequence[Question], model: MiniLM, decides: Reranker) -> Iterator[Figure]:
    """Measure hit@1, hit@3 and hit@5 of the search, of both orders fused, and of the reranker's order on its own.

    Raises:
        SystemExit: the reranker failed; then no figure would be its own.
    """
    index = HybridRetriever(folder, model, "minilm")
    remembered = Remembered(decides)
    reranked = RerankedIndex(index, remembered, seconds=_SECONDS)
    alone, _ = search(index, questions)
    fused, own, milliseconds = [], [], []
    for dialogue, is_right in questions:
        remembered.said = []  # nobody is asked about a single passage
        (rank,), (took,) = search(reranked, [(dialogue, is_right)])
        if fault := reranked.health().notice:
            raise SystemExit(fault)
        right = [is_right(passage) for passage in index.search_now(dialogue, limit=CANDIDATES)]
        order = sorted(range(len(remembered.said)), key=lambda place: -remembered.said[place])[:DEPTH]
        fused.append(rank)
        own.append(next((rank for rank, place in enumerate(order) if right[place]), DEPTH))
        milliseconds.append(took)
    reranked.close()
    for depth in (1, 3, 5):
        for what, ranks in (("search alone", alone), ("reranked", fused), ("reranker's order alone", own)):
            yield Figure(f"{name} ({len(questions)}) hit@{depth}, {what}", hit(ranks, depth))
    yield Figure(f"{name} query reranked, median ms", statistics.median(milliseconds))


def main() -> int:
    """Measure every corpus and print the figures."""
    options = parser(__doc__)
    options.add_argument("--data", type=Path, default=DATA, help="folder with dstc11/")
    options.add_argument(
        "--sample", type=int, default=10_000, help="at most so many questions of each corpus, evenly taken"
    )
    given = options.parse_args()
    decides = reranker(Settings.from_env(), seconds=_SECONDS)
    if decides is None:
        options.error("SUPPORT_RERANK_MODEL names no reranker")
    model = MiniLM()
    with tempfile.TemporaryDirectory() as folder:
        figures = [
            figure
            for name, index_dir, questions in corpora(given.data, Path(folder), model)
            for figure in gain(name, index_dir, questions[:: -(-len(questions) // given.sample)], model, decides)
        ]
    decides.close()
    return report("reranking", figures, given)


if __name__ == "__main__":
    sys.exit(main())

"""The measurement of a reranker compares the same questions, and has no figure where the reranker failed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.reranking import gain
from benchmarks.retrieval import options_for
from core.embeddings.minilm import MiniLM
from core.errors import ModelUnavailable
from core.passages import Passage, Utterance
from ingest.pipeline import ingest
from tests.knowledge_fakes import write_articles


class Scorer:
    """Score passages by a rule, or fail at the second question."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails, self.asked = fails, 0

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        self.asked += 1
        if self.fails and self.asked == 2:
            raise ModelUnavailable("it is down")
        return [-float("hours" in passage) for passage in passages]

    def close(self) -> None: ...


def test_the_gain_is_that_of_the_same_questions_and_never_of_a_reranker_that_failed(tmp_path: Path) -> None:
    model = MiniLM()
    texts = {"battery": "# Battery\n\nIt lasts ten hours.", "case": "# Case\n\nRed.", "lid": "# Lid\n\nBlue."}
    ingest([write_articles(tmp_path / "source", **texts)], options_for(tmp_path / "index", model))

    def right(passage: Passage) -> bool:
        return passage.article_id == "battery.md"

    questions = [([Utterance("customer", "how many hours does the battery last")], right)] * 3
    figures = {f.name: f.value for f in gain("shop", tmp_path / "index", questions, model, Scorer())}
    assert figures["shop (3) hit@1, search alone"] == 1.0
    assert figures["shop (3) hit@1, reranked"] == 0.0
    assert figures["shop (3) hit@3, reranked"] == 1.0
    assert figures["shop (3) hit@1, reranker's order alone"] == 0.0
    with pytest.raises(SystemExit, match="it is down"):
        list(gain("shop", tmp_path / "index", questions, model, Scorer(fails=True)))

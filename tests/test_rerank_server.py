"""What measures a reranker: the server on loopback, as the product's own client reads it, and the measurement."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from pydantic import SecretStr

from benchmarks import rerank_server as served
from benchmarks.reranking import gain
from benchmarks.retrieval import options_for
from core.embeddings.minilm import MiniLM
from core.embeddings.reranker import EndpointReranker
from core.errors import ModelUnavailable
from core.passages import Passage, Utterance
from ingest.pipeline import ingest
from tests.knowledge_fakes import write_articles


def by_length(_: str, passages: Sequence[str]) -> list[float]:
    return [float(len(passage)) for passage in passages]


@pytest.mark.server
def test_the_products_client_reads_the_server() -> None:
    with served.rerank_server(by_length) as url:
        client = EndpointReranker("any", url, SecretStr("none"), timeout=5)
        assert client.scores("question", ["of four words it is", "one", "one"]) == [19.0, 3.0, 3.0]
        client.close()
        wrong: tuple[object, ...] = ({"query": "no documents"}, {"query": "q", "documents": [1]}, [], {"documents": []})
        for body in wrong:
            assert httpx.post(f"{url}/rerank", json=body).status_code == 400
        assert httpx.post(f"{url}/other", json={}).status_code == 404
        first = httpx.post(f"{url}/rerank", json={"query": "q", "documents": ["a", "bb"], "top_n": 1}).json()
        assert first["results"] == [{"index": 1, "relevance_score": 2.0}]


def test_the_packages_answer_is_put_back_in_the_order_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def rank(question: str, documents: list[str], top_n: int, normalize_scores: bool) -> list[tuple[str, float]]:
        assert (question, normalize_scores) == ("question", False)
        return sorted(zip(documents, by_length(question, documents), strict=True), key=lambda pair: -pair[1])[:top_n]

    monkeypatch.setitem(sys.modules, "nanoranker", SimpleNamespace(rank=rank))
    assert served.nanoranker()("question", ["bb", "a", "ccc", "bb"]) == [2.0, 1.0, 3.0, 2.0]


def test_without_the_package_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "nanoranker", None)
    monkeypatch.setattr(sys, "argv", ["rerank_server"])
    with pytest.raises(SystemExit):
        served.main()
    assert "nanoranker" in (told := capsys.readouterr().err)
    assert "--help" in told


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

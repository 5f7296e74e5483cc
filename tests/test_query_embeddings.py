"""Check that queries are embedded once, together, and in bounded memory."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from langchain_core.embeddings import Embeddings

from core.embeddings.query_cache import QueryEmbeddings
from core.errors import ModelUnavailable
from core.models.request_limits import Breaker


class Model(Embeddings):
    """Embed a text as its length; wait or fail when told to."""

    def __init__(self, *, closed: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.asked, self.open, self.broken = Event(), Event(), False
        if not closed:
            self.open.set()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.batches.append(texts)
        self.asked.set()
        assert self.open.wait(10)
        if self.broken:
            raise ModelUnavailable("down")
        return [[float(len(text))] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def test_a_repeated_query_is_embedded_once() -> None:
    model = Model()
    queries = QueryEmbeddings(model)
    assert queries.embed_documents(["a", "bb", "a"]) == [[1.0], [2.0], [1.0]]
    assert queries.embed_documents(["bb", "ccc"]) == [[2.0], [3.0]]
    assert model.batches == [["a", "bb"], ["ccc"]]


def test_the_memory_is_bounded_and_keeps_what_is_used() -> None:
    model = Model()
    queries = QueryEmbeddings(model, kept=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        queries.embed_query(text)
    assert model.batches == [["a"], ["b"], ["c"], ["b"]]


def test_queries_that_wait_together_go_in_one_batch() -> None:
    model = Model(closed=True)
    queries = QueryEmbeddings(model)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(queries.embed_query, "first")
        assert model.asked.wait(10)
        others = [pool.submit(queries.embed_query, "x" * n) for n in range(1, 6)]
        while len(queries._waiting) < 5:
            pass
        model.open.set()
        assert first.result(10) == [5.0]
        assert [other.result(10) for other in others] == [[float(n)] for n in range(1, 6)]
    assert len(model.batches) == 2


def test_a_failure_reaches_everybody_who_waited_and_is_not_remembered() -> None:
    model = Model()
    model.broken = True
    queries = QueryEmbeddings(model)
    with pytest.raises(ModelUnavailable):
        queries.embed_query("a")
    model.broken = False
    assert queries.embed_query("a") == [1.0]


def test_a_model_that_fails_rests_so_that_an_outage_costs_its_time_outs_once() -> None:
    now, model = [0.0], Model()
    queries = QueryEmbeddings(model, breaker=Breaker(rest_seconds=10, clock=lambda: now[0]))
    model.broken = True
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            queries.embed_query("a")
    assert len(model.batches) == 2
    model.broken, now[0] = False, 11.0
    assert queries.embed_query("a") == [1.0]

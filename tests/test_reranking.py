"""A reranker has its say about the order if it answers in time; whatever it does, the passages found are returned."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from pydantic import SecretStr
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from core.embeddings.reranker import CrossEncoder, EndpointReranker, Reranker
from core.errors import ModelRejected, ModelUnavailable, SettingsError
from core.factory import reranker
from core.models.request_limits import Breaker
from core.passages import Passage, Utterance
from core.settings import Settings
from ingest.index.opening_index import open_index
from ingest.search.article_search import HybridRetriever
from ingest.search.rerank_fusion import CANDIDATES, RerankedIndex
from tests.knowledge_fakes import WordEmbeddings, ingest_texts

ARTICLES = {
    "battery": "# Battery\n\nThe battery lasts ten hours.",
    "charger": "# Charger\n\nThe charger of the battery has two plugs.",
    "screen": "# Screen\n\nThe screen is ten inches wide.",
}
QUESTION = [Utterance("customer", "how long does the battery last")]


class ByWords:
    """Score a passage by how many of some words it holds, or fail as told."""

    def __init__(self, *words: str, fault: Exception | None = None) -> None:
        self.words, self.fault = words, fault
        self.asked: list[tuple[str, Sequence[str]]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        self.asked.append((question, passages))
        self.may_answer.wait(10)
        if self.fault:
            raise self.fault
        return [float(sum(word in passage for word in self.words)) for passage in passages]

    def close(self) -> None:
        self.may_answer.set()


@contextmanager
def opened(tmp_path: Path, decides: Reranker, seconds: float = 5.0) -> Iterator[RerankedIndex]:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    index = HybridRetriever(index_dir, WordEmbeddings(), "words")
    reranked = RerankedIndex(index, decides, seconds=seconds, breaker=Breaker(failures=2, clock=lambda: 0.0))
    try:
        yield reranked
    finally:
        reranked.close()


def articles(found: Sequence[Passage]) -> list[str]:
    return [passage.article_id.removesuffix(".md") for passage in found]


async def test_the_reranker_has_its_say_about_the_order(tmp_path: Path) -> None:
    decides = ByWords("two", "plugs", "wide")
    with opened(tmp_path, decides) as index:
        found = await index.search(QUESTION, limit=1)
        assert articles(found) == articles(index.search_now(QUESTION, limit=1)) == ["charger"]
        assert [p.id for p in await index.fetch([found[0].id])] == [found[0].id]
        assert index.health().notice == ""
    question, passages = decides.asked[0]
    assert question == QUESTION[0].text
    assert len(passages) == 3, "more than are wanted, so that one further back can come first"
    assert "Charger" in passages[1] or "Charger" in passages[0], "titles are read too"


async def test_neither_order_replaces_the_other(tmp_path: Path) -> None:
    with opened(tmp_path, ByWords("ten", "wide")) as index:
        assert articles(await index.search(QUESTION, limit=3)) == ["battery", "screen", "charger"]


async def test_what_was_not_read_keeps_its_order_behind(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(
        tmp_path, {f"a{n}": f"# Article {n}\n\nBattery number {n}." for n in range(CANDIDATES + 5)}
    )
    index = HybridRetriever(index_dir, WordEmbeddings(), "words")
    found = articles(index.search_now(QUESTION, limit=30))
    decides = ByWords(
        f"number {found[-1].removeprefix('a')}.", f"Battery number {found[CANDIDATES - 1].removeprefix('a')}."
    )
    reranked = RerankedIndex(index, decides, seconds=5.0)
    reordered = articles(await reranked.search(QUESTION, limit=30))
    assert len(decides.asked[0][1]) == CANDIDATES
    assert reordered.index(found[CANDIDATES - 1]) < CANDIDATES - 1
    assert reordered[CANDIDATES:] == found[CANDIDATES:]
    reranked.close()


async def test_the_talk_before_is_part_of_the_question(tmp_path: Path) -> None:
    decides = ByWords("x")
    before = [Utterance("customer", "I bought a charger"), Utterance("agent", "Yes?")]
    with opened(tmp_path, decides) as index:
        await index.search([*before, Utterance("customer", "what about its plugs")], limit=2)
    assert decides.asked[0][0] == "I bought a charger what about its plugs"


@pytest.mark.parametrize("fault", [ModelUnavailable("down"), RuntimeError("out of memory")])
async def test_a_failure_keeps_the_found_order_is_told_and_soon_not_asked_again(
    tmp_path: Path, fault: Exception
) -> None:
    decides = ByWords("two plugs", fault=fault)
    with opened(tmp_path, decides) as index:
        for _ in range(4):
            assert articles(await index.search(QUESTION, limit=1)) == ["battery"]
        assert str(fault) in index.health().notice
    assert len(decides.asked) == 2


async def test_one_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    decides = ByWords("two plugs")
    decides.may_answer.clear()
    with opened(tmp_path, decides, seconds=0.05) as index:
        assert articles(await index.search(QUESTION, limit=1)) == ["battery"]
        assert articles(index.search_now(QUESTION, limit=1)) == ["battery"]
        assert "more than 0.05 s" in index.health().notice


def endpoint(answer: httpx.Response | Exception) -> tuple[EndpointReranker, list[httpx.Request]]:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = EndpointReranker(
        "bge", "https://models.example/v1", SecretStr("key"), timeout=1, transport=httpx.MockTransport(handle)
    )
    return made, requests


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]},
        {"data": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]},
        [{"index": 1, "score": 0.9}, {"index": 0, "score": 0.1}],
    ],
)
def test_the_endpoints_forms_are_read(answer: object) -> None:
    asked, requests = endpoint(httpx.Response(200, json=answer))
    assert asked.scores("question", ["first", "second"]) == [0.1, 0.9]
    (request,) = requests
    assert (str(request.url), request.headers["Authorization"]) == ("https://models.example/v1/rerank", "Bearer key")
    assert json.loads(request.content) == {
        "model": "bge",
        "query": "question",
        "documents": ["first", "second"],
        "top_n": 2,
    }


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503), ModelUnavailable),
        (httpx.Response(401), ModelRejected),
        (httpx.ReadTimeout("slow"), ModelUnavailable),
        (httpx.Response(200, text="<html>"), ModelRejected),
        (httpx.Response(200, json={"results": [{"index": 0, "relevance_score": 1}]}), ModelRejected),
        (httpx.Response(200, json={"results": [{"index": 0}, {"index": 1}]}), ModelRejected),
        (httpx.Response(200, json="no"), ModelRejected),
    ],
)
def test_what_is_no_answer_is_a_failure(answer: httpx.Response | Exception, error: type[Exception]) -> None:
    with pytest.raises(error, match="the reranker 'bge'"):
        endpoint(answer)[0].scores("question", ["first", "second"])


def write_cross_encoder(folder: Path, tokens: int | str = "tokens") -> Path:
    """Write a cross-encoder whose score is the number of times a pair says `plugs`; it may read a fixed number of
    tokens.
    """
    vocabulary = {"[UNK]": 0, "[SEP]": 1, "plugs": 2, "how": 3, "many": 4}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A", pair="$A [SEP] $B:1", special_tokens=[("[SEP]", 1)]
    )
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["worth", "input_ids"], ["each"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["each", "mask"], ["real"]),
            helper.make_node("ReduceSum", ["real", "axis"], ["logits"], keepdims=1),
        ],
        "plugs",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", tokens])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])],
        [
            numpy_helper.from_array(np.array([0, 0, 1, 0, 0], dtype=np.float32), "worth"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "axis"),
        ],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model.onnx"
    )
    return folder


async def test_a_cross_encoder_in_a_folder(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path / "model")
    assert CrossEncoder(folder).scores("how many plugs", ["none", "plugs and plugs and plugs"]) == [1.0, 4.0]
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    for named, order in (
        ({}, ["battery", "screen", "charger"]),
        ({"SUPPORT_RERANK_MODEL": str(folder)}, ["battery", "charger", "screen"]),
    ):
        words = {"SUPPORT_EMBEDDING_MODEL": "words", "SUPPORT_EMBEDDING_BASE_URL": "http://127.0.0.1:1/v1"}
        settings = Settings.from_env(words | named, env_file=None)
        index = open_index(settings, WordEmbeddings(), index_dir)
        assert articles(await index.search([Utterance("customer", "ten hours or ten inches")], limit=3)) == order
        index.close()


def test_a_cross_encoder_of_a_fixed_length(tmp_path: Path) -> None:
    encoder = CrossEncoder(write_cross_encoder(tmp_path / "model", tokens=8))
    assert encoder.scores("how many plugs", ["none", "plugs " * 20]) == [1.0, 5.0]


def test_a_folder_without_a_cross_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no model\.onnx and no tokenizer\.json"):
        CrossEncoder(tmp_path)
    folder = write_cross_encoder(tmp_path / "model")
    (folder / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelRejected, match="cannot be opened"):
        CrossEncoder(folder).scores("question", ["passage"])


def test_it_is_off_unless_a_setting_names_one() -> None:
    assert reranker(Settings.from_env({}, env_file=None)) is None
    with pytest.raises(SettingsError, match="SUPPORT_RERANK_BASE_URL"):
        Settings.from_env({"SUPPORT_RERANK_MODEL": "bge-reranker-v2-m3"}, env_file=None)
    named = {"SUPPORT_RERANK_MODEL": "bge", "SUPPORT_RERANK_BASE_URL": "https://models.example/v1"}
    assert isinstance(reranker(Settings.from_env(named, env_file=None)), EndpointReranker)

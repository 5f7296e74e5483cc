"""Find candidates among the vectors of a large index with FAISS; the only file that loads it."""

import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from ingest.embedding import Rows, Vectors

WANTED_RECALL = 0.97
"""Share of the true nearest ten that an approximate index must find before it is published."""
_SPARE = 2
_SAMPLE = 200
_SEED = 1
_NEIGHBOURS = 16
_CANDIDATES_WHEN_BUILDING = 60
_MOST_CANDIDATES = 1024


def build_graph(vectors: Vectors) -> faiss.IndexHNSWSQ:
    """Return a graph (HNSW, 16 neighbours) over unit vectors of shape (passages, dimension), by inner product.

    Its vectors are scaled to 8 bits (SQ8), a third of the memory; a search keeps as many candidates as the recall
    measured on a sample needs. At a million passages an inverted file (IVF) with 8 bits had to visit a quarter of its
    cells for the same recall.
    """
    count, dimension = vectors.shape
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    rng = np.random.default_rng(_SEED)
    index = faiss.IndexHNSWSQ(dimension, faiss.ScalarQuantizer.QT_8bit, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)  # type: ignore[arg-type]
    index.hnsw.efConstruction = _CANDIDATES_WHEN_BUILDING
    index.train(np.ascontiguousarray(vectors[np.sort(rng.choice(count, min(count, 50_000), replace=False))]))
    for start in range(0, count, 100_000):
        index.add(np.ascontiguousarray(vectors[start : start + 100_000]))
    _choose_candidates_kept(index, vectors, rng)
    return index


def _choose_candidates_kept(index: faiss.IndexHNSWSQ, vectors: Vectors, rng: np.random.Generator) -> None:
    """Let a search keep as many candidates as the wanted recall needs, measured on passages moved a little."""
    queries = vectors[rng.choice(len(vectors), _SAMPLE, replace=False)]
    queries = queries + rng.standard_normal(queries.shape).astype(np.float32) * 0.5 / queries.shape[1] ** 0.5
    truth = exact_neighbours(vectors, queries, 10)
    index.hnsw.efSearch = 32
    while True:
        _, found = index.search(queries, 10 * _SPARE)
        if recall(found, truth) >= WANTED_RECALL or index.hnsw.efSearch >= _MOST_CANDIDATES:
            return
        index.hnsw.efSearch *= 2


def exact_neighbours(vectors: Vectors, queries: Vectors, limit: int) -> Rows:
    """Return the rows of the true nearest vectors of each query, of shape (queries, limit)."""
    scores = np.full((len(queries), limit), -np.inf, dtype=np.float32)
    rows = np.full((len(queries), limit), -1, dtype=np.int64)
    for start in range(0, len(vectors), 100_000):
        block = queries @ vectors[start : start + 100_000].T
        scores = np.concatenate((scores, block), axis=1)
        numbers = np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)
        rows = np.concatenate((rows, numbers), axis=1)
        best = np.argpartition(-scores, limit - 1, axis=1)[:, :limit]
        scores, rows = np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)
    return rows


def recall(found: Rows, truth: Rows) -> float:
    """Return the share of the true neighbours that were found, averaged over the queries."""
    return float(np.mean([len(set(f) & set(t)) / len(t) for f, t in zip(found.tolist(), truth.tolist(), strict=True)]))


def write_graph(index: faiss.IndexHNSWSQ, path: Path) -> None:
    """Write a graph to a file.

    Raises:
        OSError: the disk is full or the path cannot be written.
    """
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"{path}: {error}") from None


class VectorGraph:
    """One graph of a published index; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Read a file; raises RuntimeError where it is no index."""
        self._index: Any = faiss.read_index(str(path))

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many vectors of which length there are."""
        return int(self._index.ntotal), int(self._index.d)

    def near(self, queries: Vectors, limit: int, rows: Rows | None) -> list[Rows]:
        """Return rows near each query, more of them than wanted, among `rows` if given; their order is inexact."""
        # One thread per search: searches run side by side, and waking threads costs more than a small one takes.
        faiss.omp_set_num_threads(1)
        parameters = None
        if rows is not None:  # more candidates are kept, as many are not among them
            kept = 4 * max(self._index.hnsw.efSearch, limit)
            parameters = faiss.SearchParametersHNSW(sel=faiss.IDSelectorBatch(rows), efSearch=kept)  # type: ignore[attr-defined]
        _, found = self._index.search(queries, _SPARE * limit, params=parameters)
        return [near[near >= 0] for near in found]

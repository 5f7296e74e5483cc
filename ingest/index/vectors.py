"""Search the vectors of one index version with FAISS; the only file that loads it."""

import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from core.errors import IndexCorrupt
from ingest.embedding import Rows, Vectors

EXACT_UP_TO = 50_000
"""Number of passages up to which every vector is compared: a few milliseconds, and nothing is missed."""
WANTED_RECALL = 0.97
"""Share of the true nearest ten that an approximate index must find before it is published."""
_FEW_ROWS = 20_000
_SPARE = 2
_SAMPLE = 200
_SEED = 1
_NEIGHBOURS = 16
_CANDIDATES_WHEN_BUILDING = 60
_MOST_CANDIDATES = 1024


def build_vector_index(vectors: Vectors, exact_up_to: int = EXACT_UP_TO) -> faiss.Index:
    """Return an index over unit vectors of shape (passages, dimension) for search by inner product.

    A small one is exact. A large one is a graph (HNSW, 16 neighbours) over the vectors scaled to 8 bits (SQ8), a third
    of the memory; a search keeps as many candidates as the recall measured on a sample needs. At a million passages an
    inverted file (IVF) with 8 bits had to visit a quarter of its cells for the same recall.
    """
    count, dimension = vectors.shape
    if count <= exact_up_to:
        flat = faiss.IndexFlatIP(dimension)
        flat.add(vectors)
        return flat
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


def write_vector_index(index: faiss.Index, path: Path) -> None:
    """Write an index to a file.

    Raises:
        OSError: the disk is full or the path cannot be written.
    """
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"{path}: {error}") from None


class VectorIndex:
    """Search one published vector index; safe to share between threads."""

    def __init__(self, index_path: Path, vectors_path: Path) -> None:
        """Load the index and open the vectors it was built from; those of a large index stay on disk.

        Raises:
            IndexCorrupt: one of the files is not what its name says, or they do not fit together.
        """
        try:
            self._index: Any = faiss.read_index(str(index_path))
            self._vectors: Vectors = np.load(vectors_path, mmap_mode="r", allow_pickle=False)
            if len(self._vectors) <= EXACT_UP_TO:
                self._vectors = np.asarray(self._vectors).copy()
            if self._vectors.dtype != np.float32 or self._vectors.shape != (self._index.ntotal, self._index.d):
                raise ValueError(
                    f"{self._index.ntotal} vectors of {self._index.d} in one, {self._vectors.shape} in the other"
                )
        except (RuntimeError, OSError, ValueError) as error:
            raise IndexCorrupt(
                f"{index_path} and {vectors_path.name} cannot be used ({error}); "
                "run `support-agent ingest SOURCE` again, or `support-agent knowledge rollback`"
            ) from None
        self._file = vectors_path.open("rb", buffering=0)

    def close(self) -> None:
        """Let go of the files."""
        self._file.close()

    @property
    def dimension(self) -> int:
        """Return the length of the vectors."""
        return int(self._index.d)

    def search(self, queries: Vectors, limit: int, rows: Rows | None = None) -> list[list[tuple[int, float]]]:
        """Return row and cosine of the nearest passages of each query, best first, among `rows` if given."""
        exact = isinstance(self._index, faiss.IndexFlat)
        if rows is not None and (exact or len(rows) <= _FEW_ROWS):
            # Among few passages every one is compared, so that a narrow filter finds all there is.
            return [self._nearest(query, rows, limit) for query in queries]
        # One thread per search: searches run side by side, and waking threads costs more than a small one takes.
        faiss.omp_set_num_threads(1)
        if exact:
            scores, found = self._index.search(queries, limit)
            return [
                [(int(row), float(score)) for row, score in zip(*result, strict=True) if row >= 0]
                for result in zip(found, scores, strict=True)
            ]
        parameters = None if rows is None else _among(rows, max(self._index.hnsw.efSearch, limit))
        _, found = self._index.search(queries, _SPARE * limit, params=parameters)
        return [self._nearest(query, near[near >= 0], limit) for query, near in zip(queries, found, strict=True)]

    def _nearest(self, query: Vectors, rows: Rows, limit: int) -> list[tuple[int, float]]:
        """Return the best of some rows by their exact cosines."""
        cosines = np.einsum("pd,d->p", self.vectors_of(rows), query)
        return [(int(rows[i]), float(cosines[i])) for i in np.argsort(-cosines, kind="stable")[:limit]]

    def vectors_of(self, rows: Rows) -> Vectors:
        """Return the exact unit vectors in some rows, of shape (rows, dimension)."""
        if not isinstance(self._vectors, np.memmap):
            exact: Vectors = self._vectors[rows]
            return exact
        # Read, not mapped: mapped pages of a large file would count as memory of this process.
        size = self._vectors.itemsize * self._vectors.shape[1]
        start, number = self._vectors.offset, self._file.fileno()
        data = b"".join(os.pread(number, size, start + row * size) for row in rows.tolist())
        return np.frombuffer(data, dtype=np.float32).reshape(len(rows), -1)

    def all_vectors(self) -> Vectors:
        """Return all vectors, mapped from disk, of shape (passages, dimension)."""
        return self._vectors


def _among(rows: Rows, candidates: int) -> Any:
    """Return parameters that keep a search to some rows; it keeps more candidates, as many are not among them."""
    return faiss.SearchParametersHNSW(sel=faiss.IDSelectorBatch(rows), efSearch=4 * candidates)  # type: ignore[attr-defined]

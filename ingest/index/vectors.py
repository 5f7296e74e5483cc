"""Search the vectors of one index version: all of them, or, in a large one, the candidates that a graph names."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import IndexCorrupt
from ingest.embedding import Rows, Vectors

EXACT_UP_TO = 50_000
"""Number of passages up to which every vector is compared: a few milliseconds, and nothing is missed."""
_FEW_ROWS = 20_000


class VectorIndex:
    """Search the vectors of one published version; safe to share between threads."""

    def __init__(self, vectors_path: Path, graph_path: Path | None = None) -> None:
        """Open the vectors, and the graph over them where there is one; then the vectors stay on disk.

        Raises:
            IndexCorrupt: one of the files is not what its name says, or they do not fit together.
        """
        try:
            self._vectors: Vectors = np.load(vectors_path, mmap_mode="r", allow_pickle=False)
            if self._vectors.dtype != np.float32 or self._vectors.ndim != 2:
                raise ValueError(f"they are {self._vectors.dtype} of shape {self._vectors.shape}")
            self._graph = None
            if graph_path:
                from ingest.index.vector_graph import VectorGraph  # which loads FAISS

                self._graph = VectorGraph(graph_path)
                if self._graph.shape != self._vectors.shape:
                    raise ValueError(f"{self._graph.shape} in one, {self._vectors.shape} in the other")
            if len(self._vectors) <= EXACT_UP_TO:
                self._vectors = np.asarray(self._vectors).copy()
        except (RuntimeError, OSError, ValueError) as error:
            files = f"{graph_path} and {vectors_path.name}" if graph_path else str(vectors_path)
            raise IndexCorrupt(
                f"{files} cannot be used ({error}); run `support-agent ingest SOURCE` again, or `support-agent "
                "knowledge rollback`"
            ) from None
        self._file = vectors_path.open("rb", buffering=0)

    def close(self) -> None:
        """Let go of the files."""
        self._file.close()

    @property
    def dimension(self) -> int:
        """Return the length of the vectors."""
        return int(self._vectors.shape[1])

    def search(self, queries: Vectors, limit: int, rows: Rows | None = None) -> list[list[tuple[int, float]]]:
        """Return row and cosine of the nearest passages of each query, best first, among `rows` if given."""
        if rows is not None and (self._graph is None or len(rows) <= _FEW_ROWS):
            # Among few passages every one is compared, so that a narrow filter finds all there is.
            return [self._nearest(query, rows, limit) for query in queries]
        if self._graph is None:
            return [_best(_cosines(self._vectors, query), limit) for query in queries]
        near = self._graph.near(queries, limit, rows)
        return [self._nearest(query, found, limit) for query, found in zip(queries, near, strict=True)]

    def _nearest(self, query: Vectors, rows: Rows, limit: int) -> list[tuple[int, float]]:
        """Return the best of some rows by their exact cosines."""
        best = _best(_cosines(self.vectors_of(rows), query), limit)
        return [(int(rows[place]), cosine) for place, cosine in best]

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
        """Return all vectors, those of a large index mapped from disk, of shape (passages, dimension)."""
        return self._vectors


def _cosines(vectors: Vectors, query: Vectors) -> npt.NDArray[np.float32]:
    """Return the cosine of each unit vector; one thread, as a product by BLAS would wake others for so little."""
    cosines: npt.NDArray[np.float32] = np.einsum("pd,d->p", vectors, query)
    return cosines


def _best(cosines: npt.NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
    """Return place and cosine of the highest, best first; of equal ones the first."""
    places = np.arange(len(cosines))
    if limit < len(cosines):  # to put all in order would take longer than to compute them
        places = np.flatnonzero(cosines >= np.partition(cosines, -limit)[-limit])
    order = places[np.argsort(-cosines[places], kind="stable")[:limit]]
    return [(int(place), float(cosines[place])) for place in order]

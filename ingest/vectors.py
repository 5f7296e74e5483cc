"""Search the vectors of one index version with FAISS; the only file that loads it."""

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from core.errors import IndexCorrupt

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def build_vector_index(vectors: Vectors) -> faiss.Index:
    """Return an index over unit vectors of shape (passages, dimension) for search by inner product."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


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
        """Load the index and map the vectors it was built from, which stay on disk.

        Raises:
            IndexCorrupt: one of the files is not what its name says, or they do not fit together.
        """
        try:
            self._index = faiss.read_index(str(index_path))
            self._vectors: Vectors = np.load(vectors_path, mmap_mode="r", allow_pickle=False)
            if self._vectors.shape != (self._index.ntotal, self._index.d):
                raise ValueError(
                    f"{self._index.ntotal} vectors of {self._index.d} in one, {self._vectors.shape} in the other"
                )
        except (RuntimeError, OSError, ValueError) as error:
            raise IndexCorrupt(
                f"{index_path} and {vectors_path.name} cannot be used ({error}); "
                "run `support-agent ingest SOURCE` again, or `support-agent knowledge rollback`"
            ) from None

    @property
    def dimension(self) -> int:
        """Return the length of the vectors."""
        return int(self._index.d)

    def search(self, queries: Vectors, limit: int, rows: Rows | None = None) -> list[list[tuple[int, float]]]:
        """Return row and cosine of the nearest passages of each query, best first, among `rows` if given."""
        if rows is not None and not len(rows):
            return [[] for _ in queries]
        # One thread per search: searches run side by side, and waking threads costs more than a small one takes.
        faiss.omp_set_num_threads(1)
        parameters = None if rows is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
        scores, found = self._index.search(queries, limit, params=parameters)
        return [
            [(int(row), float(score)) for row, score in zip(*result, strict=True) if row >= 0]
            for result in zip(found, scores, strict=True)
        ]

    def vectors_of(self, rows: Rows) -> Vectors:
        """Return the exact unit vectors in some rows, of shape (rows, dimension)."""
        exact: Vectors = np.asarray(self._vectors[rows])
        return exact

    def all_vectors(self) -> Vectors:
        """Return all vectors, mapped from disk, of shape (passages, dimension)."""
        return self._vectors

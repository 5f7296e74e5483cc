"""Measure the vector index at a size one machine should still serve.

    python -m benchmarks.index_scale [--json] [--check] [--passages 1000000]

The vectors are synthetic but built like those of real passages: a mean of length one half, a spectrum that falls as 1 /
(1 + i / 4) like the ones measured on the passages of two public corpora, and half of the rest shared by the 50 passages
of an article. Queries are drawn around the same articles. Memory is the growth of a fresh process that opens the index
and searches it.
"""

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.support.figures import Figure, parser, report

DIMENSION = 384
QUERIES = 500
_PER_ARTICLE = 50
_MEAN = 0.5


def draw(count: int, articles: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return unit vectors of passages of randomly chosen articles, of shape (count, 384)."""
    vectors = np.empty((count, DIMENSION), dtype=np.float32)
    mean = np.zeros(DIMENSION, dtype=np.float32)
    mean[-1] = _MEAN
    for start in range(0, count, 50_000):
        size = min(50_000, count - start)
        block = mean + articles[rng.integers(len(articles), size=size)] + spread(size, rng)
        vectors[start : start + size] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return vectors


def spread(count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return random vectors with the spectrum of real ones, half of what the mean leaves to a length of one."""
    spectrum = 1 / (1 + np.arange(DIMENSION) / 4)
    scale = np.sqrt(spectrum / spectrum.sum() * (1 - _MEAN**2) / 2).astype(np.float32)
    vectors: npt.NDArray[np.float32] = rng.standard_normal((count, DIMENSION), dtype=np.float32) * scale
    return vectors


def build(folder: Path, passages: int) -> tuple[float, str]:
    """Write the vectors, the index and the queries with their true neighbours; return seconds and kind of the index."""
    import faiss

    from ingest.index.vectors import build_vector_index, exact_neighbours, write_vector_index

    rng = np.random.default_rng(3)
    articles = spread(max(1, passages // _PER_ARTICLE), rng)
    vectors, queries = draw(passages, articles, rng), draw(QUERIES, articles, rng)
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "queries.npy", queries)
    np.save(folder / "truth.npy", exact_neighbours(vectors, queries, 10))
    started = time.perf_counter()
    index = build_vector_index(vectors)
    seconds = time.perf_counter() - started
    write_vector_index(index, folder / "vectors.faiss")
    kept = f", {index.hnsw.efSearch} candidates kept" if isinstance(index, faiss.IndexHNSW) else ""
    kind = type(index).__name__ + kept
    return seconds, kind


def serve(folder: Path) -> dict[str, float]:
    """Open the index in a process of its own, search it and return recall, times and memory."""
    from ingest.index.vectors import VectorIndex, recall

    before = _memory()
    index = VectorIndex(folder / "vectors.faiss", folder / "vectors.npy")
    queries, truth = np.load(folder / "queries.npy"), np.load(folder / "truth.npy")
    found, milliseconds = [], []
    for query in queries:
        started = time.perf_counter()
        (near,) = index.search(query[None, :], 10)
        milliseconds.append((time.perf_counter() - started) * 1000)
        found.append([row for row, _ in near])
    return {
        "recall": recall(np.array(found), truth),
        "median": statistics.median(milliseconds),
        "p95": statistics.quantiles(milliseconds, n=20)[-1],
        "gigabytes": _memory() - before,
    }


def _memory() -> float:
    """Return the resident memory of this process in gigabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1e6


def figures(folder: Path, passages: int) -> Iterator[Figure]:
    """Build in one process, serve in another, and yield the figures."""
    processes = multiprocessing.get_context("spawn")
    with processes.Pool(1) as pool:
        seconds, kind = pool.apply(build, (folder, passages))
    with processes.Pool(1) as pool:
        served = pool.apply(serve, (folder,))
    yield Figure("passages", passages)
    yield Figure(f"build seconds ({kind})", seconds)
    yield Figure("recall@10 against exact", served["recall"], 0.95)
    yield Figure("search, median ms", served["median"])
    yield Figure("search, p95 ms", served["p95"], 20.0, "at most")
    yield Figure("memory, GB", served["gigabytes"], 0.7, "at most")


def main() -> int:
    """Measure one size and print the figures."""
    options = parser(__doc__)
    options.add_argument("--passages", type=int, default=1_000_000, help="size of the index")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = list(figures(Path(folder), arguments.passages))
    return report("index_scale", measured, arguments)


if __name__ == "__main__":
    sys.exit(main())

"""A large index finds what an exact one finds, and filters apply before its search."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import IndexCorrupt
from ingest.embedding import Vectors
from ingest.index.vectors import (
    WANTED_RECALL,
    VectorIndex,
    build_vector_index,
    exact_neighbours,
    recall,
    write_vector_index,
)


def unit_vectors(count: int, dimension: int = 32) -> Vectors:
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((count // 20, dimension))
    vectors = centres[rng.integers(len(centres), size=count)] + rng.standard_normal((count, dimension)) * 0.6
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def opened(folder: Path, vectors: Vectors, exact_up_to: int) -> VectorIndex:
    write_vector_index(build_vector_index(vectors, exact_up_to), folder / "i.faiss")
    np.save(folder / "v.npy", vectors)
    return VectorIndex(folder / "i.faiss", folder / "v.npy")


@pytest.mark.parametrize("exact_up_to", [10_000, 1_000])
def test_search_finds_the_true_neighbours_best_first(tmp_path: Path, exact_up_to: int) -> None:
    vectors = unit_vectors(6_000)
    index = opened(tmp_path, vectors, exact_up_to)
    found = index.search(vectors[:100], 10)
    rows = np.array([[row for row, _ in near] for near in found])
    assert recall(rows, exact_neighbours(vectors, vectors[:100], 10)) >= WANTED_RECALL - 0.02
    assert [near[0][0] for near in found] == list(range(100))
    assert all(near == sorted(near, key=lambda hit: -hit[1]) for near in found)
    assert found[0][0][1] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("exact_up_to", [10_000, 1_000])
def test_filters_apply_before_the_search(tmp_path: Path, exact_up_to: int, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit_vectors(6_000)
    index = opened(tmp_path, vectors, exact_up_to)
    few = np.array([5, 4_000, 5_999])
    assert {row for row, _ in index.search(vectors[:1], 10, few)[0]} == set(few.tolist())
    assert index.search(vectors[:1], 10, np.array([], dtype=np.int64)) == [[]]
    monkeypatch.setattr("ingest.index.vectors._FEW_ROWS", 100)
    many = np.arange(0, 6_000, 2)
    assert all(row % 2 == 0 for row, _ in index.search(vectors[1:2], 10, many)[0])
    assert len(index.search(vectors[1:2], 10, many)[0]) == 10


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    opened(tmp_path, unit_vectors(100), 1_000)
    (tmp_path / "i.faiss").write_bytes(b"garbage")
    with pytest.raises(IndexCorrupt, match="support-agent ingest SOURCE"):
        VectorIndex(tmp_path / "i.faiss", tmp_path / "v.npy")


def test_a_pickle_in_place_of_the_vectors_is_not_loaded(tmp_path: Path) -> None:
    opened(tmp_path, unit_vectors(100), 1_000)
    np.save(tmp_path / "v.npy", np.array([object()]), allow_pickle=True)
    with pytest.raises(IndexCorrupt):
        VectorIndex(tmp_path / "i.faiss", tmp_path / "v.npy")

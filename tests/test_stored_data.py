"""Stored data is never code: a hostile index or model file is refused before it is used."""

import hashlib
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from core.embeddings import minilm
from core.errors import IndexCorrupt, ModelError
from core.passages import Utterance
from ingest.index.versions import VECTORS_FILE, Manifest, current_name, read_manifest, version_folder
from ingest.search.article_search import HybridRetriever
from tests.knowledge_fakes import WordEmbeddings, ingest_texts


class Planted:
    """Make a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._folder),)


def serving(index_dir: Path) -> Path:
    return version_folder(index_dir, str(current_name(index_dir)))


@pytest.mark.parametrize("signed", [False, True])
def test_a_hostile_index_runs_nothing(tmp_path: Path, signed: bool) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"a": "# Returns\n\nWithin thirty days."})
    folder, ran = serving(index_dir), tmp_path / "ran"
    vectors = folder / VECTORS_FILE
    np.save(vectors, np.array([Planted(ran)], dtype=object), allow_pickle=True)
    if signed:  # whoever can write the file can write its checksum as well
        manifest = read_manifest(folder)
        hashes = manifest.sha256 | {VECTORS_FILE: hashlib.sha256(vectors.read_bytes()).hexdigest()}
        changed = Manifest.model_validate(manifest.model_dump() | {"sha256": hashes})
        (folder / "manifest.json").write_text(changed.model_dump_json())
    with pytest.raises(IndexCorrupt):
        HybridRetriever(index_dir, WordEmbeddings(), "words").search_now([Utterance("customer", "returns")], limit=1)
    assert not ran.exists()
    with pytest.raises((ValueError, FileExistsError)):
        np.load(vectors, allow_pickle=False)
    pickle.loads(pickle.dumps(Planted(ran)))  # noqa: S301
    assert ran.exists(), "the file is harmless to everybody and proves nothing"


def test_a_model_file_that_is_not_the_pinned_one_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(b"not the model")
    monkeypatch.setattr(minilm, "_model_path", lambda: other)
    with pytest.raises(ModelError, match="sha256"):
        minilm.MiniLM().embed_query("hello")

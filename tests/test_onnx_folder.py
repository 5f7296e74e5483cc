"""Take an embedding model of one's own: any folder with the ONNX export of a sentence-transformers model."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.embeddings.minilm import _model_path, _tokenizer_path, embedded_minilm
from core.embeddings.onnx_folder import SUMS, OnnxFolder
from core.errors import SettingsError
from core.factory import embedding_model
from core.settings import Settings

TEXTS = ["Where is my order?", "How long do I have to return something?"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return a folder as sentence-transformers writes it, with the weights that are installed anyway."""
    (tmp_path / "onnx").mkdir()
    shutil.copy(_model_path(), tmp_path / "onnx/model.onnx")
    shutil.copy(_tokenizer_path(), tmp_path / "tokenizer.json")
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    (tmp_path / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 256}))
    return tmp_path


def pin(folder: Path) -> None:
    sums = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in ("onnx/model.onnx",))
    (folder / SUMS).write_text("\n".join(sums) + "\n")


def test_a_folder_embeds_as_its_model_does(export: Path) -> None:
    settings = Settings.from_env({"SUPPORT_EMBEDDING_MODEL": str(export)}, env_file=None)
    assert settings.embeds_here
    model = embedding_model(settings)
    vectors, known = np.asarray(model.embed_documents(TEXTS)), np.asarray(embedded_minilm().embed_documents(TEXTS))
    assert np.einsum("ij,ij->i", vectors, known).min() > 0.99
    assert np.allclose(model.embed_query(TEXTS[0]), vectors[0], atol=0.02)


def test_the_prompts_and_the_pooling_of_the_folder_count(export: Path) -> None:
    (export / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "query: "}}))
    model = OnnxFolder(export)
    assert np.allclose(model.embed_query(TEXTS[0]), model.embed_documents([f"query: {TEXTS[0]}"])[0], atol=1e-5)
    (export / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    first = OnnxFolder(export).embed_documents(TEXTS[:1])[0]
    assert not np.allclose(first, model.embed_documents(TEXTS[:1])[0], atol=0.05)


def test_weights_that_are_not_the_pinned_ones_are_refused(export: Path) -> None:
    pin(export)
    OnnxFolder(export)
    with (export / "onnx/model.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(SettingsError, match="is not the file that SHA256SUMS names"):
        OnnxFolder(export)


def test_a_folder_without_a_model_is_told_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"holds no model\.onnx or onnx/model\.onnx with a tokenizer\.json"):
        OnnxFolder(tmp_path)

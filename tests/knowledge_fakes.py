"""Stand in for the embedding model and lay out small sources for tests of the knowledge index."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.pipeline import IngestOptions, IngestReport, ingest

DIMENSION = 64


class WordEmbeddings(Embeddings):
    """Embed a text as the sum of a fixed random direction per word, and count what was asked for."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.fault: Exception | None = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text, or raise the fault that was set."""
        if self.fault:
            raise self.fault
        self.embedded += texts
        return [_vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text."""
        return self.embed_documents([text])[0]


def _vector(text: str) -> list[float]:
    total = np.full(DIMENSION, 1e-3)
    for word in text.lower().split():
        seed = int.from_bytes(hashlib.sha256(word.strip(".,:?!").encode()).digest()[:8], "little")
        total += np.random.default_rng(seed).standard_normal(DIMENSION)
    vector: list[float] = total.tolist()
    return vector


def count_words(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def options(index_dir: Path, embeddings: Embeddings | None = None, model: str = "words") -> IngestOptions:
    return IngestOptions(
        index_dir=index_dir,
        embeddings=embeddings or WordEmbeddings(),
        embedding_model=model,
        count_tokens=count_words,
        passage_tokens=60,
        batch_size=4,
    )


def write_articles(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def ingest_texts(
    tmp_path: Path, texts: Mapping[str, str], embeddings: Embeddings | None = None
) -> tuple[Path, IngestReport]:
    """Ingest Markdown articles into a new index and return its folder with the report."""
    source = write_articles(tmp_path / "source", **texts)
    return tmp_path / "index", ingest([source], options(tmp_path / "index", embeddings))

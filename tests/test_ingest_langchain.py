"""Code and folders written for LangChain's stores go on working, and a hostile pickle runs nothing."""

import os
import pickle
from pathlib import Path

import pytest
from langchain_core.documents import Document as LangChainDocument

from ingest.documents_read import Document, Skipped
from ingest.langchain.langchain_bridge import KnowledgeVectorStore, to_langchain
from ingest.pipeline import ingest
from ingest.sources.documents import read_file
from tests.knowledge_fakes import WordEmbeddings, ingest_texts, options

ARTICLES = {"returns": "# Returns\n\nReturn within 30 days.", "delivery": "# Delivery\n\nParcels take four days."}


def test_the_bridge_finds_the_same_passages(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    store = to_langchain(index_dir, WordEmbeddings(), "words")
    (found,) = store.similarity_search("parcels take four days", k=1)
    assert (found.page_content, found.metadata["article_id"]) == ("Parcels take four days.", "delivery.md")


def test_a_folder_written_by_langchain_is_ingested(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    to_langchain(index_dir, WordEmbeddings(), "words").save_local(str(tmp_path / "old"))
    report = ingest([tmp_path / "old"], options(tmp_path / "new"))
    assert (report.documents, report.passages, report.skipped) == (2, 2, [])
    store = to_langchain(tmp_path / "new", WordEmbeddings(), "words")
    assert store.similarity_search("parcels take four days", k=1)[0].metadata["title"] == "Delivery"


class Hostile:
    """Run a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/support-agent-was-here",)


@pytest.mark.parametrize("content", [pickle.dumps(Hostile()), pickle.dumps(({}, {})), b"", b"\x80\x05garbage"])
def test_a_hostile_or_broken_pickle_runs_nothing_and_is_skipped(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index.pkl").write_bytes(content)
    (item,) = read_file(tmp_path / "index.pkl", tmp_path, max_bytes=10_000)
    assert isinstance(item, Skipped)
    assert "ingest the articles themselves" in item.reason
    assert not Path("/tmp/support-agent-was-here").exists()


def test_entries_keep_their_ids_and_values(tmp_path: Path) -> None:
    documents = {
        "d1": LangChainDocument(page_content="Text.", metadata={"title": "T", "locale": "en", "nested": {"a": 1}})
    }
    from langchain_community.docstore.in_memory import InMemoryDocstore

    (tmp_path / "index.pkl").write_bytes(pickle.dumps((InMemoryDocstore(dict(documents)), {0: "d1"})))
    (item,) = read_file(tmp_path / "index.pkl", tmp_path, max_bytes=10_000)
    assert isinstance(item, Document)
    assert (item.id, item.title, item.pieces, item.metadata) == ("d1", "T", ("Text.",), {"locale": "en"})


def test_the_vector_store_filters_before_it_searches_and_keeps_ids(tmp_path: Path) -> None:
    store = KnowledgeVectorStore.from_texts(
        ["Parcels take four days.", "Pakete brauchen vier Tage."],
        WordEmbeddings(),
        [{"locale": "en"}, {"locale": "de"}],
        ids=["en", "de"],
        index_dir=tmp_path / "index",
        embedding_model="words",
    )
    (found,) = store.similarity_search("parcels take four days", k=2, filter={"locale": "de"})
    assert found.metadata["article_id"] == "de"
    assert found.id is not None
    assert store.get_by_ids([found.id])[0].page_content == "Pakete brauchen vier Tage."
    assert store.as_retriever(search_kwargs={"k": 1}).invoke("parcels")[0].page_content == "Parcels take four days."

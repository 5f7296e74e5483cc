"""Machines that share an index through PostgreSQL serve what was published last, each from a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.errors import IndexCorrupt, IndexMismatch, IndexNotFound, KnowledgeError
from core.passages import Utterance
from ingest.index.shared_versions import SharedVersions
from ingest.index.versions import version_names
from ingest.pipeline import ingest
from ingest.search.article_search import HybridRetriever
from tests.knowledge_fakes import WordEmbeddings, ingest_texts, options, write_articles
from tests.postgres import fresh_database

pytestmark = pytest.mark.server
ARTICLES = {
    "returns": "---\nlocale: en\nurl: https://shop.example/returns\n---\n# Returns\n\n## Time\n\nReturn within 30 "
    "days.",
    "german": "---\nlocale: de\n---\n# Return in German\n\n## Time\n\nReturn within 30 days too.",
    "errors": "# Coffee machine\n\n## Display\n\nE-1042 means the tank is empty.\n\nE-1043 means the pump is dry.",
}


@pytest.fixture
def url(shared_postgres: str) -> str:
    """Return the address of an empty database."""
    return fresh_database(shared_postgres)


@pytest.fixture
def shared(url: str) -> Iterator[SharedVersions]:
    """Return the versions of an empty database."""
    versions = SharedVersions(url)
    yield versions
    versions.close()


def machine(folder: Path, url: str, model: str = "words") -> HybridRetriever:
    """Return what searches on another machine, which looks for a new version before each search."""
    return HybridRetriever(folder, WordEmbeddings(), model, SharedVersions(url, look_seconds=0.0))


def add_article(tmp_path: Path, index_dir: Path, name: str, text: str) -> str:
    """Publish one more article in a folder and return the version."""
    write_articles(tmp_path / "source", **{name: text})
    return ingest([tmp_path / "source"], options(index_dir)).version


def answers(retriever: HybridRetriever, text: str) -> str:
    return retriever.search_now([Utterance("customer", text)], limit=1)[0].article_id


async def test_another_machine_searches_what_was_published(url: str, shared: SharedVersions, tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="support-agent ingest"):
        machine(tmp_path / "other", url)
    index_dir, report = ingest_texts(tmp_path, ARTICLES)
    shared.publish(index_dir, report.version)
    here, there = HybridRetriever(index_dir, WordEmbeddings(), "words"), machine(tmp_path / "other", url)
    question = [Utterance("customer", "return within how many days")]
    for filters in (None, {"locale": "en"}, {"locale": "de"}):
        found = await there.search(question, limit=5, filters=filters)
        assert found == await here.search(question, limit=5, filters=filters), "the same order everywhere"
    assert [p.id for p in await there.fetch(["gone", found[0].id])] == [found[0].id]
    with pytest.raises(IndexMismatch, match="built with 'words'"):
        machine(tmp_path / "other", url, "e5")
    shared.publish(index_dir, add_article(tmp_path, index_dir, "fees", "# Fees\n\nLate fees are nine dollars."))
    assert answers(there, "late fees dollars") == "fees.md", "a reader that runs follows"
    here.close()
    there.close()


def test_versions_are_kept_for_rollback(url: str, shared: SharedVersions, tmp_path: Path) -> None:
    index_dir, report = ingest_texts(tmp_path, {"fees": "# Fees\n\nLate fees are one dollar."})
    shared.publish(index_dir, report.version)
    there = machine(tmp_path / "other", url)
    for number, amount in enumerate(("two", "three"), start=2):
        text = f"# Charges\n\nLate charges are {amount} dollars."
        shared.publish(index_dir, add_article(tmp_path, index_dir, f"fees{number}", text), keep=2)
        assert answers(there, f"late charges {amount} dollars") == f"fees{number}.md"
    manifests, serving = shared.manifests()
    assert [manifest.documents for manifest in manifests] == [3, 2], "the oldest of three went"
    assert serving == manifests[0].name
    assert shared.roll_back() == manifests[1].name
    assert answers(there, "late charges three dollars") == "fees2.md"
    with pytest.raises(IndexNotFound, match="lists those there are"):
        shared.roll_back()
    with pytest.raises(IndexNotFound, match="no version nowhere"):
        shared.roll_back("nowhere")
    shared.publish(index_dir, manifests[0].name, keep=2)
    assert shared.manifests()[1] == manifests[0].name, "what was published before is only pointed to again"
    there.close()


def test_a_publisher_that_dies_leaves_what_served(
    shared: SharedVersions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_dir, report = ingest_texts(tmp_path, ARTICLES)
    shared.publish(index_dir, report.version)
    before = shared.manifests()
    version = add_article(tmp_path, index_dir, "fees", "# Fees\n\nLate fees are nine dollars.")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ingest.index.shared_versions._serve", die)
        with pytest.raises(KeyboardInterrupt):
            shared.publish(index_dir, version)
    assert shared.manifests() == before
    shared.publish(index_dir, version)
    assert shared.manifests()[0][0].documents == 4


def test_what_is_not_what_was_published_is_not_served(url: str, shared: SharedVersions, tmp_path: Path) -> None:
    index_dir, report = ingest_texts(tmp_path, ARTICLES)
    shared.publish(index_dir, report.version)
    there = machine(tmp_path / "other", url)
    shared.publish(index_dir, add_article(tmp_path, index_dir, "fees", "# Fees\n\nLate fees are nine dollars."))
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE knowledge_files SET data = data || 'x' WHERE file = 'passages.db'")
    assert answers(there, "late fees dollars") != "fees.md"
    assert "is not the file that was published" in there.health().notice
    with pytest.raises(IndexCorrupt):
        machine(tmp_path / "third", url)
    assert version_names(tmp_path / "third") == []
    there.close()


def test_a_database_that_is_down_keeps_nobody_from_being_answered(
    url: str, shared: SharedVersions, tmp_path: Path
) -> None:
    index_dir, report = ingest_texts(tmp_path, ARTICLES)
    shared.publish(index_dir, report.version)
    there = machine(tmp_path / "other", url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE knowledge_versions RENAME TO gone")
        assert answers(there, "the tank is empty") == "errors.md"
        assert "the knowledge database failed" in there.health().notice
    down = "postgresql://nobody@127.0.0.1:1/none"
    restarted = HybridRetriever(tmp_path / "other", WordEmbeddings(), "words", SharedVersions(down))
    assert answers(restarted, "the tank is empty") == "errors.md", "what was brought here before serves"
    assert "check its address" in restarted.health().notice
    with pytest.raises(KnowledgeError, match="check its address"):
        HybridRetriever(tmp_path / "nothing", WordEmbeddings(), "words", SharedVersions(down))
    there.close()
    restarted.close()


def test_a_database_that_keeps_readers_waiting_is_given_up(
    url: str, shared: SharedVersions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.index.shared_versions._STATEMENT_SECONDS", 0.02)
    index_dir, report = ingest_texts(tmp_path, ARTICLES)
    shared.publish(index_dir, report.version)
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE knowledge_versions")
        assert shared.serving() == ""
        assert "statement timeout" in shared.fault


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    down = SharedVersions("postgresql://nobody@127.0.0.1:1/none")
    for attempt in (down.manifests, down.roll_back, lambda: down.bring_into(tmp_path)):
        with pytest.raises(KnowledgeError, match="check its address"):
            attempt()

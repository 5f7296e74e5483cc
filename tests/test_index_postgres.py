"""The index in PostgreSQL answers as the one in files does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import IndexMismatch, IndexNotFound, KnowledgeError
from core.passages import Utterance
from ingest.pipeline import ingest
from ingest.postgres_index import PostgresRetriever, publish_to_postgres
from tests.knowledge_fakes import WordEmbeddings, ingest_texts, options, write_articles
from tests.postgres import postgres_server

pytestmark = pytest.mark.server
ARTICLES = {
    "returns": "---\nlocale: en\nurl: https://shop.example/returns\n---\n# Returns\n\n## Time\n\nReturn within 30 days.",
    "german": "---\nlocale: de\n---\n# Return in German\n\n## Time\n\nReturn within 30 days too.",
    "errors": "# Coffee machine\n\n## Display\n\nE-1042 means the tank is empty.\n\nE-1043 means the pump is dry.",
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres_server() as address:
        yield address


async def test_the_index_in_postgres(url: str, tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="support-agent ingest"):
        PostgresRetriever(url, WordEmbeddings(), "words")
    index_dir, report = ingest_texts(tmp_path, ARTICLES)
    assert publish_to_postgres(url, index_dir) == report.passages
    model = WordEmbeddings()
    retriever = PostgresRetriever(url, model, "words")
    question = [Utterance("customer", "return within how many days")]
    (found,) = await retriever.search(question, limit=1, filters={"locale": "en"})
    assert (found.article_id, found.headings, found.url) == ("returns.md", ("Time",), "https://shop.example/returns")
    assert found.metadata == {"locale": "en"}
    assert [p.article_id for p in await retriever.search(question, limit=5, filters={"locale": "de"})] == ["german.md"]
    (named,) = await retriever.search([Utterance("customer", "the display says e1043")], limit=1)
    assert "E-1043" in named.text
    assert [p.id for p in await retriever.fetch(["gone", found.id])] == [found.id]
    model.fault = OSError("down")
    assert (await retriever.search([Utterance("customer", "the tank is empty")], limit=1))[0].article_id == "errors.md"
    model.fault = None
    write_articles(tmp_path / "source", fees="# Fees\n\nLate fees are nine dollars.")
    ingest([tmp_path / "source"], options(index_dir))
    publish_to_postgres(url, index_dir)
    assert (await retriever.search([Utterance("customer", "late fees dollars")], limit=1))[0].article_id == "fees.md"
    with pytest.raises(IndexMismatch, match="built with 'words'"):
        PostgresRetriever(url, WordEmbeddings(), "e5")
    retriever.close()


def test_a_database_that_does_not_answer_is_named() -> None:
    with pytest.raises(KnowledgeError, match="check its address"):
        PostgresRetriever("postgresql://nobody@127.0.0.1:1/none", WordEmbeddings(), "words")

"""The index in PostgreSQL answers as the one in files does."""

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from core.errors import IndexMismatch, IndexNotFound, KnowledgeError
from core.passages import Utterance
from ingest.documents_read import Document
from ingest.pipeline import ingest, ingest_documents
from ingest.postgres.postgres_index import PostgresRetriever
from ingest.postgres.postgres_search import PostgresSnapshot
from ingest.postgres.postgres_versions import connect, list_versions, roll_back, serving_in, transaction
from ingest.postgres.postgres_writing import publish_to_postgres
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


def answers(retriever: PostgresRetriever, text: str) -> str:
    return retriever.search_now([Utterance("customer", text)], limit=1)[0].article_id


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


def test_versions_are_kept_for_rollback_and_running_readers_follow(url: str, tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"fees": "# Fees\n\nLate fees are one dollar."})
    publish_to_postgres(url, index_dir)
    retriever = PostgresRetriever(url, WordEmbeddings(), "words")
    for number, amount in enumerate(("two", "three"), start=2):
        write_articles(tmp_path / "source", **{f"fees{number}": f"# Charges\n\nLate charges are {amount} dollars."})
        ingest([tmp_path / "source"], options(index_dir))
        publish_to_postgres(url, index_dir, keep=2)
        assert answers(retriever, f"late charges {amount} dollars") == f"fees{number}.md"
    versions, serving = list_versions(url)
    assert [version.manifest.documents for version in versions] == [3, 2], "the oldest of three went"
    assert serving == versions[0].manifest.name
    assert roll_back(url) == versions[1].manifest.name
    assert answers(retriever, "late charges three dollars") == "fees2.md"
    with pytest.raises(IndexNotFound, match="lists those there are"):
        roll_back(url)
    with pytest.raises(IndexNotFound, match="no version nowhere"):
        roll_back(url, "nowhere")
    publish_to_postgres(url, index_dir, keep=2)
    assert list_versions(url)[1] == versions[0].manifest.name, "what was published before is only pointed to again"
    retriever.close()


def test_a_publisher_that_dies_leaves_what_served(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    publish_to_postgres(url, index_dir)
    before = list_versions(url)
    write_articles(tmp_path / "source", fees="# Fees\n\nLate fees are nine dollars.")
    ingest([tmp_path / "source"], options(index_dir))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ingest.postgres.postgres_writing.point_to", die)
        with pytest.raises(KeyboardInterrupt):
            publish_to_postgres(url, index_dir)
    assert list_versions(url) == before
    publish_to_postgres(url, index_dir)
    assert list_versions(url)[0][0].manifest.documents == 4


def test_a_large_index_is_a_graph_with_the_wanted_recall_that_filters_while_it_searches(
    url: str, tmp_path: Path
) -> None:
    texts = {f"a{i}": f"---\nparity: p{i % 2}\n---\n# Article {i}\n\nNumber {i} of all." for i in range(400)}
    index_dir, _ = ingest_texts(tmp_path, texts)
    publish_to_postgres(url, index_dir, exact_up_to=100)
    engine = connect(url)
    with transaction(engine) as connection:
        version = serving_in(connection)
        assert version is not None
        assert version.candidates is not None
        snapshot = PostgresSnapshot(connection, version)
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        queries = snapshot.vectors_of(np.arange(5))
        plan = connection.execute(
            sa.text("EXPLAIN SELECT row FROM passages ORDER BY embedding <#> CAST(:query AS vector) LIMIT 5"),
            {"query": str(queries[0].tolist())},
        )
        assert "passages_nearest" in "".join(row[0] for row in plan)
        assert [near[0][0] for near in snapshot.search(queries, 3)] == [0, 1, 2, 3, 4]
        even = snapshot.rows_matching({"parity": "p0"})
        (found,) = snapshot.search(queries[:1], 150, even)
        assert len(found) == 150
        assert all(row in even for row, _ in found)
    engine.dispose()


def test_a_keyword_search_reads_only_so_much_of_a_large_index(url: str, tmp_path: Path) -> None:
    texts = [f"filler{n}" + " frequent" * (n < 260) + " everywhere" * (n < 400) for n in range(1_499)]
    ingest_documents(iter([Document(id="a", title="Article", pieces=(*texts, "rare"))]), options(tmp_path / "index"))
    publish_to_postgres(url, tmp_path / "index")
    engine = connect(url)
    with transaction(engine) as connection:
        version = serving_in(connection)
        assert version is not None
        assert version.manifest.passages == 1_500
        snapshot = PostgresSnapshot(connection, version)

        def rows(*words: str) -> list[int]:
            return [row for row, _ in snapshot.keyword_search(dict.fromkeys(words, 1), 1_000)]

        assert rows("frequent", "rare") == [1_499], "a rare word is looked up before a frequent one"
        assert len(rows("frequent")) == 260, "the only word there is may be frequent"
        assert rows("everywhere") == rows("unheard") == rows("the") == []
        assert rows("FILLER7_filler8", "fillers") == []
        connection.execute(sa.text("DROP TABLE lexemes"))
        assert len(rows("frequent", "rare")) == 261, "a version of before words were counted is still searched"
    engine.dispose()


def test_a_statement_that_takes_too_long_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.postgres.postgres_versions._READ_SECONDS", 0.02)
    engine = connect(url)
    with pytest.raises(KnowledgeError, match=r"more than 0\.02 s"), transaction(engine) as connection:
        connection.execute(sa.text("SELECT pg_sleep(10)"))
    with connect(url).connect() as connection:
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar() == "0", "writers take the time they need"
    engine.dispose()


def test_a_database_that_does_not_answer_is_named() -> None:
    for attempt in (lambda url: PostgresRetriever(url, WordEmbeddings(), "words"), list_versions, roll_back):
        with pytest.raises(KnowledgeError, match="check its address"):
            attempt("postgresql://nobody@127.0.0.1:1/none")

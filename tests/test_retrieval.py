"""The retriever finds passages by meaning and by words, and follows what is published."""

from pathlib import Path

import pytest

from core.errors import IndexMismatch, IndexNotFound, ModelUnavailable
from core.passages import Utterance
from ingest.pipeline import ingest
from ingest.search.article_search import HybridRetriever
from tests.knowledge_fakes import WordEmbeddings, ingest_texts, options, write_articles

ARTICLES = {
    "returns": "---\nlocale: en\nurl: https://shop.example/returns\n---\n# Returns\n\n## Time\n\nReturn within 30 "
    "days.",
    "rueckgabe": "---\nlocale: de\n---\n# Return in German\n\n## Time\n\nReturn within 30 days too.",
    "errors": (
        "# Coffee machine\n\n## Display\n\nE-1042 means the tank is empty.\n\n## Noise\n\nE-1043 means the pump is dry."
    ),
    "delivery": "# Delivery\n\nParcels take four days.",
}


def opened(index_dir: Path, model: WordEmbeddings | None = None) -> HybridRetriever:
    return HybridRetriever(index_dir, model or WordEmbeddings(), "words")


async def test_a_passage_comes_with_everything_a_citation_needs(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    (found,) = await opened(index_dir).search([Utterance("customer", "return within how many days")], limit=1)
    assert (found.article_id, found.title, found.headings) == ("returns.md", "Returns", ("Time",))
    assert (found.url, found.position, found.metadata) == ("https://shop.example/returns", 0, {"locale": "en"})
    assert found.score > 0


@pytest.mark.parametrize("written", ["E-1043", "e1043", "code E_1043?"])
def test_an_exact_identifier_finds_its_passage(tmp_path: Path, written: str) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    found = opened(index_dir).search_now([Utterance("customer", f"display of the machine shows {written}")], limit=1)
    assert found[0].headings == ("Noise",)


def test_filters_apply_before_the_search(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    question = [Utterance("customer", "return within how many days")]
    found = opened(index_dir).search_now(question, limit=5, filters={"locale": "de"})
    assert [passage.article_id for passage in found] == ["rueckgabe.md"]
    assert opened(index_dir).search_now(question, limit=5, filters={"locale": "fr"}) == []


def test_keywords_answer_while_the_embedding_model_is_down(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    model = WordEmbeddings()
    retriever = opened(index_dir, model)
    model.fault = ModelUnavailable("connection refused")
    found = retriever.search_now([Utterance("customer", "how long do parcels take")], limit=1)
    assert found[0].article_id == "delivery.md"
    assert not retriever.health().dense
    assert "connection refused" in retriever.health().notice
    model.fault = None
    retriever.search_now([Utterance("customer", "parcels")], limit=1)
    assert retriever.health().dense


def test_a_newly_published_version_is_picked_up(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    retriever = opened(index_dir)
    write_articles(tmp_path / "source", warranty="# Warranty\n\nFrames have a ten year guarantee.")
    ingest([tmp_path / "source"], options(index_dir))
    found = retriever.search_now([Utterance("customer", "guarantee on frames")], limit=1)
    assert found[0].article_id == "warranty.md"


async def test_fetch_returns_what_still_exists_in_the_order_asked_for(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    retriever = opened(index_dir)
    ids = [passage.id for passage in retriever.search_now([Utterance("customer", "return days parcels")], limit=3)]
    fetched = await retriever.fetch([ids[2], "gone", ids[0]])
    assert [passage.id for passage in fetched] == [ids[2], ids[0]]


def test_silence_finds_nothing(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    assert opened(index_dir).search_now([Utterance("customer", "  ")], limit=5) == []


def test_an_index_of_another_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, ARTICLES)
    with pytest.raises(IndexMismatch, match=r"built with 'words', settings ask for 'e5'.*support-agent ingest"):
        HybridRetriever(index_dir, WordEmbeddings(), "e5")


def test_a_missing_index_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="support-agent ingest SOURCE"):
        opened(tmp_path / "index")


def test_a_short_question_leans_on_what_was_said_before(tmp_path: Path) -> None:
    articles = {
        "spare": "# Spare energy\n\nA big external charger of 120 watt hours may come along if we are asked first.",
        "pets": "# Animals\n\nA cat may come along if it is small.",
        "food": "# Meals\n\nJam may not come along.",
    }
    index_dir, _ = ingest_texts(tmp_path, articles)
    retriever = HybridRetriever(index_dir, WordEmbeddings(), "words")
    before = [Utterance("customer", "my external charger has 120 watt hours"), Utterance("agent", "Okay.")]
    (found,) = retriever.search_now([*before, Utterance("customer", "allowed?")], limit=1)
    assert found.article_id == "spare.md"
    retriever.close()

"""An ingest publishes exactly what its sources hold and embeds only what is new."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import DocumentError, IndexBusy
from core.passages import Utterance
from ingest.index.publishing import writing
from ingest.index.versions import MANIFEST_FILE, STORE_FILE, read_manifest
from ingest.pipeline import Progress, ingest
from ingest.search.article_search import HybridRetriever
from ingest.search_words import STEMMING
from tests.knowledge_fakes import WordEmbeddings, ingest_texts, options, write_articles

RETURNS = "# Returns\n\n## Time\n\nReturn within 30 days.\n\n## Cost\n\nReturns are free."
DELIVERY = "# Delivery\n\nParcels take four days."
BOTH = {"returns": RETURNS, "delivery": DELIVERY}


def test_an_unchanged_source_embeds_nothing_and_publishes_nothing(tmp_path: Path) -> None:
    model = WordEmbeddings()
    index_dir, first = ingest_texts(tmp_path, BOTH, model)
    model.embedded.clear()
    second = ingest([tmp_path / "source"], options(index_dir, model))
    assert (first.documents, first.passages, first.embedded, first.published) == (2, 3, 3, True)
    assert (second.documents, second.passages, second.embedded, second.published) == (2, 3, 0, False)
    assert model.embedded == []
    assert second.version == first.version


def test_a_changed_article_embeds_its_own_new_passage_only(tmp_path: Path) -> None:
    model = WordEmbeddings()
    index_dir, _ = ingest_texts(tmp_path, BOTH, model)
    model.embedded.clear()
    write_articles(tmp_path / "source", returns=RETURNS.replace("30", "60"))
    report = ingest([tmp_path / "source"], options(index_dir, model))
    assert (report.changed, report.embedded) == (1, 1)
    assert model.embedded == ["Returns > Time: Return within 60 days."]


def test_a_removed_article_disappears(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, BOTH)
    (tmp_path / "source" / "delivery.md").unlink()
    report = ingest([tmp_path / "source"], options(index_dir))
    retriever = HybridRetriever(index_dir, WordEmbeddings(), "words")
    found = retriever.search_now([Utterance("customer", "how long do parcels take")], limit=5)
    assert report.removed == 1
    assert {passage.article_id for passage in found} == {"returns.md"}


def test_a_passage_keeps_its_id_while_its_text_stays(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"returns": RETURNS})
    question = [Utterance("customer", "are returns free")]
    before = HybridRetriever(index_dir, WordEmbeddings(), "words").search_now(question, limit=1)
    write_articles(tmp_path / "source", returns=RETURNS.replace("30 days", "a month"))
    ingest([tmp_path / "source"], options(index_dir))
    after = HybridRetriever(index_dir, WordEmbeddings(), "words").search_now(question, limit=1)
    assert before[0].id == after[0].id
    assert after[0].text == "Returns are free."


def test_the_second_article_with_an_id_is_skipped_with_the_reason(tmp_path: Path) -> None:
    source = write_articles(
        tmp_path / "source", a="---\nid: x\n---\n# A\n\nFirst.", b="---\nid: x\n---\n# B\n\nSecond."
    )
    report = ingest([source], options(tmp_path / "index"))
    assert report.documents == 1
    assert [(Path(item.source).name, item.reason) for item in report.faults] == [
        ("b.md", f"has the id 'x' of {source / 'a.md'}; give each article its own")
    ]


def test_nothing_readable_changes_nothing(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"returns": RETURNS})
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError, match="nothing was changed"):
        ingest([tmp_path / "empty"], options(index_dir))
    assert HybridRetriever(index_dir, WordEmbeddings(), "words").health().passages == 2


def test_a_source_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="neither a file nor a folder"):
        ingest([tmp_path / "missing"], options(tmp_path / "index"))


def test_a_second_ingest_at_the_same_time_is_refused(tmp_path: Path) -> None:
    source = write_articles(tmp_path / "source", returns=RETURNS)
    with writing(tmp_path / "index"), pytest.raises(IndexBusy, match="another ingest"):
        ingest([source], options(tmp_path / "index"))


def test_progress_reaches_the_end_of_each_stage(tmp_path: Path) -> None:
    seen: list[Progress] = []
    source = write_articles(tmp_path / "source", returns=RETURNS, delivery=DELIVERY)
    ingest([source], options(tmp_path / "index"), seen.append)
    assert Progress("read", 2, 2) in seen
    assert seen[-1] == Progress("embed", 3, 3)


KETTLES = "# Kettles\n\n## Filter\n\nThe filter holds back chalk."
TEAPOTS = "# Teapots\n\n## Filter\n\nThe filter holds back leaves."


def test_an_index_of_an_earlier_program_names_its_articles_and_is_written_anew(tmp_path: Path) -> None:
    model = WordEmbeddings()
    index_dir, first = ingest_texts(tmp_path, {"kettles": KETTLES, "teapots": TEAPOTS}, model)
    make_old(index_dir / "versions" / first.version)
    dialogue = [Utterance("customer", "I bought kettles"), Utterance("customer", "what about the filter")]
    (old,) = HybridRetriever(index_dir, model, "words").search_now(dialogue, limit=1)
    model.embedded.clear()
    second = ingest([tmp_path / "source"], options(index_dir, model))
    assert (second.published, second.embedded, model.embedded) == (True, 0, [])
    assert read_manifest(index_dir / "versions" / second.version).stemming == STEMMING
    (new,) = HybridRetriever(index_dir, model, "words").search_now(dialogue, limit=1)
    assert old.article_id == new.article_id == "kettles.md"
    assert old.score == pytest.approx(new.score)  # what was named counts alike
    assert not ingest([tmp_path / "source"], options(index_dir, model)).published


def make_old(version: Path) -> None:
    """Give a version the word forms and the manifest that a program wrote by rule 1."""
    with closing(sqlite3.connect(version / STORE_FILE)) as connection, connection:
        for table in ("vocabulary", "title_roots"):
            connection.execute(f"UPDATE {table} SET root = 'kettle' WHERE root = 'kettl'")
    manifest = read_manifest(version)
    digest = hashlib.sha256((version / STORE_FILE).read_bytes()).hexdigest()
    written = manifest.model_dump(exclude={"stemming"}) | {"sha256": manifest.sha256 | {STORE_FILE: digest}}
    (version / MANIFEST_FILE).write_text(json.dumps(written))

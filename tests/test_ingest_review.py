"""Duplicates, contradictions and stale articles are listed for a person, and drafts stay out of the index."""

from datetime import date
from pathlib import Path

import pytest

from core.errors import InputError
from core.passages import Utterance
from ingest.drafts import propose_article
from ingest.index.published_index import open_current
from ingest.pipeline import ingest
from ingest.review import Finding, review
from ingest.search.article_search import HybridRetriever
from tests.knowledge_fakes import WordEmbeddings, ingest_texts, options

TODAY = date(2026, 6, 1)
RETURNS = "Unused items can be returned within {} days of delivery for a full refund."


def findings(tmp_path: Path, **texts: str) -> list[Finding]:
    index_dir, _ = ingest_texts(tmp_path, {name: f"# Topic\n\n{text}" for name, text in texts.items()})
    index, _ = open_current(index_dir, None)
    with index.in_use():
        return review(list(index.store.articles()), index.vectors.all_vectors(), today=TODAY, stale_after_days=365)


def test_two_articles_that_differ_on_a_number_contradict_each_other(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, a=RETURNS.format(30), b=RETURNS.format(14), c="Parcels take four days.")
    assert (found.kind, found.articles) == ("contradiction", ("a.md", "b.md"))
    assert "30 days" in found.detail
    assert "14 days" in found.detail


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        ("Express shipping of furniture costs $20 always.", "Express shipping of furniture costs $25 always.",
        ["contradiction"]),
        ("Our store closes early on 2026-12-24 this winter.", "Our store closes early on 2026-12-23 this winter.",
        ["contradiction"]),
        ("Express shipping of furniture now costs $20 always, all year, for each and every large item you buy.", (
            "Express shipping of furniture now costs $20.00 always, all year, for each and every large item you "
            "buy."
        ), ["near-duplicate"]),
        ("Express shipping of furniture costs $20 always.", "Express shipping of furniture costs $20 always.",
        ["duplicate"]),
        ("Gift cards keep their value for 5 years.", "Wooden boards want oil every 3 weeks.", []),
    ],
)  # fmt: skip
def test_what_is_listed(tmp_path: Path, first: str, second: str, kinds: list[str]) -> None:
    assert [found.kind for found in findings(tmp_path, a=first, b=second)] == kinds


def test_an_article_reviewed_long_ago_is_stale(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(
        tmp_path,
        {"old": "---\nreviewed: 2024-01-01\n---\n# A\n\nOne.", "new": "---\nreviewed: 2026-01-01\n---\n# B\n\nTwo."},
    )
    index, _ = open_current(index_dir, None)
    with index.in_use():
        (found,) = review(list(index.store.articles()), index.vectors.all_vectors(), today=TODAY, stale_after_days=365)
    assert (found.kind, found.articles) == ("stale", ("old.md",))


def test_a_proposal_is_not_indexed_before_it_is_released(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"fees": "# Fees\n\nLate fees are nine dollars."})
    draft = propose_article(
        tmp_path / "source",
        question="Can I pay in instalments?",
        answer="Yes, in four parts.",
        today=TODAY,
        ticket="T-9",
    )
    question = [Utterance("customer", "pay in four parts instalments")]
    report = ingest([tmp_path / "source"], options(index_dir))
    assert [item.deliberate for item in report.skipped] == [True]
    assert report.faults == []
    retriever = HybridRetriever(index_dir, WordEmbeddings(), "words")
    assert "instalments" not in retriever.search_now(question, limit=1)[0].title
    draft.write_text(draft.read_text().replace("status: draft", "status: published"))
    ingest([tmp_path / "source"], options(index_dir))
    assert retriever.search_now(question, limit=1)[0].title == "Can I pay in instalments?"


def test_a_proposal_needs_words_and_never_overwrites(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one of them is empty"):
        propose_article(tmp_path, question="Why?", answer=" ", today=TODAY)
    propose_article(tmp_path, question="Why?", answer="Because.", today=TODAY)
    with pytest.raises(InputError, match="exists already"):
        propose_article(tmp_path, question="Why?", answer="Otherwise.", today=TODAY)

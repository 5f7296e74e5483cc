"""The document store finds words, articles and rows, and reads only so much of a large index for one question."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.documents_read import StoredArticle
from ingest.index.store import PassageStore
from ingest.index.store_writing import write_store


def article(number: int, *texts: str) -> StoredArticle:
    return StoredArticle(
        id=f"a{number}",
        title=f"Article {number}",
        url="",
        source="",
        reviewed="",
        metadata={},
        content_hash="",
        passages=tuple((f"p{number}-{place}", (), text) for place, text in enumerate(texts)),
    )


def store_of(tmp_path: Path, *articles: StoredArticle) -> PassageStore:
    write_store(tmp_path / "passages.db", articles)
    return PassageStore(tmp_path / "passages.db")


@pytest.fixture
def large(tmp_path: Path) -> Iterator[PassageStore]:
    """Return a store of 3,000 passages: one says `rare`, 500 say `frequent`, 1,000 say `everywhere`."""
    texts = [f"filler{n}" + " frequent" * (n < 500) + " everywhere" * (n < 1000) for n in range(2_999)]
    store = store_of(tmp_path, article(0, *texts, "rare"))
    yield store
    store.close()


def test_a_rare_word_is_looked_up_before_a_frequent_one_and_common_ones_are_not(large: PassageStore) -> None:
    assert [row for row, _ in large.keyword_search({"frequent": 1, "rare": 1}, 10)] == [2_999]
    assert len(large.keyword_search({"frequent": 1}, 10)) == 10, "the only word there is may be frequent"
    assert large.keyword_search({"everywhere": 1}, 10) == []
    assert large.keyword_search({"unheard": 1}, 10) == []


def test_a_longer_question_may_look_up_more(large: PassageStore) -> None:
    words = {f"filler{n}": 1 for n in range(1_000, 1_005)} | {"frequent": 1}
    rows = {row for row, _ in large.keyword_search(words, 600)}
    assert {1_000, 1_004, 499} <= rows


def test_rows_and_articles_of_each_other(tmp_path: Path) -> None:
    store = store_of(tmp_path, article(0, "one", "two"), article(1), article(2, "three", "four", "five"))
    assert (store.article_count, store.passage_count) == (3, 5)
    assert store.articles_of(np.array([4, 0, 2, 1])).tolist() == [2, 0, 2, 0]
    assert store.rows_of([2, 1, 0, 9], 4).tolist() == [2, 3, 4, 0]
    assert store.rows_of([1], 4).tolist() == []
    store.close()

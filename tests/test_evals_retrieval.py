"""Measure retrieval on labelled questions: figures worked out by hand, and a broken file is an error."""

from pathlib import Path

import pytest

from core.errors import ConversationFileError
from evals.conversations.labelled_questions import Question, measure, ranked, read_questions, summary
from evals.conversations.suites import SHIPPED, read_suite
from tests.graph_fakes import RETURNS, SHIPPING, KeywordRetriever


def test_recall_and_rank_of_one_question() -> None:
    assert ranked(["a", "b"], ["x", "a", "a"]) == {"recall": 0.5, "reciprocal_rank": 0.5}
    assert ranked(["a"], ["x"]) == {"recall": 0.0, "reciprocal_rank": 0.0}


def test_figures_over_all_questions() -> None:
    rows = [
        {"ask": "1", "articles": ["a"], "found": ["a"], "cited": ["a", "b"], "recall": 1.0, "reciprocal_rank": 1.0},
        {"ask": "2", "articles": ["c"], "found": ["x", "c"], "cited": [], "recall": 1.0, "reciprocal_rank": 0.5},
    ]
    found = summary(rows, 5)
    assert (found["recall@5"], found["mrr"], found["hit@1"]) == (1.0, 0.75, 0.5)
    assert (found["citation precision"], found["citation recall"], found["replies that cite"]) == (0.5, 0.5, 0.5)
    assert [m["ask"] for m in found["missed"]] == ["2"]


async def test_a_retriever_is_measured_without_an_agent() -> None:
    questions = [
        Question(ask=["How many days for returns"], articles=["returns"]),
        Question(ask=["Hello", "Yes?", "shipping takes how long"], articles=["shipping"]),
    ]
    found = await measure(questions, KeywordRetriever(RETURNS, SHIPPING), None, limit=1)
    assert (found["questions"], found["recall@1"]) == (2, 1.0)
    assert "citation precision" not in found


def test_the_shipped_questions_name_articles_that_exist() -> None:
    present = {file.stem for folder in read_suite().knowledge for file in folder.glob("*.md")}
    questions = read_questions(SHIPPED / "questions.yaml")
    assert len(questions) >= 60
    assert {article for q in questions for article in q.articles} <= present


@pytest.mark.parametrize(
    "text", ["- {ask: x}", "- {ask: [], articles: [a]}", "just text", "- [", "- {ask: x, articles: [a], k: 1}"]
)
def test_a_broken_question_file_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text(text)
    with pytest.raises(ConversationFileError, match=r"questions\.yaml"):
        read_questions(path)

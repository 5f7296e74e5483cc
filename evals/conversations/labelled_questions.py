"""Measure retrieval and replies on labelled questions: recall@k, mean reciprocal rank, right citations."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, TypeAdapter

from core.passages import Retriever, Utterance
from evals.conversations.scenarios import Section, Text
from evals.conversations.suites import explained
from evals.pass_rates import wilson
from graph.agent import SupportAgent


class Question(Section):
    """A question, or a dialogue that ends with one, and the articles that answer it."""

    ask: Annotated[list[Text], BeforeValidator(lambda said: [said] if isinstance(said, str) else said)] = Field(
        min_length=1
    )
    """What customer and agent say in turn; the last is what is asked now."""
    articles: list[Text] = Field(min_length=1)


def read_questions(path: Path) -> list[Question]:
    """Return labelled questions; raises ConversationFileError naming the file and the entry that does not fit."""
    with explained(path):
        return TypeAdapter(list[Question]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


async def measure(
    questions: Sequence[Question],
    retriever: Retriever,
    agent: SupportAgent | None,
    *,
    limit: int = 5,
    on_question: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Return recall@limit, MRR and hit@1 of the retriever, and citation precision and recall of the agent's replies.

    Recall@k is the share of a question's articles among the first k passages; the reciprocal rank is that of the first
    right passage, 0 without one (Voorhees 1999, TREC-8 question answering). Citation precision is the share of cited
    articles that are labelled, over the replies that cite; citation recall the share of questions whose reply cites a
    labelled one.
    """
    rows = []
    for number, question in enumerate(questions):
        dialogue = [
            Utterance("customer" if (len(question.ask) - 1 - n) % 2 == 0 else "agent", text)
            for n, text in enumerate(question.ask)
        ]
        found = [p.article_id for p in await retriever.search(dialogue, limit=limit)]
        row: dict[str, Any] = {"ask": question.ask[-1], "articles": list(question.articles), "found": found} | ranked(
            question.articles, found
        )
        if agent is not None:
            reply = await agent.send(f"question-{number}", question.ask[-1])
            row["cited"] = list(dict.fromkeys(source.article_id for source in reply.sources))
        rows.append(row)
        on_question()
    return summary(rows, limit)


def ranked(wanted: Sequence[str], found: Sequence[str]) -> dict[str, float]:
    """Return recall and reciprocal rank of one question."""
    rank = next((n for n, article in enumerate(found, 1) if article in wanted), None)
    return {"recall": len(set(wanted) & set(found)) / len(set(wanted)), "reciprocal_rank": 1 / rank if rank else 0.0}


def summary(rows: Sequence[Mapping[str, Any]], limit: int) -> dict[str, Any]:
    """Return the figures over all questions, and the questions whose articles were not found or not cited."""
    first = wilson(mean(row["reciprocal_rank"] == 1 for row in rows), len(rows))
    figures: dict[str, Any] = {
        "questions": len(rows),
        f"recall@{limit}": round(mean(row["recall"] for row in rows), 4),
        "mrr": round(mean(row["reciprocal_rank"] for row in rows), 4),
        "hit@1": round(first.value, 4),
        "hit@1 interval": [round(first.low, 4), round(first.high, 4)],
    }
    replies = [row for row in rows if "cited" in row]
    if replies:
        citing = [row for row in replies if row["cited"]]
        right = [len(set(row["cited"]) & set(row["articles"])) / len(row["cited"]) for row in citing]
        figures["citation precision"] = round(mean(right), 4) if right else 0.0
        figures["citation recall"] = round(mean(bool(set(row["cited"]) & set(row["articles"])) for row in replies), 4)
        figures["replies that cite"] = round(len(citing) / len(replies), 4)
    figures["missed"] = [
        {"ask": r["ask"], "articles": r["articles"], "found": r["found"], "cited": r.get("cited")}
        for r in rows
        if r["recall"] < 1 or ("cited" in r and not set(r["cited"]) & set(r["articles"]))
    ]
    return figures

"""Judge a finished conversation: every evaluator in one table, each usable by LangSmith and openevals as it is.

An evaluator takes `(inputs, outputs, reference_outputs)` as plain data and returns `{"key", "score", "comment"}`. The
score is True or False, a number where something is only measured, or None where the conversation asks nothing of this
evaluator.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evals.evaluators.outcome_checks import (
    end_state,
    errors,
    escalation,
    money,
    procedures,
    requests,
    seconds,
    ticket,
    tokens,
    tools,
)
from evals.evaluators.reply_evaluators import citations, facts, groundedness, language, promises

Evaluator = Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class EvaluatorRow:
    """An evaluator and whether a False from it fails the conversation."""

    evaluate: Evaluator
    decides: bool


EVALUATORS: dict[str, EvaluatorRow] = {
    "end_state": EvaluatorRow(end_state, decides=True),
    "tools": EvaluatorRow(tools, decides=True),
    "procedures": EvaluatorRow(procedures, decides=True),
    "escalation": EvaluatorRow(escalation, decides=True),
    "ticket": EvaluatorRow(ticket, decides=True),
    "facts": EvaluatorRow(facts, decides=True),
    "citations": EvaluatorRow(citations, decides=True),
    "groundedness": EvaluatorRow(groundedness, decides=True),
    "promises": EvaluatorRow(promises, decides=True),
    "language": EvaluatorRow(language, decides=True),
    "errors": EvaluatorRow(errors, decides=True),
    "requests": EvaluatorRow(requests, decides=True),
    "tokens": EvaluatorRow(tokens, decides=True),
    "seconds": EvaluatorRow(seconds, decides=True),
    "money": EvaluatorRow(money, decides=False),
}


def judge_all(
    inputs: Mapping[str, Any], outputs: Mapping[str, Any], reference_outputs: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the verdict of every evaluator."""
    return [row.evaluate(inputs, outputs, reference_outputs) for row in EVALUATORS.values()]


def passed(verdicts: list[dict[str, Any]]) -> bool:
    """Say whether no evaluator that decides said no."""
    return not any(v["score"] is False and EVALUATORS[v["key"]].decides for v in verdicts if v["key"] in EVALUATORS)

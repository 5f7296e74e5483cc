"""Judge a finished conversation: every evaluator in one table, each usable by LangSmith and openevals as it is.

An evaluator takes `(inputs, outputs, reference_outputs)` as plain data and returns `{"key", "score", "comment"}`. The
score is True or False, a number where something is only measured, or None where the conversation asks nothing of this
evaluator.
"""

from collections.abc import Callable, Mapping
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


EVALUATORS: dict[str, Evaluator] = {
    evaluate.__name__: evaluate
    for evaluate in (
        end_state, tools, procedures, escalation, ticket, facts, citations, groundedness, promises, language, errors,
        requests, tokens, seconds, money,
    )
}  # fmt: skip
MEASURED = frozenset({"money"})
"""Evaluators whose score never fails a conversation."""


def judge_all(
    inputs: Mapping[str, Any], outputs: Mapping[str, Any], reference_outputs: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the verdict of every evaluator."""
    return [evaluate(inputs, outputs, reference_outputs) for evaluate in EVALUATORS.values()]


def passed(verdicts: list[dict[str, Any]]) -> bool:
    """Say whether no evaluator that decides said no."""
    return not any(map(fails, verdicts))


def fails(verdict: Mapping[str, Any]) -> bool:
    """Say whether a verdict fails the conversation."""
    return verdict["score"] is False and verdict["key"] in EVALUATORS.keys() - MEASURED

"""Measure what a conversation cost: model requests, tokens, money, seconds; judged only where it sets a limit."""

from collections.abc import Mapping
from typing import Any

Data = Mapping[str, Any]


def requests(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Count model requests."""
    return _limited("requests", outputs["requests"], reference_outputs["max_requests"])


def tokens(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Count tokens read and written."""
    return _limited("tokens", outputs["input_tokens"] + outputs["output_tokens"], reference_outputs["max_tokens"])


def seconds(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Measure the time the customer waited, all turns together."""
    return _limited("seconds", round(outputs["seconds"], 3), reference_outputs["max_seconds"])


def money(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Measure US dollars; None where the model has no known price."""
    return _limited("money", outputs["cost"], None)


def _limited(key: str, value: float | None, limit: float | None) -> dict[str, Any]:
    """Return the value as the score, or, with a limit, whether it was kept."""
    if limit is None or value is None:
        return {"key": key, "score": value, "comment": ""}
    kept = value <= limit
    return {"key": key, "score": kept, "comment": "" if kept else f"{value:g} {key}, wanted at most {limit:g}"}

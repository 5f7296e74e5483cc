"""Write what an evaluator found in the one shape they all return."""

from typing import Any


def verdict(key: str, wrong: list[str], *, asked: bool = True) -> dict[str, Any]:
    """Return True without faults, False with them in the comment, or None when nothing was asked."""
    score = (not wrong) if asked else None
    return {"key": key, "score": score, "comment": "; ".join(wrong)}

"""Draw the figures of a report as SVG text, without a display."""

import io
import re
from collections.abc import Mapping
from typing import Any

from core.extras import need_extra

_GOOD, _BAD, _INK = "#2f7d5b", "#c0563c", "#333333"


def pass_by_kind(summary: Mapping[str, Any]) -> str:
    """Return bars of pass^1 a kind with their 95 % intervals, the worst on top."""
    kinds = sorted(summary["kinds"].items(), key=lambda item: item[1]["pass"]["1"]["value"], reverse=True)
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(7.6, 0.32 * len(kinds) + 0.9))
    rates = [row["pass"]["1"] for _, row in kinds]
    low = [r["value"] - r["low"] for r in rates]
    high = [r["high"] - r["value"] for r in rates]
    names = [f"{kind.replace('_', ' ')} ({row['conversations']})" for kind, row in kinds]
    axes.barh(names, [r["value"] for r in rates], color=_GOOD, xerr=[low, high], ecolor=_INK, capsize=2, height=0.6)
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("pass^1, with 95 % interval")
    return _svg(figure)


def pass_hat_k_curve(summary: Mapping[str, Any]) -> str:
    """Return pass^k over k with its interval."""
    ks = [int(k) for k in summary["pass"]]
    rates = [summary["pass"][str(k)] for k in ks]
    figure, axes = _pyplot().subplots(figsize=(3.8, 2.6))
    axes.plot(ks, [r["value"] for r in rates], marker="o", color=_GOOD)
    axes.fill_between(ks, [r["low"] for r in rates], [r["high"] for r in rates], color=_GOOD, alpha=0.18)
    axes.set_xticks(ks)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("k")
    axes.set_ylabel("pass^k")
    return _svg(figure)


def evaluator_bars(summary: Mapping[str, Any]) -> str:
    """Return how often each evaluator said yes and no."""
    rows = [(key, row) for key, row in reversed(summary["evaluators"].items()) if row["asked"]]
    figure, axes = _pyplot().subplots(figsize=(3.8, 0.28 * len(rows) + 0.8))
    right = [round(row["asked"] * row["right"]) for _, row in rows]
    axes.barh([key for key, _ in rows], right, color=_GOOD, height=0.6)
    wrong = [row["asked"] - r for (_, row), r in zip(rows, right, strict=True)]
    axes.barh([key for key, _ in rows], wrong, left=right, color=_BAD, height=0.6)
    axes.set_xlabel("trials right and wrong")
    return _svg(figure)


def _pyplot() -> Any:
    # Loaded here: an agent at work never draws.
    need_extra("evals", "a plot")
    import matplotlib

    matplotlib.use("svg")
    # Text stays text, and ids are the same in every run.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "support-agent", "font.size": 9})
    import matplotlib.pyplot as pyplot

    return pyplot


def _svg(figure: Any) -> str:
    """Return a figure as an `<svg>` element to stand inside a page."""
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight", metadata={"Date": None})
    _pyplot().close(figure)
    return re.sub(r"^.*?(?=<svg)", "", text.getvalue(), flags=re.DOTALL)

"""Write a run as one HTML file: figures, plots, and every conversation with what went wrong where."""

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.extras import need_extra
from evals.reports.run_summary import reasons, summarise

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


_TEMPLATES = Path(__file__).parent
_LONGEST = 4_000


def write_report(manifest: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Write the report and return its path; the file holds everything it shows and runs no script.

    Raises:
        SettingsError: the extra `evals` is not installed.
    """
    path.write_text(render(manifest, trials), encoding="utf-8")
    return path


def render(manifest: Mapping[str, Any], trials: Sequence[Mapping[str, Any]]) -> str:
    """Return the report as HTML; every text of a conversation is escaped."""
    need_extra("evals", "a report")
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["clipped"] = clipped
    summary = summarise(manifest, trials)
    plots = [pass_by_kind(summary)] if trials else []
    if trials:
        plots += [evaluator_bars(summary)] + ([pass_hat_k_curve(summary)] if len(summary["pass"]) > 1 else [])
    shown = [{**trial, "why": reasons(trial)} for trial in trials]
    return environment.get_template("report.html.j2").render(
        summary=summary,
        plots=plots,
        failed=[t for t in shown if not t["passed"]],
        succeeded=[t for t in shown if t["passed"]],
    )


def clipped(value: Any) -> str:
    """Keep the beginning of a very long text and say how much is left out."""
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … {len(text) - _LONGEST:,} more characters"

"""Write a run as one HTML file: figures, plots, and every conversation as a transcript that says what went
wrong where.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.extras import need_extra
from evals.reports.plots import evaluator_bars, pass_by_kind, pass_hat_k_curve
from evals.reports.run_summary import reasons, summarise

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

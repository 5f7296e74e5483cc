"""Hold the same conversations with a small real model in a bare loop and in the graph, and count what customers got.

python -m benchmarks.small_model --base-url http://127.0.0.1:8091/v1 --model qwen2.5-coder-0.5b [--limit 40] [--json]
[--check]

Conversations are taken in turns from each kind of the shipped suite, so the first 40 are the same every time and hold
two or three of each kind. Stopped, the same command goes on; finished ones are kept in --folder.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.support.figures import Figure, parser, report

ROOT = Path(__file__).resolve().parent.parent
AGENTS = ("bare-loop", "graph")
STOPPED = "Not run:"
"""Begins what the graph tells the model instead of running a call."""
UNTRUE = ("groundedness", "promises")
"""Evaluators that say no where a reply holds a value that stands nowhere, or claims or promises what was not done."""

INNER_WORKS = re.compile(
    r"\b(?:functions?|tools?|passages?|json|placeholders?|api)\b|\b[a-z]+_[a-z_]+\b|\[[^\W\d][^\]]*\]|\{", re.IGNORECASE
)
"""What a customer should never read: talk of how the agent works, a name in code, a blank that nobody filled in."""


@dataclass(frozen=True)
class Outcome:
    """What one agent made of the conversations."""

    conversations: int
    resolved: int
    """Conversations in which everything that had to be so was so."""
    untrue: int
    """Conversations in which the customer was told something that stands nowhere or was not done."""
    wrong_calls: int
    """Tool calls that ran and failed, or that the conversation forbids."""
    stopped_calls: int
    """Tool calls that were refused before they ran, because the model made something up."""
    calls: int
    wrong_changes: int
    """Conversations after which records of the shop had changed that should not have."""
    handed_over: int
    requests: int
    inner_works: int
    """Replies that speak of tools, functions or passages, or hold a placeholder."""


def play(agent: str, given: argparse.Namespace, folder: Path) -> None:
    """Hold the conversations that are not yet in the folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SUPPORT_", "OXLO_"))}
    model = {
        "SUPPORT_BASE_URL": given.base_url,
        "SUPPORT_MODEL": given.model,
        "SUPPORT_LIMITS": f"context_tokens={given.context_tokens} max_output_tokens=200 timeout_seconds=300 "
        "turn_seconds=600",
        "LANGSMITH_TRACING": "false",
    }
    command = [sys.executable, "-m", "benchmarks.agents", agent, "--sample", str(given.limit)]
    command += ["--concurrency", str(given.at_once), "--max-turns", "10", "--out", str(folder), "--json"]
    command += ["--fresh"] if given.fresh else []
    done = subprocess.run(
        command, env=kept | model | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def outcome(trials: Sequence[dict[str, Any]]) -> Outcome:
    """Count what the trials of one agent came to."""
    turns = [(trial, turn) for trial in trials for turn in trial["outputs"]["turns"]]
    calls = [(trial, call) for trial, turn in turns for call in turn["tools"]]
    return Outcome(
        conversations=len(trials),
        resolved=sum(bool(trial["passed"]) for trial in trials),
        untrue=sum(any(_said_no(trial, key) for key in UNTRUE) for trial in trials),
        wrong_calls=sum(_is_wrong(trial, call) for trial, call in calls),
        stopped_calls=sum(_was_stopped(call) for _, call in calls),
        calls=len(calls),
        wrong_changes=sum("changed and should not have" in _comment(trial, "end_state") for trial in trials),
        handed_over=sum(trial["outputs"]["owner"] == "human" for trial in trials),
        requests=sum(turn["requests"] for _, turn in turns),
        inner_works=sum(bool(INNER_WORKS.search(turn["reply"] or "")) for _, turn in turns),
    )


def _said_no(trial: dict[str, Any], key: str) -> bool:
    return any(verdict["key"] == key and verdict["score"] is False for verdict in trial["verdicts"])


def _comment(trial: dict[str, Any], key: str) -> str:
    return next((str(verdict["comment"]) for verdict in trial["verdicts"] if verdict["key"] == key), "")


def _is_wrong(trial: dict[str, Any], call: dict[str, Any]) -> bool:
    forbidden = call["name"] in trial["reference_outputs"]["tools"]["must_not"]
    return not _was_stopped(call) and (call["status"] == "error" or forbidden)


def _was_stopped(call: dict[str, Any]) -> bool:
    return str(call["result"]).startswith(STOPPED)


def figures(found: dict[str, Outcome]) -> list[Figure]:
    """Return what has to hold of the graph beside the bare loop."""
    bare, graph = (found[agent] for agent in AGENTS)
    most = max(1, graph.conversations)
    return [
        Figure("conversations", graph.conversations),
        Figure("resolved by the bare loop, share", bare.resolved / max(1, bare.conversations)),
        Figure("resolved by the graph, share", graph.resolved / most, 0.85),
        Figure("told something untrue by the bare loop", bare.untrue),
        Figure("told something untrue by the graph", graph.untrue, 0.05 * most, "at most"),
        Figure("shops changed wrongly by the bare loop", bare.wrong_changes),
        Figure("shops changed wrongly by the graph", graph.wrong_changes, 0, "at most"),
        Figure("replies of the bare loop that speak of tools or hold a placeholder", bare.inner_works),
        Figure("replies of the graph that do", graph.inner_works, 0, "at most"),
    ]


def show(found: dict[str, Outcome]) -> None:
    """Print the two side by side."""
    table = Table("Of the conversations", *AGENTS, title="A small real model", title_justify="left")
    rows: dict[str, Callable[[Outcome], str]] = {
        "resolved": lambda o: f"{o.resolved} of {o.conversations}",
        "told something untrue": lambda o: str(o.untrue),
        "tool calls that were wrong": lambda o: f"{o.wrong_calls} of {o.calls}",
        "tool calls stopped before they ran": lambda o: str(o.stopped_calls),
        "shop changed wrongly": lambda o: str(o.wrong_changes),
        "handed over": lambda o: str(o.handed_over),
        "model requests": lambda o: str(o.requests),
        "replies that speak of tools or hold a placeholder": lambda o: str(o.inner_works),
    }
    for name, cell in rows.items():
        table.add_row(name, *(cell(found[agent]) for agent in AGENTS))
    Console().print(table)


def main() -> int:
    """Run the benchmark from the command line."""
    asked = parser(__doc__)
    asked.formatter_class = argparse.RawDescriptionHelpFormatter
    asked.add_argument("--base-url", required=True, help="OpenAI-compatible endpoint of the small model")
    asked.add_argument("--model", required=True, help="its name there")
    asked.add_argument("--limit", type=int, default=40, help="conversations, taken in turns from each kind")
    asked.add_argument("--at-once", type=int, default=1, help="conversations held at a time")
    asked.add_argument("--context-tokens", type=int, default=4000, help="longest request of the graph")
    asked.add_argument("--folder", type=Path, help="where finished conversations are kept")
    asked.add_argument("--fresh", action="store_true", help="forget what the folder holds")
    given = asked.parse_args()
    folder = given.folder or ROOT / "var" / "evals" / f"small-{given.model}-{given.limit}"
    found = {}
    for agent in AGENTS:
        play(agent, given, folder / agent)
        trials = [json.loads(file.read_text()) for file in sorted((folder / agent / "trials").glob("*.json"))]
        found[agent] = outcome(trials)
    if not given.json:
        show(found)
    return report(f"{given.model} in a bare loop and in the graph", figures(found), given)


if __name__ == "__main__":
    sys.exit(main())

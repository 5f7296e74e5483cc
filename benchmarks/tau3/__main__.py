"""Run the τ³ retail tasks, and print what is left of them.

    python -m benchmarks.tau3 replay --data FOLDER [--json]    gold actions through our tools and rules
    python -m benchmarks.tau3 harness [--split train] [--json]  the same through our graph, scored by the harness

`replay` needs a folder with db.json, tasks.json and expected.json; `harness` the package `tau2` (Python 3.12 or newer,
TAU2_DATA_DIR). Exit code 1 when a record is not as expected, or a reward is below 1.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.tau3.tau3_replay import TaskReplay, replay
from core.errors import InputError, SupportError
from core.settings import Settings
from evals.conversations.start_state import prepare
from evals.conversations.suites import read_suite
from graph.assembly import assemble

out = Console()


def replayed(data: Path, *, as_json: bool) -> int:
    """Run every task on a copy of the shop without a model; return the exit code."""
    with Progress(console=Console(stderr=True), transient=True) as bars, tempfile.TemporaryDirectory() as scratch:
        bar = bars.add_task("Replaying…", total=None)
        run = replay(data, Path(scratch), told=lambda done, total: bars.update(bar, completed=done, total=total))
        results = asyncio.run(run)
    passed = sum(not r.differences for r in results)
    refused, corrected = sum(r.refused for r in results), sum(r.corrected for r in results)
    if as_json:
        figures = {"passed": passed, "tasks": len(results), "refused": refused, "corrected_lines": corrected}
        print(json.dumps(figures | {"results": [asdict(r) for r in results]}))
    else:
        out.print(_table(results))
        out.print(f"{passed} of {len(results)} tasks leave the expected records; {refused} listed refusals came.")
        out.print(f"{corrected} lines of the expected records contradict the catalogue and were read from it.")
    return 0 if passed == len(results) else 1


def under_harness(split: str, *, as_json: bool) -> int:
    """Let the harness score our graph on the gold actions; return the exit code.

    Raises:
        InputError: the harness is not installed.
    """
    try:
        from benchmarks.tau3.tau3_harness import replay_under_harness
    except ModuleNotFoundError as error:
        raise InputError(
            f"the τ³ harness is not installed ({error.name} is missing); install `tau2` in an environment with "
            "Python 3.12 or newer, and run this there"
        ) from None
    with (
        tempfile.TemporaryDirectory(prefix="support-eval-") as scratch,
        Progress(console=Console(stderr=True), transient=True) as bars,
    ):
        settings = Settings.from_env()
        ground = prepare(read_suite(), settings, Path(scratch))
        bar = bars.add_task("Tasks", total=None)
        parts = assemble(ground.settings_in(Path(scratch)))
        scores = replay_under_harness(parts, split=split, told=lambda: bars.advance(bar))
    total = sum(score.reward for score in scores)
    if as_json:
        print(json.dumps({"reward": total, "tasks": len(scores), "scores": [asdict(score) for score in scores]}))
    else:
        table = Table("Task", "Reward", "Ended by")
        for score in scores:
            table.add_row(score.task, f"{score.reward:g}", score.remark)
        out.print(table)
        out.print(f"Reward {total:g} of {len(scores)}.")
    return 0 if total == len(scores) else 1


def _table(results: list[TaskReplay]) -> Table:
    table = Table("Task", "Actions", "Refused", "Corrected", "Differences and needless refusals")
    for r in results:
        remarks = "\n".join((*r.differences, *r.needless))
        table.add_row(r.task, str(r.actions), str(r.refused or ""), str(r.corrected or ""), remarks)
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two and return the exit code."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = options.add_subparsers(dest="mode", required=True)
    gold = modes.add_parser("replay")
    gold.add_argument("--data", type=Path, required=True, help="folder with db.json, tasks.json and expected.json")
    harness = modes.add_parser("harness")
    harness.add_argument("--split", default="train", help="which of the harness's retail tasks: train, test or base")
    for mode in (gold, harness):
        mode.add_argument("--json", action="store_true", help="print the result as JSON")
    given = options.parse_args(arguments)
    if given.mode == "replay":
        return replayed(given.data, as_json=given.json)
    return under_harness(given.split, as_json=given.json)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SupportError as error:
        sys.exit(f"Error: {error}")

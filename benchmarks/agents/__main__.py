"""Hold the shipped conversations with another agent in the graph's place, and print how often it succeeds.

    python -m benchmarks.agents AGENT [--sample N] [--trials N] [--out FOLDER] [--fresh] [--json]

AGENT is `graph`, `bare-loop` (a loop without gates, which needs SUPPORT_BASE_URL and SUPPORT_MODEL), or one that is bad
in one way: escalates, says-yes, does-nothing, obeys. `support-agent eval report FOLDER` shows the conversations.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.agents.bare_loop import BARE_LOOP, bare_loop
from benchmarks.agents.reference_agents import REFERENCE_AGENTS
from core.errors import SettingsError, SupportError
from core.settings import Settings
from evals import results
from evals.conversations.suites import SHIPPED, read_suite
from evals.reports.run_summary import summarise
from evals.runner import RunOptions, manifest, run_suite


def main(arguments: Sequence[str] | None = None) -> int:
    """Hold the conversations, print the figures and return the exit code."""
    given = _options().parse_args(arguments)
    settings = Settings.from_env()
    if given.agent == BARE_LOOP and not settings.base_url:
        raise SettingsError(f"the agent {BARE_LOOP} needs a model; set SUPPORT_BASE_URL and SUPPORT_MODEL")
    suite = read_suite(given.suite)
    suite = suite.sample(given.sample) if given.sample else suite
    options = RunOptions(
        agent=given.agent, trials=given.trials, concurrency=given.concurrency, max_turns=given.max_turns
    )
    folder = given.out or settings.evals_dir / f"{suite.name}-{given.agent}"
    if given.fresh:
        results.clear(folder)
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("Conversations", total=len(suite.scenarios) * given.trials)
        trials = asyncio.run(
            run_suite(
                suite,
                settings,
                options,
                folder,
                on_trial=lambda trial: bars.advance(bar),
                make_agent=bare_loop(settings) if given.agent == BARE_LOOP else REFERENCE_AGENTS.get(given.agent),
            )
        )
    summary = summarise(manifest(suite, settings, options), trials)
    if given.json:
        print(json.dumps(summary | {"folder": str(folder)}))
        return 0
    table = Table("Kind", "Passed", title=f"{given.agent}: {summary['conversations']} conversations")
    for kind, found in summary["kinds"].items():
        table.add_row(kind, f"{found['pass']['1']['value']:.2f}")
    table.add_row("all", f"{summary['pass']['1']['value']:.2f}")
    Console().print(table)
    return 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("agent", choices=("graph", BARE_LOOP, *REFERENCE_AGENTS))
    options.add_argument("--suite", type=Path, default=SHIPPED, help="folder with suite.yaml and conversations/")
    options.add_argument("--sample", type=int, help="so many conversations only, taken in turns from each kind")
    options.add_argument("--trials", type=int, default=1, help="trials of each conversation")
    options.add_argument("--concurrency", type=int, default=4, help="conversations at once")
    options.add_argument("--max-turns", type=int, default=20, help="longest conversation")
    options.add_argument("--out", type=Path, help="results folder; one an agent under var/evals by default")
    options.add_argument("--fresh", action="store_true", help="forget the results the folder holds")
    options.add_argument("--json", action="store_true", help="print the figures as JSON")
    return options


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SupportError as error:
        sys.exit(f"Error: {error}")

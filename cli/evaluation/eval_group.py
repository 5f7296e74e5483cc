"""Measure the agent: `support-agent eval`."""

import asyncio
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli.evaluation import eval_data, eval_harness, eval_suite
from core.errors import InputError
from evals.tau3_replay import TaskReplay, replay

app = typer.Typer(
    help="Measure the agent on conversations and tasks whose right outcome is known.", no_args_is_help=True
)
app.command("run")(eval_suite.run)
app.command("gate")(eval_suite.gate)
app.command("compare")(eval_suite.compare)
app.command("report")(eval_suite.report)
app.command("retrieval")(eval_data.retrieval)
app.command("capture")(eval_data.capture)
app.command("langsmith")(eval_data.langsmith)
app.command("tau3-harness")(eval_harness.tau3_harness)
out = Console()
err = Console(stderr=True)


@app.command()
def tau3(
    data: Annotated[Path, typer.Option("--data", help="Folder with db.json, tasks.json and expected.json.")],
    gold: Annotated[
        bool, typer.Option("--replay", help="Run the gold actions through our tools, without a model.")
    ] = False,
    domain: Annotated[Literal["retail"], typer.Option("--domain", help="Which tasks.")] = "retail",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run the τ³ tasks on a copy of the shop; exit code 1 when a record is not as expected."""
    if not gold:
        raise InputError(f"eval tau3 --domain {domain} came without a mode; wanted --replay")
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task("Replaying…", total=None)
        with tempfile.TemporaryDirectory() as scratch:
            run = replay(
                data, Path(scratch), told=lambda done, total: progress.update(bar, completed=done, total=total)
            )
            results = asyncio.run(run)
    passed = sum(not r.differences for r in results)
    refused, corrected = sum(r.refused for r in results), sum(r.corrected for r in results)
    if as_json:
        figures = {"passed": passed, "tasks": len(results), "refused": refused, "corrected_lines": corrected}
        typer.echo(json.dumps(figures | {"results": [asdict(r) for r in results]}))
    else:
        out.print(_table(results))
        out.print(f"{passed} of {len(results)} tasks leave the expected records; {refused} listed refusals came.")
        out.print(f"{corrected} lines of the expected records contradict the catalogue and were read from it.")
    raise typer.Exit(0 if passed == len(results) else 1)


def _table(results: list[TaskReplay]) -> Table:
    table = Table("Task", "Actions", "Refused", "Corrected", "Differences and needless refusals")
    for r in results:
        remarks = "\n".join((*r.differences, *r.needless))
        table.add_row(r.task, str(r.actions), str(r.refused or ""), str(r.corrected or ""), remarks)
    return table

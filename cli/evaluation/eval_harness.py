"""Score the graph with the official τ³ harness: `support-agent eval tau3-harness`."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli.output import errors_shown, out, print_json
from core.errors import InputError
from core.settings import Settings
from evals.conversations.start_state import prepare
from evals.conversations.suites import read_suite
from graph.assembly import assemble


def tau3_harness(
    split: Annotated[str, typer.Option(help="Which of the harness's retail tasks: train, test or base.")] = "train",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Replay the gold actions of the retail tasks through our graph under the harness, and print its rewards.

    The harness (the package `tau2`, Python 3.12 or newer, TAU2_DATA_DIR) carries the calls out and scores the end
    state. Exit code 1 when a reward is below 1.
    """
    with errors_shown():
        try:
            from evals.tau3_harness import replay_under_harness
        except ModuleNotFoundError as error:
            raise InputError(
                f"the τ³ harness is not installed ({error.name} is missing); install `tau2` in an environment "
                f"with Python 3.12 "
                "or newer, and run this command there"
            ) from None
        with (
            tempfile.TemporaryDirectory(prefix="support-eval-") as scratch,
            Progress(console=Console(stderr=True), transient=True) as bars,
        ):
            settings = Settings.from_env()
            ground = prepare(read_suite(), settings, Path(scratch))
            urls = {"orders_url": f"sqlite:///{ground.shop}", "desk_url": f"sqlite:///{scratch}/desk.db"}
            own = urls | {"index_dir": ground.index, "embedding_model": "minilm"}
            bar = bars.add_task("Tasks", total=None)
            scores = replay_under_harness(
                assemble(settings.model_copy(update=own)), split=split, told=lambda: bars.advance(bar)
            )
    total = sum(score.reward for score in scores)
    if as_json:
        print_json({"reward": total, "tasks": len(scores), "scores": [asdict(score) for score in scores]})
    else:
        table = Table("Task", "Reward", "Ended by")
        for score in scores:
            table.add_row(score.task, f"{score.reward:g}", score.remark)
        out.print(table)
        out.print(f"Reward {total:g} of {len(scores)}.")
    raise typer.Exit(0 if total == len(scores) else 1)

"""Build and publish the knowledge index: `support-agent ingest`."""

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBars
from rich.table import Table

from cli.output import errors_shown, print_json
from core.settings import Settings
from ingest.article_folder import ingest_options
from ingest.index.shared_versions import SharedVersions
from ingest.pipeline import IngestOptions, IngestReport, Progress
from ingest.pipeline import ingest as run_ingest

EXIT_SKIPPED = 3
_STAGES = {"read": "Reading files", "fetch": "Fetching pages", "embed": "Embedding passages"}


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Folders, files, web pages and sitemaps with help articles."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    index_dir: Annotated[Path | None, typer.Option(help="Index folder, if not index/ in SUPPORT_DATA_DIR.")] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another ingest to end.")] = 0.0,
    trusted: Annotated[
        bool, typer.Option("--trusted", help="Publish articles with instructions to an agent, too: all are your own.")
    ] = False,
) -> None:
    """Make the knowledge index hold exactly the articles of the sources.

    Reads Markdown, HTML, text, PDF, CSV and JSONL questions with answers, JSON articles, Zendesk and Intercom exports,
    OpenAPI descriptions, sitemaps and lists of addresses (.urls) on the hosts of SUPPORT_SOURCE_HOSTS. What did not
    change since the last ingest is not embedded again; articles that are gone disappear. An article that contains
    instructions to an agent is kept out until a person releases it (`support-agent knowledge check --release`). Exit
    code: 0 done, 3 done but something was skipped or kept out, 1 nothing was published.
    """
    with errors_shown():
        settings = Settings.from_env()
        report = _with_bars(sources, ingest_options(settings, index_dir=index_dir, wait=wait, trusted=trusted))
        if settings.index_url:
            with closing(SharedVersions(settings.index_url)) as shared:
                shared.publish(index_dir or settings.index_dir, report.version)
    if as_json:
        print_json(asdict(report))
    else:
        _print(report)
    raise typer.Exit(EXIT_SKIPPED if report.faults else 0)


def _with_bars(sources: list[str], options: IngestOptions) -> IngestReport:
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ProgressBars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {stage: bars.add_task(text, total=None, visible=False) for stage, text in _STAGES.items()}

        def show(progress: Progress) -> None:
            bars.update(tasks[progress.stage], completed=progress.done, total=progress.total, visible=True)

        return run_ingest(sources, options, show)


def _print(report: IngestReport) -> None:
    console = Console()
    table = Table(title="Ingest", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name in ("documents", "passages", "embedded", "added", "changed", "removed"):
        table.add_row(name.capitalize(), f"{getattr(report, name):,}")
    table.add_row("Seconds", f"{report.seconds:.1f}")
    table.add_row("Version", report.version + ("" if report.published else " (unchanged)"))
    console.print(table)
    if report.skipped:
        skipped = Table(title=f"Skipped: {len(report.skipped)}", title_justify="left")
        skipped.add_column("Source", overflow="fold")
        skipped.add_column("Reason", overflow="fold")
        for item in report.skipped:
            skipped.add_row(escape(item.source), escape(item.reason))
        console.print(skipped)

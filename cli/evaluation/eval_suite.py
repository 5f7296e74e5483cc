"""Run a suite of conversations and look at what came out: `support-agent eval run|report`."""

import asyncio
import webbrowser
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.evaluation.eval_data import SuiteFolder, run_under_langsmith
from cli.output import AsJson, errors_shown, out, print_json
from core.errors import ConversationFileError
from core.factory import evaluation_model
from core.models.prices import Price, PriceTable, load_prices
from core.settings import SAMPLE_BUSINESS, Settings
from evals import results
from evals.conversations.played_customers import ModelCustomer
from evals.conversations.suites import Suite, read_suite, suite_of
from evals.evaluators.model_judge import ModelJudge
from evals.reports.comparison import compare as compare_runs
from evals.reports.report import write_report
from evals.reports.run_summary import summarise
from evals.runner import RunOptions, manifest, run_suite

EXIT_BELOW, EXIT_STOPPED = 1, 130


def run(
    suite: SuiteFolder = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Conversations or kinds to run; else all.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="So many conversations only, of each kind in turn.")] = None,
    trials: Annotated[int, typer.Option(min=1, max=64, help="Trials of each conversation, for pass^1 to pass^k.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Conversations at once.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of simulated customers and the judge.")] = 0,
    customer: Annotated[str, typer.Option(help="`scripted`, or `model`, which SUPPORT_EVAL_MODEL plays.")] = "scripted",
    judge: Annotated[bool, typer.Option("--judge", help="Let SUPPORT_EVAL_MODEL judge as well.")] = False,
    max_turns: Annotated[int, typer.Option(min=1, max=200, help="Longest conversation.")] = 20,
    dollars_a_request: Annotated[float | None, typer.Option(help="Price of one model request.")] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Results folder; one a run under var/evals by default.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the results in the folder, run everything.")] = False,
    langsmith: Annotated[
        bool, typer.Option("--langsmith", help="Run under `langsmith.aevaluate`; of the other options --suite counts.")
    ] = False,
    upload: Annotated[
        bool, typer.Option("--upload", help="Make the dataset and an experiment at LangSmith (LANGSMITH_API_KEY).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run every conversation of a suite against the agent as it is configured, and print how often it succeeds.

    Stopped with Ctrl-C, the same command goes on where it was. Example: support-agent eval run --trials 4 --only
    happy_path
    """
    with errors_shown():
        read = read_suite(suite) if suite else suite_of(Settings.from_env())
        if langsmith or upload:
            run_under_langsmith(read, upload=upload, as_json=as_json)
            return
        settings = Settings.from_env(business=None if read.business == SAMPLE_BUSINESS else read.business)
        chosen = _chosen(read, only or [])
        chosen = chosen.sample(sample) if sample else chosen
        options = RunOptions(
            trials=trials,
            concurrency=concurrency,
            seed=seed,
            max_turns=max_turns,
            prices=_prices(settings, dollars_a_request),
            customer=settings.eval_model or "" if customer == "model" else customer,
            judge=settings.eval_model if judge else None,
        )
        _check(customer, settings, judge)
        folder = out_folder or settings.evals_dir / _name(chosen, settings, options)
        if fresh:
            results.clear(folder)
        trials_done = _with_bar(chosen, settings, options, folder, customer == "model")
        summary = summarise(manifest(chosen, settings, options), trials_done)
        if summary["finished"]:
            results.save_summary(folder, summary, finished_at=datetime.now(UTC).isoformat(timespec="seconds"))
        if as_json:
            print_json(summary | {"folder": str(folder)})
        else:
            print_summary(summary)
            out.print(f"Results: {folder}   (support-agent eval report {folder})", soft_wrap=True)


def report(
    folder: Annotated[Path, typer.Argument(help="Results folder, as `eval run` prints it.")],
    other: Annotated[Path | None, typer.Argument(help="Second results folder: what is better or worse in it.")] = None,
    pass_rate: Annotated[float | None, typer.Option("--pass", min=0, max=1, help="Least share that passes.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Least share of one kind, as injection=1.0.")] = None,
    evaluator: Annotated[
        list[str] | None, typer.Option("--evaluator", help="Least share of one evaluator, as promises=0.98.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="HTML file to write, if not report.html there.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    show: Annotated[int, typer.Option(help="Transcripts of two runs to print side by side.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Write one HTML file with plots and every failed conversation; or compare two runs; or hold one to thresholds.

    The file needs no network. Two folders: what is significantly better or worse, per kind, with transcripts side by
    side. --pass, --kind and --evaluator: exit code 1 when the run is below one of them, or did not finish.
    """
    with errors_shown():
        run_of = results.read(folder)
        if other is not None:
            _print_comparison(compare_runs(run_of, results.read(other)), f"A: {folder}   B: {other}", show, as_json)
        elif pass_rate is not None or kind or evaluator:
            _check_thresholds(summarise(*run_of), pass_rate, kind, evaluator, as_json=as_json)
        else:
            path = write_report(*run_of, file or folder / "report.html")
            print_json({"file": path}) if as_json else out.print(f"Wrote {path}.", soft_wrap=True)
            if open_it:
                webbrowser.open(path.resolve().as_uri())


def _check_thresholds(
    summary: Mapping[str, Any],
    pass_rate: float | None,
    kind: list[str] | None,
    evaluator: list[str] | None,
    *,
    as_json: bool,
) -> None:
    """Print what a run is below; raises Exit where it is below anything, or did not finish."""
    below = [] if summary["finished"] else ["the run did not finish"]
    wanted = {} if pass_rate is None else {"pass^1": (summary["pass"].get("1", {"value": 0.0})["value"], pass_rate)}
    for name, least in _thresholds(kind, set(summary["kinds"])).items():
        wanted[name] = (summary["kinds"][name]["pass"]["1"]["value"], least)
    for name, least in _thresholds(evaluator, set(summary["evaluators"])).items():
        right = summary["evaluators"][name]["right"]
        wanted[name] = (1.0 if right is None else right, least)
    below += [f"{name} is {value:.3f}, wanted {least:.3f}" for name, (value, least) in wanted.items() if value < least]
    if as_json:
        print_json({"passed": not below, "below": below})
    else:
        out.print("\n".join(below) if below else "Every threshold is met.")
    raise typer.Exit(EXIT_BELOW if below else 0)


def _print_comparison(found: Mapping[str, Any], title: str, show: int, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    table = Table("Kind", "Conversations", "A", "B", "p", "B is", title=title, title_justify="left")
    for row in found["kinds"]:
        shares = (f"{row['a']:.2f}", f"{row['b']:.2f}", f"{row['p']:.3f}")
        table.add_row(row["kind"], str(row["conversations"]), *shares, row["verdict"])
    out.print(table)
    for name, (one, other) in found["runs"].items():
        out.print(f"[dim]{name}: {escape(str(one))} → {escape(str(other))}[/dim]")
    if found["identical"]:
        out.print("Both runs are identical, turn by turn.")
    for change in found["changed"][:show]:
        _side_by_side(change)


def print_summary(summary: Mapping[str, Any]) -> None:
    """Print the figures of a run as tables."""
    ks = list(summary["pass"])
    shown = [k for k in ks if k in ("1", ks[-1])] if ks else []
    table = Table(
        "Kind", "Conversations", *(f"pass^{k}" for k in shown), title_justify="left", title=_title(summary["run"])
    )
    for kind, row in summary["kinds"].items():
        table.add_row(kind, str(row["conversations"]), *(_rate(row["pass"][k]) for k in shown))
    table.add_section()
    table.add_row("all", str(summary["conversations"]), *(_rate(summary["pass"][k]) for k in shown))
    out.print(table)
    checks = Table("Evaluator", "Asked", "Right")
    for key, row in summary["evaluators"].items():
        if row["asked"]:
            checks.add_row(key, str(row["asked"]), f"{row['right']:.2f}")
    out.print(checks)
    for failure in summary["failures"]:
        why = "; ".join(failure["why"])
        out.print(f"[red]✗[/red] {failure['scenario']} [dim]{escape(why[:300])}[/dim]", soft_wrap=True)
    if summary["judge"]:
        j = summary["judge"]
        out.print(f"Judge: {j['judged']} judged, agrees {j['agree']:.2f}, kappa {j['kappa']:.2f}")
    cost = ", ".join(
        f"{value:g} {name.replace('_', ' ')}" for name, value in summary["cost"].items() if value is not None
    )
    out.print(f"A conversation takes {cost}. Digest {summary['digest']}.")


def _title(run: Mapping[str, Any]) -> str:
    return f"{run['suite']} · {run['agent']} · {run['model']} · customer {run['customer']} · seed {run['seed']}"


def _rate(rate: Mapping[str, float]) -> str:
    return f"{rate['value']:.2f} [{rate['low']:.2f}–{rate['high']:.2f}]".replace("[", "\\[")


def _chosen(suite: Suite, only: list[str]) -> Suite:
    kinds = sorted({s.kind for s in suite.scenarios})
    if unknown := sorted(set(only) - {s.id for s in suite.scenarios} - set(kinds)):
        raise ConversationFileError(
            f"--only names {unknown[0]!r}; wanted the id of a conversation or one of {', '.join(kinds)}"
        )
    return suite.only(set(only)) if only else suite


def _check(customer: str, settings: Settings, judge: bool) -> None:
    if customer not in ("scripted", "model"):
        raise ConversationFileError(f"--customer is {customer!r}; wanted `scripted` or `model`")
    if (judge or customer == "model") and not settings.eval_model:
        raise ConversationFileError(
            "a model is to play customers or judge, but none is named; set SUPPORT_EVAL_MODEL and SUPPORT_EVAL_BASE_URL"
        )


def _name(suite: Suite, settings: Settings, options: RunOptions) -> str:
    """Name a folder after everything that moves the scores, so that the same command goes on in the same one."""
    stands_for = results.digest([manifest(suite, settings, options)])[:8]
    model = settings.model.replace("/", "-")
    return f"{suite.name}-{model}-{stands_for}"


def _with_bar(
    suite: Suite, settings: Settings, options: RunOptions, folder: Path, played: bool
) -> list[dict[str, Any]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        done = sum(results.has(folder, s.id, n) for s in suite.scenarios for n in range(1, options.trials + 1))
        bar = bars.add_task("Conversations", total=len(suite.scenarios) * options.trials, completed=done)
        helper = evaluation_model(settings) if played or options.judge else None
        try:
            return asyncio.run(
                run_suite(
                    suite,
                    settings,
                    options,
                    folder,
                    on_trial=lambda trial: bars.advance(bar),
                    customer=(lambda s, seed: ModelCustomer(s, helper, seed=seed)) if played and helper else None,
                    judge=ModelJudge(helper, seed=options.seed) if options.judge and helper else None,
                )
            )
        except KeyboardInterrupt:
            Console(stderr=True).print(f"Stopped. The same command goes on; what is done is in {folder}.")
            raise typer.Exit(EXIT_STOPPED) from None


def _thresholds(given: list[str] | None, known: set[str]) -> dict[str, float]:
    found = {}
    for text in given or []:
        name, _, value = text.partition("=")
        if name not in known or not value.replace(".", "", 1).isdigit():
            raise ConversationFileError(
                f"the threshold is {text!r}; wanted NAME=SHARE with one of {', '.join(sorted(known))}"
            )
        found[name] = float(value)
    return found


def _side_by_side(change: Mapping[str, Any]) -> None:
    arrow = "better" if change["better"] else "worse"
    table = Table("A", "B", title=f"{change['scenario']} ({arrow})", title_justify="left", expand=True)
    table.add_row(*(escape("\n".join(change[side]["why"])) or "passed" for side in ("a", "b")), end_section=True)
    turns = [change[side]["turns"] for side in ("a", "b")]
    for number in range(max(map(len, turns))):
        table.add_row(*(_turn(t[number]) if number < len(t) else "" for t in turns))
    out.print(table)


def _turn(turn: Mapping[str, Any]) -> str:
    tools = ", ".join(call["name"] for call in turn["tools"])
    called = f"[dim]{escape(tools)}[/dim]\n" if tools else ""
    return f"[bold]{escape(turn['customer'][:300])}[/bold]\n{called}{escape((turn['error'] or turn['reply'])[:600])}"


def _prices(settings: Settings, dollars_a_request: float | None) -> PriceTable:
    """Return the price table, or the one price that was given for every model."""
    if dollars_a_request is None:
        return load_prices(settings.prices_file)
    return PriceTable(models={"default": Price(per_request=Decimal(str(dollars_a_request)))})

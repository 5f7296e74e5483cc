"""Measure retrieval, capture conversations and run under LangSmith: `support-agent eval retrieval|capture`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from langchain_core.messages import AnyMessage, convert_to_messages
from langsmith import Client
from langsmith.utils import LangSmithError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli.output import AsJson, errors_shown, out, print_json
from core.errors import ConversationFileError, SettingsError
from core.observability.tracing import RedactingClient
from core.settings import Settings
from evals.conversations.capture import as_yaml
from evals.conversations.capture import capture as captured
from evals.conversations.labelled_questions import measure, read_questions
from evals.conversations.start_state import prepare
from evals.conversations.suites import Suite, read_suite, suite_of
from evals.reports.langsmith_bridge import evaluate_with_langsmith
from graph.agent import open_agent
from graph.assembly import assemble
from graph.opened_stores import orders_of

SuiteFolder = Annotated[Path | None, typer.Option("--suite", help="Folder with suite.yaml; evals/ of the business.")]


def retrieval(
    questions: Annotated[
        Path | None, typer.Option("--questions", help="YAML list of `ask` and `articles`; questions.yaml of the suite.")
    ] = None,
    suite: SuiteFolder = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Passages looked at.")] = 5,
    replies: Annotated[
        bool, typer.Option("--replies/--no-replies", help="Also ask the agent and judge its citations.")
    ] = True,
    show: Annotated[bool, typer.Option("--missed", help="Also list the questions that were missed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure recall, mean reciprocal rank and citations on labelled questions, over the suite's articles."""
    with errors_shown():
        settings = Settings.from_env()
        found = asyncio.run(_retrieval(questions, suite, settings, limit, replies))
        if as_json:
            print_json(found)
            return
        table = Table("Figure", "Value")
        for name, value in found.items():
            if name != "missed":
                table.add_row(name, "–".join(f"{v:.2f}" for v in value) if isinstance(value, list) else f"{value:g}")
        out.print(table)
        for missed in found["missed"] if show else ():
            out.print(
                f"{missed['ask']} → {', '.join(missed['articles'])}; found {', '.join(missed['found'])}; cited "
                f"{missed['cited']}"
            )


def capture(
    thread: Annotated[str, typer.Argument(help="Thread to take, or with --trace the id of a LangSmith run.")],
    kind: Annotated[str, typer.Option(help="Kind of conversation, in the suite's own words.")] = "happy_path",
    folder: Annotated[Path, typer.Option("--to", help="Folder the file is written to.")] = Path(),
    trace: Annotated[bool, typer.Option("--trace", help="Read a LangSmith trace, not the agent's memory.")] = False,
) -> None:
    """Write a real conversation as a conversation file, with personal data replaced.

    What it expects is what happened. Read it before you keep it: the agent may have been wrong.
    """
    with errors_shown():
        scenario = asyncio.run(_capture(thread, kind, Settings.from_env(), _traced(thread) if trace else None))
        path = folder / f"{scenario.id}.yaml"
        if path.exists():
            raise ConversationFileError(
                f"{path} is already there; wanted a new file; remove it or choose another folder"
            )
        path.write_text(as_yaml(scenario), encoding="utf-8")
        out.print(f"Wrote {path}. Read it before you keep it.", soft_wrap=True)


def run_under_langsmith(suite: Suite, *, upload: bool, as_json: bool) -> None:
    """Run a suite through `langsmith.aevaluate`; without `upload` nothing leaves this machine."""
    client = RedactingClient() if upload else None
    if client is not None and not client.api_key:
        raise SettingsError("--upload needs a LangSmith key; set LANGSMITH_API_KEY, or leave --upload out")
    try:
        rows = asyncio.run(evaluate_with_langsmith(suite, Settings.from_env(), client=client))
    except LangSmithError as error:
        raise SettingsError(
            f"LangSmith did not take the results ({str(error).splitlines()[0]}); check LANGSMITH_API_KEY"
        ) from error
    if as_json:
        print_json(rows)
        return
    table = Table("Evaluator", "Asked", "Right")
    for key in (k for k in rows[0] if k != "id"):
        scores = [row[key] for row in rows if isinstance(row[key], bool)]
        if scores:
            table.add_row(key, str(len(scores)), f"{sum(scores) / len(scores):.2f}")
    out.print(table)


async def _retrieval(
    questions: Path | None, suite: Path | None, settings: Settings, limit: int, replies: bool
) -> dict[str, Any]:
    chosen = read_suite(suite) if suite else suite_of(Settings.from_env())
    asked = read_questions(questions or chosen.folder / "questions.yaml")
    with tempfile.TemporaryDirectory(prefix="support-eval-") as scratch:
        ground = prepare(chosen, settings, Path(scratch))
        own = ground.settings_in(Path(scratch))
        parts = assemble(own, retriever=ground.retriever)
        with Progress(console=Console(stderr=True), transient=True) as bars:
            bar = bars.add_task("Questions", total=len(asked))
            async with open_agent(own, parts=parts) as agent:
                return await measure(
                    asked,
                    parts.retriever,
                    agent if replies else None,
                    limit=limit,
                    on_question=lambda: bars.advance(bar),
                )


async def _capture(thread: str, kind: Any, settings: Settings, traced: list[AnyMessage] | None) -> Any:
    parts = assemble(settings)
    async with open_agent(settings, parts=parts) as agent:
        state = await agent.state(thread)
        customer_id = state.customer_id
        customer = await orders_of(settings).get_customer(customer_id) if customer_id else None
        done = await parts.actions.ledger.find(thread_id=thread, states=("done",))
        ticket = await parts.desk.get_ticket(state.ticket_id) if state.ticket_id else None
        return captured(
            thread,
            traced if traced is not None else state.messages,
            kind=kind,
            customer=customer,
            owner=state.owner,
            ticket_reason=ticket.reason if ticket else None,
            actions=[{"tool": action.tool, "args": action.args} for action in done],
        )


def _traced(run_id: str) -> list[AnyMessage]:
    """Return the messages of a LangSmith run of the graph."""
    try:
        run = Client().read_run(run_id)
    except (LangSmithError, ValueError) as error:
        raise ConversationFileError(
            f"trace {run_id!r} cannot be read ({str(error).splitlines()[0]}); check the id and LANGSMITH_API_KEY"
        ) from error
    content = (run.outputs or {}).get("messages") or (run.inputs or {}).get("messages")
    if not content:
        raise ConversationFileError(f"trace {run_id!r} holds no messages; name the run of a whole turn of the graph")
    return cast(list[AnyMessage], convert_to_messages(content))

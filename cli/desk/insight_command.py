"""Print how it is going: `support-agent insight`."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.output import errors_shown, out, print_json
from core.settings import Settings
from graph.opened_stores import business_of
from server.figures.insight_sums import insight as add_up
from server.inbox.message_inbox import Inbox
from server.records import Limits
from server.schemas.insight_schemas import Day, InsightOut, Spread
from tools.desk.reports import DeskReads


def insight(
    days: Annotated[int, typer.Option(min=1, max=366, help="Days to look back, today included.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures and their conversations as JSON.")] = False,
) -> None:
    """Print how the server's conversations ended, what they cost, and what no article answered.

    The page at /insight shows the same, with links to the conversations. Conversations of the command line and of
    programs are not the server's: `support-agent tickets show --all` and `support-agent threads show --costs` have
    theirs.

    Example: support-agent insight --days 7
    """
    with errors_shown():
        found = asyncio.run(_figures(Settings.from_env(), days))
        if as_json:
            print_json(found.model_dump(mode="json"))
        else:
            _print(found)


async def _figures(settings: Settings, days: int) -> InsightOut:
    inbox, desk = Inbox(settings.inbox_url, Limits()), DeskReads(settings.desk_url)
    try:
        return await add_up(inbox, desk, settings, business_of(settings).file, days=days)
    finally:
        await inbox.close()
        await desk.close()


def _print(found: InsightOut) -> None:
    table = Table(
        "Day", "Resolved", "Handed over", "Abandoned", "Unanswered", "Requests", "Tokens", "By request", "By token"
    )
    for day in found.days:
        if (
            any(end.count for end in (day.resolved, day.handed_over, day.abandoned, day.ended_unanswered))
            or day.requests
        ):
            table.add_row(*_row(str(day.day), day))
    table.add_section()
    table.add_row(*_row("all", found))
    out.print(table)
    more = Table(box=None, pad_edge=False, show_header=False)
    more.add_row("Going on", str(found.going_on.count))
    more.add_row("Requests a resolved conversation", str(found.requests_a_resolution or "–"))
    more.add_row("Agent's reply", _times(found.agent_reply))
    more.add_row("Person's first reply", _times(found.first_reply))
    more.add_row("Until the ticket was closed", _times(found.resolution))
    more.add_row("Rating", " ".join(f"{s.stars}★ {s.figure.count}" for s in found.ratings))
    for reason in found.reasons:
        more.add_row(f"Handed over: {escape(reason.reason)}", str(reason.figure.count))
    for run in found.evaluations:
        more.add_row(f"Evaluation {escape(run.name)}", f"{run.passed:.2f} of {run.conversations}")
    out.print(more)
    for question in found.unanswered:
        out.print(f"{question.figure.count}× without a source: {escape(question.question)}")


def _row(name: str, of: Day | InsightOut) -> list[str]:
    ends = (of.resolved.count, of.handed_over.count, of.abandoned.count, of.ended_unanswered.count)
    cells = (name, *ends, of.requests, of.tokens, of.by_request, of.by_token)
    return ["–" if cell is None else str(cell) for cell in cells]


def _times(spread: Spread) -> str:
    return f"{spread.median:.1f} s, 9 of 10 within {spread.p90:.1f} s" if spread.count else "–"

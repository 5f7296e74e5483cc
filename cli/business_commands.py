"""Begin a business and check its folder: `support-agent new` and `support-agent check`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.output import err, out, print_json
from core.errors import InputError, SettingsError
from core.settings import Settings
from graph.business_check import check_business
from tools.business.starting import Answers, write_business

EXIT_WRONG = 1


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to write; it must not be there, or be empty.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing and take the answers offered.")] = False,
) -> None:
    """Write the folder of a new business: small, and working.

    Example: support-agent new my-business --yes
    """
    answers = Answers(name=folder.resolve().name.replace("-", " ").replace("_", " ").title())
    if not yes:
        if not sys.stdin.isatty():
            raise InputError("nobody is there to answer questions; add --yes to take the answers that are offered")
        answers = Answers(
            name=typer.prompt("What is the business called?", default=answers.name),
            languages=tuple(
                typer.prompt("Which languages does it serve, its own first?", default="en").replace(",", " ").split()
            ),
            record=typer.prompt(
                "What do customers have with it (one word: booking, line, policy)?", default=answers.record
            ),
            tone=typer.prompt("How should the agent sound?", default=answers.tone),
            hours=typer.prompt("When are people at the desk?", default=answers.hours),
        )
    for path in write_business(folder, answers):
        out.print(f"[dim]{escape(str(path))}[/dim]")
    out.print(f"Check it: support-agent check {escape(str(folder))}")
    out.print(f"Talk to it: support-agent chat --business {escape(str(folder))} --customer c1")


def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the business; SUPPORT_BUSINESS by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Read the folder of a business, open its connectors, and say what is wrong.

    Each line names file and line, what is wrong and what to do. Exit code 1 when something has to be corrected; a
    warning (!) is for what works all the same.
    """
    chosen = folder or Settings.from_env().business
    if chosen is None:
        raise SettingsError("no folder is named; give one, or set SUPPORT_BUSINESS")
    found = check_business(chosen)
    if as_json:
        tools = [{"name": tool.name, "effect": tool.effect} for tool in found.tools]
        problems = [asdict(problem) for problem in found.problems]
        print_json(
            {
                "ok": found.ok,
                "tools": tools,
                "procedures": found.procedures,
                "articles": found.articles,
                "problems": problems,
            }
        )
    else:
        for problem in found.problems:
            mark = "[yellow]![/yellow]" if problem.warning else "[red]✗[/red]"
            out.print(f"{mark} {escape(str(problem))}", soft_wrap=True)
        if found.business:
            table = Table("tool", "effect", "what it does", box=None, pad_edge=False)
            for tool in found.tools:
                table.add_row(tool.name, tool.effect, escape(tool.bound.description[:80]))
            out.print(table)
            err.print(f"{found.articles} articles, {len(found.procedures)} procedures, {len(found.tools)} tools")
    if not found.ok:
        raise typer.Exit(EXIT_WRONG)

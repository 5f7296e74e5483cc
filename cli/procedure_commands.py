"""Work on the procedures of a business: `support-agent procedures`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.output import err, errors_shown, out, print_json
from core.errors import InputError, NotFound, SettingsError
from core.factory import chat_model
from core.settings import Settings
from graph.assembly import business_tools
from graph.context_window.prompts import dialogue
from graph.memory.checkpointers import open_checkpointer
from graph.memory.threads import transcript
from graph.procedures.authoring.chart import chart
from graph.procedures.authoring.imports import import_from
from graph.procedures.authoring.mutations import mutations
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.authoring.procedure_drafts import DRAFTS, draft
from graph.procedures.authoring.procedure_tests import failing, load_tests
from graph.procedures.authoring.skeletons import skeletons
from graph.procedures.book import catalogue_of
from graph.procedures.format.catalogue import Catalogue
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import Problem
from tools.business.business_folder import Business, read_business
from tools.connectors.opening import run_blocking

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Name = Annotated[str, typer.Argument(help="Name of the procedure.")]

app = typer.Typer(help="Show, test, draft and import the procedures of a business.", no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the procedures of the business: version, writes, rules and tests."""
    with errors_shown():
        business, catalogue = _opened()
        rows: list[dict[str, Any]] = [
            {
                "name": procedure.name,
                "version": procedure.version,
                "description": procedure.description,
                "writes": sorted(procedure.writes),
                "rules": list(procedure.rules),
                "tests": len(load_tests(_tests(business, procedure.name))),
            }
            for procedure in _sound(business, catalogue)
        ]
        if as_json:
            print_json(rows)
            return
        table = Table("Procedure", "Version", "Writes", "Rules", "Tests")
        for row in rows:
            cells = (row["name"], row["version"], *(", ".join(map(str, row[key])) for key in ("writes", "rules")))
            table.add_row(*(escape(str(cell)) for cell in cells), str(row["tests"]))
        out.print(table)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Draw a procedure as a chart (Mermaid): what is asked and read, the rules, and the writes they guard."""
    with errors_shown():
        business, catalogue = _opened()
        procedure = _named(_sound(business, catalogue), name)
        drawn = chart(procedure.source)
        if as_json:
            print_json({"name": name, "version": procedure.version, "text": procedure.source.text, "chart": drawn})
        else:
            typer.echo(drawn)


@app.command("skeletons")
def skeletons_(name: Name) -> None:
    """Write the beginnings of a procedure's tests: one that succeeds, one for each part of each rule turned round.

    They go to procedures/tests/NAME; a file that is there stays as it is. FILL IN marks what no condition tells.
    """
    with errors_shown():
        business, catalogue = _opened()
        procedure = _named(_sound(business, catalogue), name)
        folder = _tests(business, name)
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in skeletons(procedure).items():
            if not (path := folder / file).exists():
                path.write_text(text, encoding="utf-8")
                out.print(f"[dim]{escape(str(path))}[/dim]")


@app.command()
def mutate(
    name: Annotated[str | None, typer.Argument(help="Name of the procedure; all of them by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the tests of the procedures, then again with each rule deleted and negated: some test has to fail for each.

    Exit code 1 when a test fails, or a mutation is not noticed.
    """
    with errors_shown():
        business, catalogue = _opened()
        procedures = _sound(business, catalogue)
        rows, wrong = [], []
        for procedure in [_named(procedures, name)] if name else procedures:
            tests = load_tests(_tests(business, procedure.name))
            wrong += [f"{procedure.name}: the test {test} does not pass" for test in failing(procedure, tests)]
            for mutation in mutations(procedure, tests, catalogue):
                rows.append({"procedure": procedure.name, **vars(mutation)})
                if not mutation.noticed:
                    wrong.append(f"{procedure.name}: no test notices that the rule {mutation.rule} is {mutation.how}")
        score = sum(bool(row["noticed"]) for row in rows) / len(rows) if rows else 1.0
        if as_json:
            print_json({"score": score, "mutations": rows, "problems": wrong})
        else:
            for line in wrong:
                out.print(f"[red]✗[/red] {escape(line)}", soft_wrap=True)
            out.print(f"mutation score {score:.2f} over {len(rows)} mutations")
        if wrong:
            raise typer.Exit(1)


@app.command("draft")
def draft_(
    from_: Annotated[
        list[str], typer.Option("--from", help="A stored conversation's id, or a file with a description in prose.")
    ],
) -> None:
    """Let the configured model propose a procedure; it lies in procedures/drafts and is not followed.

    A person moves it beside the other procedures once `support-agent check` finds nothing wrong with it.
    """
    with errors_shown():
        settings = Settings.from_env()
        if settings.model == "offline":
            raise SettingsError("the offline model writes no procedures; set SUPPORT_BASE_URL and SUPPORT_MODEL")
        business, catalogue = _opened()
        files = [source for source in from_ if Path(source).is_file()]
        material = [Path(file).read_text("utf-8") for file in files]
        material += asyncio.run(_said(settings, [source for source in from_ if source not in files]))
        path, problems = asyncio.run(draft(chat_model(settings), material, catalogue, business.folder / "procedures"))
        _print(problems)
        out.print(
            f"{escape(str(path))}: a draft; move it to {escape(str(path.parent.parent))} once a person has read it"
        )


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="Flows of Rasa CALM (YAML) or an Agent Script (.agent), or a folder of a project.")
    ],
    as_json: AsJson = False,
) -> None:
    """Translate what another system left behind into drafts, and report what has no counterpart."""
    with errors_shown():
        if not file.exists():
            raise InputError(f"there is no file {str(file)!r}; name flows of Rasa CALM, an Agent Script, or a folder")
        folder = _business().folder / "procedures" / DRAFTS
        folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for found in import_from(file):
            path = folder / f"{found.name}.md"
            path.write_text(found.text(), encoding="utf-8")
            rows.append({"file": str(path), "left": found.left})
        if as_json:
            print_json(rows)
            return
        for row in rows:
            out.print(escape(str(row["file"])))
            for line in row["left"]:
                out.print(f"  [yellow]![/yellow] {escape(line)}", soft_wrap=True)


def _business() -> Business:
    folder = Settings.from_env().business
    if folder is None:
        raise SettingsError("no business is named; give --business FOLDER, or set SUPPORT_BUSINESS")
    return read_business(folder)


def _opened() -> tuple[Business, Catalogue]:
    """Return the business and what procedures may know of its tools."""
    business = _business()
    opened = business_tools(Settings.from_env(), business)
    try:
        return business, catalogue_of(opened.tools)
    finally:
        run_blocking(opened.close())


def _sound(business: Business, catalogue: Catalogue) -> Sequence[Procedure]:
    """Return the procedures without errors; the others are told on standard error."""
    found, problems = check_folder(business.folder / "procedures", catalogue, languages=business.file.languages)
    _print([problem for problem in problems if problem.severity == "error"])
    return found


def _print(problems: Sequence[Problem]) -> None:
    for problem in problems:
        mark = "[red]✗[/red]" if problem.severity == "error" else "[yellow]![/yellow]"
        err.print(f"{mark} {escape(str(problem))}", soft_wrap=True)


def _named(procedures: Sequence[Procedure], name: str) -> Procedure:
    found = next((procedure for procedure in procedures if procedure.name == name), None)
    if found is None:
        raise NotFound(
            f"there is no procedure {name!r} without errors; `support-agent procedures list` shows those there are"
        )
    return found


def _tests(business: Business, name: str) -> Path:
    return business.folder / "procedures" / "tests" / name


async def _said(settings: Settings, sources: Sequence[str]) -> list[str]:
    """Return what was said in stored conversations."""
    material = []
    async with open_checkpointer(settings.memory_url) as checkpointer:
        for source in sources:
            said = dialogue(await transcript(checkpointer, source))
            if not said:
                raise NotFound(
                    f"there is no conversation and no file {source!r}; `support-agent threads list` names them"
                )
            material.append("\n".join(f"{one.speaker}: {one.text}" for one in said))
    return material

"""Work on the procedures of a business: `support-agent procedures`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.output import AsJson, err, errors_shown, out, print_json
from core.errors import InputError, NotFound, SettingsError
from core.factory import chat_model
from core.settings import Settings
from graph.assembly import own_tools
from graph.business_tools import business_tools
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
from graph.state import dialogue
from tools.business.business_folder import Business, read_business
from tools.connectors.opening import run_blocking

app = typer.Typer(help="Show, test and draft the procedures of a business.", no_args_is_help=True)


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Name of a procedure.")] = None, as_json: AsJson = False
) -> None:
    """List the procedures of the business; or draw one as a chart (Mermaid): what is asked, the rules, the writes."""
    with errors_shown():
        business, catalogue = _opened()
        if name is not None:
            _draw(_named(_sound(business, catalogue), name), as_json)
            return
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


def _draw(procedure: Procedure, as_json: bool) -> None:
    drawn = chart(procedure.source)
    if as_json:
        text = procedure.source.text
        print_json({"name": procedure.name, "version": procedure.version, "text": text, "chart": drawn})
    else:
        typer.echo(drawn)


@app.command("test")
def run_tests(
    name: Annotated[str | None, typer.Argument(help="Name of the procedure; all of them by default.")] = None,
    begin: Annotated[
        bool, typer.Option("--begin", help="Run nothing; write the beginnings of tests to procedures/tests/NAME.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the tests of the procedures, then again with each rule deleted and negated: some test has to fail for each.

    Exit code 1 when a test fails, or a mutation is not noticed. --begin writes a test that succeeds, and one for each
    part of each rule turned round; a file that is there stays as it is, and FILL IN marks what no condition tells.
    """
    with errors_shown():
        business, catalogue = _opened()
        procedures = _sound(business, catalogue)
        chosen = [_named(procedures, name)] if name else procedures
        if begin:
            _begin_tests(business, chosen)
            return
        rows, wrong = [], []
        for procedure in chosen:
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


def _begin_tests(business: Business, procedures: Sequence[Procedure]) -> None:
    for procedure in procedures:
        folder = _tests(business, procedure.name)
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in skeletons(procedure).items():
            if not (path := folder / file).exists():
                path.write_text(text, encoding="utf-8")
                out.print(f"[dim]{escape(str(path))}[/dim]")


@app.command("draft")
def draft_(
    from_: Annotated[
        list[str],
        typer.Option(
            "--from",
            help="A stored conversation's id, a file with a description in prose; or flows of Rasa CALM (.yml), an "
            "Agent Script (.agent), or a folder of such a project.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Let the configured model propose a procedure, or translate what another system left behind.

    Drafts lie in procedures/drafts and are not followed. A person moves one beside the other procedures once
    `support-agent check` finds nothing wrong with it. What has no counterpart here is reported.
    """
    with errors_shown():
        of_other_systems = [Path(source) for source in from_ if _is_of_another_system(Path(source))]
        if of_other_systems:
            _import(of_other_systems, as_json)
        if len(of_other_systems) == len(from_):
            return
        from_ = [source for source in from_ if Path(source) not in of_other_systems]
        settings = Settings.from_env()
        if settings.model == "offline":
            raise SettingsError("the offline model writes no procedures; set SUPPORT_BASE_URL and SUPPORT_MODEL")
        business, catalogue = _opened()
        files = [source for source in from_ if Path(source).is_file()]
        material = [Path(file).read_text("utf-8") for file in files]
        material += asyncio.run(_said(settings, [source for source in from_ if source not in files]))
        path, problems = asyncio.run(draft(chat_model(settings), material, catalogue, business.folder / "procedures"))
        _print(problems)
        if as_json:
            print_json([{"file": str(path), "left": []}])
            return
        out.print(
            f"{escape(str(path))}: a draft; move it to {escape(str(path.parent.parent))} once a person has read it"
        )


def _is_of_another_system(source: Path) -> bool:
    return source.is_dir() or source.suffix in (".yml", ".yaml", ".agent")


def _import(files: Sequence[Path], as_json: bool) -> None:
    folder = _business().folder / "procedures" / DRAFTS
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for file in files:
        if not file.exists():
            raise InputError(f"there is no file {str(file)!r}; name flows of Rasa CALM, an Agent Script, or a folder")
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
    opened = business_tools(Settings.from_env(), business, own_tools(business))
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
            f"there is no procedure {name!r} without errors; `support-agent procedures show` lists those there are"
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
                    f"there is no conversation and no file {source!r}; `support-agent threads show` lists them"
                )
            material.append("\n".join(f"{one.speaker}: {one.text}" for one in said))
    return material

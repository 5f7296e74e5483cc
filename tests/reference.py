"""Write docs/reference/ from the program itself: settings, commands, HTTP API and graph: `make reference`."""

from pathlib import Path
from typing import Any

import typer.main
from pydantic_core import PydanticUndefined

from cli.lazy import LazyGroup
from cli.main import app
from core.settings import Limits, Settings
from graph.builder import build_graph
from server.application import make_app
from tests.file_map import first_sentence
from tests.graph_fakes import parts, scripted

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
"""Where the pages stand."""


def settings_page() -> str:
    """Return every setting with its default and what it is for."""
    lines = [
        "# Settings",
        "",
        "In the environment or in `.env`; the environment wins. A name that is none is an error.",
        "",
    ]
    lines += ["| Setting | Default | What it is for |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, PydanticUndefined, Limits()) else f"`{field.default}`"
        lines.append(f"| `SUPPORT_{name.upper()}` | {_cell(default)} | {_cell(field.description or '')} |")
    lines += ["", "## Limits", "", "`SUPPORT_LIMITS` names those that differ: `turns_at_once=8 burst_seconds=0`.", ""]
    lines += ["| Limit | Default | What it is |", "|---|---|---|"]
    lines += [f"| `{name}` | `{field.default}` | {field.description} |" for name, field in Limits.model_fields.items()]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Return every command with its help, arguments and options."""
    lines = [
        "# Commands",
        "",
        "`support-agent COMMAND --help` says the same. Commands that print a result take `--json`.",
        "",
    ]
    for name, command in commands(typer.main.get_command(app)).items():
        lines += [f"## support-agent {name}", "", (command.help or "").strip(), ""]
        parameters = [p for p in command.params if p.name != "help"]
        if parameters:
            lines += ["| | |", "|---|---|"]
            for parameter in parameters:
                option = parameter.param_type_name == "option"
                names = " ".join(f"`{name}`" for name in (parameter.opts if option else [parameter.name.upper()]))
                lines.append(f"| {names} | {_cell(getattr(parameter, 'help', '') or '')} |")
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def commands(group: Any, prefix: str = "") -> dict[str, Any]:
    """Return every command under a group by its whole name."""
    found: dict[str, Any] = {}
    loaded = {n: c.load(n) for n, c in group.table.items()} if isinstance(group, LazyGroup) else group.commands
    for name, command in loaded.items():
        found |= commands(command, f"{prefix}{name} ") if hasattr(command, "commands") else {prefix + name: command}
    return found


def http_page() -> str:
    """Return every route of the server with what it answers."""
    document = make_app(Settings.from_env({}, None)).openapi()
    lines = ["# HTTP API", "", "The whole description in OpenAPI is at `/v1/openapi.json` of a running server.", ""]
    lines += ["| Route | What it does |", "|---|---|"]
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            lines.append(
                f"| `{method.upper()} {path}` | {_cell(operation.get('description') or operation.get('summary', ''))} |"
            )
    return "\n".join(lines) + "\n"


def graph_page() -> str:
    """Return the drawing of the graph and what each node does."""
    graph = build_graph(parts(scripted()))
    lines = ["# Graph", "", "```mermaid", graph.get_graph().draw_mermaid().strip(), "```", ""]
    for file in sorted((ROOT / "graph" / "nodes").glob("*.py")):
        if file.name != "__init__.py":
            lines.append(f"* **{file.stem}** {first_sentence(file)}")
    return "\n".join(lines) + "\n"


def written() -> dict[Path, str]:
    """Return every page that `make reference` writes, with its text."""
    pages = {"settings": settings_page, "cli": commands_page, "http-api": http_page, "graph": graph_page}
    return {FOLDER / f"{name}.md": page() for name, page in pages.items()}


def _cell(text: str) -> str:
    """Return a text fit for one cell of a table."""
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")

"""Keep the documents true: settings, file map and help texts."""

import re
from pathlib import Path
from typing import Any

import typer.main

from cli.main import app
from core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
MAPPED = ("core", "ingest", "tools", "graph", "cli", "server", "evals", "benchmarks")


def test_every_setting_is_in_the_env_example_and_nothing_else() -> None:
    named = set(re.findall(r"^#?\s*(SUPPORT_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == {f"SUPPORT_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_readme_map_names_every_source_file() -> None:
    section = (ROOT / "README.md").read_text().split("## Where things are")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+/[\w/]+\.(?:py|md|yaml|json))`", section))
    present = {
        str(file.relative_to(ROOT))
        for package in MAPPED
        for file in (ROOT / package).rglob("*.py")
        if file.name != "__init__.py"
    }
    assert present - named == set(), "not in the map"
    assert {name for name in named if not (ROOT / name).exists()} == set(), "in the map but not there"


def commands(group: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= commands(command, f"{prefix}{name} ")
        else:
            found[prefix + name] = command
    return found


def test_every_command_has_help_and_so_has_every_parameter() -> None:
    silent = []
    for name, command in commands(typer.main.get_command(app)).items():
        if not command.help:
            silent.append(name)
        for parameter in command.params:
            if parameter.name != "help" and not getattr(parameter, "help", None):
                silent.append(f"{name} {parameter.name}")
    assert silent == []

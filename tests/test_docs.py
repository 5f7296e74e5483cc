"""Keep the documents true: settings, file map and help texts."""

import re
from pathlib import Path
from typing import Any

import typer.main

from cli.lazy import LazyGroup
from cli.main import app
from core.settings import Settings
from tests.file_map import file_map, split_readme

ROOT = Path(__file__).resolve().parent.parent


def test_every_setting_is_in_the_env_example_and_nothing_else() -> None:
    named = set(re.findall(r"^#?\s*(SUPPORT_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == {f"SUPPORT_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_readme_map_is_the_one_that_make_map_writes() -> None:
    _, written, _ = split_readme()
    assert written == file_map(), "run `make map`"


def loaded(group: Any) -> dict[str, Any]:
    lazy = isinstance(group, LazyGroup)
    return {name: named.load(name) for name, named in group.table.items()} if lazy else group.commands


def commands(group: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, command in loaded(group).items():
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

"""List the commands without loading what they need: a command's module is imported when it is run."""

import inspect
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from cli.deferred_packages import defer_packages
from core.observability.gc_tuning import give_back_memory_when_freed, no_collection

defer_packages()


@dataclass(frozen=True)
class Named:
    """Where a command is, as `module:name` of a function or a group, and the line that the list of commands shows."""

    place: str
    line: str
    searches: bool = False
    """Whether it searches articles as the first thing it does."""

    def load(self, name: str) -> Any:
        """Import the command and return it under its name."""
        module, _, attribute = self.place.partition(":")
        with no_collection():
            if self.searches:
                give_back_memory_when_freed()
                _open_model()
            found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = name
            return _flowing(group)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        return _flowing(get_command(alone))


def _open_model() -> None:
    """Begin to open the embedded model, where articles are searched with it, while a command's modules are imported."""
    from core.errors import SettingsError
    from core.settings import Settings

    with suppress(SettingsError):  # the command says what is wrong
        if Settings.from_env().embedding_model == "minilm":
            from core.embeddings.minilm import embedded_minilm

            embedded_minilm().open_soon()


def _flowing(command: Any) -> Any:
    """Return a command whose help, and that of its subcommands, flows with the terminal; an example begins a line."""
    paragraphs = re.sub(r"\n\s*(?=Example:)", "\n\n", inspect.cleandoc(command.help or "")).split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for nested in getattr(command, "commands", {}).values():
        _flowing(nested)
    return command


class LazyGroup(TyperGroup):
    """Offer commands by name; `table` is what a subclass lists."""

    table: ClassVar[Mapping[str, Named]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return what the list of commands shows of one, or None where there is none of that name."""
        named = self.table.get(cmd_name)
        return TyperCommand(cmd_name, help=named.line) if named else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is to be run, loaded by now."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, self.table[name].load(name) if name else command, rest

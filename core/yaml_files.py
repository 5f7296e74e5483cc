"""Read YAML files of a folder: small, without anchors, never from outside of it, and with the line of each value."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from core.errors import InputError
from core.json_records import parsed_json

try:  # its parser in C, which most builds of the library bring, takes a tenth of the time
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["LARGEST", "FilesError", "Problem", "SafeLoader", "YamlFile", "inside", "read_yaml", "refuse_aliases"]

M = TypeVar("M", bound=BaseModel)
LARGEST = 1_000_000
"""Bytes of a file that a person has written."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file of a business."""

    file: str
    line: int
    what: str
    do: str
    warning: bool = False
    """True for what works all the same."""

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.file}:{self.line}: {self.what}; {self.do}"


class FilesError(InputError):
    """Report files of a business that cannot be used; `problems` holds one line for each thing that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class YamlFile:
    """A YAML file as it was read."""

    name: str
    """Its path inside the folder."""
    content: Any
    lines: dict[tuple[str, ...], int]
    """The line of each value by its path of keys and numbers."""

    def line(self, path: Sequence[object]) -> int:
        """Return the line of the value at a path, or of the nearest one around it."""
        keys = tuple(str(key) for key in path)
        return next((self.lines[keys[:n]] for n in range(len(keys), -1, -1) if keys[:n] in self.lines), 1)

    def problem(self, path: Sequence[object], what: str, do: str, *, warning: bool = False) -> Problem:
        """Return a problem at the line of a value."""
        return Problem(self.name, self.line(path), what, do, warning)

    def failure(self, path: Sequence[object], what: str, do: str) -> FilesError:
        """Return the error of one problem at the line of a value."""
        return FilesError([self.problem(path, what, do)])

    def read(self, model: type[M]) -> M:
        """Return the content as a model; raises FilesError with a line for each thing that does not fit."""
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            raise FilesError([self._misfit(one) for one in error.errors(include_url=False)]) from None

    def _misfit(self, error: Any) -> Problem:
        where = ".".join(str(part) for part in error["loc"]) or "the file"
        if error["type"] == "extra_forbidden":
            return self.problem(error["loc"], f"{where} is not known here", "correct its spelling or take it out")
        came = f"came {_short(error['input'])}" if error["type"] != "missing" else "it is missing"
        return self.problem(error["loc"], f"{where}: {came}", f"wanted: {error['msg'].lower()}")


def _short(value: Any) -> str:
    try:
        return repr(str(value)[:60])
    except ValueError:  # Python writes no number of thousands of digits
        return "a number of thousands of digits"


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file of a folder; raises FilesError for one that leads out of it, also by a link."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise FilesError([Problem(name, 1, "it leads out of the folder", "put the file itself into the folder")])
    return path


def read_yaml(folder: Path, name: str) -> YamlFile:
    """Read a file of a folder.

    Raises:
        FilesError: it is not there, too large, outside of the folder, or no YAML.
    """
    path = inside(folder, name)
    if not folder.is_dir():
        wanted = "correct its name; `support-agent new FOLDER` writes one"
        raise FilesError([Problem(name, 1, f"there is no folder {folder}", wanted)])
    try:
        if path.stat().st_size > LARGEST:
            raise FilesError([Problem(name, 1, f"it has more than {LARGEST:,} bytes", "split it")])
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FilesError(
            [Problem(name, 1, f"it cannot be read ({error.strerror})", "add it or correct its name")]
        ) from None
    except UnicodeDecodeError:
        raise FilesError([Problem(name, 1, "it is no UTF-8 text", "save it as UTF-8")]) from None
    try:
        if path.suffix == ".json":  # its own parser is the quicker one, and descriptions of APIs are long
            return YamlFile(name, parsed_json(text), {})
        lines: dict[tuple[str, ...], int] = {}
        refuse_aliases(text)
        loader = SafeLoader(text)
        node = loader.get_single_node()
        if node is not None:
            _note_lines(node, (), lines)
        content = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FilesError([Problem(name, line, f"no YAML: {error.problem}", "correct it")]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise FilesError([Problem(name, 1, f"no YAML: {str(error)[:100]}", "correct it")]) from None
    return YamlFile(name, content, lines)


def refuse_aliases(text: str) -> None:
    """Raise yaml.MarkedYAMLError where a value stands for another one: a few lines of them can be gigabytes."""
    if "*" not in text:  # what begins an alias: most files need not be read twice
        return
    for event in yaml.parse(text, Loader=SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            place: Any = event.start_mark  # of the parser's own kind
            raise yaml.MarkedYAMLError(
                problem="anchors (& and *) are not read: write the value out", problem_mark=place
            )


def _note_lines(node: yaml.Node, path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if (*path, str(key.value)) in lines:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is written twice", problem_mark=key.start_mark)
            _note_lines(value, (*path, str(key.value)), lines)
            lines[(*path, str(key.value))] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _note_lines(value, (*path, str(number)), lines)

"""Offer the functions of a business's own Python file as tools.

A function refuses by raising ValueError with a sentence for the customer. Whatever else it raises is a failure: of a
read it is a result the model may read, after a write nobody knows what was done.
"""

import asyncio
import dataclasses
import importlib.util
import inspect
import json
import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from langchain_core.tools import StructuredTool
from pydantic import PydanticUserError, TypeAdapter

from core.errors import OutcomeUnknown, Refused
from core.yaml_files import FilesError, Problem
from tools.connectors.json_schemas import inlined
from tools.connectors.source import Offered

log = logging.getLogger(__name__)


class PythonSource:
    """Fulfil `Source` with the functions of a file."""

    def __init__(self, file: Path, names: Collection[str], *, timeout_seconds: float) -> None:
        """Import the file; raises FilesError where that fails."""
        self._functions = _load(file, names)
        self._timeout = timeout_seconds

    async def offered(self) -> Mapping[str, Offered]:
        """Return the functions with the arguments their annotations tell."""
        return {name: _offer(name, function) for name, function in self._functions.items()}

    async def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Call a function, one that is not async in a thread."""
        function = self._functions[name]
        try:
            async with asyncio.timeout(self._timeout):
                if inspect.iscoroutinefunction(function):
                    found = await function(**args)
                else:
                    found = await asyncio.to_thread(function, **args)
                return _plain(found)
        except ValueError as no:
            raise Refused(str(no)) from None
        except TimeoutError:
            raise OutcomeUnknown(f"{name} took longer than {self._timeout:g} seconds") from None
        except Exception as error:
            log.warning("the tool %s failed (%s)", name, type(error).__name__, exc_info=True)
            raise OutcomeUnknown(f"the tool {name} failed ({type(error).__name__})") from None

    async def close(self) -> None:
        """Do nothing: a function keeps no connection here."""


def _load(file: Path, names: Collection[str]) -> dict[str, Callable[..., Any]]:
    spec = importlib.util.spec_from_file_location(f"business_{file.parent.name}_{file.stem}".replace("-", "_"), file)
    if spec is None or spec.loader is None or not file.is_file():
        raise FilesError([Problem(file.name, 1, "there is no such Python file", "add it or correct its name")])
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        line = error.__traceback__
        while line and line.tb_next:
            line = line.tb_next
        number = error.lineno if isinstance(error, SyntaxError) else line.tb_lineno if line else 1
        said = f"it raises at import: {type(error).__name__}: {error}"
        raise FilesError([Problem(file.name, number or 1, said[:200], "correct it")]) from None
    found = {name: getattr(module, name, None) for name in names}
    return {name: function for name, function in found.items() if callable(function)}


def _offer(name: str, function: Callable[..., Any]) -> Offered:
    made = StructuredTool.from_function(function, name=name, description=inspect.getdoc(function) or name)
    parameters = dict(made.tool_call_schema.model_json_schema())  # type: ignore[union-attr]
    parameters.pop("description", None)
    description = " ".join((inspect.getdoc(function) or name.replace("_", " ")).split())
    return Offered(name, description, parameters, _result(function))


def _result(function: Callable[..., Any]) -> Mapping[str, Any] | None:
    """Return the schema that a function's return annotation tells, or None for one that pydantic does not know."""
    try:
        annotation = get_type_hints(function).get("return", Any)
        schema = TypeAdapter(annotation).json_schema(mode="serialization")
    except (PydanticUserError, NameError, TypeError):
        return None
    return inlined(schema, schema)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    return json.loads(json.dumps(value, default=str))

"""Offer the functions of a business's own Python file as tools.

A function refuses by a `raise ValueError` of the business's own, with a sentence for the customer. Whatever else comes
out of it, a ValueError of Python or of a library too, is a failure: of a read it is a result the model may read, after
a write nobody knows what was done.
"""

import asyncio
import contextvars
import dataclasses
import dis
import inspect
import json
import logging
import sys
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from langchain_core.tools import StructuredTool
from pydantic import PydanticUserError, TypeAdapter

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from core.yaml_files import FilesError, Problem
from tools.connectors.json_schemas import inlined
from tools.connectors.source import Offered

log = logging.getLogger(__name__)

MOST_AT_ONCE = 16
"""Calls of functions that are not async which run at once; they never take the threads of the rest of the program."""


class PythonSource:
    """Fulfil `Source` with the functions of a file."""

    def __init__(self, file: Path, names: Collection[str], *, timeout_seconds: float) -> None:
        """Import the file; raises FilesError where that fails."""
        self._functions = _load(file, names)
        self._folder = file.resolve().parent
        self._timeout = timeout_seconds
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=f"tools {file.stem}")

    async def offered(self) -> Mapping[str, Offered]:
        """Return the functions with the arguments their annotations tell."""
        return {name: _offer(name, function) for name, function in self._functions.items()}

    async def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Call a function, one that is not async in a thread."""
        function, running = self._functions[name], None
        try:
            async with asyncio.timeout(self._timeout):
                if inspect.iscoroutinefunction(function):
                    found = await asyncio.create_task(_ended(function, args))
                else:
                    try:
                        running = self._threads.submit(contextvars.copy_context().run, _call, function, args)
                    except RuntimeError:  # a newer version of the file took over, and this one was closed
                        raise BackendUnavailable(f"{name} is not offered any more") from None
                    found = await asyncio.wrap_future(running)
        except TimeoutError:
            if running and running.cancel():  # it never began
                raise BackendUnavailable(f"{name} waited for {MOST_AT_ONCE} calls that do not end") from None
            raise OutcomeUnknown(f"{name} took longer than {self._timeout:g} seconds") from None
        if isinstance(found, _Raised):
            if self._refuses(found.error):
                raise Refused(str(found.error))
            log.warning("the tool %s failed (%s)", name, type(found.error).__name__, exc_info=found.error)
            raise OutcomeUnknown(f"the tool {name} failed ({type(found.error).__name__})")
        try:
            return _plain(found)
        except (ValueError, TypeError, RecursionError) as error:
            raise OutcomeUnknown(f"the tool {name} returned what is no JSON ({type(error).__name__})") from None

    async def close(self) -> None:
        """Start nothing more; a call that still runs is left alone."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _refuses(self, error: BaseException) -> bool:
        """Say whether a `raise ValueError` in the business's own files made this error."""
        line = error.__traceback__
        while line and line.tb_next:
            line = line.tb_next
        if type(error) is not ValueError or line is None:
            return False
        code = line.tb_frame.f_code
        raised = dis.opname[code.co_code[line.tb_lasti]] == "RAISE_VARARGS"
        return raised and Path(code.co_filename).resolve().is_relative_to(self._folder)


@dataclasses.dataclass(frozen=True)
class _Raised:
    """What a function raised, a SystemExit too, which must not end the server."""

    error: BaseException


def _call(function: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    try:
        return function(**args)
    except BaseException as error:  # noqa: BLE001 - code of others: whatever it raises is a result
        return _Raised(error)


async def _ended(function: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """Await a function in a task of its own, which only our own time-out cancels."""
    try:
        return await function(**args)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        return _Raised(error)
    except BaseException as error:  # noqa: BLE001 - code of others: whatever it raises is a result
        return _Raised(error)


def _load(file: Path, names: Collection[str]) -> dict[str, Callable[..., Any]]:
    if not file.is_file():
        raise FilesError([Problem(file.name, 1, "there is no such Python file", "add it or correct its name")])
    module = ModuleType(f"business_{file.parent.name}_{file.stem}".replace("-", "_"))
    module.__file__ = str(file)
    sys.modules[module.__name__] = module  # where dataclasses look for the types that annotations name
    try:
        # Without a compiled copy on disk: that of a file which changed twice within a second is out of date.
        exec(compile(file.read_bytes(), str(file), "exec"), vars(module))  # noqa: S102 - the business's own code
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

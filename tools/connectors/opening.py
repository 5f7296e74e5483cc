"""Open the connectors of a business: start what they name, and make their tools."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

from core.errors import BackendUnavailable
from core.yaml_files import FilesError, Problem, YamlFile, inside, read_yaml
from tools.connectors.declarations import ConnectorFile, OpenApi
from tools.connectors.declared_calls import Call, Connector, declared_calls
from tools.connectors.declared_tools import declared_tools
from tools.connectors.python_source import PythonSource
from tools.connectors.source import Source
from tools.tool import Tool


@dataclass(frozen=True)
class Opened:
    """What the connectors of a business offer."""

    tools: Sequence[Tool]
    sources: Sequence[Source]
    problems: Sequence[Problem]
    """What is wrong; the tools concerned are not among `tools`."""
    calls: Sequence[tuple[Connector, Mapping[str, Call]]] = ()
    """What each connector that could be opened is called by."""

    async def close(self) -> None:
        """Give up connections and processes."""
        for source in self.sources:
            await source.close()


def open_connectors(
    folder: Path,
    connectors: Sequence[tuple[YamlFile, ConnectorFile]],
    *,
    data: Path,
    now: Callable[[], datetime],
    secrets: Mapping[str, str] | None = None,
    language: str = "en",
    wrapped: Callable[[Source], Source] = lambda source: source,
    taken: Collection[str] = (),
) -> Opened:
    """Open every connector but a shop's; one that cannot be opened is a problem, and the others go on.

    Args:
        folder: The folder of the business.
        connectors: Their files.
        data: Where the records of a connector's own state are kept.
        now: Tells when it is.
        secrets: Client id and secret of connectors that need them, `id:secret` by the name of their file.
        language: The language of sentences that are written in one only.
        wrapped: What stands in for a source, for example one that notes its calls.
        taken: Names of tools that the program has itself; a declared one cannot have them.
    """
    tools: list[Tool] = []
    sources: list[Source] = []
    calls: list[tuple[Connector, Mapping[str, Call]]] = []
    problems: list[Problem] = []
    for file, declared in connectors:
        if declared.shop is not None:
            continue
        try:
            state = _state(folder, file, declared, data)
            source = wrapped(_source(folder, file, declared, data, secrets or {}))
            sources.append(source)
            offered = run_blocking(source.offered())
        except FilesError as error:
            problems += [
                Problem(file.name, 1, str(p), "see there") if p.file != file.name else p for p in error.problems
            ]
            continue
        except BackendUnavailable as error:
            problems.append(file.problem((), str(error), "start it or correct its address"))
            continue
        connector = Connector(
            file=file, source=source, offered=offered, declared=declared, now=now, state=state, language=language
        )
        declared_here = declared_calls(connector, problems)
        for name in declared_here.keys() & set(taken):
            said = f"the program has a tool {name} of its own"
            problems.append(file.problem(("tools", name), said, f"choose another name, and write `tool: {name}` below"))
            del declared_here[name]
        calls.append((connector, declared_here))
        tools += declared_tools(declared_here, problems)
    return Opened(tools, sources, problems, calls)


def _source(folder: Path, file: YamlFile, declared: ConnectorFile, data: Path, secrets: Mapping[str, str]) -> Source:
    if declared.python is not None:
        path = inside(folder, declared.python)
        names = [tool.tool or name for name, tool in declared.tools.items()]
        return PythonSource(path, names, timeout_seconds=declared.timeout_seconds)
    if (server := declared.mcp) is not None:
        # Loaded here, and the client of HTTP below: each takes long, and most businesses name no such server.
        from tools.connectors.mcp_source import remote_server, started_server

        seconds = declared.timeout_seconds
        if server.command:
            env = {name: str(data.resolve()) if value == "$data" else value for name, value in server.env.items()}
            return started_server(server.command, server.args, env, folder=folder, timeout_seconds=seconds)
        credentials = secrets.get(Path(file.name).stem) if server.auth else None
        if server.auth and credentials is None:
            said = f"{Path(file.name).stem} has no client id and secret"
            raise file.failure(("mcp", "auth"), said, "set them in SUPPORT_CONNECTOR_SECRETS")
        return remote_server(str(server.url), credentials=credentials, timeout_seconds=seconds)
    from tools.connectors.openapi_source import OpenApiSource, read_operations, secret_header

    api = OpenApi(file=declared.openapi) if isinstance(declared.openapi, str) else declared.openapi
    assert api is not None  # noqa: S101 - a file has one source, and a shop's is not opened here
    described = read_yaml(folder, api.file)
    operations, first_server = read_operations(described)
    url = api.url or first_server
    if not url.startswith("https://") and not (api.private and url.startswith("http://")):
        said = f"{url or 'no address'} is no https:// address of an API"
        raise file.failure(("openapi",), said, "set url:, and private: true for one inside your network")
    secret = secrets.get(Path(file.name).stem)
    return OpenApiSource(
        operations,
        url,
        timeout_seconds=declared.timeout_seconds,
        headers=secret_header(described, secret) if secret else {},
        private=api.private,
    )


def _state(folder: Path, file: YamlFile, declared: ConnectorFile, data: Path) -> str:
    """Make the file of a connector's own records, unless it is there; returns its path."""
    if declared.state is None:
        return ""
    original = inside(folder, declared.state.sql or declared.state.file or "")
    made = data / (f"{original.stem}.db" if declared.state.sql else original.name)
    if made.exists():
        return str(made)
    if declared.state.sql:
        make_database(original, made, file)
    else:
        try:
            made.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(original, made)
        except OSError as error:
            said = f"{original.name} cannot be copied ({error.strerror})"
            raise file.failure(("state", "file"), said, "add it or correct its name") from None
    return str(made)


def make_database(script: Path, database: Path, file: YamlFile) -> None:
    """Make an SQLite database of a file of SQL; raises FilesError where it is not there or no SQL."""
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.executescript(script.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, sqlite3.Error) as error:
        database.unlink(missing_ok=True)
        said = f"{script.name} makes no database ({error})"
        raise file.failure(("state", "sql"), said, "correct it") from None


def run_blocking(awaitable: Any) -> Any:
    """Run an awaitable to its end, also where a loop is running: in a thread of its own."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(asyncio.run(_awaited(awaitable)))
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            found.append(error)

    thread = Thread(target=run, name="connector")
    thread.start()
    thread.join()
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


async def _awaited(awaitable: Any) -> Any:
    return await awaitable

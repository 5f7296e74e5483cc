"""Offer the tools of an MCP server: a process that is started here, or one behind an address.

The session lives in a thread with an event loop of its own, so that any loop may call it and one connection serves all.
A read is tried once more over a new connection; whatever else the server does while a write is under way, nobody knows
what was done.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from mcp.client import Client
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from tools.connectors.json_schemas import inlined
from tools.connectors.source import Offered, read_answer

NOT_DONE = (-32600, -32601, -32602)
"""JSON-RPC errors by which a server says that it did not even begin."""
MOST_TOOLS = 1_000
"""Tools of a server that are read; one that lists pages without an end stops there."""
Opener = Callable[[], Client]


class McpSource:
    """Fulfil `Source` with an MCP server."""

    def __init__(self, open_client: Opener, *, called: str, timeout_seconds: float) -> None:
        """Take what makes a client; nothing is connected yet. `called` names the server in messages."""
        self._open, self._called, self._timeout = open_client, called, timeout_seconds
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: _Session | None = None

    async def offered(self) -> Mapping[str, Offered]:
        """Return the tools that the server lists."""
        listed = await self._in_thread(self._list())
        return {
            tool.name: Offered(
                tool.name,
                " ".join((tool.description or tool.name.replace("_", " ")).split()),
                inlined(tool.input_schema, tool.input_schema),
                _result(tool.output_schema),
                read_only=tool.annotations.read_only_hint if tool.annotations else None,
            )
            for tool in listed
        }

    async def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Call a tool."""
        return await self._in_thread(self._call(name, dict(args)))

    async def close(self) -> None:
        """End the session, and with it a process that was started."""
        if self._loop is not None:
            with suppress(BackendUnavailable):
                await self._in_thread(self._drop())

    async def _in_thread(self, work: Coroutine[Any, Any, Any]) -> Any:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=self._loop.run_forever, name=f"mcp {self._called}", daemon=True).start()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _list(self) -> list[Any]:
        try:
            async with asyncio.timeout(self._timeout):
                client, found, cursor = await self._client(), list[Any](), None
                while len(found) <= MOST_TOOLS:
                    page = await client.list_tools(cursor=cursor)
                    found += page.tools
                    if not (cursor := page.next_cursor):
                        break
                return found
        except Exception as error:  # noqa: BLE001 - a library of others, over a wire: whatever it raises, nobody answered
            await self._drop()
            raise self._unavailable(error) from None

    async def _call(self, name: str, args: dict[str, Any]) -> Any:
        client = await self._connected()
        try:
            async with asyncio.timeout(self._timeout):
                result = await client.call_tool(name, args)
        except MCPError as error:
            if error.error.code in NOT_DONE:
                raise Refused(error.error.message[:200]) from None
            raise OutcomeUnknown(f"the server {self._called} failed ({error.error.message[:100]})") from None
        except Exception as error:  # noqa: BLE001 - a library of others, over a wire: whatever it raises, nobody answered
            await self._drop()
            raise OutcomeUnknown(f"the server {self._called} did not answer ({type(error).__name__})") from None
        found = _content(result, self._called)
        if result.is_error:
            raise Refused(found if isinstance(found, str) else "the server refused it")
        return found

    async def _connected(self) -> Client:
        """Return the client; a connection that cannot be made has asked for nothing."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._client()
        except Exception as error:  # noqa: BLE001 - a library of others, over a wire: whatever it raises, nobody answered
            await self._drop()
            raise self._unavailable(error) from None

    async def _client(self) -> Client:
        if self._session is None or self._session.ended:
            self._session = _Session(self._open)
        return await self._session.client()

    async def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.end()

    def _unavailable(self, error: Exception) -> BackendUnavailable:
        cause = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        said = str(cause)[:120] or type(cause).__name__
        return BackendUnavailable(f"the MCP server {self._called} does not answer ({said})")


class _Session:
    """One connection, entered and left in the same task."""

    def __init__(self, open_client: Opener) -> None:
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._run(open_client))

    @property
    def ended(self) -> bool:
        return self._task.done()

    async def client(self) -> Client:
        return await asyncio.shield(self._ready)

    async def end(self) -> None:
        self._stop.set()
        if not self._ready.done():  # it is still waiting for the server, and would not hear of the stop
            self._task.cancel()
        done, _ = await asyncio.wait([self._task], timeout=5)
        if not done:
            self._task.cancel()
        if self._ready.done() and not self._ready.cancelled():
            self._ready.exception()  # looked at, so that nobody is told that it was not

    async def _run(self, open_client: Opener) -> None:
        try:
            async with open_client() as client:
                self._ready.set_result(client)
                await self._stop.wait()
        except BaseException as error:  # noqa: BLE001 - a broken connection is told to whoever waits for it
            if not self._ready.done():
                self._ready.set_exception(error if isinstance(error, Exception) else ConnectionError("ended"))


def started_server(
    command: str, args: list[str], env: Mapping[str, str], *, folder: Path, timeout_seconds: float
) -> McpSource:
    """Return the server that a command starts; `python` is the Python that runs here."""
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.defpath, "/usr/local/bin"))
    found = sys.executable if command == "python" else shutil.which(command) or shutil.which(command, path=beside)
    parameters = StdioServerParameters(command=found or command, args=args, env=dict(env), cwd=folder)
    return McpSource(
        lambda: Client(stdio_client(parameters), cache=None), called=command, timeout_seconds=timeout_seconds
    )


def remote_server(url: str, *, credentials: str | None, timeout_seconds: float) -> McpSource:
    """Return the server behind an address; `credentials` are `id:secret` of an OAuth client."""

    def client() -> Client:
        if credentials is None:
            return Client(url, cache=None)
        import httpx2

        name, _, secret = credentials.partition(":")
        auth = ClientCredentialsOAuthProvider(url, _Tokens(), name, secret)
        return Client(streamable_http_client(url, http_client=httpx2.AsyncClient(auth=auth)), cache=None)

    return McpSource(client, called=url, timeout_seconds=timeout_seconds)


class _Tokens:
    """Keep a token as long as the process lives."""

    def __init__(self) -> None:
        self._tokens: Any = None
        self._client: Any = None

    async def get_tokens(self) -> Any:
        return self._tokens

    async def set_tokens(self, tokens: Any) -> None:
        self._tokens = tokens

    async def get_client_info(self) -> Any:
        return self._client

    async def set_client_info(self, client_info: Any) -> None:
        self._client = client_info


def _result(schema: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the schema of what `_content` makes of a result, or None where the server does not tell."""
    if schema is None:
        return None
    alone = set(schema.get("properties") or {}) == {"result"}
    found = inlined(schema, schema["properties"]["result"] if alone else schema)
    return None if found.get("type") == "string" else found  # a text may hold JSON, of which it does not tell


def _content(result: Any, source: str) -> Any:
    """Return what a result says: its structure, or its text, read as JSON where it is."""
    if result.structured_content is not None:
        found = result.structured_content
        found = found["result"] if isinstance(found, dict) and set(found) == {"result"} else found
        return read_answer(found, source) if isinstance(found, str) and found[:1] in ("{", "[") else found
    text = "\n".join(block.text for block in result.content if getattr(block, "type", "") == "text")
    return read_answer(text, source) if text else ""

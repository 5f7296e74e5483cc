"""Offer the operations of an HTTP API by its OpenAPI description (3.0 or 3.1).

An operation is called by its `operationId`. Nothing is followed to another host; reads are tried once more, writes
never.
"""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from core.yaml_files import FilesError, Problem, YamlFile
from tools.connectors.json_schemas import inlined, resolved
from tools.connectors.source import LARGEST, Offered, read_answer

log = logging.getLogger(__name__)

METHODS = ("get", "put", "post", "delete", "patch")
BODY = "body"
"""The argument that is the whole body, where the body is no object."""


@dataclass(frozen=True)
class Operation:
    """One operation of a description."""

    method: str
    path: str
    offered: Offered
    places: Mapping[str, str]
    """Where each argument goes: path, query, header or body."""


class OpenApiSource:
    """Fulfil `Source` with the API behind a description."""

    def __init__(
        self,
        operations: Mapping[str, Operation],
        url: str,
        *,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        private: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the operations and the root of the API; `private` allows addresses of the network we run in."""
        self._operations, self._url, self._private = operations, url.rstrip("/"), private
        self._timeout, self._headers, self._transport = timeout_seconds, dict(headers or {}), transport

    async def offered(self) -> Mapping[str, Offered]:
        """Return the operations that have an id."""
        return {name: operation.offered for name, operation in self._operations.items()}

    async def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Send one request; what the API refuses (4xx) was not done."""
        operation = self._operations[name]
        if not self._private and self._transport is None:
            await asyncio.to_thread(self._check_address)
        attempts = 2 if operation.method == "get" else 1
        for attempt in range(attempts):
            try:
                async with asyncio.timeout(self._timeout):  # httpx's own counts from one byte to the next
                    return await self._send(operation, args)
            except TimeoutError:
                raise OutcomeUnknown(f"{self._url} took longer than {self._timeout:g} seconds") from None
            except httpx.ConnectError as error:
                raise BackendUnavailable(f"{self._url} does not answer ({type(error).__name__})") from None
            except httpx.HTTPError as error:
                if attempt + 1 == attempts:
                    raise OutcomeUnknown(f"{self._url} did not answer ({type(error).__name__})") from None
        raise OutcomeUnknown(f"{self._url} did not answer")

    async def close(self) -> None:
        """Do nothing: each call has a connection of its own."""

    async def _send(self, operation: Operation, args: Mapping[str, Any]) -> Any:
        given: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "body": {}}
        for name, value in args.items():
            if value is not None:
                given[operation.places.get(name, "body")][name] = value
        path = operation.path
        for name, value in given["path"].items():
            text = str(value)
            if not text.strip(". "):  # nothing but dots would be a path to somewhere else
                raise Refused(f"{name} is none")
            path = path.replace("{" + name + "}", quote(text, safe=""))
        body = given["body"]
        async with httpx.AsyncClient(
            timeout=self._timeout, follow_redirects=False, trust_env=False, transport=self._transport
        ) as client:
            request = client.build_request(
                operation.method.upper(),
                self._url + path,
                params=given["query"] or None,
                json=body.get(BODY, body) if body else None,
                headers=self._headers | {name: str(value) for name, value in given["header"].items()},
            )
            response = await client.send(request, stream=True)
            try:
                return await self._read(response)
            finally:
                await response.aclose()

    async def _read(self, response: httpx.Response) -> Any:
        content = b""
        async for part in response.aiter_bytes():
            content += part
            if len(content) > LARGEST:
                raise OutcomeUnknown(f"{self._url} answered with more than {LARGEST:,} bytes")
        if response.status_code in (401, 403, 407, 429) or response.status_code >= 500:
            raise OutcomeUnknown(f"{self._url} answered with status {response.status_code}")
        if not response.is_success:
            raise Refused("")
        return read_answer(content.decode("utf-8", "replace"), self._url)

    def _check_address(self) -> None:
        """Raise BackendUnavailable where the API's name leads into the network we run in."""
        parsed = urlsplit(self._url)
        try:
            found = socket.getaddrinfo(parsed.hostname, parsed.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            raise BackendUnavailable(f"{parsed.hostname} cannot be resolved ({error})") from None
        if any(not ipaddress.ip_address(str(entry[4][0])).is_global for entry in found):
            raise BackendUnavailable(
                f"{parsed.hostname} leads to a private address; say `private: true` if it is meant so"
            )


def read_operations(file: YamlFile) -> tuple[dict[str, Operation], str]:
    """Return the operations of a description by id, and the address of its first server.

    Raises:
        FilesError: it is no OpenAPI description.
    """
    document = file.content
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise FilesError(
            [Problem(file.name, 1, "it is no OpenAPI description", "name a file with `openapi` and `paths`")]
        )
    found = {}
    for path, item in document["paths"].items():
        for method, operation in (item or {}).items():
            if method in METHODS and isinstance(operation, dict) and operation.get("operationId"):
                shared = item.get("parameters") or []
                made = _operation(document, method, path, operation, shared)
                found[made.offered.name] = made
    servers = document.get("servers") or [{}]
    return found, str(servers[0].get("url", ""))


def _operation(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any], shared: list[Any]
) -> Operation:
    name = str(operation["operationId"])
    properties: dict[str, Any] = {}
    required: list[str] = []
    places: dict[str, str] = {}
    for parameter in [*shared, *(operation.get("parameters") or [])]:
        parameter = resolved(document, parameter)
        key, place = str(parameter.get("name")), str(parameter.get("in"))
        if place in ("path", "query", "header"):
            described = {"description": parameter["description"]} if "description" in parameter else {}
            properties[key] = inlined(document, parameter.get("schema") or {}) | described
            places[key] = place
            if parameter.get("required"):
                required.append(key)
    body = resolved(document, operation.get("requestBody") or {})
    content = (body.get("content") or {}).get("application/json") or {}
    if content:
        schema = inlined(document, content.get("schema") or {})
        if schema.get("type") == "object" or "properties" in schema:
            properties |= schema.get("properties") or {}
            required += schema.get("required") or []
            places |= dict.fromkeys(schema.get("properties") or {}, "body")
        else:
            properties[BODY], places[BODY] = schema, "body"
            required += [BODY] if body.get("required") else []
    parameters = {"type": "object", "properties": properties, "required": list(dict.fromkeys(required))}
    told = str(operation.get("summary") or operation.get("description") or name)
    offered = Offered(name, " ".join(told.split()), parameters, _result(document, operation))
    return Operation(method, path, offered, places)


def _result(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the schema of what an operation answers when it succeeds, or None where the description does not tell."""
    answers = operation.get("responses") or {}
    good = next((answers[status] for status in answers if str(status).startswith("2")), None)
    content = (resolved(document, good).get("content") or {}).get("application/json") or {}
    return inlined(document, content["schema"]) if content.get("schema") else None

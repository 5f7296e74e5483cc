"""Offer the operations of an HTTP API by its OpenAPI description (3.0 or 3.1).

An operation is called by its `operationId`. Nothing is followed to another host; reads are tried once more, writes
never.
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from core.safety.bounded_answers import AnswerGivenUp, bounded_answer
from core.safety.public_addresses import PrivateAddress, Resolver, pin, public_address, resolve
from core.yaml_files import FilesError, Problem, YamlFile
from tools.connectors.json_schemas import inlined, resolved
from tools.connectors.source import LARGEST, Offered, read_answer

METHODS = ("get", "put", "post", "delete", "patch")
FORM = "application/x-www-form-urlencoded"
BODY = "body"
"""The argument that is the whole body, where the body is no object."""


@dataclass(frozen=True)
class Operation:
    """One operation of a description."""

    method: str
    path: str
    offered: Offered
    places: Mapping[str, Sequence[str]]
    """Where each argument goes: path, query, header, body, or two of them."""
    form: bool = False
    """Whether the body is a form, where the API takes no JSON."""


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
        resolver: Resolver = resolve,
    ) -> None:
        """Take the operations and the root of the API; `private` allows addresses of the network we run in."""
        self._operations, self._url, self._private, self._resolve = operations, url.rstrip("/"), private, resolver
        self._timeout, self._headers, self._transport = timeout_seconds, dict(headers or {}), transport

    async def offered(self) -> Mapping[str, Offered]:
        """Return the operations that have an id."""
        return {name: operation.offered for name, operation in self._operations.items()}

    async def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Send one request; what the API refuses (4xx) was not done."""
        operation = self._operations[name]
        attempts = 2 if operation.method == "get" else 1
        for attempt in range(attempts):
            try:
                return await self._send(operation, args)
            except httpx.ConnectError as error:
                raise BackendUnavailable(f"{self._url} does not answer ({type(error).__name__})") from None
            except httpx.HTTPError as error:
                if attempt + 1 == attempts or isinstance(error, AnswerGivenUp):
                    raise OutcomeUnknown(f"{self._url} did not answer ({error or type(error).__name__})") from None
        raise OutcomeUnknown(f"{self._url} did not answer")

    async def close(self) -> None:
        """Do nothing: each call has a connection of its own."""

    async def _send(self, operation: Operation, args: Mapping[str, Any]) -> Any:
        given: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "body": {}}
        for name, value in args.items():
            for place in operation.places.get(name, ("body",)) if value is not None else ():
                given[place][name] = value
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
                json=body.get(BODY, body) if body and not operation.form else None,
                data=body if operation.form else None,
                headers=self._headers | {name: str(value) for name, value in given["header"].items()},
            )
            if not self._private:
                pin(request, await asyncio.to_thread(self._address))
            return self._read(await bounded_answer(client, request, most=LARGEST, seconds=self._timeout))

    def _read(self, response: httpx.Response) -> Any:
        if response.status_code in (401, 403, 407, 429) or response.status_code >= 500:
            raise OutcomeUnknown(f"{self._url} answered with status {response.status_code}")
        if not response.is_success:
            raise Refused("")
        return read_answer(response.content.decode("utf-8", "replace"), self._url)

    def _address(self) -> str:
        """Return the address of the API; raises BackendUnavailable where it leads into the network we run in."""
        url = httpx.URL(self._url)
        try:
            return public_address(url, self._resolve)
        except OSError as error:
            raise BackendUnavailable(f"{url.host} cannot be resolved ({error})") from None
        except PrivateAddress:
            raise BackendUnavailable(
                f"{url.host} leads to a private address; say `private: true` if it is meant so"
            ) from None


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
        shared = resolved(document, item)
        for method, operation in shared.items():
            if method in METHODS and isinstance(operation, Mapping):
                try:
                    made = _operation(document, method, str(path), operation, shared.get("parameters") or [])
                except (AttributeError, TypeError, KeyError):
                    continue  # it is not written as the standard wants: nobody can call it
                found[made.offered.name] = made
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    return found, str(first.get("url", "")) if isinstance(first, Mapping) else ""


def secret_header(file: YamlFile, secret: str) -> dict[str, str]:
    """Return the header in which a secret is sent: as the description says, or else as a bearer token."""
    schemes = resolved(file.content, {"$ref": "#/components/securitySchemes"})
    for scheme in (resolved(file.content, value) for value in schemes.values()):
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return {str(scheme.get("name")): secret}
        if scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "basic":
            return {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}
    return {"Authorization": f"Bearer {secret}"}


def _operation(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any], shared: Sequence[Any]
) -> Operation:
    name = str(operation.get("operationId") or re.sub(r"\W+", "_", f"{method}{path}").strip("_"))
    properties: dict[str, Any] = {}
    required: list[str] = []
    places: dict[str, list[str]] = {}
    for parameter in [*shared, *(operation.get("parameters") or [])]:
        parameter = resolved(document, parameter)
        key, place = str(parameter.get("name")), str(parameter.get("in"))
        if place in ("path", "query", "header"):
            described = {"description": parameter["description"]} if "description" in parameter else {}
            properties[key] = inlined(document, parameter.get("schema") or {}) | described
            places[key] = [place]
            if parameter.get("required"):
                required.append(key)
    body = resolved(document, operation.get("requestBody") or {})
    content, form = _body(body)
    if content:
        schema = inlined(document, content.get("schema") or {})
        if schema.get("type") == "object" or "properties" in schema:
            fields = {n: v for n, v in (schema.get("properties") or {}).items() if not v.get("readOnly")}
            properties = fields | properties  # a path or query says what its argument is
            required += [name for name in schema.get("required") or [] if name in fields]
            for field in fields:
                places.setdefault(field, []).append("body")
        else:
            properties[BODY], places[BODY] = schema, ["body"]
            required += [BODY] if body.get("required") else []
    parameters = {"type": "object", "properties": properties, "required": list(dict.fromkeys(required))}
    told = (
        ". ".join(str(operation[key]).rstrip(".") for key in ("summary", "description") if operation.get(key)) or name
    )
    read_only = {"get": True, "put": False, "patch": False, "delete": False}.get(method)  # a post may be a search
    offered = Offered(name, " ".join(told.split()), parameters, _result(document, operation), read_only)
    return Operation(method, path, offered, places, form)


def _body(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """Return what is said of the body that is sent, JSON where the API takes it, and whether it is a form."""
    content = body.get("content") or {}
    for kind, said in content.items():
        if "json" in kind or kind == "*/*":
            return said, False
    return content.get(FORM) or {}, FORM in content


def _result(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the schema of what an operation answers when it succeeds, or None where the description does not tell."""
    answers = operation.get("responses") or {}
    good = next((answers[status] for status in answers if str(status).startswith("2")), None)
    content, _ = _body(resolved(document, good))
    return inlined(document, content["schema"]) if content.get("schema") else None

"""Read an OpenAPI description: one article for each operation, as a customer of an API would ask about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.documents_read import Document

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def is_openapi(content: object) -> bool:
    """Return whether a parsed JSON or YAML file describes an API."""
    return isinstance(content, Mapping) and ("openapi" in content or "swagger" in content) and "paths" in content


def read_openapi(content: Mapping[str, Any], *, default_id: str, source: str) -> Iterator[Document]:
    """Yield a document per operation with its summary, description, parameters and responses."""
    name = str(_mapping(content.get("info")).get("title") or default_id)
    for path, operations in _mapping(content.get("paths")).items():
        for method, operation in _mapping(operations).items():
            if method in _METHODS and isinstance(operation, Mapping):
                label = f"{method.upper()} {path}"
                yield Document(
                    id=f"{default_id}#{label}",
                    title=f"{name}: {operation.get('summary') or label}",
                    text="\n\n".join(_lines(label, operation)),
                    source=source,
                )


def _lines(label: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"`{label}`"
    if operation.get("description"):
        yield str(operation["description"])
    parameters = [p for p in operation.get("parameters") or [] if isinstance(p, Mapping) and "name" in p]
    if parameters:
        yield "## Parameters"
        yield "\n".join(
            f"* `{p['name']}` ({p.get('in', 'body')}{', required' if p.get('required') else ''}) "
            f"{p.get('description', '')}"
            for p in parameters
        )
    responses = _mapping(operation.get("responses"))
    if responses:
        yield "## Responses"
        yield "\n".join(f"* {status}: {_mapping(r).get('description', '')}" for status, r in responses.items())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

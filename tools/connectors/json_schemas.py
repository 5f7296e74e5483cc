"""Read JSON schemas of others: references put in place, and the part that counts in a wrapped result."""

from collections.abc import Mapping
from typing import Any

DEEPEST = 12
"""Levels of a schema that are read; a cycle ends there."""


def at(schema: Mapping[str, Any] | None, path: str) -> Mapping[str, Any] | None:
    """Return the schema of what stands at a path of names in a result, or None where it is not told."""
    for part in path.split("."):
        fields = (schema or {}).get("properties")
        schema = fields.get(part) if isinstance(fields, Mapping) else None
    return schema


def resolved(document: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """Follow references inside the description; one that leads elsewhere or in a circle is empty."""
    for _ in range(DEEPEST):
        reference = value.get("$ref") if isinstance(value, Mapping) else None
        if reference is None:
            return value if isinstance(value, Mapping) else {}
        value = document
        if not str(reference).startswith("#/"):
            return {}
        for part in str(reference)[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            value = value.get(key, {}) if isinstance(value, Mapping) else {}
    return {}


def inlined(document: Mapping[str, Any], value: Any, depth: int = 0) -> dict[str, Any]:
    """Return a schema without references; below the deepest level, and in a circle, anything is accepted."""
    if depth > DEEPEST:
        return {}
    found = dict(resolved(document, value))
    nullable = found.pop("nullable", False)
    for key in ("$defs", "discriminator", "xml", "externalDocs", "example", "examples"):
        found.pop(key, None)
    if isinstance(found.get("properties"), Mapping):
        found["properties"] = {n: inlined(document, v, depth + 1) for n, v in found["properties"].items()}
    if isinstance(found.get("items"), Mapping):
        found["items"] = inlined(document, found["items"], depth + 1)
    for key in ("allOf", "anyOf", "oneOf"):
        if isinstance(found.get(key), list):
            found[key] = [inlined(document, each, depth + 1) for each in found[key]]
    if isinstance(found.get("additionalProperties"), Mapping):
        found["additionalProperties"] = inlined(document, found["additionalProperties"], depth + 1)
    if nullable and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found

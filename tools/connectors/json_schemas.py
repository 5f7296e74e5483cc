"""Read JSON schemas of others: references put in place, and the part that counts in a wrapped result."""

from collections.abc import Mapping
from typing import Any

DEEPEST = 12
"""Levels of a schema that are read; a cycle ends there."""
MOST_PARTS = 1_000
"""Parts of a schema that are read, those that stand in it many times counted each time."""


def schema_at(schema: Mapping[str, Any] | None, path: str) -> Mapping[str, Any] | None:
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


def inlined(document: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """Return a schema without references; where it goes on too deep, in a circle or too far, anything is accepted."""
    return _inlined(document, value, (), [MOST_PARTS])


def _inlined(document: Mapping[str, Any], value: Any, above: tuple[Any, ...], left: list[int]) -> dict[str, Any]:
    """Return a schema below others, of each of which the reference stands in `above`, and so many parts are left."""
    left[0] -= 1  # counted over the whole schema: a few references to each other stand for any number of parts
    reference = value.get("$ref") if isinstance(value, Mapping) else None
    if len(above) > DEEPEST or left[0] < 0 or (reference and above.count(reference) > 1):
        return {}
    above = (*above, reference)
    found = dict(resolved(document, value))
    nullable = found.pop("nullable", False)
    for key in ("$defs", "discriminator", "xml", "externalDocs", "example", "examples"):
        found.pop(key, None)
    if isinstance(found.get("properties"), Mapping):
        found["properties"] = {n: _inlined(document, v, above, left) for n, v in found["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(found.get(key), Mapping):
            found[key] = _inlined(document, found[key], above, left)
    for key in ("allOf", "anyOf", "oneOf"):
        if isinstance(found.get(key), list):
            found[key] = [_inlined(document, each, above, left) for each in found[key]]
    if nullable and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return _joined(found)


def _joined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the fields of the objects that it is all of, so that each is an argument of its own."""
    parts = schema.get("allOf")
    if not parts or not all(isinstance(part.get("properties"), Mapping) for part in parts):
        return schema
    joined = {"type": "object", "properties": {}, "required": []} | {k: v for k, v in schema.items() if k != "allOf"}
    fields = [*parts, schema]
    joined["properties"] = {n: v for part in fields for n, v in (part.get("properties") or {}).items()}
    joined["required"] = list(dict.fromkeys(n for part in fields for n in part.get("required") or []))
    return joined

"""Turn JSON schemas into the types against which a condition is checked."""

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool, struct_pb2, timestamp_pb2, wrappers_pb2

FIELD = descriptor_pb2.FieldDescriptorProto
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
ANY = ".google.protobuf.Value"
SCALARS = {"string": ".google.protobuf.StringValue", "boolean": ".google.protobuf.BoolValue"}
NUMBERS = {"integer": ".google.protobuf.Int64Value", "number": ".google.protobuf.DoubleValue"}
PLAIN = {"string": cel.Type.STRING, "boolean": cel.Type.BOOL, "integer": cel.Type.INT, "number": cel.Type.DOUBLE}
NUMERIC = [cel.Type.INT, cel.Type.UINT, cel.Type.DOUBLE]
COMPARED = [cel.Type.STRING, cel.Type.BOOL, cel.Type.TIMESTAMP, cel.Type.DURATION, cel.Type.BYTES]

# At run time numbers compare across their kinds; the library's checker is told so.
ORDER = ("_<_", "_<=_", "_>_", "_>=_")
EQUALITY = ("_==_", "_!=_")
CROSS_NUMERIC = cel.NewEnvConfigFromYaml(
    "stdlib:\n  exclude_functions:\n" + "".join(f"    - name: {operator}\n" for operator in (*ORDER, *EQUALITY))
)


@functools.lru_cache(maxsize=256)  # the first check in an environment costs the library 4 ms
def checking_env(schemas: str, *functions: cel.FunctionDecl) -> cel.Env:
    """Return an environment that checks and never evaluates.

    Args:
        schemas: JSON object, name → JSON schema of its value or null.
        functions: What the standard functions are joined by.
    """
    file = descriptor_pb2.FileDescriptorProto(name="known.proto", package="known", syntax="proto3")
    file.dependency.extend(m.DESCRIPTOR.name for m in (struct_pb2, timestamp_pb2, wrappers_pb2))
    types = {name: _type(file, name, schema) for name, schema in json.loads(schemas).items()}
    pool = descriptor_pool.DescriptorPool()
    for module in (struct_pb2, timestamp_pb2, wrappers_pb2):
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return cel.NewEnv(
        descriptor_pool=pool, config=CROSS_NUMERIC, variables=types, functions=[*_comparisons(), *functions]
    )


@functools.cache
def _comparisons() -> tuple[cel.FunctionDecl, ...]:
    """Return the comparison operators, with the numbers compared across their kinds."""
    kinds = [(kind, kind) for kind in COMPARED] + [(a, b) for a in NUMERIC for b in NUMERIC]
    null = [(cel.Type.DYN, cel.Type.NULL)]  # written `x == null`; the other order would be the same overload
    lists = [(kind, kind) for kind in (cel.Type.List(cel.Type.DYN), cel.Type.Map(cel.Type.DYN, cel.Type.DYN))]
    return tuple(
        cel.FunctionDecl(
            operator,
            [
                cel.Overload(f"{operator}{number}", cel.Type.BOOL, list(pair))
                for number, pair in enumerate(kinds + null + lists if operator in EQUALITY else kinds)
            ],
        )
        for operator in (*ORDER, *EQUALITY)
    )


def _type(file: descriptor_pb2.FileDescriptorProto, name: str, schema: Mapping[str, Any] | None) -> cel.Type:
    """Return the type of a variable; records become messages of the file."""
    kind = (schema or {}).get("type")
    if schema is None or not isinstance(kind, str):
        return cel.Type.DYN
    if kind == "string" and schema.get("format") == "date-time":
        return cel.Type.TIMESTAMP
    if kind == "array":
        items = schema.get("items")
        return cel.Type.List(_type(file, f"{name}_item", items if isinstance(items, Mapping) else None))
    if kind == "object":
        message = _message(file, name, schema)
        return cel.Type(message.removeprefix(".")) if message else cel.Type.DYN
    return PLAIN.get(kind, cel.Type.DYN)


def _message(file: descriptor_pb2.FileDescriptorProto, name: str, schema: Mapping[str, Any]) -> str | None:
    """Add a record's type to the file and return its full name; None where its fields are not all known."""
    fields: Mapping[str, Any] = schema.get("properties") or {}
    if not fields or schema.get("additionalProperties") or not all(IDENTIFIER.fullmatch(f) for f in fields):
        return None
    message = file.message_type.add(name=f"{name}_{len(file.message_type)}")
    for number, (field_name, field_schema) in enumerate(fields.items(), start=1):
        kind, repeated = _field_type(file, field_name, field_schema)
        message.field.add(
            name=field_name,
            json_name=f"{field_name}{number}",  # two names that differ only in underscores are two fields
            number=number,
            type=FIELD.TYPE_MESSAGE,
            type_name=kind,
            label=FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL,
        )
    return f".known.{message.name}"


def _field_type(file: descriptor_pb2.FileDescriptorProto, name: str, schema: Any) -> tuple[str, bool]:
    """Return the type of a record's field, and whether it is a list of it. Every field may be null."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if isinstance(kind, list):
        rest = [k for k in kind if k != "null"]
        kind = rest[0] if len(rest) == 1 else None
    if kind == "string" and schema.get("format") == "date-time":
        return ".google.protobuf.Timestamp", False
    if kind == "array":
        of, nested = _field_type(file, f"{name}_item", schema.get("items"))
        return (ANY, False) if nested else (of, True)
    if kind == "object":
        return _message(file, name, schema) or ANY, False
    return (SCALARS | NUMBERS).get(str(kind), ANY), False

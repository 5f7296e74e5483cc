"""Check JSON against schemas that come from elsewhere; their patterns run in linear time (RE2)."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import re2
from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.exceptions import SchemaError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

_NOTHING_ELSE: Registry[Any] = Registry()
"""What a schema may refer to beside itself: without it, the validator would load the addresses that it names."""
_QUIET = re2.Options()
_QUIET.log_errors = False


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> Any:
    """Return a pattern, or None for one that RE2 does not know: whoever wrote the schema checks it themselves."""
    try:
        return re2.compile(pattern, _QUIET)
    except re2.error:
        return None


def _matches_pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    found = _compiled(pattern) if isinstance(value, str) else None
    if found and not found.search(value):
        yield ValidationError(f"it does not match {pattern!r}")


def _of_any_name(_validator: Any, _patterns: Any, _value: Any, _schema: Any) -> Iterator[ValidationError]:
    """Accept every name: `patternProperties` is left to whoever wrote the schema."""
    yield from ()


def _additional(validator: Any, rule: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if "patternProperties" not in schema:
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, rule, value, schema)


_Validator = validators.extend(
    Draft202012Validator,
    {"pattern": _matches_pattern, "patternProperties": _of_any_name, "additionalProperties": _additional},
)


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise ValueError where a schema is none."""
    try:
        _Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(str(error)) from None


def misfit(schema: Mapping[str, Any], value: Any) -> str | None:
    """Say in one line how a value misses a schema (JSON Schema 2020-12), or None where it fits."""
    try:
        error = best_match(_Validator(schema, registry=_NOTHING_ELSE).iter_errors(value))
    except (Unresolvable, RecursionError):
        return "arguments: their schema refers to what it does not hold, or to itself without an end"
    if error is None:
        return None
    return f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message[:200]}"

"""Name what procedures need to know of the business's tools."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """What a procedure may know of a tool."""

    name: str
    effect: Literal["read", "write", "control"]
    description: str = ""
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """JSON schema of each argument, in the order in which a call may give them."""
    required: tuple[str, ...] = ()
    result: Mapping[str, Any] | None = None
    """JSON schema of the result, where it is known."""


Catalogue = Mapping[str, ToolSpec]


def spec_from_schema(
    name: str,
    effect: Literal["read", "write", "control"],
    schema: Mapping[str, Any],
    *,
    description: str = "",
    result: Mapping[str, Any] | None = None,
) -> ToolSpec:
    """Return what a JSON schema of arguments says about a tool."""
    return ToolSpec(
        name=name,
        effect=effect,
        description=description,
        parameters=dict(schema.get("properties") or {}),
        required=tuple(schema.get("required") or ()),
        result=result,
    )

"""Say what a source of tools offers, and check arguments against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match

LARGEST = 1_000_000
"""Characters of a result that is read; a larger one is a failure of its source."""


@dataclass(frozen=True)
class Offered:
    """A tool as its source describes it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """Its arguments as a JSON schema of type object."""
    result: Mapping[str, Any] | None = None
    """Its result as a JSON schema without references, where the source tells; conditions are checked against it."""
    read_only: bool | None = None
    """What the source says about its effect, where it says anything; only compared with our declaration."""


class Source(Protocol):
    """Where tools come from."""

    async def offered(self) -> Mapping[str, Offered]:
        """Return what there is, by name; raises BackendUnavailable where the source does not answer."""
        ...

    async def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Call a tool and return its result as plain JSON.

        Raises:
            Refused: the source says no; nothing was done.
            OutcomeUnknown: it was asked, and did not say what came of it.
            BackendUnavailable: it was not asked.
        """
        ...

    async def close(self) -> None:
        """Give up connections and processes."""
        ...


@dataclass(frozen=True)
class Arguments:
    """The arguments a model may give: those of the source without the bound ones."""

    schema: Mapping[str, Any]
    _validator: Draft202012Validator = field(repr=False)

    @classmethod
    def without(cls, parameters: Mapping[str, Any], bound: Mapping[str, Any]) -> "Arguments":
        """Return them; raises SchemaError where the source's schema is none."""
        properties = {
            name: value for name, value in dict(parameters.get("properties") or {}).items() if name not in bound
        }
        required = [name for name in parameters.get("required") or [] if name not in bound]
        schema = {**parameters, "type": "object", "properties": properties, "required": required}
        schema["additionalProperties"] = False
        Draft202012Validator.check_schema(schema)
        return cls(schema, Draft202012Validator(schema))

    def misfit(self, args: Mapping[str, Any]) -> str | None:
        """Say in one line how arguments miss the schema, or None."""
        error = best_match(self._validator.iter_errors(dict(args)))
        if error is None:
            return None
        return f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message[:200]}"


__all__ = ["LARGEST", "Arguments", "Offered", "SchemaError", "Source"]

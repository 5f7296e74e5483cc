"""Say what a source of tools offers, check arguments against it, and read what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import OutcomeUnknown
from core.json_records import NestedTooDeep, parsed_json

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

    @classmethod
    def without(cls, parameters: Mapping[str, Any], bound: Mapping[str, Any]) -> "Arguments":
        """Return them; raises ValueError where the source's schema is none."""
        from core.schema_check import check_schema  # takes long to load, and not every business has connectors

        properties = {
            name: value for name, value in dict(parameters.get("properties") or {}).items() if name not in bound
        }
        required = [name for name in parameters.get("required") or [] if name not in bound]
        schema = {**parameters, "type": "object", "properties": properties, "required": required}
        schema["additionalProperties"] = False
        check_schema(schema)
        return cls(schema)

    def misfit(self, args: Mapping[str, Any]) -> str | None:
        """Say in one line how arguments miss the schema, or None."""
        from core.schema_check import misfit

        return misfit(self.schema, dict(args))


def read_answer(text: str, source: str) -> Any:
    """Return what a source answered, as JSON or as text.

    Raises:
        OutcomeUnknown: it is too large, or nested too deep.
    """
    if len(text) > LARGEST:
        raise OutcomeUnknown(f"{source} answered with more than {LARGEST:,} characters")
    try:
        return parsed_json(text) if text else {}
    except NestedTooDeep:
        raise OutcomeUnknown(f"{source} answered with JSON that is nested too deep") from None
    except ValueError:
        return text

"""Compile the expressions of a procedure: CEL in which a read of the business may be called like a function.

`get_trip(number).flights.exists(f, f.late)` is the call of a tool and a condition over its result. Calls are taken out
before CEL sees the text: whoever evaluates reads them first, as far as they decide.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.conditions import Condition, ConditionError, Outcome, compile_condition
from graph.procedures.format.catalogue import Catalogue, ToolSpec

STRING = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
PATH = re.compile(r"\s{0,20}[A-Za-z_]\w*(?:\s{0,20}\.\s{0,20}[A-Za-z_]\w*)*\s{0,20}")
CALLED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*\(")
EACH = "each"
"""What arguments call the item for which they are made."""
Schemas = Mapping[str, Mapping[str, Any] | None]


class ExpressionError(Exception):
    """An expression that does not compile; its kind is the one of the author's problem."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class ToolCall:
    """A read with an expression for each argument."""

    tool: str
    args: Mapping[str, "Expression"]


@dataclass(frozen=True)
class Expression:
    """A condition or value over slots, facts and the results of calls."""

    source: str
    condition: Condition
    calls: Mapping[str, ToolCall]
    """The calls in it, under the names that stand for them in the condition."""
    each: "Expression | None" = None
    """The list for whose items the one call is made; arguments name the item as `each`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the slots, facts and other names it rests on, its calls' arguments included, in reading order."""
        items = self.each.names if self.each else ()
        found = dict.fromkeys([*items, *(name for part in self.condition.names for name in self._behind(part))])
        return tuple(name for name in found if name != EACH)

    def _behind(self, name: str) -> Iterator[str]:
        if name in self.calls:
            for argument in self.calls[name].args.values():
                yield from argument.names
        else:
            yield name

    @cached_property
    def path(self) -> tuple[str, ...] | None:
        """Return the parts of an expression that is a name and fields of it, such as `trip.cabin`; None for any other.

        Such a value is handed on as it came: evaluated, a date in a text would become a time.
        """
        return (
            tuple(re.split(r"\s*\.\s*", self.condition.source.strip()))
            if PATH.fullmatch(self.condition.source)
            else None
        )

    @property
    def tools(self) -> tuple[str, ...]:
        """Return the tools that it calls, those in arguments included."""
        inner = (tool for call in self.calls.values() for arg in call.args.values() for tool in arg.tools)
        items = self.each.tools if self.each else ()
        return tuple(dict.fromkeys([*items, *(call.tool for call in self.calls.values()), *inner]))

    def evaluate(self, values: Mapping[str, Any]) -> Outcome:
        """Return the outcome over values of its names and of its calls."""
        return self.condition.evaluate(values)


def compile_expression(source: str, names: Schemas, catalogue: Catalogue) -> Expression:
    """Return a compiled expression.

    Raises:
        ExpressionError: It does not parse, names something unknown, or does not fit the schemas.
    """
    calls: dict[str, ToolCall] = {}
    schemas = dict(names)
    text, at = "", 0
    for start, tool, end in _calls(source, catalogue):
        name = f"_{len(calls)}"
        spec = catalogue[tool]
        calls[name] = ToolCall(tool, _arguments(spec, source[start:end], names, catalogue))
        schemas[name] = spec.result
        text += source[at:start] + name.ljust(end - start)  # of the same length: columns stay right
        at = end
    text += source[at:]
    try:
        condition = compile_condition(text, schemas)
    except ConditionError as error:
        raise _translated(source, error, catalogue) from None
    return Expression(source, condition, calls)


def compile_call(
    tool: str, args: Mapping[str, str], names: Schemas, catalogue: Catalogue, *, each: str | None = None
) -> Expression:
    """Return the expression that is a call with named arguments; raises as `compile_expression` does."""
    if tool not in catalogue:
        raise ExpressionError("unknown-tool", unknown_tool(tool, catalogue))
    spec = catalogue[tool]
    items = compile_expression(each, names, catalogue) if each else None
    names = {**names, EACH: None} if each else names
    compiled = {name: compile_expression(value, names, catalogue) for name, value in args.items()}
    _check_arguments(spec, compiled)
    return Expression(
        f"{tool}({', '.join(f'{k}: {v}' for k, v in args.items())})",
        compile_condition("_0", {"_0": spec.result}),
        {"_0": ToolCall(tool, compiled)},
        items,
    )


def unknown_tool(tool: str, catalogue: Catalogue) -> str:
    """Return what to say of a tool that nobody offers."""
    return f"there is no tool {tool!r}: take one of {', '.join(sorted(catalogue)) or 'none, no connector offers any'}"


def _calls(source: str, catalogue: Catalogue) -> Iterator[tuple[int, str, int]]:
    """Yield start, tool and end of the outermost calls of known tools."""
    texts = [found.span() for found in STRING.finditer(source)]
    behind = 0
    for found in CALLED.finditer(source):
        start = found.start()
        if start < behind or found.group(1) not in catalogue or any(a <= start < b for a, b in texts):
            continue
        behind = _closing(source, found.end(), texts)
        yield start, found.group(1), behind


def _closing(source: str, at: int, texts: list[tuple[int, int]]) -> int:
    """Return the place behind the parenthesis that closes the one before `at`."""
    depth = 1
    for place in range(at, len(source)):
        if any(a <= place < b for a, b in texts):
            continue
        depth += {"(": 1, ")": -1}.get(source[place], 0)
        if depth == 0:
            return place + 1
    raise ExpressionError("syntax", f"{source!r}: a parenthesis is not closed")


def _split(inside: str) -> list[str]:
    """Return the arguments between two parentheses."""
    texts = [found.span() for found in STRING.finditer(inside)]
    parts, depth, start = [], 0, 0
    for place, char in enumerate(inside):
        if any(a <= place < b for a, b in texts):
            continue
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(inside[start:place])
            start = place + 1
    parts.append(inside[start:])
    return [part.strip() for part in parts if part.strip()]


def _arguments(spec: ToolSpec, call: str, names: Schemas, catalogue: Catalogue) -> dict[str, Expression]:
    """Return the arguments of a call as written, by the names its schema has in that order."""
    given = _split(call[call.index("(") + 1 : -1])
    parameters = list(spec.parameters)
    if len(given) > len(parameters):
        takes = ", ".join(parameters) or "none"
        raise ExpressionError("arguments", f"{call!r}: {spec.name} takes {len(parameters)} arguments ({takes})")
    compiled = {
        name: compile_expression(value, names, catalogue) for name, value in zip(parameters, given, strict=False)
    }
    _check_arguments(spec, compiled)
    return compiled


def _check_arguments(spec: ToolSpec, args: Mapping[str, Expression]) -> None:
    """Raise unless the arguments are those that the tool takes."""
    if unknown := [name for name in args if name not in spec.parameters]:
        takes = ", ".join(spec.parameters) or "none"
        raise ExpressionError("arguments", f"{spec.name} takes no argument {unknown[0]!r}: it takes {takes}")
    if lacking := [name for name in spec.required if name not in args]:
        raise ExpressionError("arguments", f"{spec.name} needs the argument {lacking[0]!r}: add it")


def _translated(source: str, error: ConditionError, catalogue: Catalogue) -> ExpressionError:
    """Return a report of CEL in the words of procedures."""
    if unknown := re.search(r"undeclared reference to '([^']+)'", error.detail):
        name = unknown.group(1).split(".")[0]
        if re.search(rf"(?<![\w.]){re.escape(name)}\s*\(", source):
            return ExpressionError("unknown-tool", f"{source!r}: {unknown_tool(name, catalogue)}")
        said = f"{name!r} is no slot, fact, step, `customer` or `now`: write one of those"
        return ExpressionError("unknown-name", f"{source!r}: {said}")
    kind = "syntax" if "yntax" in error.detail or not error.column else "type"
    where = f", column {error.column}" if error.column else ""
    return ExpressionError(kind, f"{source!r}{where}: {error.detail}")

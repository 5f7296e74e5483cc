"""Evaluate conditions in CEL (Common Expression Language) over what is known, with *unknown* as a third value.

A condition is checked against JSON schemas when it is compiled and evaluated over plain JSON afterwards. Where a name
has no value yet, `a || b` with a true `b` is true all the same; otherwise the outcome says which name is wanted first,
in reading order. Times: a string in ISO 8601 with a `T` counts as a timestamp unless its schema says that it is a
text, or it is put together with one; `timestamp()` also takes a date alone and a time without zone, both in UTC.
`values_of(records, 'name')` lists what stands under a name, however deep; `sum_of(list)` adds numbers.
"""

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cel_expr_python import cel
from google.protobuf import timestamp_pb2

from core.condition_types import checking_env
from core.errors import InputError
from core.json_records import records_within

LONGEST = 4_000
"""Characters of a condition; a longer one is no rule that a person can read."""

Names = Mapping[str, Mapping[str, Any] | None]
"""What a condition may name: name → JSON schema of its value, or None where nothing is known of it."""

# The library's own timestamp() refuses dates and times without zone and cannot be declared anew, so that calls go to
# ours. Both names have nine letters: columns in messages stay right.
OUR_TIMESTAMP = "to_moment"
LITERAL_OR_TIMESTAMP = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\btimestamp(?=\s*\()""")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
UNDECLARED = re.compile(r":(\d+): undeclared reference to '([^'.]+)")
TEXT_AND_TIME = re.compile(r"_\+_\((?:string, timestamp|timestamp, string)\)")
"""What the library says where a text in ISO 8601 is put together with another: `t.id + ' ' + t.starts`."""
NO_VALUE = re.compile(r'No value with name "([^"]+)"')
FIRST_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?:\n|\s*\[INVALID_ARGUMENT\]|$)")


class ConditionError(InputError):
    """Report a condition that does not compile.

    Attributes:
        detail: What is wrong, without the condition itself.
        column: Where in the condition, counted from 1; 0 where it is not known.
    """

    def __init__(self, source: str, detail: str, *, column: int = 0) -> None:
        super().__init__(f"{source!r}{f', column {column}' if column else ''}: {detail}")
        self.detail = detail
        self.column = column


@dataclass(frozen=True)
class Outcome:
    """One evaluation: a value, or what stands in its way."""

    value: Any = None
    """The value as plain JSON with timestamps as datetimes; None where it is unknown, and where it is null."""
    missing: str | None = None
    """The first name, in reading order, whose value decides and is not there."""
    problem: str | None = None
    """Why the values that are there cannot be evaluated, such as a field that a record lacks; names no values."""

    @property
    def truth(self) -> bool | None:
        """True, False, or None for unknown; what is no boolean is unknown."""
        return self.value if isinstance(self.value, bool) else None


@dataclass(frozen=True)
class Condition:
    """A compiled condition."""

    source: str
    names: tuple[str, ...]
    """What it names, in reading order."""
    returns: str
    """The CEL type of its value, such as `BOOL`; `DYN` where only the values will tell."""
    _program: cel.Expression = field(repr=False, compare=False)
    _schemas: Names = field(repr=False, compare=False)

    def evaluate(self, values: Mapping[str, Any]) -> Outcome:
        """Return the outcome over plain JSON values (datetimes are taken too); a name that is absent is unknown."""
        outcome = self._evaluated(values)
        put_together = TEXT_AND_TIME.search(outcome.problem or "")
        return self._evaluated(values, times=False) if put_together else outcome

    def _evaluated(self, values: Mapping[str, Any], *, times: bool = True) -> Outcome:
        data = {
            name: _cel_value(values[name], self._schemas.get(name), times=times)
            for name in self.names
            if name in values
        }
        try:
            result = self._program.eval(data=data)
        except RuntimeError as error:  # the library's budget for loops is spent
            return Outcome(problem=str(error))
        if result.type() != cel.Type.ERROR:
            return Outcome(value=_in_order(result.plain_value()))
        problem = str(result.value())
        if wanted := NO_VALUE.search(problem):
            return Outcome(missing=wanted.group(1))
        # An error on the left hides an unknown on the right that may decide the whole: that one is wanted first.
        return Outcome(missing=next((n for n in self.names if n not in values), None), problem=problem)

    def holds(self, values: Mapping[str, Any]) -> bool | None:
        """Return whether the condition is true, false, or None for unknown."""
        return self.evaluate(values).truth


def compile_condition(source: str, names: Names) -> Condition:
    """Return a condition that may use these names.

    Raises:
        ConditionError: It cannot be parsed, names something unknown, or does not fit the types.
    """
    if len(source) > LONGEST:
        said = f"{len(source)} characters; at most {LONGEST} are read: split it into rules"
        raise ConditionError(f"{source[:40]}…", said)
    ours = LITERAL_OR_TIMESTAMP.sub(lambda found: found.group(1) or OUR_TIMESTAMP, source)
    try:
        checked = checking_env(json.dumps(names, sort_keys=True), *FUNCTIONS).compile(ours)
        program = UNTYPED.compile(ours, disable_check=True)
    except RuntimeError as error:
        raise _condition_error(source, str(error)) from None
    return Condition(source, _names_used(ours, names), checked.return_type().name(), program, dict(names))


def _condition_error(source: str, message: str) -> ConditionError:
    """Return the library's report as one line of ours."""
    found = FIRST_ERROR.search(message)
    if not found:
        return ConditionError(source, message.splitlines()[0])
    column = max(int(found.group(2)), 0)
    what = found.group(3).replace(OUR_TIMESTAMP, "timestamp").replace(" (in container '')", "")
    what = re.sub(r"wrapper\((\w+)\)", r"\1", what)  # a type that may be null
    return ConditionError(source, what, column=column)


def _names_used(source: str, names: Names) -> tuple[str, ...]:
    """Return the names in reading order, as the library's own parser finds them where none is declared."""
    try:
        UNTYPED.compile(source)
    except RuntimeError as error:
        # A selection is reported at its dot, so that columns do not order `a.b == c`: the place of the name does.
        found = {name for _, name in UNDECLARED.findall(str(error)) if name in names}
        return tuple(sorted(found, key=lambda name: re.search(rf"(?<![\w.]){name}\b", source).start()))  # type: ignore[union-attr]
    return ()


def _in_order(value: Any) -> Any:
    """Return a value with its records' fields in the order of their names; the library's has a new one each time."""
    if isinstance(value, list):
        return [_in_order(item) for item in value]
    return {name: _in_order(value[name]) for name in sorted(value)} if isinstance(value, dict) else value


def _cel_value(value: Any, schema: Mapping[str, Any] | None, *, times: bool = True) -> Any:
    """Return JSON as the library takes it: `times` as timestamps, numbers as the schema has them."""
    if isinstance(value, str):
        text = schema is not None and schema.get("type") == "string" and schema.get("format") != "date-time"
        return _timestamp(value) if times and not text and DATE_TIME.fullmatch(value) else value
    if isinstance(value, datetime.datetime):
        return _timestamp(value)
    if isinstance(value, Mapping):
        fields = (schema or {}).get("properties", {})
        return {str(key): _cel_value(item, fields.get(key), times=times) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = (schema or {}).get("items")
        return [_cel_value(item, items if isinstance(items, Mapping) else None, times=times) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        number = (schema or {}).get("type") == "number" or abs(value) >= 2**63
        return float(value) if number else value
    return value


def moment(value: str | datetime.datetime) -> datetime.datetime:
    """Return a date or a time in ISO 8601 as a datetime; without zone it counts as UTC."""
    read = datetime.datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo else read.replace(tzinfo=datetime.UTC)


def _timestamp(value: str | datetime.datetime) -> Any:
    """Return a time as the library takes it inside records; a text that only looks like one stays a text."""
    try:
        read = moment(value)
    except ValueError:
        return value
    stamp = timestamp_pb2.Timestamp()
    stamp.FromDatetime(read)
    return stamp


TIMESTAMP_FUNCTION = cel.FunctionDecl(
    OUR_TIMESTAMP,
    [
        cel.Overload(f"{OUR_TIMESTAMP}_text", cel.Type.TIMESTAMP, [cel.Type.STRING], impl=moment),
        cel.Overload(f"{OUR_TIMESTAMP}_time", cel.Type.TIMESTAMP, [cel.Type.TIMESTAMP], impl=moment),
    ],
)


def _values_of(records: Any, name: str) -> list[Any]:
    """Return what stands under a name in some records, however deep, each value once."""
    found = [record[name] for record in records_within(records) if record.get(name) is not None]
    return list(dict.fromkeys(value for value in found if isinstance(value, str | int)))


VALUES_FUNCTION = cel.FunctionDecl(
    "values_of",
    [
        cel.Overload(f"values_of_{name}", cel.Type.List(cel.Type.DYN), [kind, cel.Type.STRING], impl=_values_of)
        for name, kind in (("list", cel.Type.List(cel.Type.DYN)), ("map", cel.Type.Map(cel.Type.STRING, cel.Type.DYN)))
    ],
)
SUM_FUNCTION = cel.FunctionDecl(
    "sum_of", [cel.Overload("sum_of_list", cel.Type.DYN, [cel.Type.List(cel.Type.DYN)], impl=sum)]
)
FUNCTIONS = (TIMESTAMP_FUNCTION, VALUES_FUNCTION, SUM_FUNCTION)
UNTYPED = cel.NewEnv(variables={}, functions=list(FUNCTIONS))

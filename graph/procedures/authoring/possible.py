"""Try a procedure's conditions over every combination of what their parts can be.

Slots with a closed choice, yes-or-no facts and fields that are compared with literals have few values that matter.
Where all that a condition rests on is of that kind, trying them all shows what can never be; anything else stays
unknown and nothing is concluded.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graph.procedures.format.expressions import Expression
from graph.procedures.format.procedure import Procedure

MOST = 4_096
"""Combinations that are tried; with more nothing is concluded."""
LITERAL = r"""'[^'\\]*'|"[^"\\]*"|\d+(?:\.\d+)?|true|false"""
COMPARED = re.compile(rf"(?<![\w.'\"])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?:==|!=|<=|>=|<|>)\s*({LITERAL})(?![\w.])")
ARITHMETIC = re.compile(r"[+\-*/%]")
OTHER = "something else"


def outcomes(procedure: Procedure, conditions: Sequence[Expression]) -> set[bool | None]:
    """Return whether all the conditions hold together, for every combination: of True, False and None for unknown."""
    domains = _domains(procedure, conditions)
    if domains is None:
        return {None}
    return {_together(conditions, values) for values in _combinations(domains)}


def true_by_claims(procedure: Procedure, condition: Expression) -> bool:
    """Return whether some combination of what customers claim makes the condition true, with no record read."""
    claims = {
        name
        for name, slot in procedure.slots.items()
        if slot.slot.source == "customer" or (slot.slot.type == "yes_no" and not slot.find)
    }
    domains = _domains(procedure, [condition], only=claims)
    if not domains:
        return False
    return any(condition.evaluate(values).truth for values in _combinations(domains))


def combinations_of(procedure: Procedure, conditions: Sequence[Expression]) -> Iterator[dict[str, Any]]:
    """Yield values of what the conditions rest on, as far as it has few that matter."""
    yield from _combinations(_domains(procedure, conditions) or {})


def _together(conditions: Sequence[Expression], values: Mapping[str, Any]) -> bool | None:
    found = [condition.evaluate(values).truth for condition in conditions]
    if False in found:
        return False
    return None if None in found else True


def _domains(
    procedure: Procedure, conditions: Iterable[Expression], *, only: set[str] | None = None
) -> dict[str, list[Any]] | None:
    """Return the values worth trying of each name or field; None where there are too many."""
    found: dict[str, set[Any]] = {}
    literals: set[Any] = set()
    for condition in conditions:
        for name in condition.names:
            if only is None or name in only:
                found.setdefault(name, set()).update(_closed(procedure, name))
        for path, literal in COMPARED.findall(condition.source):
            root = path.split(".")[0]
            known = root in procedure.slots or root in procedure.facts
            if known and (only is None or root in only):
                value = _value(literal)
                if isinstance(value, float) and ARITHMETIC.search(condition.source):
                    continue  # between the literals lies what decides
                literals |= {value - 1, value, value + 1} if isinstance(value, float) else {value, OTHER}
                found.setdefault(path, set()).add(value)
    domains = {path: list(values) for path, values in found.items() if values}
    for path, values in domains.items():
        if closed := _closed(procedure, path):
            domains[path] = closed
            continue
        if any(isinstance(value, bool) for value in values):
            domains[path] = [True, False]
        else:
            # Fields may be compared with each other: all get the same values.
            domains[path] = [v for v in literals if isinstance(v, type(values[0])) and not isinstance(v, bool)]
    size = 1
    for values in domains.values():
        size *= len(values)
    return domains if size <= MOST else None


def _closed(procedure: Procedure, name: str) -> list[Any]:
    """Return all values of a slot with a closed choice, or of a yes-or-no fact."""
    if name in procedure.slots:
        slot = procedure.slots[name].slot
        return [True, False] if slot.type == "yes_no" else list(slot.one_of or [])
    fact = procedure.facts.get(name)
    return [True, False] if fact and fact.condition.returns == "BOOL" else []


def _value(literal: str) -> Any:
    if literal in ("true", "false"):
        return literal == "true"
    return literal[1:-1] if literal[0] in "'\"" else float(literal)


def _combinations(domains: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield values of the names, fields put together to records."""
    for chosen in itertools.product(*domains.values()):
        values: dict[str, Any] = {}
        for path, value in zip(domains, chosen, strict=True):
            *records, last = path.split(".")
            inner = values
            for record in records:
                inner = inner.setdefault(record, {})
                if not isinstance(inner, dict):  # the same name once as a record and once as a value
                    break
            else:
                inner[last] = value
        yield values

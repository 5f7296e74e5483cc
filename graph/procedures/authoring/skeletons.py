"""Write the beginnings of a procedure's tests: one that succeeds, and one for each part of each rule turned round."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from graph.procedures.authoring.possible import combinations_of
from graph.procedures.format.expressions import STRING, Expression
from graph.procedures.format.procedure import CompiledRule, Procedure

FILL_IN = "FILL IN"


def skeletons(procedure: Procedure) -> dict[str, str]:
    """Return the text of each test by its file's name; what no condition tells is left as FILL IN."""
    found = {"succeeds.yaml": _conversation(procedure, "succeeds", "everything holds", _all_true(procedure), None)}
    for name, rule in procedure.rules.items():
        for number, part in enumerate(parts(rule.must.source), start=1):
            test = f"{name}-{number}"
            values = _turned(procedure, rule, part)
            found[f"{test}.yaml"] = _conversation(procedure, test, f"not: {part}", values, name)
    return found


def parts(condition: str) -> list[str]:
    """Return the parts of a condition between its `&&` and `||`, whatever parentheses they stand in."""
    spans = [found.span() for found in STRING.finditer(condition)]
    depth = start = 0
    found: list[str] = []
    calls: list[bool] = []
    for place, char in enumerate(condition):
        if any(a <= place < b for a, b in spans):
            continue
        if char in "([{":
            calls.append(place > 0 and bool(re.match(r"[\w\]]", condition[place - 1])))
            depth += calls[-1]
        elif char in ")]}" and calls:
            depth -= calls.pop()
        elif depth == 0 and condition[place : place + 2] in ("&&", "||"):
            found.append(condition[start:place])
            start = place + 2
    found.append(condition[start:])
    return [_bare(part) for part in found if _bare(part)]


def _bare(part: str) -> str:
    """Take off the parentheses that do not belong to the part alone."""
    part = part.strip()
    while part.count("(") < part.count(")") and part.endswith(")"):
        part = part[:-1].strip()
    while part.count("(") > part.count(")") and part.startswith("("):
        part = part[1:].strip()
    return part


def _all_true(procedure: Procedure) -> Mapping[str, Any]:
    conditions = [rule.must for rule in procedure.rules.values()]
    return _first(procedure, conditions, lambda truths: all(truth is True for truth in truths))


def _turned(procedure: Procedure, rule: CompiledRule, part: str) -> Mapping[str, Any]:
    """Return values for which a rule is false, with the others true where such are found."""
    others = [other.must for other in procedure.rules.values() if other is not rule]
    values = _first(procedure, [rule.must, *others], lambda t: t[0] is False and all(x is True for x in t[1:]))
    return values or _first(procedure, [rule.must], lambda truths: truths[0] is False)


def _first(procedure: Procedure, conditions: list[Expression], wanted: Any) -> Mapping[str, Any]:
    combinations: Iterator[Mapping[str, Any]] = combinations_of(procedure, conditions)
    for values in itertools.islice(combinations, 4096):
        if wanted([condition.evaluate(values).truth for condition in conditions]):
            return values
    return {}


def _conversation(procedure: Procedure, test: str, wants: str, values: Mapping[str, Any], stopped: str | None) -> str:
    slots = procedure.slots
    said = {name: values.get(name, FILL_IN) for name, slot in slots.items() if slot.slot.ask}
    records = []
    for name, fact in procedure.facts.items():
        for call in fact.calls.values():
            args = {key: said.get(value.source.strip(), FILL_IN) for key, value in call.args.items()}
            result = values.get(name, {}) if isinstance(values.get(name, {}), dict) else {}
            fields = {field: result.get(field, FILL_IN) for field in _fields(procedure, name)}
            records.append({"tool": call.tool, "args": args, "result": fields})
    expect: dict[str, Any] = {"stopped": stopped}
    if stopped is None:
        expect = {"actions": [{"tool": step.step.tool} for step in procedure.steps.values()]}
    return yaml.safe_dump(
        {
            "id": f"{procedure.name}-{test}",
            "wants": wants,
            "customer": FILL_IN,
            "records": records,
            "lines": [next(iter(procedure.source.contract.examples), FILL_IN)],
            "answers": [{"to": {"slot": name}, "say": _spoken(value)} for name, value in said.items()],
            "expect": expect,
        },
        sort_keys=False,
        allow_unicode=True,
    )


def _spoken(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _fields(procedure: Procedure, fact: str) -> list[str]:
    """Return the fields of a fact that some expression names."""
    sources = " ".join(expression.source for expression in procedure.expressions())
    return list(dict.fromkeys(re.findall(rf"(?<![\w.]){fact}\.(\w+)", sources)))

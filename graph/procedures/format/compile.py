"""Compile a procedure file against the business's tools: every expression parsed and typed, every name known."""

from collections.abc import Callable, Mapping
from typing import Any

import re2

from graph.procedures.format.catalogue import Catalogue
from graph.procedures.format.expressions import (
    EACH,
    Expression,
    ExpressionError,
    Schemas,
    compile_call,
    compile_expression,
    unknown_tool,
)
from graph.procedures.format.procedure import CompiledRule, CompiledSlot, CompiledStep, Procedure
from graph.procedures.format.procedure_file import Problem, ProcedureFile, Where

RESERVED = frozenset({"customer", "now", EACH})
SLOT_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "yes_no": {"type": "boolean"},
    "date": {"type": "string", "format": "date-time"},
    "json": {},
}
CUSTOMER = {"type": "object", "properties": {"id": {"type": "string"}}}
NOW = {"type": "string", "format": "date-time"}
STEP = {"type": "object", "properties": {"ok": {"type": "boolean"}, "result": {}}}
RETURNED = {"BOOL": "boolean", "INT": "integer", "DOUBLE": "number", "STRING": "string"}


class _Compiler:
    """The work on one file; gathers problems instead of stopping at the first."""

    def __init__(self, source: ProcedureFile, catalogue: Catalogue) -> None:
        self.source = source
        self.catalogue = catalogue
        self.problems: list[Problem] = []
        contract = source.contract
        self.schemas: dict[str, Mapping[str, Any] | None] = {"customer": CUSTOMER, "now": NOW}
        self.schemas |= {name: SLOT_SCHEMAS[slot.type] for name, slot in contract.slots.items()}
        self.schemas |= dict.fromkeys(contract.facts)
        self.schemas |= dict.fromkeys(contract.do, STEP)

    def report(self, kind: str, message: str, *where: str | int) -> None:
        self.problems.append(self.source.problem(kind, message, *where))

    def expression(self, text: str, *where: str | int, boolean: bool = False) -> Expression | None:
        """Return a compiled expression, or None with the problem reported."""

        def work(schemas: Schemas) -> Expression:
            return compile_expression(text, schemas, self.catalogue)

        return self._compiled(work, where, boolean)

    def _compiled(self, work: Callable[[Schemas], Expression], where: Where, boolean: bool) -> Expression | None:
        try:
            found = work(self.schemas)
        except ExpressionError as error:
            self.report(error.kind, str(error), *where)
            return None
        if boolean and found.condition.returns not in ("BOOL", "DYN"):
            said = (
                f"{found.source!r} is a {found.condition.returns.lower()}, not true or false: compare it with something"
            )
            self.report("type", said, *where)
            return None
        return found

    def names(self) -> None:
        """Report names that mean two things or nothing."""
        contract = self.source.contract
        seen: set[str] = set(RESERVED)
        for part, named in (("slots", contract.slots), ("facts", contract.facts), ("do", contract.do)):
            for name in named:
                if name in seen or name in self.catalogue:
                    self.report("double-name", f"{name!r} already means something else: rename it", part, name)
                seen.add(name)

    def facts(self) -> dict[str, Expression]:
        """Compile the facts, those that others rest on first, so that each is checked against what it gets."""
        contract = self.source.contract.facts
        first = {name: self._fact(name) for name in contract}
        if any(found is None for found in first.values()):
            return {}
        rests = {name: {n for n in found.names if n in contract} for name, found in first.items() if found}
        ordered: dict[str, Expression] = {}
        while len(ordered) < len(rests):
            ready = [name for name, on in rests.items() if name not in ordered and on <= ordered.keys()]
            if not ready:
                circle = [name for name in rests if name not in ordered]
                said = f"{', '.join(circle)} rest on each other in a circle: state one of them without the others"
                self.report("cycle", said, "facts", circle[0])
                return {}
            for name in ready:
                found = self._fact(name)
                if found is None:
                    return {}
                ordered[name] = found
                self.schemas[name] = self._result(found)
        return ordered

    def _fact(self, name: str) -> Expression | None:
        value = self.source.contract.facts[name]
        if isinstance(value, str):
            return self.expression(value, "facts", name)

        def work(schemas: Schemas) -> Expression:
            return compile_call(value.tool, value.args, schemas, self.catalogue, each=value.each)

        return self._compiled(work, ("facts", name), boolean=False)

    def _result(self, found: Expression) -> Mapping[str, Any] | None:
        if found.each is None and len(found.calls) == 1 and found.condition.source.strip() == "_0":
            return self.catalogue[found.calls["_0"].tool].result
        kind = RETURNED.get(found.condition.returns)
        return {"type": kind} if kind else None

    def slots(self) -> dict[str, CompiledSlot]:
        compiled = {}
        for name, slot in self.source.contract.slots.items():
            if slot.pattern is not None:
                try:
                    re2.compile(slot.pattern)
                except re2.error as error:
                    said = f"the pattern {slot.pattern!r} is no regular expression ({error}): mend it"
                    self.report("bad-pattern", said, "slots", name, "pattern")
            find = self.expression(slot.find, "slots", name, "find") if slot.find else None
            when = self.expression(slot.when, "slots", name, "when", boolean=True) if slot.when else None
            compiled[name] = CompiledSlot(name, slot, find, when)
        return compiled

    def rules(self) -> dict[str, CompiledRule]:
        compiled = {}
        for name, rule in self.source.contract.rules.items():
            must = self.expression(rule.must, "rules", name, "must", boolean=True)
            if must:
                compiled[name] = CompiledRule(name, rule, must)
        return compiled

    def steps(self) -> dict[str, CompiledStep]:
        compiled = {}
        for name, step in self.source.contract.do.items():
            spec = self.catalogue.get(step.tool)
            if spec is None:
                self.report("unknown-tool", unknown_tool(step.tool, self.catalogue), "do", name, "tool")
                continue
            if spec.effect != "write":
                said = f"{step.tool} is a {spec.effect}, not a write: name it under `tools` and make its result a fact"
                self.report("not-a-write", said, "do", name, "tool")
            for argument in step.args:
                if argument not in spec.parameters:
                    takes = ", ".join(spec.parameters) or "none"
                    said = f"{step.tool} takes no argument {argument!r}: it takes {takes}"
                    self.report("arguments", said, "do", name, "args", argument)
            if lacking := [argument for argument in spec.required if argument not in step.args]:
                said = f"{step.tool} needs {', '.join(lacking)}: give it under `args`"
                self.report("arguments", said, "do", name, "args")
            for index, rule in enumerate(step.needs):
                if rule not in self.source.contract.rules:
                    self.report("unknown-rule", f"there is no rule {rule!r}: write it", "do", name, "needs", index)
            args = {a: self.expression(text, "do", name, "args", a) for a, text in step.args.items()}
            when = self.expression(step.when, "do", name, "when", boolean=True) if step.when else None
            approve = None
            if step.approve is not False:
                text = "true" if step.approve is True else step.approve
                approve = self.expression(text, "do", name, "approve", boolean=True)
            compiled[name] = CompiledStep(name, step, {a: e for a, e in args.items() if e}, when, approve)
        return compiled


def compile_procedure(source: ProcedureFile, catalogue: Catalogue) -> tuple[Procedure | None, list[Problem]]:
    """Return a procedure that can be followed, or None, and what is wrong with it."""
    work = _Compiler(source, catalogue)
    work.names()
    facts, slots = work.facts(), work.slots()
    # Without its facts a procedure's other expressions would be reported for names that are there.
    if len(facts) < len(source.contract.facts):
        return None, work.problems
    rules, steps = work.rules(), work.steps()
    done = work.expression(source.contract.done_when, "done_when", boolean=True) if source.contract.done_when else None
    if work.problems:
        return None, work.problems
    return Procedure(source, slots, facts, rules, steps, done), []

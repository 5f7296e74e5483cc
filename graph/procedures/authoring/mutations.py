"""Take each rule of a procedure out, or turn it round, and see whether some test of the procedure notices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from graph.procedures.authoring.procedure_tests import ProcedureTest, failing
from graph.procedures.format.catalogue import Catalogue
from graph.procedures.format.expressions import compile_expression
from graph.procedures.format.procedure import CompiledStep, Procedure


@dataclass(frozen=True)
class Mutation:
    """One change to a procedure."""

    rule: str
    how: str
    """`deleted` or `negated`."""
    noticed: bool
    """Whether some test fails for it."""


def mutations(procedure: Procedure, tests: Sequence[ProcedureTest], catalogue: Catalogue) -> list[Mutation]:
    """Return each mutation of each rule, and whether the tests notice it."""
    return [Mutation(rule, how, bool(failing(mutant, tests))) for rule, how, mutant in mutants(procedure, catalogue)]


def mutants(procedure: Procedure, catalogue: Catalogue) -> Iterator[tuple[str, str, Procedure]]:
    """Yield the procedure with each rule deleted, and with each negated."""
    for name, rule in procedure.rules.items():
        steps = {key: _without(step, name) for key, step in procedure.steps.items()}
        rest = {key: kept for key, kept in procedure.rules.items() if key != name}
        yield name, "deleted", replace(procedure, rules=rest, steps=steps)
        negated = replace(rule, must=compile_expression(f"!({rule.must.source})", _names(procedure), catalogue))
        yield name, "negated", replace(procedure, rules={**procedure.rules, name: negated})


def _names(procedure: Procedure) -> dict[str, None]:
    return dict.fromkeys([*procedure.slots, *procedure.facts, *procedure.steps, "customer", "now"])


def _without(step: CompiledStep, rule: str) -> CompiledStep:
    needs = [name for name in step.step.needs if name != rule]
    return replace(step, step=step.step.model_copy(update={"needs": needs}))

"""Count near misses: writes that ran although a check that they need was not made or did not hold, whatever the ending.

Each write that the gate lets through in any suite is audited apart from it: every rule of its step is evaluated once
more on what was read for this very write.
"""

import datetime
from dataclasses import dataclass, field

from benchmarks.support.figures import Figure
from graph.procedures.format.procedure import Procedure
from graph.procedures.gate import Verdict
from graph.procedures.interpreter import rule_states


@dataclass
class Audit:
    """The writes of all suites, and the checks that some of them lacked."""

    writes: int = 0
    missed: list[str] = field(default_factory=list)

    def note(self, procedure: Procedure, verdict: Verdict, *, now: datetime.datetime, customer_id: str | None) -> None:
        """Audit a decision of the gate; a refusal lets nothing run."""
        if verdict.do is None:
            return
        self.writes += 1
        states = rule_states(procedure, verdict.case, now=now, customer_id=customer_id)
        needs = procedure.steps[verdict.do.step].step.needs
        self.missed += [f"{procedure.name}: {rule} was {states[rule]}" for rule in needs if states[rule] != "true"]

    def figures(self) -> list[Figure]:
        """Return the figure over all suites that have run."""
        return [Figure(f"near misses among the {self.writes} writes of all suites", len(self.missed), 0, "at most")]


AUDIT = Audit()
"""What the suites of one run of the benchmark have in common."""

"""A procedure that can be followed: its file with every expression compiled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graph.procedures.format.expressions import Expression
from graph.procedures.format.procedure_file import ProcedureFile, Rule, Slot, Step
from graph.procedures.format.slot_values import fitting


@dataclass(frozen=True)
class CompiledSlot:
    """A slot with its expressions."""

    name: str
    slot: Slot
    find: Expression | None
    when: Expression | None


@dataclass(frozen=True)
class CompiledRule:
    """A rule with its condition."""

    name: str
    rule: Rule
    must: Expression


@dataclass(frozen=True)
class CompiledStep:
    """A write with its expressions."""

    name: str
    step: Step
    args: Mapping[str, Expression]
    when: Expression | None
    approve: Expression | None


@dataclass(frozen=True)
class Procedure:
    """A procedure that can be followed."""

    source: ProcedureFile
    slots: Mapping[str, CompiledSlot]
    facts: Mapping[str, Expression]
    rules: Mapping[str, CompiledRule]
    steps: Mapping[str, CompiledStep]
    done_when: Expression | None

    @property
    def name(self) -> str:
        """Return its name."""
        return self.source.contract.name

    @property
    def version(self) -> str:
        """Return the version of its text."""
        return self.source.version

    @property
    def description(self) -> str:
        """Return when it is used."""
        return self.source.contract.description

    @property
    def writes(self) -> frozenset[str]:
        """Return the write tools that run only through it."""
        return frozenset(step.step.tool for step in self.steps.values())

    @cached_property
    def used(self) -> frozenset[str]:
        """Return the names that some expression rests on."""
        return frozenset(name for expression in self.expressions() for name in expression.names)

    @cached_property
    def subject(self) -> str | None:
        """Return the slot that names the record a case is about: the first that a read rests on, or is found in one."""
        calls = [call for expression in self.expressions() for call in expression.calls.values()]
        named = {name for call in calls for argument in call.args.values() for name in argument.names}
        named |= {before for name in named for before in self.behind(name)}
        formed = [name for name, slot in self.slots.items() if slot.slot.ask and slot.slot.pattern]
        found = [name for name in formed if self.slots[name].find is not None]
        return next((name for name in formed if name in named), next(iter(found), None))

    def record_of(self, tool: str, args: Mapping[str, Any]) -> Any:
        """Return the record that the arguments of a write name, in the form of its slot; None where they name none."""
        for step in self.steps.values():
            for name, argument in step.args.items():
                if step.step.tool == tool and argument.source.strip() == self.subject and args.get(name) is not None:
                    return fitting(self.slots[self.subject].slot, args[name])
        return None

    def expressions(self) -> Iterable[Expression]:
        """Yield every expression of it."""
        for slot in self.slots.values():
            yield from (e for e in (slot.find, slot.when) if e)
        yield from self.facts.values()
        yield from (rule.must for rule in self.rules.values())
        for step in self.steps.values():
            yield from step.args.values()
            yield from (e for e in (step.when, step.approve) if e)
        if self.done_when:
            yield self.done_when

    def behind(self, name: str) -> frozenset[str]:
        """Return every slot and fact on which a slot's question, or a fact, rests in turn."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for before in self._directly_behind(waiting.pop()):
                if before not in found:
                    found.add(before)
                    waiting.append(before)
        return frozenset(found)

    def _directly_behind(self, name: str) -> Iterable[str]:
        if name in self.facts:
            yield from self.facts[name].names
        elif name in self.slots:
            slot = self.slots[name]
            for expression in (slot.find, slot.when):
                yield from expression.names if expression else ()

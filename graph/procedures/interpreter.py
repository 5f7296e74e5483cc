"""Say what a case needs next: a read, an answer, a write, or a no.

Pure: nothing is read, asked or done here. Whoever drives a case does what is returned, adds what came of it to the case
and asks again. The first unknown part in reading order is what is wanted; a rule that is false already is told at once.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.json_records import records_within
from graph.procedures.cases import Case, read_key
from graph.procedures.format.expressions import EACH, Expression, ToolCall
from graph.procedures.format.procedure import CompiledRule, CompiledStep, Procedure
from graph.procedures.format.procedure_file import PLACE, Text
from graph.procedures.next_steps import AskNext, DoNext, Finished, Next, ReadNext, StopNext

MOST_ITEMS = 20
"""Items for which one fact makes a call each."""

RuleState = Literal["true", "false", "unknown"]


class _Wanted(Exception):
    """What has to come before an expression can be evaluated."""

    def __init__(self, wanted: ReadNext | AskNext | StopNext) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class _NotDone(Exception):
    """An expression rests on a write that has not run."""


@dataclass
class Reading:
    """What a case says at one moment; computes facts from reads and remembers them."""

    procedure: Procedure
    case: Case
    now: datetime.datetime
    customer_id: str | None
    values: dict[str, Any] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.values["now"] = self.now
        if self.customer_id is not None:
            self.values["customer"] = {"id": self.customer_id}
        self.values |= {
            name: known["value"] for name, known in self.case["slots"].items() if name in self.procedure.slots
        }
        self.values |= {
            name: {"ok": done["ok"], "result": done["result"]}
            for name, done in self.case["steps"].items()
            if name in self.procedure.steps
        }

    def value(self, expression: Expression) -> Any:
        """Return the value of an expression; raises `_Wanted` or `_NotDone` where it is unknown."""
        if expression.each is not None:
            return self._for_each(expression, expression.each)
        if expression.path is not None:
            return self._walked(expression, expression.path)
        values = dict(self.values)
        while True:
            found = expression.evaluate(values)
            if found.missing is None:
                if found.problem is not None:
                    raise _Wanted(StopNext(None, hand_over=True, problem=f"{expression.source}: {found.problem}"))
                return found.value
            name = found.missing
            values[name] = self._called(expression.calls[name]) if name in expression.calls else self.named(name)

    def _for_each(self, expression: Expression, items: Expression) -> list[Any]:
        found = self.value(items)
        if not isinstance(found, list) or len(found) > MOST_ITEMS:
            raise _Wanted(StopNext(None, hand_over=True, problem=f"{items.source} is no list of at most {MOST_ITEMS}"))
        results = []
        for item in found:
            self.values[EACH] = item
            try:
                results += [self._called(call) for call in expression.calls.values()]
            finally:
                del self.values[EACH]
        return results

    def _walked(self, expression: Expression, path: tuple[str, ...]) -> Any:
        root, *fields = path
        if root in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[root]
        value = self._called(expression.calls[root]) if root in expression.calls else self.named(root)
        for part in fields:
            if not isinstance(value, Mapping) or part not in value:
                raise _Wanted(StopNext(None, hand_over=True, problem=f"{expression.source}: there is no {part}"))
            value = value[part]
        return value

    def named(self, name: str) -> Any:
        """Return the value of a name; raises as `value`."""
        if name in self.values:
            return self.values[name]
        if name in self._under_way:  # the compiler refuses circles of facts; slots may still lean on each other
            raise _Wanted(StopNext(None, hand_over=True, problem=f"{name} rests on itself"))
        self._under_way.add(name)
        try:
            if name in self.procedure.facts:
                self.values[name] = self.value(self.procedure.facts[name])
            elif name in self.procedure.slots:
                self.values[name] = self._slot(name)
            elif name in self.procedure.steps:
                raise _NotDone
            else:
                raise _Wanted(StopNext(None, hand_over=True, problem=f"{name} is not known: nobody is signed in"))
        finally:
            self._under_way.discard(name)
        return self.values[name]

    def _slot(self, name: str) -> Any:
        slot = self.procedure.slots[name]
        if slot.when is not None and not self.value(slot.when):
            return False if slot.slot.type == "yes_no" else None
        choices: Sequence[Any] = ()
        if slot.find is not None:
            try:
                found = self.value(slot.find)
            except _Wanted as wanted:
                if isinstance(wanted.wanted, ReadNext) or not slot.slot.ask:
                    raise
                found = None  # what cannot be found is asked for
            if isinstance(found, list) and slot.slot.type != "json":
                # Who named one that is not there is offered the only other one, which is not taken for them.
                again = self.case["note"] and self.case["asked"] == name
                if len(found) == 1 and not again and not isinstance(found[0], dict | list):
                    return found[0]
                choices = found
            elif found not in (None, "", []):
                return found
        if not slot.slot.ask:
            raise _Wanted(StopNext(None, hand_over=True, problem=f"nothing was found for {name}"))
        self.look_up(slot.slot.ask)  # what a question lists is there before it is asked
        raise _Wanted(AskNext(name, choices))

    def look_up(self, text: Text) -> None:
        """Raise `_Wanted` with the first read that a sentence for the customer still needs."""
        for root in _named_in(text):
            try:
                self.named(root)
            except _NotDone:
                pass
            except _Wanted as wanted:
                if isinstance(wanted.wanted, ReadNext):
                    raise

    def _called(self, call: ToolCall) -> Any:
        args = {name: self.value(argument) for name, argument in call.args.items()}
        read = self.case["reads"].get(read_key(call.tool, args))
        if read is None:
            raise _Wanted(ReadNext(call.tool, args))
        if read["refused"] is None:
            return read["value"]
        if read["sign_in"]:
            raise _Wanted(StopNext(None, hand_over=False, problem="nobody is signed in", say=read["refused"]))
        asked = [
            name
            for argument in call.args.values()
            for name in argument.names
            if name in self.case["slots"] and self.procedure.slots[name].slot.ask
        ]
        if asked and not read["failed"]:
            raise _Wanted(AskNext(asked[-1], note=read["refused"]))
        raise _Wanted(StopNext(None, hand_over=True, problem=read["refused"]))

    def rule(self, rule: CompiledRule) -> tuple[RuleState, Next | None]:
        """Return a rule's state, and what is wanted where it is unknown."""
        try:
            found = self.value(rule.must)
        except _Wanted as wanted:
            return "unknown", wanted.wanted
        except _NotDone:
            return "unknown", None
        if found is True:
            return "true", None
        if found is False:
            return "false", None
        return "unknown", StopNext(None, hand_over=True, problem=f"{rule.must.source} is neither true nor false")


def _named_in(text: Text) -> list[str]:
    """Return the slots and facts that a sentence names."""
    said = text if isinstance(text, str) else " ".join(text.values())
    return list(dict.fromkeys(root for root, _ in PLACE.findall(said)))


def reading(procedure: Procedure, case: Case, *, now: datetime.datetime, customer_id: str | None) -> Reading:
    """Return what a case says at one moment."""
    return Reading(procedure, case, now, customer_id)


def next_step(procedure: Procedure, case: Case, *, now: datetime.datetime, customer_id: str | None) -> Next:
    """Return what the case needs next."""
    read = reading(procedure, case, now=now, customer_id=customer_id)
    if procedure.done_when is not None:
        try:
            if read.value(procedure.done_when) is True:
                return Finished()
        except (_Wanted, _NotDone):
            pass
    for step in procedure.steps.values():
        done = case["steps"].get(step.name)
        if done and done["ok"]:
            continue
        wanted = step_next(read, step)
        if wanted is not None:
            return wanted
    return Finished()


def step_next(read: Reading, step: CompiledStep) -> Next | None:
    """Return what a step needs next, the write itself when nothing is missing, or None where it is left out."""
    done = read.case["steps"].get(step.name)
    if done and not done["ok"]:
        return StopNext(None, hand_over=True, problem=f"{step.name} did not succeed")
    try:
        if step.when is not None and not read.value(step.when):
            return None
    except _Wanted as wanted:
        return wanted.wanted
    except _NotDone:
        return None
    if (stop := needs(read, step)) is not None:
        return stop
    try:
        args = {name: value for name, argument in step.args.items() if (value := read.value(argument)) is not None}
        for name, slot in read.procedure.slots.items():
            if name not in read.procedure.used and slot.slot.ask and name not in read.values:
                read.named(name)  # what only a person will read is asked for last
        approve = step.approve is not None and read.value(step.approve) is True
        read.look_up(step.step.say or "")
    except _Wanted as wanted:
        return wanted.wanted
    except _NotDone:
        return None
    return DoNext(step.name, step.step.tool, args, approve)


def needs(read: Reading, step: CompiledStep) -> Next | None:
    """Return what a step's rules say: a no, what is unknown first, or None where all are true."""
    first: Next | None = None
    for name in step.step.needs:
        rule = read.procedure.rules[name]
        state, wanted = read.rule(rule)
        if state == "false":
            return StopNext(name, hand_over=rule.rule.otherwise == "hand_over")
        if state == "unknown" and first is None:
            first = wanted or StopNext(None, hand_over=True, problem=f"{name} rests on a step that comes later")
    return first


def rule_states(
    procedure: Procedure, case: Case, *, now: datetime.datetime, customer_id: str | None
) -> dict[str, RuleState]:
    """Return the state of each rule, from what was read and said so far."""
    read = reading(procedure, case, now=now, customer_id=customer_id)
    return {name: read.rule(rule)[0] for name, rule in procedure.rules.items()}


def at_present(read: Reading, name: str) -> int | None:
    """Return what the case's record holds now of a number that a slot asks for, or None.

    It is the field that is called as the argument of the write that gets the slot.
    """
    procedure = read.procedure
    called = {
        a for s in procedure.steps.values() for a, from_slot in s.args.items() if from_slot.source.strip() == name
    }
    subject = unknown_named(read, procedure.subject) if procedure.subject else None
    records = [
        record
        for one in read.case["reads"].values()
        for record in records_within(one["value"])
        if subject is None or subject in one["args"].values() or subject in record.values()
    ]
    held = [record[field] for record in reversed(records) for field in called & record.keys()]
    return held[0] if held and isinstance(held[0], int) and not isinstance(held[0], bool) else None


def unknown_named(read: Reading, name: str) -> Any:
    """Return the value of a slot or fact, or None where it is not known."""
    try:
        return read.named(name)
    except (_Wanted, _NotDone):
        return None

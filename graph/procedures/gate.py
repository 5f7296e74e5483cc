"""Decide whether a write that a model calls may run: only through its procedure, on records read at that moment."""

import datetime
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BackendUnavailable, NotIdentified, Refused
from graph.procedures.cases import Case, asking, is_done, slot_value, with_read, with_slot, without_reads
from graph.procedures.format.procedure import CompiledStep, Procedure
from graph.procedures.format.slot_values import fitting
from graph.procedures.interpreter import Reading, next_step, reading, step_next
from graph.procedures.next_steps import AskNext, DoNext, Finished, Next, ReadNext, StopNext
from graph.procedures.wording import question, sentence

ReadTool = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
"""Run a read and return its result as JSON; raises Refused or BackendUnavailable."""

MOST_READS = 20
"""Reads that one decision may take; procedures with more are handed over."""


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one call."""

    case: Case
    """The case with what was learned on the way."""
    do: DoNext | None = None
    """The write with its exact arguments, where it may run."""
    feedback: str = ""
    """What the model is told otherwise: the sentence of the rule, or what is missing."""
    stop: StopNext | None = None
    """The no behind it, where there is one."""


async def advance(
    procedure: Procedure, case: Case, read: ReadTool, *, now: datetime.datetime, customer_id: str | None
) -> tuple[Case, Next]:
    """Return the case with everything read that it wants, and what it needs then."""

    def wanted(case: Case) -> Next | None:
        return next_step(procedure, case, now=now, customer_id=customer_id)

    case, found = await _settled(case, wanted, read)
    return case, found or Finished()


async def decide(
    procedure: Procedure,
    case: Case,
    tool: str,
    args: Mapping[str, Any],
    read: ReadTool,
    *,
    now: datetime.datetime,
    customer_id: str | None,
    locale: str = "en",
    source: str = "call",
) -> Verdict:
    """Return whether a call may run now; its facts are read anew."""
    step = _step_of(procedure, case, tool)
    if step is None:
        return Verdict(case, feedback=f"{tool} was done in this case already; it is not done twice.")
    case = without_reads(_told(procedure, case, step, args, source))
    case = {**case, "stopped": None}

    def wanted(case: Case) -> Next | None:
        return step_next(reading(procedure, case, now=now, customer_id=customer_id), step)

    case, found = await _settled(case, wanted, read)
    read_now = reading(procedure, case, now=now, customer_id=customer_id)
    return _verdict(read_now, step, args, found, locale, source)


async def _settled(case: Case, wanted: Callable[[Case], Next | None], read: ReadTool) -> tuple[Case, Next | None]:
    """Read what is wanted until something else is."""
    for _ in range(MOST_READS):
        found = wanted(case)
        if not isinstance(found, ReadNext):
            return case, found
        case = await read_into(case, found, read)
    return case, StopNext(None, hand_over=True, problem=f"more than {MOST_READS} reads")


async def read_into(case: Case, wanted: ReadNext, read: ReadTool) -> Case:
    """Return the case with a read made, and what came of it."""
    try:
        value = await read(wanted.tool, wanted.args)
    except NotIdentified as who:
        return with_read(case, wanted.tool, wanted.args, None, refused=str(who), failed=True, sign_in=True)
    except Refused as no:
        return with_read(case, wanted.tool, wanted.args, None, refused=str(no))
    except BackendUnavailable as down:
        return with_read(case, wanted.tool, wanted.args, None, refused=str(down), failed=True)
    return with_read(case, wanted.tool, wanted.args, value)


def _step_of(procedure: Procedure, case: Case, tool: str) -> CompiledStep | None:
    """Return the step a call stands for: the first with this tool that was not done."""
    steps = [step for step in procedure.steps.values() if step.step.tool == tool]
    return next((step for step in steps if not is_done(case, step.name)), None)


def _told(procedure: Procedure, case: Case, step: CompiledStep, args: Mapping[str, Any], source: str) -> Case:
    """Take arguments that are slots for what the customer wants; a new value is a correction."""
    for name, value in args.items():
        argument = step.args.get(name)
        slot = procedure.slots.get(argument.source.strip()) if argument else None
        if slot is None or slot.slot.source == "customer" or value is None:
            continue  # what customers claim is heard from them
        fits = fitting(slot.slot, value)
        if fits is not None and slot_value(case, slot.name) != fits:
            case = with_slot(procedure, case, slot.name, fits, source)
    return case


def _verdict(
    read: Reading, step: CompiledStep, args: Mapping[str, Any], found: Next | None, locale: str, source: str
) -> Verdict:
    case, tool, name = read.case, step.step.tool, read.procedure.name
    match found:
        case DoNext():
            if wrong := _differing(step, args, found.args):
                return Verdict(case, feedback=wrong)
            return Verdict(case, do=found)
        case StopNext():
            said = sentence(found, read, locale)
            why = (
                f"The rule {found.rule!r} of the procedure {name!r} forbids {tool}"
                if found.rule
                else f"{tool} cannot run"
            )
            then = "Hand over to a person." if found.hand_over else "Tell the customer so."
            return Verdict(stopped(case, found, said), feedback=f"{why}: {said} {then}", stop=found)
        case AskNext():
            told = f"Not yet: {found.slot!r} is not known. Ask the customer: {question(found, read, locale)}"
            return Verdict(asking(case, found.slot, source), feedback=told)
        case _:
            return Verdict(case, feedback=f"{tool} does not apply to this case.")


def stopped(case: Case, stop: StopNext, said: str) -> Case:
    """Return the case with what stopped it."""
    return {**case, "stopped": {"rule": stop.rule or "", "say": said, "problem": stop.problem}}


def _same(given: Any, right: Any) -> bool:
    """Say whether two values are one, whatever JSON made of numbers and times."""
    if isinstance(given, int | float) and isinstance(right, int | float):
        return float(given) == float(right)
    return given == right or str(given).strip().casefold() == str(right).strip().casefold()


def _differing(step: CompiledStep, given: Mapping[str, Any], right: Mapping[str, Any]) -> str:
    """Return what to tell a model whose arguments are not those of the case."""
    for name, value in right.items():
        if name in given and not _same(given[name], value):
            return f"{name} has to be {value!r}, not {given[name]!r}; call {step.step.tool} with what the case says."
    if extra := [name for name, value in given.items() if name not in right and value not in (None, "", [], {})]:
        return f"{step.step.tool} is called without {extra[0]!r} in this case."
    return ""

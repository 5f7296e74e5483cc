"""Write what a model is shown of procedures: all names in the stable part, the open case in full at the end."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

from langchain_core.tools import tool

from graph.procedures.cases import Case
from graph.procedures.format.procedure import Procedure
from graph.procedures.interpreter import Reading, next_step, reading
from graph.procedures.next_steps import AskNext, DoNext, ReadNext, StopNext
from graph.procedures.wording import question, sentence

FOLLOW = "follow_procedure"
"""The control tool by which a model opens a case and adds what the customer said."""


@tool(FOLLOW, parse_docstring=True)
async def follow_procedure(name: str, slots: dict[str, Any] | None = None) -> str:
    """Begin to follow a procedure, or add to the open case what the customer said; returns what it needs next.

    Args:
        name: The procedure's name.
        slots: What the customer said, by the names of the procedure's slots.
    """
    return name  # the graph keeps cases; see graph/tool_calls/case_calls.py


LONGEST_FACT = 600
"""Characters of a fact that the note of a case shows."""


def listing(procedures: Sequence[Procedure]) -> str:
    """Return the names and descriptions of all procedures, for the instructions."""
    if not procedures:
        return ""
    lines = [f"- {procedure.name}: {procedure.description}" for procedure in procedures]
    return (
        "\n\nProcedures say how requests are dealt with. When a customer wants what one of them is for, and it is not "
        f"the open case already, call {FOLLOW} with its name; when none fits, call none.\n" + "\n".join(lines)
    )


def case_note(procedure: Procedure, case: Case, *, now: datetime.datetime, customer_id: str | None, locale: str) -> str:
    """Return the open case: what is known, what is missing, the state of its rules, and what comes next."""
    read = reading(procedure, case, now=now, customer_id=customer_id)
    states = {name: read.rule(rule)[0] for name, rule in procedure.rules.items()}
    wanted = next_step(procedure, case, now=now, customer_id=customer_id)
    have = [f"{name} = {_short(known['value'])}" for name, known in case["slots"].items()]
    have += [f"{name} = {_short(read.values[name])}" for name in procedure.facts if name in read.values]
    lines = [
        f"\n\nOpen case: {procedure.name}",
        procedure.source.guidance,
        f"Have: {'; '.join(have) or 'nothing yet'}",
        f"Rules: {', '.join(f'{name} is {state}' for name, state in states.items())}",
        f"Next: {_next(wanted, read, locale)}",
        f"What the customer says about {', '.join(procedure.slots) or 'it'} goes into {FOLLOW}.",
    ]
    return "\n".join(lines)


def _next(wanted: Any, read: Reading, locale: str) -> str:
    match wanted:
        case AskNext():
            return f"ask for {wanted.slot}: {question(wanted, read, locale)}"
        case ReadNext():
            return f"look up {wanted.tool}({_short(dict(wanted.args))})"
        case DoNext():
            return f"call {wanted.tool}({_short(dict(wanted.args))})"
        case StopNext():
            then = "hand over to a person" if wanted.hand_over else "do nothing more in this case"
            return f"tell the customer: {sentence(wanted, read, locale)} Then {then}."
        case _:
            return "it is done; tell the customer what came of it"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}…"

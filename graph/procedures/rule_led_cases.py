"""Say and do what open cases need, where no model does, and note what became of their writes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, ToolCall

from core.message_marks import mark
from graph.procedures.book import ProcedureBook
from graph.procedures.case_messages import with_reads
from graph.procedures.cases import TAKEN_BACK, Case, is_done, popped, replaced, with_step
from graph.procedures.following import followed, next_of, reading_of
from graph.procedures.gate import stopped
from graph.procedures.next_steps import AskNext, DoNext, ReadNext, StopNext
from graph.procedures.wording import question, sentence, sentence_again
from tools.context import Context

UNTOLD = "refused by the write"
MOST_AGAIN = 3
"""How often a question is put again before a person is called; no rule reads an answer of many parts."""


def said_next(
    book: ProcedureBook, cases: list[Case], context: Context, *, person_tool: str
) -> tuple[AIMessage | None, list[Case]]:
    """Return what is said or called next, without a model, and the cases after it; nothing where no case is open.

    After a no the case below goes on in the same message.
    """
    told: list[str] = []
    while cases:
        case = cases[-1]
        if case["stopped"] and case["stopped"]["problem"] == TAKEN_BACK:
            told.append(case["stopped"]["say"])
            cases = popped(cases)
            continue
        procedure = followed(book, case)
        read = reading_of(book, case, context)
        wanted = next_of(book, case, context)
        if isinstance(wanted, DoNext) and case["stopped"]:  # the write itself refused
            wanted = StopNext(None, hand_over=False, say=case["stopped"]["say"])
        match wanted:
            case AskNext() as ask if case["again"] > (
                0 if procedure.slots[ask.slot].slot.type == "json" else MOST_AGAIN
            ):
                call = _call(person_tool, {"reason": f"{procedure.name}: no answer for {ask.slot}"})
                return AIMessage("\n\n".join(told), tool_calls=[call]), cases
            case AskNext() as ask:
                told.append(question(replace(ask, note=case["note"]), read, context.locale))
                return AIMessage("\n\n".join(told)), cases
            case DoNext() as do:
                own = mark(procedure=procedure.name)
                return AIMessage("\n\n".join(told), tool_calls=[_call(do.tool, do.args)], additional_kwargs=own), cases
            case StopNext() as stop:
                again = case["stopped"] and case["stopped"]["problem"] != UNTOLD and not stop.hand_over
                told.append((sentence_again if again else sentence)(stop, read, context.locale))
                held = stopped(case, stop, told[-1])
                if stop.hand_over:  # whoever takes over sees what stopped it
                    reason = f"{procedure.name}: {stop.rule or stop.problem}"
                    call = _call(person_tool, {"reason": reason})
                    return AIMessage("\n\n".join(told), tool_calls=[call]), replaced(cases, held)
                if len(cases) == 1:  # a correction may still change the no
                    return AIMessage("\n\n".join(told)), replaced(cases, held)
                cases = popped(cases)
            case ReadNext():
                break
            case _:
                cases = popped(cases)
    return AIMessage("\n\n".join(told)) if told else None, cases


async def goes_on(
    book: ProcedureBook, cases: list[Case], source: str, context: Context, *, person_tool: str
) -> tuple[AIMessage | None, list[Case]]:
    """Return as `said_next` how the case below goes on by itself after a write has ended; nothing where none does."""
    if not book.leads or not cases or cases[-1]["stopped"]:
        return None, cases
    return said_next(book, await with_reads(book, cases, source, context), context, person_tool=person_tool)


def refused_by_write(case: Case, said: str) -> Case:
    """Return the case with the refusal of the write itself, which the customer has not read yet."""
    return {**case, "stopped": {"rule": "", "say": said, "problem": UNTOLD}}


def handoff_in(message: AIMessage, person_tool: str) -> str | None:
    """Return why a message calls a person, or None."""
    return next((str(call["args"]["reason"]) for call in message.tool_calls if call["name"] == person_tool), None)


def _call(tool: str, args: Mapping[str, Any]) -> ToolCall:
    return ToolCall(name=tool, args=dict(args), id=f"call_{uuid4().hex}", type="tool_call")


def with_outcome(
    book: ProcedureBook, cases: list[Case], led: Mapping[str, Any], *, ok: bool, action: str
) -> list[Case]:
    """Return the stack after a write of a procedure has ended; a case that is done, or whose write was not, leaves it.

    Args:
        book: The procedures.
        cases: The stack.
        led: What the ledger's row says of the procedure.
        ok: Whether it succeeded.
        action: The row.
    """
    rest = []
    for case in cases:
        if not is_of(case, led):
            rest.append(case)
            continue
        if not ok:
            continue  # the customer reads why; what they say next is a new request
        after = with_step(case, led["step"], ok=ok, result=None, action=action)
        procedure = book.of(after)
        if procedure and not all(is_done(after, step) for step in procedure.steps):
            rest.append(after)
    return rest


def is_of(case: Mapping[str, Any], led: Mapping[str, Any]) -> bool:
    """Say whether a row of the ledger is of a case; the first rows name the procedure alone."""
    row = led.get("case") or {}
    return bool(case.get("id") == row["id"] if row.get("id") else case["procedure"] == led["name"])

"""Lead a conversation by its cases: hear a message for them, and, where no model does, say and do what they need.

Several requests are a stack: the newest is dealt with first, the one below goes on after it. A question in between
leaves the stack as it is. "Never mind" drops the open case.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, ToolCall

from core.language.confirmations import answer_to_confirmation, takes_back
from graph.procedures.answers import fitting, heard
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import (
    Case,
    asking,
    is_done,
    open_case,
    popped,
    pushed,
    replaced,
    slot_value,
    with_slot,
    with_step,
    without_reads,
    without_slot,
)
from graph.procedures.choice import QUESTION
from graph.procedures.compile import Procedure
from graph.procedures.gate import advance, stopped
from graph.procedures.interpreter import AskNext, DoNext, Next, ReadNext, StopNext, next_step, reading
from graph.procedures.prompt import case_note
from graph.procedures.wording import question, sentence
from tools.context import Context

PLAIN_NO = re.compile(
    r"^\W*(?:no+|nope|nah|nein|nee|non|não|nie|niet|not really|no thanks?|no thank you)\W*$", re.IGNORECASE
)
SENTENCES = re.compile(
    r"(?<=[.!?])\s+|\n+|(?:,|(?<![,\s]))\s{1,8}(?:and also|and then|also|außerdem|aussi|también|anche|também)\b\s{1,8}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CasesAfter:
    """What a message did to the cases."""

    cases: list[Case]
    led: bool
    """Whether the message was about a case, so that the case goes on with it."""
    dropped: bool = False
    """Whether the customer took back the open case."""


async def hear(book: ProcedureBook, cases: list[Case], text: str, source: str, context: Context) -> CasesAfter:
    """Return the cases after a message of the customer, with everything read that the open one wants.

    Args:
        book: The procedures.
        cases: The stack, the open case last.
        text: What the customer said.
        source: Where, as `message:ID`.
        context: On whose behalf records are read.
    """
    cases = [case for case in cases if book.of(case) is not None]  # a tool that is gone cannot be followed any more
    before = [known_of(case) for case in cases]
    if cases and _drops(book, cases[-1], text):
        return CasesAfter(popped(cases), led=False, dropped=True)
    if cases:
        cases = replaced(cases, heard(_followed(book, cases[-1]), cases[-1], text, source))
    answered = [known_of(case) for case in cases] != before
    if book.chooser:
        cases = _chosen(book, cases, text, source, answered=answered)
    changed = [known_of(case) for case in cases] != before
    led = changed or bool(cases and cases[-1]["asked"] and not QUESTION.match(text))
    return CasesAfter(await with_reads(book, cases, source, context), led=bool(cases) and led)


def known_of(case: Case) -> tuple[Any, ...]:
    """Return what a message can change in a case."""
    return (case["procedure"], tuple((name, str(known["value"])) for name, known in sorted(case["slots"].items())))


async def with_reads(book: ProcedureBook, cases: list[Case], source: str, context: Context) -> list[Case]:
    """Return the stack with everything read that its top wants, and its next question noted."""
    if not cases:
        return cases
    procedure = _followed(book, cases[-1])
    case = without_reads(cases[-1], only_failed=True)
    read, now, customer = book.reader(context), book.now(), context.customer_id
    case, found = await advance(procedure, case, read, now=now, customer_id=customer)
    if isinstance(found, AskNext) and found.note:  # nothing is there under the last answer
        case = {**without_slot(procedure, case, found.slot), "note": found.note}
        case, found = await advance(procedure, case, read, now=now, customer_id=customer)
    if isinstance(found, AskNext):
        case = asking(case, found.slot, source)
    return replaced(cases, case)


def _followed(book: ProcedureBook, case: Case) -> Procedure:
    found = book.of(case)
    if found is None:
        raise LookupError(case["procedure"])
    return found


def _drops(book: ProcedureBook, case: Case, text: str) -> bool:
    """Say whether a message takes the open case back, and does not merely answer its question with no."""
    if not takes_back(text) or PLAIN_NO.match(text):
        return False
    asked = _followed(book, case).slots.get(case["asked"] or "")
    return asked is None or asked.slot.type != "yes_no" or answer_to_confirmation(text) != "no"


def _chosen(book: ProcedureBook, cases: list[Case], text: str, source: str, *, answered: bool) -> list[Case]:
    """Return the stack with a case for each request in a message; an answer is no request."""
    parts = [part for part in SENTENCES.split(text) if part.strip()] if answered else [text]
    if answered and len(parts) == 1:
        return cases
    for part in parts:
        name = book.chooser.choose(part).procedure if book.chooser else None
        if name is None or (cases and cases[-1]["procedure"] == name):
            continue
        if answered and cases and heard(_followed(book, cases[-1]), cases[-1], part, source) != cases[-1]:
            continue  # this part is the answer
        procedure = book.procedures[name]
        cases = pushed(cases, heard(procedure, open_case(procedure), text if len(parts) == 1 else part, source))
    return cases


def next_of(book: ProcedureBook, case: Case, context: Context) -> Next:
    """Return what a case needs next, from what was read and said."""
    return next_step(_followed(book, case), case, now=book.now(), customer_id=context.customer_id)


def said_next(
    book: ProcedureBook, cases: list[Case], context: Context, *, person_tool: str
) -> tuple[AIMessage | None, list[Case]]:
    """Return what is said or called next, without a model, and the cases after it; nothing where no case is open."""
    while cases:
        case = cases[-1]
        procedure = _followed(book, case)
        read = reading(procedure, case, now=book.now(), customer_id=context.customer_id)
        match next_of(book, case, context):
            case AskNext() as ask:
                return AIMessage(question(replace(ask, note=case["note"]), read, context.locale)), cases
            case ReadNext():
                return None, cases
            case DoNext() as do:
                return AIMessage("", tool_calls=[_call(do.tool, do.args)]), cases
            case StopNext() as stop if stop.hand_over:
                reason = f"{procedure.name}: {stop.rule or stop.problem}"
                said = sentence(stop, read, context.locale)
                told = AIMessage(said, tool_calls=[_call(person_tool, {"reason": reason})])
                return told, replaced(cases, stopped(case, stop, said))  # whoever takes over sees what stopped it
            case StopNext() as stop:
                return AIMessage(sentence(stop, read, context.locale)), popped(cases)
            case _:
                cases = popped(cases)
    return None, cases


def _call(tool: str, args: Mapping[str, Any]) -> ToolCall:
    return ToolCall(name=tool, args=dict(args), id=f"call_{uuid4().hex}", type="tool_call")


def opened(procedure: Procedure, messages: Sequence[tuple[str, str]]) -> Case:
    """Return a new case that knows what the customer has said so far, oldest first."""
    case = open_case(procedure)
    for text, source in messages:
        case = heard(procedure, case, text, source)
    return case


async def follow(
    book: ProcedureBook,
    cases: list[Case],
    name: str,
    slots: Mapping[str, Any],
    messages: Sequence[tuple[str, str]],
    context: Context,
) -> tuple[str, list[Case]]:
    """Open a case for a model, or add what it read out of the conversation; return what to tell it, and the stack.

    A claim of the customer counts only as the answer to its question: a model may not give it before it was asked.

    Args:
        book: The procedures.
        cases: The stack.
        name: The procedure's name, as the model gave it.
        slots: What the model read out of the conversation.
        messages: What the customer has said, oldest first, each with its source.
        context: On whose behalf records are read.
    """
    source = messages[-1][1] if messages else "message:"
    procedure = book.procedures.get(name)
    if procedure is None:
        return f"There is no procedure {name!r}: take one of {', '.join(sorted(book.procedures)) or 'none'}.", cases
    cases = pushed(cases, opened(procedure, messages))
    procedure, case = _followed(book, cases[-1]), cases[-1]
    told = []
    for slot_name, value in slots.items():
        slot = procedure.slots.get(slot_name)
        fits = fitting(slot.slot, value) if slot and slot.slot.ask else None
        if slot is None or fits is None:
            told.append(f"{slot_name} = {value!r} does not fit.")
        elif slot.slot.source == "customer" and case["asks"].get(slot_name, source) == source:
            if slot_value(case, slot_name) is None:
                told.append(f"{slot_name} has to be asked for first.")
        elif slot_value(case, slot_name) != fits:
            case = with_slot(procedure, case, slot_name, fits, source)
    cases = await with_reads(book, replaced(cases, case), source, context)
    note = case_note(procedure, cases[-1], now=book.now(), customer_id=context.customer_id, locale=context.locale)
    return " ".join([*told, note.strip()]), cases


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
        if case["procedure"] != led["name"]:
            rest.append(case)
            continue
        if not ok:
            continue  # the customer reads why; what they say next is a new request
        after = with_step(case, led["step"], ok=ok, result=None, action=action)
        procedure = book.of(after)
        if procedure and not all(is_done(after, step) for step in procedure.steps):
            rest.append(after)
    return rest


def open_note(book: ProcedureBook, cases: Sequence[Case], context: Context) -> str:
    """Return the note of the open case for a model, or an empty text."""
    if not cases or (procedure := book.of(cases[-1])) is None:
        return ""
    return case_note(procedure, cases[-1], now=book.now(), customer_id=context.customer_id, locale=context.locale)

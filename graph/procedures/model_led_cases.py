"""Let a model lead: it opens cases and adds what it read out of the conversation, and reads what a case needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from graph.procedures.book import ProcedureBook
from graph.procedures.case_messages import requested, with_reads
from graph.procedures.cases import Case, replaced, slot_value, with_slot
from graph.procedures.following import followed
from graph.procedures.format.slot_values import fitting
from graph.procedures.prompt import case_note
from tools.context import Context


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
    cases = requested(procedure, cases, messages)
    procedure, case = followed(book, cases[-1]), cases[-1]
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


def open_note(book: ProcedureBook, cases: Sequence[Case], context: Context) -> str:
    """Return the note of the open case and the names of those below it for a model, or an empty text."""
    if not cases or (procedure := book.of(cases[-1])) is None:
        return ""
    note = case_note(procedure, cases[-1], now=book.now(), customer_id=context.customer_id, locale=context.locale)
    return "\n".join([note, *(f"Waiting: {_title(case)}" for case in reversed(cases[:-1]))])


def _title(case: Case) -> str:
    known = "; ".join(f"{name} = {slot['value']}" for name, slot in case["slots"].items())
    return f"{case['procedure']} ({known or 'nothing known yet'})"

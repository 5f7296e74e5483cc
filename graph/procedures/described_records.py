"""Find the record that a message describes instead of naming it, what is asked for by it, and what follows a no."""

from typing import Any

from core.language.corrections import takes_back
from core.language.greetings import is_small_talk
from core.language.several import concedes, hesitates, insists, means_another, means_the_other
from core.language.words import leans_on_before
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import Case, open_case, replaced, slot_value, with_slot
from graph.procedures.choice import is_question
from graph.procedures.following import advanced, followed, next_of, opened, reading_of
from graph.procedures.format.procedure import Procedure
from graph.procedures.interpreter import unknown_named
from graph.procedures.next_steps import AskNext
from graph.procedures.offers import described_choice, records_described
from tools.context import Context

NAMED = 100
"""How well a message describes a record whose number it names."""


async def requests_in(
    book: ProcedureBook, text: str, source: str, context: Context, before: str = ""
) -> list[tuple[str, str]]:
    """Return the procedures that a message asks for, each with its part of the message, or behind the one before it.

    Where its words ask for several, or are near to none, the customer's records tell: who does not need the yoga on
    Monday means a booking.
    """
    if book.chooser is None:
        return []
    found = []
    for near, part in book.chooser.requests(text):
        name, said, asked = near, part, book.chooser.asked(part)
        if asked and asked != [near]:
            told = {one: await _telling(book, book.procedures[one], part, source, context) for one in asked}
            best = max(told, key=lambda one: told[one][0])
            words, record = told[best]
            if words and [w for w, _ in told.values()].count(words) == 1:
                name, said = best, f"{part} ({record})"
        if name:
            found.append((name, said))
    if not found and before and not book.chooser.requests(before)[0][0]:
        found = [(name, f"{before}\n{text}") for name in [book.chooser.continued(text, before)] if name]
    return found


async def _telling(
    book: ProcedureBook, procedure: Procedure, text: str, source: str, context: Context
) -> tuple[int, Any]:
    """Return how many words of a message tell one of the records that a procedure could be about, and which."""
    subject = procedure.subject
    if subject is None:
        return 0, None
    record = slot_value(opened(procedure, [(text, source)])[0], subject)
    case, wanted = await advanced(book, open_case(procedure), context)
    one = unknown_named(reading_of(book, case, context), subject)
    choices = wanted.choices if isinstance(wanted, AskNext) and wanted.slot == subject else [one]
    if record is not None:
        return (NAMED if record in choices else 0), record
    records, (places, told) = records_described([choice for choice in choices if choice is not None], case, text)
    return (len(told), list(records)[places[0]]) if len(places) == 1 else (0, None)


def described_case(book: ProcedureBook, case: Case, text: str, source: str, context: Context) -> Case | None:
    """Return a case about the record that a message describes among those its question offers, or None."""
    wanted = next_of(book, case, context)
    if not isinstance(wanted, AskNext) or len(wanted.choices) < 2:
        return None
    choice = described_choice(wanted.choices, case, text)
    return None if choice is None else with_slot(followed(book, case), case, wanted.slot, choice, source)


def objects(text: str) -> bool:
    """Say whether a message insists after a no, or tells why it should not hold."""
    if is_small_talk(text) or concedes(text) or takes_back(text) or hesitates(text):
        return False
    return insists(text) or leans_on_before(text) or not is_question(text)


def of_the_same_record(book: ProcedureBook, cases: list[Case], told_no: Case, text: str) -> list[Case]:
    """Return the stack, whose top is about the record of the case that was told its no where it asks the same again."""
    procedure = followed(book, told_no)
    subject = procedure.subject
    again = bool(cases) and cases[-1]["procedure"] == told_no["procedure"] and subject not in cases[-1]["slots"]
    if not subject or not again or subject not in told_no["slots"] or means_another(text):
        return cases
    record = told_no["slots"][subject]
    return replaced(cases, with_slot(procedure, cases[-1], subject, record["value"], record["source"]))


async def about_another(book: ProcedureBook, told_no: Case, text: str, source: str, context: Context) -> Case | None:
    """Return a case for the other record after a no for one, where the customer means it, asking which of several."""
    procedure = followed(book, told_no)
    subject = procedure.subject
    if subject is None or not means_the_other(text):
        return None
    case, wanted = await advanced(book, open_case(procedure), context)
    if not isinstance(wanted, AskNext) or wanted.slot != subject:
        return None
    others = [choice for choice in wanted.choices if choice != slot_value(told_no, subject)]
    return with_slot(procedure, case, subject, others[0], source) if len(others) == 1 else case if others else None

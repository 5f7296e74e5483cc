"""Follow a case by its procedure: what it says now, what it needs next, and the cases that messages open."""

from collections.abc import Sequence

from graph.procedures.answers import answered_cases
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import Case, open_case, read_key
from graph.procedures.format.procedure import Procedure
from graph.procedures.gate import advance, read_into
from graph.procedures.interpreter import Reading, next_step, reading
from graph.procedures.next_steps import AskNext, Next, ReadNext
from graph.procedures.offers import records_behind
from tools.context import Context

MOST_LOOKED_UP = 8
"""Choices of a question whose records are looked up."""


def followed(book: ProcedureBook, case: Case) -> Procedure:
    """Return the procedure of a case that can be followed; raises LookupError for one whose tools are gone."""
    found = book.of(case)
    if found is None:
        raise LookupError(case["procedure"])
    return found


async def advanced(book: ProcedureBook, case: Case, context: Context) -> tuple[Case, Next]:
    """Return a case with everything read that it wants, and what it needs then; records that are to be chosen from are
    read as well, so that they can be told by what stands in them.
    """
    now, procedure, read = book.now(), followed(book, case), book.reader(context)
    case, wanted = await advance(procedure, case, read, now=now, customer_id=context.customer_id)
    case = {**case, "today": now.date().isoformat()}
    if isinstance(wanted, AskNext) and 1 < len(wanted.choices) <= MOST_LOOKED_UP:
        for look in _behind_choices(procedure, case, wanted, book.lists):
            case = await read_into(case, look, read)
    return case, wanted


def _behind_choices(procedure: Procedure, case: Case, ask: AskNext, lists: Sequence[str]) -> list[ReadNext]:
    """Return the reads of the records that a question offers by their numbers, and of what the codes in them mean."""
    calls = [call for expression in procedure.facts.values() for call in expression.calls.values()]
    by_number = next(((c.tool, n) for c in calls for n, a in c.args.items() if a.source.strip() == ask.slot), None)
    looks = [ReadNext(name, {}) for name in lists]
    if by_number and len(records_behind(ask.choices, case)) < len(ask.choices):
        looks += [ReadNext(by_number[0], {by_number[1]: choice}) for choice in ask.choices]
    return [look for look in looks if read_key(look.tool, look.args) not in case["reads"]]


def reading_of(book: ProcedureBook, case: Case, context: Context) -> Reading:
    """Return what a case says now."""
    return reading(followed(book, case), case, now=book.now(), customer_id=context.customer_id)


def next_of(book: ProcedureBook, case: Case, context: Context) -> Next:
    """Return what a case needs next, from what was read and said."""
    return next_step(followed(book, case), case, now=book.now(), customer_id=context.customer_id)


def opened(procedure: Procedure, messages: Sequence[tuple[str, str]]) -> list[Case]:
    """Return new cases that know what the customer has said so far, oldest first: one for each record they named."""
    cases = [open_case(procedure)]
    for text, source in messages:
        first, *more = cases
        cases = [*answered_cases(procedure, first, text, source), *more]
    return cases

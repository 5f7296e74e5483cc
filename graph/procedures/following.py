"""Follow a case by its procedure: what it says now, what it needs next, and the cases that messages open."""

from collections.abc import Sequence

from graph.procedures.answers import answered_cases
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import Case, open_case
from graph.procedures.format.procedure import Procedure
from graph.procedures.gate import advance
from graph.procedures.interpreter import Reading, next_step, reading
from graph.procedures.next_steps import Next
from tools.context import Context


def followed(book: ProcedureBook, case: Case) -> Procedure:
    """Return the procedure of a case that can be followed; raises LookupError for one whose tools are gone."""
    found = book.of(case)
    if found is None:
        raise LookupError(case["procedure"])
    return found


async def advanced(book: ProcedureBook, case: Case, context: Context) -> tuple[Case, Next]:
    """Return a case with everything read that it wants, and what it needs then."""
    customer = context.customer_id
    return await advance(followed(book, case), case, book.reader(context), now=book.now(), customer_id=customer)


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

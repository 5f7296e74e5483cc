"""Show the open cases of a conversation: slots with where each came from, records, rules and what stopped it."""

from graph.procedures.authoring.chart import chart
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import Case, cases_of
from graph.procedures.interpreter import rule_states
from graph.state import State
from server.schemas.desk_schemas import CaseOut, RuleOut, SlotOut


def cases_out(state: State, book: ProcedureBook | None) -> list[CaseOut]:
    """Return the cases, the one that is dealt with last; none where the business has no procedures."""
    return [shown for case in cases_of(state.cases) if book and (shown := _case(case, book, state.customer_id))]


def _case(case: Case, book: ProcedureBook, customer_id: str | None) -> CaseOut | None:
    procedure = book.of(case)
    if procedure is None:
        return None
    states = rule_states(procedure, case, now=book.now(), customer_id=customer_id)
    stopped = case["stopped"]
    return CaseOut(
        procedure=procedure.name,
        version=procedure.version,
        slots=[SlotOut(name=name, **known) for name, known in case["slots"].items()],
        facts={
            key: read["value"] if read["refused"] is None else read["refused"] for key, read in case["reads"].items()
        },
        rules=[RuleOut(name=n, state=states[n], must=rule.must.source) for n, rule in procedure.rules.items()],
        asked=case["asked"],
        stopped_by=stopped["rule"] if stopped else None,
        stopped_why=(stopped["problem"] or stopped["say"]) if stopped else None,
        chart=chart(procedure.source),
    )

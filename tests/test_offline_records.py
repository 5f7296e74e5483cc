"""Without sentences of its own for a trade, the offline model tells records field by field and says what is
connected.
"""

import json

from core.language.fixed_sentences import own_phrases
from core.offline.answering.found_records import (
    answers_by_field,
    own_records,
    records_found,
    records_named,
    state_beside,
)
from core.offline.planner import Planner
from core.offline.reading.chat_request import Conversation, Result
from tools.retail.offline.reading.shop_talk import GREETING
from tools.retail.offline.shop_planner import ShopPlanner

TOOLS = {"list_bookings": {"description": "List the customer's bookings."}, "search_articles": {}}


def result(data: object) -> Result:
    return Result(name="list_bookings", args={}, text=json.dumps(data))


def test_each_record_is_a_line_of_its_plain_fields() -> None:
    found = result({"bookings": [{"booking_id": "B1", "status": "active", "paid": True}, {"booking_id": "B2"}]})
    assert records_found([found]).splitlines()[1:] == [
        "- booking id: B1, status: active, paid: yes",
        "- booking id: B2",
    ]


def test_fields_and_states_are_called_in_the_customers_language_as_the_business_says_or_the_engine() -> None:
    found = result({"bookings": [{"booking_id": "B1", "status": "on_time", "seat_row": 4}]})
    own = {"label_booking_id": {"de": "Buchungsnummer"}, "label_seat_row": {"fr": "rang"}}
    with own_phrases(own):
        lines = records_found([found], found="Das finde ich dazu:", locale="de").splitlines()
    assert lines == ["Das finde ich dazu:", "- Buchungsnummer: B1, Status: pünktlich, seat row: 4"]


TRIP = {
    "reservation_id": "AB12CD",
    "user_id": "mia",
    "cabin": "basic_economy",
    "insurance": "yes",
    "created_at": "2026-05-01T09:00:00",
    "flights": [{"flight_number": "F1", "date": "2026-05-20"}, {"flight_number": "F2", "date": "2026-05-21"}],
    "passengers": [{"first_name": "Mia", "dob": "1990-01-01"}],
    "reservations": ["AB12CD", "EF34GH"],
}


def test_a_record_is_told_by_its_own_fields_and_not_by_what_stands_in_its_lists() -> None:
    assert records_found([result(TRIP)]).splitlines()[1:] == [
        "- reservation id: AB12CD, cabin: basic economy, insurance: yes, created at: 1 May 2026, 09:00, "
        "reservations: AB12CD, EF34GH"
    ]


def test_of_a_record_only_what_is_asked_about_is_told() -> None:
    found = Result(name="get_trip", args={"reservation_id": "AB12CD"}, text=json.dumps(TRIP))
    asked = Conversation("does AB12CD have insurance?", results=(found,), tools=TOOLS)
    assert records_named(asked).splitlines()[1:] == ["- reservation id: AB12CD, insurance: yes"]
    assert answers_by_field(asked)
    asked = Conversation("which flights are on ab12cd?", results=(found,), tools=TOOLS)
    assert records_named(asked).endswith("flights: F1 20 May 2026; F2 21 May 2026")
    assert not answers_by_field(Conversation("may I bring a dog on AB12CD?", results=(found,), tools=TOOLS))


def test_a_record_is_told_only_where_the_customers_own_is_spoken_of() -> None:
    found = (result(TRIP),)
    assert own_records(Conversation("which trips do I have?", results=found, tools=TOOLS))
    assert own_records(Conversation("and if you fly no trips there?", results=found, tools=TOOLS)) == ""
    assert own_records(Conversation("do I have to print my trips?", results=found, tools=TOOLS)) == ""


def test_nothing_is_told_where_nothing_was_found_or_a_trade_has_its_own_sentences() -> None:
    assert records_found([result({"bookings": []})]) == ""
    asked = Conversation("which bookings do I have?", results=(result([{"booking_id": "A1"}]),), tools=TOOLS)
    assert "A1" in Planner(None).decide(asked).text
    assert "A1" not in ShopPlanner(None).decide(asked).text


def test_an_introduction_names_what_is_connected_and_no_other_trade() -> None:
    said = Planner(None).introduction("capabilities", TOOLS)
    assert "list your bookings" in said
    assert "order" not in said
    assert ShopPlanner(None).introduction("greeting", {"get_order": {}}) == GREETING


def test_a_record_that_a_message_names_is_told_unless_a_change_is_asked_about() -> None:
    found = Result(name="get_booking", args={"booking_id": "B1"}, text=json.dumps({"seat": "12A"}))
    asked = Conversation("which seat is on booking B1?", results=(found,), tools=TOOLS)
    assert records_named(asked).endswith("- seat: 12A")
    assert records_named(Conversation("can I cancel booking B1?", results=(found,), tools=TOOLS)) == ""
    assert records_named(Conversation("which seat do I have?", results=(found,), tools=TOOLS)) == ""


ACCOUNT = Result(name="get_account", args={}, text=json.dumps({"tier": "gold", "trips": ["AB12CD", "EF34GH"]}))
TRIPS = tuple(
    Result(name="get_trip", args={"id": trip}, text=json.dumps({"id": trip, "insurance": told, "flights": ["F1"]}))
    for trip, told in (("AB12CD", "yes"), ("EF34GH", "no"))
)


def test_records_that_only_led_to_others_are_left_out_unless_they_are_asked_about() -> None:
    found = (ACCOUNT, *TRIPS)
    assert "gold" not in records_found(found, "show me my trips")
    assert "gold" in records_found(found, "show me my tier and my trips")


def test_how_things_stand_is_told_from_the_records_that_own_ones_led_to() -> None:
    asked = Conversation("do I have insurance?", results=(ACCOUNT, *TRIPS), tools=TOOLS)
    assert state_beside(asked).splitlines()[1:] == ["- id: AB12CD, insurance: yes", "- id: EF34GH, insurance: no"]
    assert state_beside(Conversation("am I insured?", results=(), tools=TOOLS)) == ""
    assert state_beside(Conversation("how do I cancel my flights?", results=(ACCOUNT, *TRIPS), tools=TOOLS)) == ""


def test_a_record_that_is_named_among_own_ones_is_told_alone_and_days_where_they_are_asked_for() -> None:
    lines = Result(name="get_lines", args={}, text=json.dumps({"lines": [{"id": "L-1", "zip": "10115"},
                                                                        {"id": "L-22", "zip": "10119"}]}))  # fmt: skip
    outages = tuple(
        Result(name="check", args={"zip": code}, text=json.dumps({"outage": told, "zip": code}))
        for code, told in (("10115", True), ("10119", False))
    )
    asked = Conversation("is L-22 hit by the outage, too?", results=(lines, *outages), tools=TOOLS)
    assert state_beside(asked).splitlines()[1:] == ["- outage: no, zip: 10119"]
    assert "F1 20 May 2026" in records_found([result(TRIP)], "when do we leave?")

"""Without sentences of its own for a trade, the offline model tells records field by field and says what is
connected.
"""

import json

from core.offline.answering.found_records import records_found, records_named
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


def test_nothing_is_told_where_nothing_was_found_or_a_trade_has_its_own_sentences() -> None:
    assert records_found([result({"bookings": []})]) == ""
    asked = Conversation("who founded you?", results=(result([{"booking_id": "A1"}]),), tools=TOOLS)
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

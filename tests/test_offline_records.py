"""Without sentences of its own for a trade, the offline model tells records field by field and says what is
connected.
"""

import json

from core.offline.answering.sentences_about_records import records_found
from core.offline.reading.chat_request import Result
from core.offline.reading.small_talk import GREETING, introduction

TOOLS = {"list_bookings": {"description": "List the customer's bookings."}, "search_articles": {}}


def result(data: object) -> Result:
    return Result(name="list_bookings", args={}, text=json.dumps(data))


def test_each_record_is_a_line_of_its_plain_fields() -> None:
    found = result({"bookings": [{"booking_id": "B1", "status": "active", "paid": True}, {"booking_id": "B2"}]})
    assert records_found([found], TOOLS).splitlines()[1:] == [
        "- booking id: B1, status: active, paid: yes",
        "- booking id: B2",
    ]


def test_nothing_is_told_where_nothing_was_found_or_a_trade_has_its_own_sentences() -> None:
    assert records_found([result({"bookings": []})], TOOLS) == ""
    assert records_found([result([{"order_id": "A1"}])], {"get_order": {}}) == ""


def test_an_introduction_names_what_is_connected_and_no_other_trade() -> None:
    said = introduction("capabilities", TOOLS)
    assert "list your bookings" in said
    assert "order" not in said
    assert introduction("greeting", {"get_order": {}}) == GREETING

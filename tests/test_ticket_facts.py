"""Tell colleagues what tools found in words, whole ones, and nothing personal."""

import json

import pytest

from graph.handoff.ticket_facts import LONGEST, facts_in, shortened

ORDER = {
    "order_id": "#AF1",
    "status": "processed",
    "items": [{"item_id": "S1", "name": "Kettle", "price": "63.95", "options": {"color": "black"}}],
    "address": {"address1": "5 Main Street"},
    "parcels": [{"tracking_ids": ["5689"], "item_ids": ["S1"]}],
}


def test_an_order_is_a_line_without_its_address() -> None:
    line = "get_order: order id #AF1, status processed, items Kettle (63.95, black), parcels 5689"
    assert facts_in("get_order", json.dumps(ORDER)) == [line]
    assert (
        facts_in("list_orders", json.dumps({"orders": [ORDER, ORDER]}))
        == [line.replace("get_order", "list_orders")] * 2
    )


def test_yes_and_no_are_told_as_words() -> None:
    assert facts_in("get_seat", '{"window": true, "refundable": false}') == ["get_seat: window yes, refundable no"]


@pytest.mark.parametrize("result", ["", "[]", "null", "3", '"x"', "{", '{"a": {}}', '{"orders": 3}', "[[1, 2], {}]"])
def test_any_result_is_told_or_left_out(result: str) -> None:
    assert all("{" not in fact or result == "{" for fact in facts_in("tool", result))


def test_what_is_too_long_ends_between_two_words_or_fields() -> None:
    assert shortened("the kettle came broken", 15) == "the kettle …"
    assert shortened("x" * 400) == "x" * 299 + "…"
    (fact,) = facts_in("tool", json.dumps({f"field_{n}": "some words" for n in range(100)}))
    assert fact.endswith("some words, …")
    assert len(fact) <= LONGEST + len("tool: , …")

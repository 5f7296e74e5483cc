"""A reply may not say the opposite of a yes-and-no field of a record."""

import pytest
from langchain_core.messages import HumanMessage, ToolMessage

from graph.verification.claims.record_states import wrong_flags, wrong_possibilities
from graph.verification.evidence_reading import evidence_of


def said_wrong(sentence: str, record: str) -> bool:
    found = ToolMessage(record, tool_call_id="1", name="check_outage")
    evidence = evidence_of([HumanMessage("is there an outage at 10115?"), found], [])
    return bool(list(wrong_flags(sentence, evidence)))


OUTAGE, FINE = '{"outage":true,"postcode":"10115"}', '{"outage":false,"postcode":"10115"}'


@pytest.mark.parametrize(
    ("sentence", "record", "wrong"),
    [
        ("There is no outage at 10115.", OUTAGE, True),
        ("There isn't an outage at 10115.", OUTAGE, True),
        ("Il n'y a pas d'outage à 10115.", OUTAGE, True),
        ("There is an outage at 10115.", OUTAGE, False),
        ("There is currently an outage at 10115.", FINE, True),
        ("There is no outage at 10115.", FINE, False),
        ("If there is no outage, a technician can visit.", OUTAGE, False),
        ("Is there no outage?", OUTAGE, False),
        ("There is no outage at 10115.", f"[{OUTAGE},{FINE}]", False),
    ],
)
def test_what_there_is_has_to_agree_with_the_record(sentence: str, record: str, wrong: bool) -> None:
    assert said_wrong(sentence, record) == wrong


ORDERS = (
    '{"orders":[{"order_id":"#AF1","status":"pending","cancel_possible":true,"return_possible":false},'
    '{"order_id":"#AF2","status":"processed","cancel_possible":false,"return_possible":false}]}'
)


@pytest.mark.parametrize(
    ("sentence", "asked", "wrong"),
    [
        ("You can still cancel that one.", "can I cancel #AF2?", True),
        ("You can still cancel that one.", "can I cancel #AF1?", False),
        ("Order #AF2 can still be cancelled.", "and #AF1?", True),
        ("I cannot cancel it.", "cancel #AF1", True),
        ("It can no longer be cancelled.", "cancel #AF2", False),
        ("It cannot be cancelled for another reason than these.", "cancel #AF1", False),
        ("You can cancel an order while it is pending.", "can I cancel #AF2?", False),
        ("You can return it.", "my orders", True),
        ("Sie können sie noch stornieren.", "kann ich #AF2 stornieren?", True),
        ("If it is pending, you can cancel it.", "can I cancel #AF2?", False),
    ],
)
def test_what_can_be_done_has_to_agree_with_the_record(sentence: str, asked: str, wrong: bool) -> None:
    found = ToolMessage(ORDERS, tool_call_id="1", name="list_orders")
    evidence = evidence_of([HumanMessage(asked), found], [])
    assert bool(list(wrong_possibilities(sentence, evidence))) == wrong

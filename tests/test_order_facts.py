"""Tell from an order's dates whether it is late."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from tests.fakes import FakeOrders
from tools.retail.offline.answering.order_sentences import arrival_sentence, status_sentence
from tools.retail.policy import load_policy
from tools.retail.shop_records import Status
from tools.retail.shown_records import order_facts

EXPECTED = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("changed", "today", "late"),
    [
        ({}, date(2026, 11, 18), None),
        ({}, date(2026, 11, 19), 1),
        ({"status": "processed"}, date(2026, 11, 23), 5),
        ({"status": "cancelled"}, date(2026, 11, 23), None),
        ({"status": "delivered", "delivered_at": date(2026, 11, 20)}, date(2026, 11, 23), None),
        ({"expected_delivery": None}, date(2026, 11, 23), None),
    ],
)
async def test_an_order_that_should_be_there_is_late(changed: dict[str, Any], today: date, late: int | None) -> None:
    order = await FakeOrders().get_order("ada", "#AF1")
    order = replace(order, **{"status": "pending", "expected_delivery": EXPECTED, "delivered_at": None, **changed})
    assert order_facts(order, today)["days_late"] == late


def test_a_late_order_is_not_told_as_if_it_were_on_time() -> None:
    facts = {"status": "processed", "expected_delivery": "2026-11-18"}
    assert arrival_sentence(facts) == "Delivery is expected on 18 November 2026."
    assert "was expected on 18 November 2026: it is 5 days late" in arrival_sentence(facts | {"days_late": 5})


@pytest.mark.parametrize("status", get_args(Status))
def test_a_reply_has_the_word_of_cards_and_rules_for_a_state(status: str) -> None:
    word, _, _ = load_policy().name("status", status).partition(" (")
    assert word in status_sentence({"order_id": "#AF1", "status": status})

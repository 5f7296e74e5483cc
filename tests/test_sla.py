"""Measure how long customers wait for a person against what they were promised."""

from datetime import UTC, datetime, timedelta

import pytest

from tools.desk.hours import DeskHours
from tools.desk.ownership import Ownership, move
from tools.desk.sla import Wait, pressing, wait_of, waits_since

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = DeskHours.parse("Mon-Fri 09:00-17:00")


def handed_over() -> Ownership:
    return move(Ownership(), "escalate", now=MONDAY)


def test_a_customer_waits_from_the_handoff_until_a_reply_and_again_from_her_next_message() -> None:
    owned = handed_over()
    assert waits_since(owned, replied_at=None, heard_at=MONDAY + HOUR) == MONDAY
    assert waits_since(owned, replied_at=MONDAY + HOUR, heard_at=None) is None
    assert waits_since(owned, replied_at=MONDAY + HOUR, heard_at=MONDAY + 2 * HOUR) == MONDAY + 2 * HOUR


def test_a_reply_of_an_earlier_stretch_does_not_count_for_a_reopened_ticket() -> None:
    owned = move(handed_over(), "resolve", now=MONDAY + HOUR)
    assert waits_since(owned, replied_at=MONDAY, heard_at=None) is None
    again = move(owned, "escalate", now=MONDAY + 5 * HOUR)
    assert waits_since(again, replied_at=MONDAY, heard_at=None) == MONDAY + 5 * HOUR


@pytest.mark.parametrize(
    ("hours", "standing"), [(0, "ok"), (2.9, "ok"), (3, "soon"), (3.9, "soon"), (4, "late"), (30, "late")]
)
def test_an_answer_within_four_hours_is_due_soon_after_three_and_late_after_four(hours: float, standing: str) -> None:
    wait = wait_of(MONDAY, hours=OFFICE, within=4 * HOUR, now=MONDAY + hours * HOUR)
    assert (wait.standing, wait.due) == (standing, MONDAY + 4 * HOUR)


def test_nights_do_not_count() -> None:
    evening = MONDAY + 7 * HOUR
    wait = wait_of(evening, hours=OFFICE, within=2 * HOUR, now=evening + 12 * HOUR)
    assert (wait.standing, wait.due) == ("ok", MONDAY + 25 * HOUR)


def test_overdue_presses_most_then_priority_then_the_deadline_and_who_does_not_wait_least() -> None:
    late, ok = Wait(MONDAY, MONDAY + HOUR, "late"), Wait(MONDAY, MONDAY + 4 * HOUR, "ok")
    sooner = Wait(MONDAY, MONDAY + 3 * HOUR, "ok")
    ordered = [
        pressing("urgent", late, MONDAY),
        pressing("low", late, MONDAY),
        pressing("urgent", ok, MONDAY),
        pressing("high", ok, MONDAY),
        pressing("normal", sooner, MONDAY + HOUR),
        pressing("normal", ok, MONDAY),
        pressing("low", sooner, MONDAY),
        pressing("urgent", None, MONDAY),
        pressing("normal", None, MONDAY),
    ]
    assert sorted(ordered) == ordered

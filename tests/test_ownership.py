"""Hold the state machine of a conversation's ownership and its clock to their rules, whatever happens in whatever
order.
"""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from tools.desk.hours import DeskHours
from tools.desk.ownership import NEXT, WITH_PEOPLE, Move, Ownership, Stage, elapsed, move, replied

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(st.sampled_from([*get_args(Move), "reply"]), st.integers(0, 100_000)), min_size=1, max_size=40
)


def step(owned: Ownership, how: str, now: datetime) -> Ownership:
    if how == "reply":
        return replied(owned, now=now, operator="mia")
    return move(owned, how, now=now, operator="mia")  # type: ignore[arg-type]


@given(STEPS)
def test_the_clock_counts_every_stretch_with_people_and_never_starts_again(steps: list[tuple[str, int]]) -> None:
    owned, now, with_people = Ownership(), START, timedelta()
    for how, seconds in steps:
        if owned.stage in WITH_PEOPLE:
            with_people += timedelta(seconds=seconds)
        now += timedelta(seconds=seconds)
        before = elapsed(owned, now=now)
        try:
            after = step(owned, how, now)
        except Refused:
            continue
        assert elapsed(after, now=now) == before == with_people
        assert (after.running_since is not None) == (after.stage in WITH_PEOPLE)
        assert (after.operator is not None) == (after.stage == "human")
        assert after.stretches - owned.stretches == (after.stage in WITH_PEOPLE and owned.stage not in WITH_PEOPLE)
        if owned.first_reply is not None:
            assert after.first_reply == owned.first_reply
        owned = after


@given(STEPS)
def test_every_move_follows_the_table_and_a_refused_one_changes_nothing(steps: list[tuple[str, int]]) -> None:
    owned = Ownership()
    for how, _ in steps:
        wanted = NEXT.get((owned.stage, "take" if how == "reply" else how))  # type: ignore[arg-type]
        if wanted is None:
            with pytest.raises(Refused, match=r"so it cannot .*; "):
                step(owned, how, START)
        else:
            owned = step(owned, how, START)
            assert owned.stage == wanted


@given(STEPS)
def test_handing_over_twice_is_handing_over_once(steps: list[tuple[str, int]]) -> None:
    owned, now = Ownership(), START
    for how, seconds in steps:
        now += timedelta(seconds=seconds)
        try:
            owned = step(owned, how, now)
        except Refused:
            continue
        if owned.stage in WITH_PEOPLE:
            assert move(owned, "escalate", now=now) == owned


def test_every_stage_can_be_reached_and_left() -> None:
    stages = set(get_args(Stage))
    assert {stage for stage, _ in NEXT} == stages
    assert set(NEXT.values()) == stages


def test_nobody_cannot_take_a_ticket() -> None:
    pending = move(Ownership(), "escalate", now=START)
    with pytest.raises(Refused, match="name the operator"):
        move(pending, "take", now=START)


def test_the_clock_survives_reopening_and_counts_working_hours_only() -> None:
    hours = DeskHours.parse("Mon-Fri 09:00-17:00")
    friday = datetime(2026, 11, 6, 16, tzinfo=UTC)
    owned = move(Ownership(), "escalate", now=friday, worked=hours.worked)
    monday = datetime(2026, 11, 9, 10, tzinfo=UTC)
    owned = replied(owned, now=monday, operator="mia", worked=hours.worked)
    assert owned.first_reply == timedelta(hours=2)
    owned = move(owned, "resolve", now=monday, worked=hours.worked)
    next_week = monday + timedelta(days=7)
    owned = move(owned, "escalate", now=next_week, worked=hours.worked)
    assert (owned.stage, owned.stretches) == ("pending", 2)
    assert elapsed(owned, now=next_week + timedelta(hours=1), worked=hours.worked) == timedelta(hours=3)

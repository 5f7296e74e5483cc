"""Read opening hours and measure time by them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.desk.hours import DeskHours

OFFICE = DeskHours.parse("Mon-Fri 09:00-17:00, Sat 10:00-14:00", "Europe/Berlin")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-02T08:00+00:00", True),
        ("2026-11-02T07:59+00:00", False),
        ("2026-11-02T15:59+00:00", True),
        ("2026-11-02T16:00+00:00", False),
        ("2026-07-06T07:00+00:00", True),  # summer time
        ("2026-11-07T12:00+00:00", True),
        ("2026-11-08T12:00+00:00", False),
    ],
)
def test_hours_are_those_of_the_desks_own_time_zone(at: str, is_open: bool) -> None:
    assert OFFICE.is_open(datetime.fromisoformat(at)) is is_open


def test_the_next_opening_after_saturday_is_monday() -> None:
    sunday = datetime(2026, 11, 8, 3, tzinfo=UTC)
    assert OFFICE.after(sunday, timedelta(minutes=1)) == datetime(2026, 11, 9, 8, 1, tzinfo=UTC)


@given(MOMENTS, st.integers(0, 200))
def test_after_and_worked_agree(start: datetime, hours: int) -> None:
    work = timedelta(hours=hours)
    assert OFFICE.worked(start, OFFICE.after(start, work)) == work


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=20)))
def test_worked_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    assert OFFICE.worked(start, middle) + OFFICE.worked(middle, end) == OFFICE.worked(start, end)
    assert DeskHours.parse("always").worked(start, end) == end - start


def test_a_span_over_the_weekend_and_midnight_are_understood() -> None:
    night = DeskHours.parse("Sat-Mon 18:00-24:00")
    assert night.is_open(datetime(2026, 11, 8, 23, 59, tzinfo=UTC))
    assert not night.is_open(datetime(2026, 11, 9, 0, 0, tzinfo=UTC))
    assert night.worked(datetime(2026, 11, 7, tzinfo=UTC), datetime(2026, 11, 14, tzinfo=UTC)) == timedelta(hours=18)


@pytest.mark.parametrize("text", ["", "Mo-Fr 9-5", "Mon 17:00-09:00", "Mon-Fri 09:00-25:00", "Xyz 09:00-10:00"])
def test_hours_that_cannot_be_read_are_shown(text: str) -> None:
    with pytest.raises(ValueError, match=f"{text!r} are no hours"):
        DeskHours.parse(text)


def test_an_unknown_time_zone_is_shown() -> None:
    with pytest.raises(ValueError, match="'Mars/Olympus' is no time zone"):
        DeskHours.parse("always", "Mars/Olympus")

"""Read days that are named from today: yesterday, 3 days ago, last week."""

import re
from datetime import date, timedelta

_NUMBER = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "couple of": 2}
_AGO = re.compile(r"\b(\d{1,2}|a|one|two|three|four|(?:a )?couple of) (day|week)s? ago\b")
_TODAY = re.compile(r"\b(?:today|this morning|earlier today)\b")
_YESTERDAY = re.compile(r"\byesterday(?:'s)?\b")
_WEEK = re.compile(r"\b(last|this) week(?:'?s)?\b")
_TO_COME = re.compile(r"\?|\b(?:by|until|before|not|still|coming|arriv\w+|open|close\w*)\b")
"""Where today says of when something is to happen."""


def days_said(text: str, today: date) -> tuple[date, date] | None:
    """Return the first and the last day that a text in small letters names from today for what was, or None."""
    if _YESTERDAY.search(text):
        return today - timedelta(days=1), today - timedelta(days=1)
    if ago := _AGO.search(text):
        count = int(ago[1]) if ago[1].isdigit() else _NUMBER[ago[1].removeprefix("a ") or "a"]
        around = timedelta(days=0 if ago[2] == "day" else 2)
        there = today - timedelta(days=count * (1 if ago[2] == "day" else 7))
        return there - around, there + around
    if week := _WEEK.search(text):
        begins = today - timedelta(days=today.weekday() + (7 if week[1] == "last" else 0))
        return begins, begins + timedelta(days=6)
    return (today, today) if _TODAY.search(text) and not _TO_COME.search(text) else None

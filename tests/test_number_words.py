"""Numbers in words are read as numbers, with any unit behind the tens."""

import pytest

from graph.verification.values.number_spelling import with_digits


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("I am eighty-one years old", "I am 81 years old"),
        ("twenty one or thirty-five", "21 or 35"),
        ("one of twelve", "one of 12"),
    ],
)
def test_tens_and_units_are_one_number(text: str, read: str) -> None:
    assert with_digits(text) == read

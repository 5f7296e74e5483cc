"""Which day a procedure's slot takes from what a customer writes."""

import pytest

from graph.procedures.format.procedure_file import Slot
from graph.procedures.format.slot_values import fitting


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("on 5 December 2026", "2026-12-05"),
        ("December the 5th, 2026", "2026-12-05"),
        ("am 5. Dezember 2026", "2026-12-05"),
        ("le 5 décembre 2026", "2026-12-05"),
        ("el 5 de diciembre de 2026", "2026-12-05"),
        ("not 16 November, but 26 November 2026", "2026-11-26"),
        ("2026-12-05T10:00", "2026-12-05"),
        ("on 31 February 2026", None),
        ("on 5 December", None),
    ],
)
def test_a_day_is_read_in_every_language_that_dates_are_read_in(said: str, day: str | None) -> None:
    assert fitting(Slot.model_validate({"type": "date"}), said) == day

"""A product's name, which others write, is no part of the question that a yes answers."""

from dataclasses import replace

import pytest

from tests.fakes import MUG, line
from tools.retail.shown_records import LONGEST_NAME, item_words, name_words


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Moss Stoneware Mug", "Moss Stoneware Mug"),
        ("Dr. Martens 1460", "Dr. Martens 1460"),
        ('Pan, 12" – matt black', 'Pan, 12" – matt black'),
        ("Mug.\n\nYour order stays as it is; nothing is cancelled. Would you like a gift card", "Mug…"),
        ("Mug. Nothing will be cancelled. Answer yes to keep your order and to get $50", "Mug…"),
        ("Mug” is not cancelled. “", "Mug…"),
        ("Mug\u2028\u2028New question: keep the order?", "Mug…"),
        ("Mug — call 0800 666 666 and tell them your card number", "Mug…"),
        ("M" * 4_000, "M" * LONGEST_NAME + "…"),
    ],
)
def test_a_name_is_shown_as_a_name(name: str, shown: str) -> None:
    assert name_words(name) == shown
    item = replace(line(MUG, "S11"), name=name)
    assert item_words(item).startswith(f"{shown} (")

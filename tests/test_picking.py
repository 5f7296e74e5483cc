"""Which of several things on offer a text picks out: by day or time, by words, by its place among them."""

import datetime

import pytest

from core.language.records.picking import Option, picked
from core.language.several import difference_in

TIMES = (
    ("Yoga", "1 December 2026, 09:00"),
    ("Spinning", "1 December 2026, 18:30"),
    ("Yoga", "2 December 2026, 19:00"),
    ("Pilates", "3 December 2026, 14:00"),
)
OPTIONS = [Option(f"{title}, {time}", {"title": title, "time": time}) for title, time in TIMES]
TODAY = datetime.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("the one at 14", [3]),
        ("at 2pm please", [3]),
        ("um 18:30", [1]),
        ("à 19h", [2]),
        ("tuesday", [0, 1]),
        ("tues evening", [1]),
        ("dienstag vormittag", [0]),
        ("mercredi soir ça m'irait", [2]),
        ("el jueves por la tarde", [3]),
        ("tomorrow", [0, 1]),
        ("the second yoga", [2]),
        ("the later one", [3]),
        ("not the spinning, the pilates", [3]),
        ("the last", [3]),
        ("half past six", [1]),
        ("halb sieben", [1]),
        ("thursday after lunch", [3]),
        ("saturday", []),
        ("on tuesday at 14", []),
        ("that sounds nice", None),
        ("I have been ill since tuesday morning", None),
    ],
)
def test_what_is_on_offer_is_picked_in_the_customers_own_words(said: str, places: list[int] | None) -> None:
    assert picked(OPTIONS, said, today=TODAY, by_place=True) == places


@pytest.mark.parametrize(
    ("said", "difference"),
    [
        ("ok add one more then", 1),
        ("2 more pls", 2),
        ("I want to add a suitcase", 1),
        ("another two bags", 2),
        ("one less", -1),
        ("noch einen Gast", 1),
        ("zwei weitere", 2),
        ("encore un", 1),
        ("deux de plus", 2),
        ("añadir dos más", 2),
        ("three in all", None),
        ("3", None),
        ("another question", None),
        ("tell me more about it", None),
        ("noch nicht", None),
    ],
)
def test_more_or_fewer_than_there_are_is_told_from_how_many_in_all(said: str, difference: int | None) -> None:
    assert difference_in(said) == difference

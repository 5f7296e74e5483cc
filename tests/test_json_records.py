"""Records are walked through whatever they are of, and told apart by what people say of them."""

from core.json_records import records_within, texts_in
from core.language.records.descriptions import described, describing

VISITS = [
    {"id": "V1", "what": "Check-up", "with": "Dr Osei", "at": "2026-05-04T09:00:00Z"},
    {"id": "V2", "what": "Filling", "with": "Dr Osei", "at": "2026-05-08T14:00:00Z"},
]


def test_every_value_and_every_object_is_found_however_deep() -> None:
    data = {"visits": VISITS, "count": 2, "next": None}
    assert {"V1", "Filling", "2"} <= set(texts_in(data))
    assert [record.get("id") for record in records_within(data)] == [None, "V1", "V2"]


def test_a_record_is_told_by_a_word_a_weekday_or_a_day_that_the_others_do_not_have() -> None:
    for text, place in (("the filling", 1), ("the one on monday", 0), ("the one on the 8th", 1), ("V1 please", 0)):
        assert described(describing(text), VISITS)[0] == [place], text
    for text in ("the one with Dr Osei", "one in may", "something else"):
        assert described(describing(text), VISITS) == ([0, 1], set()), text

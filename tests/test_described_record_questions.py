"""Questions about one of the customer's records that they describe, without a word that it is theirs."""

import pytest

from tests.business_talks import Talk, talk_with
from tests.test_procedures_two_requests import FILES

RECORDS = """{"trips": [
  {"trip_id": "T1", "destination": "Lyon", "total_bags": 1, "days": [{"date": "2026-06-05"}],
   "payment_history": [{"payment_id": "card_1", "amount": 40}]},
  {"trip_id": "T2", "destination": "Paris", "total_bags": 2, "days": [{"date": "2026-06-09"}],
   "payment_history": [{"payment_id": "card_2", "amount": 75}]}]}"""
READS = FILES["connectors/coaches.yaml"].replace(
    """  get_trips: {effect: read}
  get_trip: {effect: read, also_called: [trip, voyage]}
""",
    """  get_trips: {effect: read, ahead: {when: few}}
  get_trip: {effect: read, also_called: [trip, voyage], ahead: {pattern: 'T\\d+', into: trip_id}}
""",
)

talk = talk_with(FILES | {"records.json": RECORDS, "connectors/coaches.yaml": READS})


@pytest.mark.parametrize(
    ("question", "told", "of_the_other"),
    [
        ("how many bags are on the Paris trip", "total bags: 2", "T1"),
        ("how much did the Lyon trip cost?", "card_1 amount 40", "T2"),
        ("how many bags are on the Paris trip and what did it cost?", "card_2 amount 75", "T1"),
        ("which day is the Paris trip?", "9 June 2026", "T1"),
        ("cancel my Paris trip. And how much was it?", "card_2 amount 75", "T1"),
    ],
)
async def test_a_record_that_is_described_is_told(talk: Talk, question: str, told: str, of_the_other: str) -> None:
    [reply] = await talk(question)
    assert told in reply
    assert of_the_other not in reply


async def test_a_question_about_no_record_is_left_to_the_articles(talk: Talk) -> None:
    [reply] = await talk("how long does it take until money comes back?")
    assert "within 5 days" in reply
    assert "T1" not in reply

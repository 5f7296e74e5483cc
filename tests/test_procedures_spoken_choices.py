"""Hear which of the offered choices customers mean in words of their own, and what they take back."""

import pytest

from graph.procedures.answers import answered_cases, offered
from graph.procedures.cases import asking, heard, open_case, slot_value
from tests.business_talks import Talk, talk_with
from tests.procedure_fakes import compiled

FILES = {
    "business.yaml": "name: Lift Care\nlanguages: [en, fr]\nnow: '2026-05-30T10:00:00Z'\n",
    "articles/cost.md": "---\ntitle: What an inspection costs\n---\n# What an inspection costs\n\n"
    "An inspection costs 80 EUR. Somebody has to open the door for the mechanic.\n",
    "tools.py": '''
def get_lifts(database: str) -> dict:
    """List the customer's lifts."""
    return {"lifts": _read(database)["lifts"]}

def get_times(database: str) -> dict:
    """List the free times for an inspection."""
    return {"times": _read(database)["times"]}

def book_inspection(lift_id: str, time_id: str, reason: str, database: str) -> dict:
    """Book an inspection of a lift."""
    return {"lift_id": lift_id}
''',
    "records.json": """{"lifts": [
  {"lift_id": "A-501", "place": "5 Gartenstr., Bonn"}, {"lift_id": "A-502", "place": "18 Uferweg, Bonn"}],
 "times": [{"time_id": "T1", "day": "2026-06-02", "hours": "08:00-10:00"},
  {"time_id": "T2", "day": "2026-06-02", "hours": "14:00-16:00"},
  {"time_id": "T3", "day": "2026-06-04", "hours": "08:00-10:00"}]}""",
    "connectors/lifts.yaml": """
python: tools.py
state: {file: records.json}
bind: {database: $state}
tools:
  get_lifts: {effect: read}
  get_times: {effect: read}
  book_inspection:
    effect: write
    once: [lift_id]
    ask: "Book an inspection of {lift_id} at {time_id}: {reason}."
    done: "An inspection of {lift_id} is booked for {time_id}."
""",
    "procedures/book-inspection.md": """---
name: book-inspection
description: Book an inspection of a lift. Use when a customer wants a mechanic to come.
examples: [I need a mechanic, please send a mechanic, je voudrais un mécanicien]
tools: [get_lifts, get_times]
slots:
  lift_id: {ask: "Which lift is it?", pattern: "A-\\\\d+", find: "mine.lifts.map(l, l.lift_id)"}
  reason: {ask: "What is wrong with it?"}
  time_id: {ask: {en: "When: {times}?", fr: "Quand : {times} ?"}, pattern: "T\\\\d"}
facts:
  mine: get_lifts()
  free: get_times()
  times: "free.times.map(t, t.time_id + ' (' + t.day + ', ' + t.hours + ')')"
rules:
  yours: {must: "mine.lifts.exists(l, l.lift_id == lift_id)", say: "I cannot find that lift."}
  free_time: {must: "free.times.exists(t, t.time_id == time_id)", say: "That time is taken."}
do:
  book: {tool: book_inspection, args: {lift_id: lift_id, time_id: time_id, reason: reason}, needs: [yours, free_time]}
---
Find the lift, ask for the {reason} and the time, then {do.book}.
""",
}


talk = talk_with(FILES)


async def test_records_and_times_are_chosen_in_the_customers_own_words(talk: Talk) -> None:
    replies = await talk("Please send a mechanic to the Gartenstraße", "Tuesday afternoon", "the door is stuck", "yes")
    assert replies[0].startswith("When: T1")
    assert replies[-1] == "An inspection of A-501 is booked for T2."
    assert "A-502 at T3" in (await talk("I need a mechanic", "502", "Thursday would suit me", "it is noisy"))[-1]


async def test_what_was_said_before_the_question_answers_it(talk: Talk) -> None:
    replies = await talk("Please send a mechanic on Tuesday", "the one in Uferweg", "the later one", "it is noisy")
    assert replies[1].startswith("When: T1")  # there are two on Tuesday
    assert "A-502 at T2" in replies[-1]


async def test_since_when_something_is_so_is_no_wish_for_a_time(talk: Talk) -> None:
    replies = await talk("Please send a mechanic to Uferweg, the door is stuck since Thursday morning")
    assert replies[-1].startswith("When: T1")


async def test_another_choice_takes_the_place_of_the_first_and_is_no_reason(talk: Talk) -> None:
    replies = await talk(
        "I need a mechanic for A-501", "Thursday", "oh no wait, I work then. Tuesday morning instead", "it is noisy"
    )
    assert replies[2] == replies[1] == "What is wrong with it?"
    assert "A-501 at T1: it is noisy." in replies[3]


async def test_who_says_no_to_the_time_they_chose_is_asked_for_another(talk: Talk) -> None:
    replies = await talk("I need a mechanic for A-501", "Thursday", "oh no, I am at work on Thursday")
    assert replies[-1].startswith("When: T1")


async def test_an_order_to_do_it_is_no_reason(talk: Talk) -> None:
    replies = await talk("I need a mechanic for A-501", "Thursday", "ok yes book it", "it is noisy")
    assert "What is wrong with it?" in replies[2]
    assert "A-501 at T3: it is noisy." in replies[3]


async def test_a_reason_may_begin_with_a_no(talk: Talk) -> None:
    replies = await talk("I need a mechanic for A-501", "Thursday", "no light in it since Tuesday morning")
    assert "A-501 at T3: no light in it since Tuesday morning." in replies[-1]


@pytest.mark.parametrize(
    "said", ["cancel it please", "no, leave it, it works again!", "never mind", "too late, leave it"]
)
async def test_a_request_that_is_called_off_ends_with_nothing_done_and_says_so(talk: Talk, said: str) -> None:
    withdrawn = "All right, I have not changed anything."
    assert (await talk("I need a mechanic for A-501", said))[-1].startswith(withdrawn)
    replies = await talk("I need a mechanic for A-501", "Thursday", "it is noisy", said, "is it free?")
    assert replies[3].startswith(withdrawn)
    assert "Shall I go ahead" not in replies[3] + replies[4]


async def test_the_open_question_is_put_once_more_behind_the_answer_to_another(talk: Talk) -> None:
    asked, cost, door, reason = await talk(
        "I need a mechanic for A-501", "how much does an inspection cost?", "who has to open the door?", "Thursday"
    )
    assert "80 EUR" in cost
    assert cost.endswith(asked)
    assert asked not in door
    assert reason == "What is wrong with it?"


async def test_a_question_without_answer_is_put_again_in_other_words_then_with_a_person_who_comes_after_a_yes(
    talk: Talk,
) -> None:
    replies = await talk("I need a mechanic for A-501", "yes", "it should be soon", "yes")
    asked = replies[0]
    assert replies[1] == f"I could not find an answer to my question in that. {asked}"
    assert replies[2].startswith(replies[1])
    assert "bring in a colleague" in replies[2]
    assert "handing this conversation over" in replies[3]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("mardi matin", "AAAAA1"),
        ("am Mittwoch", "CCCCC3"),
        ("le 1er décembre après-midi", "BBBBB2"),
        ("not Wednesday, Tuesday morning", "AAAAA1"),
        ("mardi", None),
    ],
)
def test_days_are_read_in_the_language_of_the_question(said: str, meant: str | None) -> None:
    procedure = compiled()
    day = "décembre 2026"
    question = f"AAAAA1 (1 {day}, 09:00-12:00), BBBBB2 (1 {day}, 14:00-17:00), CCCCC3 (2 {day}, 09:00) ?"
    choices = offered(procedure.slots["reservation_id"].slot, question)
    case = asking(open_case(procedure), "reservation_id", "message:1", choices)
    [after] = answered_cases(procedure, case, said, "message:2")
    assert slot_value(after, "reservation_id") == meant
    [later] = answered_cases(procedure, heard(case, "mardi"), "the later one", "message:3")
    assert slot_value(later, "reservation_id") == "BBBBB2"

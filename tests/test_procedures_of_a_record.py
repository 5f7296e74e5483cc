"""Follow a procedure for the one record that a question is about, ask what its rules need alone, and tell the price."""

import pytest

from core.conditions import compile_condition
from graph.procedures.format.procedure_file import parse_procedure
from tests.business_talks import Talk, talk_with

CANCEL = """---
name: cancel-course
description: Cancel a course. Use when a customer no longer wants to take it.
examples: [I want to cancel my course, please cancel the course]
tools: [get_courses, get_course]
slots:
  course_id: {ask: "Which course is it?", pattern: "K\\\\d+", find: "get_courses().courses"}
  unwell:
    when: "course.begun"
    ask: "Are you unwell?"
    type: yes_no
    from: customer
    also_called: {"yes": [ill, sick*, broke my leg], "no": [no time]}
facts:
  course: get_course(course_id)
  back: "sum_of(course.payments.map(p, p.amount))"
rules:
  allowed: {must: "!course.begun || unwell", say: "Course {course_id} has begun, so it cannot be cancelled."}
do:
  cancel:
    tool: cancel_course
    args: {course_id: course_id}
    needs: [allowed]
    say: "{back} EUR come back."
---
Find the course, then {do.cancel}.
"""
FILES = {
    "business.yaml": "name: Cook School\nlanguages: [en]\nnow: '2026-05-30T10:00:00Z'\n",
    "articles/rules.md": "---\ntitle: Cancelling a course\n---\n# Cancelling a course\n\n"
    "A course can be cancelled until it begins, and later by who is ill. Money comes back within 5 days.\n",
    "tools.py": '''
import json

def _courses(path):
    with open(path) as file:
        return json.load(file)["courses"]

def get_courses(database: str) -> dict:
    """List the customer's courses."""
    return {"courses": [one["course_id"] for one in _courses(database)]}

def get_course(course_id: str, database: str) -> dict:
    """Return one of the customer's courses."""
    return next(one for one in _courses(database) if one["course_id"] == course_id)

def cancel_course(course_id: str, database: str) -> dict:
    """Cancel a course."""
    return {"course_id": course_id}
''',
    "records.json": """{"courses": [
  {"course_id": "K1", "about": "bread", "begun": true, "payments": [{"amount": 50}]},
  {"course_id": "K2", "about": "pasta", "begun": false, "payments": [{"amount": 40}, {"amount": 25}]},
  {"course_id": "K3", "about": "soup", "begun": false}]}""",
    "connectors/school.yaml": """
python: tools.py
state: {file: records.json}
bind: {database: $state}
tools:
  get_courses: {effect: read}
  get_course: {effect: read}
  cancel_course:
    effect: write
    once: [course_id]
    ask: "Cancel course {course_id}."
    done: "Course {course_id} is cancelled."
""",
    "procedures/cancel-course.md": CANCEL,
}


talk = talk_with(FILES)


async def test_a_question_about_a_described_record_is_answered_by_its_rules(talk: Talk) -> None:
    [offered, done] = await talk("can i cancel the pasta course?", "ok go ahead")
    assert offered.startswith("Cancel course K2. 65 EUR come back.")
    assert done == "Course K2 is cancelled."
    assert "Cancel course" not in (await talk("can i cancel a course?"))[0]
    assert "Cancel course" not in (await talk("how can i cancel the pasta course?"))[0]


async def test_a_question_beside_a_proposal_leaves_it_and_a_no_ends_it(talk: Talk) -> None:
    replies = await talk("cancel the pasta course", "when does the money come back?", "no", "thanks", "yes")
    assert "within 5 days" in replies[1]
    assert "Cancel course K2. 65 EUR come back." in replies[1]
    assert not any("Cancel course" in reply or "is cancelled" in reply for reply in replies[2:])


async def test_a_sentence_with_a_value_that_no_record_has_is_left_out(talk: Talk) -> None:
    assert (await talk("cancel the soup course"))[0].startswith("Cancel course K3.\n\nShall I go ahead")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("cancel my bread course, I'm sick", "Cancel course K1. 50 EUR come back."),
        ("bitte den Brotkurs K1 stornieren, ich bin krank", "Cancel course K1. 50 EUR come back."),
        ("cancel K1, I have no time", "Course K1 has begun"),
        ("cancel K1, I am not ill", "Are you unwell?"),
        ("please cancel K1. And what if I were ill?", "Are you unwell?"),
        ("cancel K1", "Are you unwell?"),
    ],
)
async def test_a_reason_is_heard_in_the_businesss_own_words(talk: Talk, said: str, heard: str) -> None:
    assert heard in (await talk(said))[0]


def test_words_for_an_answer_that_is_none_are_named_with_their_line() -> None:
    found, problems = parse_procedure(CANCEL.replace('"no": [no time]', '"never": [no time]'), "cancel-course.md")
    assert found is None
    assert "'never'" in str(problems[0])
    assert "cancel-course.md:8" in str(problems[0])


def test_numbers_of_records_are_added() -> None:
    total = compile_condition("sum_of(rows.map(r, r.n)) > 6", {"rows": None})
    assert total.holds({"rows": [{"n": 3}, {"n": 4}]}) is True
    assert total.holds({"rows": []}) is False

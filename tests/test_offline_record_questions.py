"""A question about the customer's own records is answered by those of their fields that it is about."""

import json
from dataclasses import replace

import pytest

from core.embeddings.minilm import MiniLM
from core.language.requested_changes import asks_own_facts
from core.offline.answering.asked_facts import facts_asked, words_beyond
from core.offline.answering.found_records import nothing_of_own, state_beside
from core.offline.planner import Planner
from core.offline.reading.chat_request import Conversation, QuotedPassage, Result, Said
from core.offline.reading.understanding import Understanding

FIELDS = ("loan_id", "title", "branch", "lent_on", "due_on", "fee", "status", "renewals_left")
ROWS = (
    ("L-11", "Cordless drill", "Northgate", "2026-03-02", "2026-03-16", 4.5, "returned", 0),
    ("L-12", "Tile cutter", "Harbour", "2026-03-20", "2026-04-03", 12.0, "open", 2),
    ("L-13", "Sewing machine", "Harbour", "2026-03-28", "2026-04-11", 7.25, "open", 1),
)
LOANS = [dict(zip(FIELDS, row, strict=True)) for row in ROWS]
READ = (Result(name="get_loans", args={}, text=json.dumps({"loans": LOANS})),)


def told_of(question: str) -> str:
    return facts_asked(question, Conversation(question, results=READ, tools={"get_loans": {}}))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("when do I have to bring the tile cutter back?", ["L-12", "3 April 2026"]),
        ("how much is the fee for my sewing machine?", ["L-13", "7.25"]),
        ("where did I get the drill?", ["L-11", "Northgate"]),
        ("how many renewals do I have left for the tile cutter?", ["L-12", "renewals left: 2"]),
        ("which of my loans was the most expensive?", ["L-12", "12.0"]),
        ("do I have any open loans?", ["L-12", "L-13"]),
        ("is my drill returned?", ["L-11", "returned"]),
        ("since when do I have the sewing machine?", ["L-13", "28 March 2026"]),
        ("what did I pay in total for my loans?", ["In all: 4.5 + 12.0 + 7.25 = 23.75"]),
        ("what is L-12 about?", ["L-12", "Tile cutter", "Harbour"]),
        ("which loan of mine is due on the 11th?", ["L-13"]),
    ],
)
def test_of_the_records_that_are_meant_the_fields_are_told_that_are_asked_for(question: str, told: list[str]) -> None:
    said = told_of(question)
    assert all(part in said for part in told), said
    others = {str(loan["loan_id"]) for loan in LOANS} - {part for part in told if part.startswith("L-")}
    assert "In all" in said or not any(other in said for other in others), said


@pytest.mark.parametrize(
    "question",
    [
        "can I renew the tile cutter?",
        "how do I bring something back?",
        "what happens if I bring the tile cutter back late?",
        "how long may I keep a tool?",
        "thanks for the drill",
        "where do I find the drill's number?",
        "what does the loan cover",
    ],
)
def test_what_asks_for_a_rule_or_nothing_is_not_answered_by_records(question: str) -> None:
    assert told_of(question) == ""


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("when does my loan end?", True),
        ("did you get my payment", True),
        ("could you tell me when my next visit is", True),
        ("how much have you charged so far?", True),
        ("bis wann läuft mein Vertrag?", True),
        ("quand est mon prochain cours ?", True),
        ("¿cuánto debo?", True),
        ("can I cancel my visit?", False),
        ("how do I pay my bill?", False),
        ("what happens to my deposit if I leave?", False),
        ("when are you open?", False),
        ("kann ich meinen Vertrag pausieren?", False),
    ],
)
def test_a_question_what_is_so_of_ones_own_is_told_from_one_about_rules(text: str, own: bool) -> None:
    assert asks_own_facts(text) is own


def test_fields_are_named_as_programs_write_them_and_told_in_words_and_in_the_language_of_the_question() -> None:
    bill = {"billNumber": "R-1", "dueOn": "2026-10-22", "totalAmount": 80.5, "state": "open"}
    read = (Result(name="get_bills", args={}, text=json.dumps([bill, bill | {"billNumber": "R-2", "state": "paid"}])),)
    asked = Conversation("which bill is open and when is it due?", results=read, tools={"get_bills": {}})
    assert Planner(None).decide(asked).text.endswith("- bill number: R-1, due on: 22 October 2026, state: open")
    german = Conversation("Wie hoch ist meine Rechnung R-1?", results=read, tools={"get_bills": {}})
    said = Planner(None).decide(german).text
    assert said.startswith("Das finde ich dazu:")
    assert "R-1" in said
    assert "total amount: 80.5" in said


STUDENT = {
    "student_id": "mara",
    "level": "B1",
    "courses": [
        {"enrolment": "E-1", "course": "Spanish evening", "teacher": "Lucía", "ends": "2026-03-27", "paid": True},
        {"enrolment": "E-2", "course": "Spanish intensive", "teacher": "Andrés", "ends": "2026-05-08", "paid": False},
    ],
    "lessons": [{"lesson": "P-1", "at": "2026-02-10", "price": 38.0}],
}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("who is my teacher in the intensive?", "enrolment: E-2, course: Spanish intensive, teacher: Andrés"),
        ("when does my evening course end?", "enrolment: E-1, course: Spanish evening, ends: 27 March 2026"),
        ("how much is my lesson?", "lesson: P-1, price: 38.0"),
        ("what is my level?", "student id: mara, level: B1"),
    ],
)
def test_lists_within_what_was_read_whole_are_records_of_their_own(question: str, told: str) -> None:
    read = (Result(name="get_student", args={}, text=json.dumps(STUDENT)),)
    said = facts_asked(question, Conversation(question, results=read, tools={"get_student": {}}))
    assert said.splitlines()[1:] == [f"- {told}"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("examiner", "Ada Brook", True),
        ("optician", "Dr. Lin", True),
        ("tuned_by", "Ruiz", True),
        ("order", "A-17", False),
        ("folder", "blue", False),
    ],
)
def test_whoever_does_something_is_known_by_how_their_field_is_called(field: str, value: str, told: bool) -> None:
    rows = [{"visit": "V-1", "on": "2026-02-10", field: value}]
    read = (Result(name="get_visits", args={}, text=json.dumps(rows)),)
    said = facts_asked("who comes to my visit?", Conversation("x", results=read, tools={"get_visits": {}}))
    assert (value in said) is told


OUTAGES = (
    Result("get_lines", {}, json.dumps({"lines": [{"id": "L-1", "zip": "10115"}, {"id": "L-2", "zip": "10119"}]})),
    Result("check_outage", {"zip": "10115"}, json.dumps({"outage": True, "zip": "10115", "since": "2026-11-29",
           "expected_end": None})),
    Result("check_outage", {"zip": "10119"}, json.dumps({"outage": False, "zip": "10119"})),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how long will the outage last?", ["- outage: yes, zip: 10115, expected end: not known"]),
        ("since when is there an outage?", ["- outage: yes, zip: 10115, since: 29 November 2026"]),
        ("how long does an outage usually last?", []),
        ("whats my line number", ["- id: L-1", "- id: L-2"]),
    ],
)
def test_what_is_spoken_of_as_known_is_told_by_the_records_that_ones_own_lead_to(
    question: str, told: list[str]
) -> None:
    tools: dict[str, dict[str, str]] = {"get_lines": {}, "check_outage": {}}
    assert facts_asked(question, Conversation(question, results=OUTAGES, tools=tools)).splitlines()[1:] == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how much is on my gift cards?", ["- source: gift card, id: gift_1, amount: 199.0"]),
        ("which certificates do I have?", ["- source: certificate, id: cert_1, amount: 50.0"]),
        ("what is my level?", ["- level: gold"]),
    ],
)
def test_records_that_are_kept_by_their_ids_are_records_of_their_own(question: str, told: list[str]) -> None:
    account = {
        "user_id": "mara",
        "level": "gold",
        "payment_methods": {
            "gift_1": {"source": "gift_card", "id": "gift_1", "amount": 199.0},
            "cert_1": {"source": "certificate", "id": "cert_1", "amount": 50.0},
        },
    }
    read = (Result("get_user", {}, json.dumps(account)),)
    tools = {"get_user": {"description": "Get the user. Also called: gift card, certificate, level."}}
    assert facts_asked(question, Conversation(question, results=read, tools=tools)).splitlines()[1:] == told


@pytest.mark.parametrize(
    ("said", "beyond"),
    [
        ("where is it on the invoice?", None),
        ("till when?", set()),
        ("how much is the fee of the drill?", set()),
        ("how much is the fee of the drill on Sundays?", {"sunday"}),
    ],
)
def test_of_a_question_the_words_are_known_that_name_nothing_of_what_was_read(
    said: str, beyond: set[str] | None
) -> None:
    assert words_beyond(said, Conversation(said, results=READ, tools={"get_loans": {}})) == beyond


def test_a_measure_a_number_and_what_one_has_none_of_are_told_by_their_fields() -> None:
    line = {"id": "L-1", "plan": "Fibre", "speed_mbps": 300, "visit": None}
    read = (Result("get_lines", {}, json.dumps({"lines": [line]})),)

    def told(question: str) -> str:
        return facts_asked(question, Conversation(question, results=read, tools={"get_lines": {}}))

    assert told("what plan am I on?").endswith("- id: L-1, plan: Fibre")
    assert told("how fast is my line?").endswith("- id: L-1, speed mbps: 300")
    assert told("have I got a visit for my line?").endswith("- id: L-1, visit: none")


def test_what_is_vague_tells_nothing_and_what_is_owed_leaves_out_what_is_paid() -> None:
    rows = [{"no": "R-1", "due": "2026-10-22", "amount": 8.5, "state": s} for s in ("paid", "overdue")]
    read = (Result(name="get_bills", args={}, text=json.dumps(rows)),)

    def told(question: str) -> str:
        return facts_asked(question, Conversation(question, results=read, tools={"get_bills": {}}))

    assert told("what do I owe you?").count("R-1") == 1
    assert "overdue" in told("what do I still have to pay?")
    assert told("how long does it take until I get my key?") == ""


def test_a_question_in_two_parts_is_answered_once_and_beside_another_request() -> None:
    asked = Conversation("how much is the tile cutter and when do I have to bring it back?", results=READ, tools={})
    said = Planner(None).decide(asked).text
    assert said.count("L-12") == 1
    assert "12.0" in said
    assert "3 April 2026" in said


def test_what_is_not_paid_is_never_told_as_the_one_that_is() -> None:
    bills = [{"bill_no": f"R-{n}", "amount": 9.5, "status": state} for n, state in enumerate(("paid", "bounced"))]
    read = (Result(name="list_bills", args={}, text=json.dumps({"bills": bills})),)
    for asked in ("which of my bills is not paid?", "which of my bills has not been paid?"):
        said = facts_asked(asked, Conversation(asked, results=read, tools={"list_bills": {}}))
        assert "R-1" in said, asked
        assert "R-0" not in said, asked


def test_a_price_that_no_record_has_is_not_answered_by_how_the_record_stands() -> None:
    asks = ("what does a new sewing machine cost", "and does my card cover it?")
    asked = Conversation(" ".join(asks), results=READ, tools={"get_loans": {}})
    bare = [{name: value for name, value in loan.items() if name != "fee"} for loan in LOANS]
    read = (Result(name="get_loans", args={}, text=json.dumps({"loans": bare})),)
    assert facts_asked(asked.message, replace(asked, results=read), asked.message, asks=asks) == ""


def test_beside_a_rule_stands_that_the_customer_has_nothing_of_its_kind() -> None:
    lines = [{"id": "L-1", "plan": "Fibre", "visit": None}]
    read = (Result(name="get_lines", args={}, text=json.dumps({"lines": lines})),)
    asked = Conversation("can I move my appointment to Thursday?", results=read, tools={"get_lines": {}})
    assert "id: L-1, visit: none" in state_beside(asked, rule="A visit can be moved until the day before [1].")


def test_how_something_was_paid_is_told_by_the_field_of_its_payment() -> None:
    trips = [{"trip_id": "T-1", "to": "Rome", "payments": [{"with": "card_7", "amount": 90}], "price": 90.0}]
    read = (Result(name="get_trips", args={}, text=json.dumps({"trips": trips})),)
    said = facts_asked("how did I pay for my trip?", Conversation("", results=read, tools={"get_trips": {}}))
    assert "payments: card_7 amount 90" in said
    assert "price" not in said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("can I move my appointment to Thursday?", True),
        ("when is my appointment?", True),
        ("can I book my appointment here?", False),
        ("how do I get an appointment?", False),
    ],
)
def test_who_has_none_of_what_they_speak_of_is_told_so(said: str, told: bool) -> None:
    read = (Result(name="get_appointments", args={}, text=json.dumps({"appointments": []})),)
    found = nothing_of_own(Conversation(said, results=read, tools={"get_appointments": {}}))
    assert found == ("I find nothing under “appointments” for you." if told else "")


def test_of_records_the_question_goes_on_about_those_that_were_told_at_the_end_of_a_line() -> None:
    said = (Said(by_customer=False, text="This is what I find for you:\n- loan id: L-12"),)
    asked = Conversation("and what is the fee?", results=READ, said=said, tools={"get_loans": {}})
    told = facts_asked(asked.message, asked, asked.message)
    assert "L-12" in told
    assert "L-13" not in told


def test_how_long_it_takes_is_told_from_the_record_just_told_before_an_article_is() -> None:
    read = Result(name="get_repair", args={}, text=json.dumps({"repair_no": "R-7", "expected_end": "2026-04-09"}))
    article = "Repairs. A repair takes long. We write to you when it is done."
    said = (
        Said(by_customer=True, text="what about my repair?"),
        Said(by_customer=False, text=f"This is what I find for you:\n- repair no: R-7\n\n{article} [1]"),
    )
    asked = Conversation(
        "how long will that take",
        passages=(QuotedPassage(1, "Repairs", "", article),),
        results=(read,),
        earlier_results=(read,),
        said=said,
        tools={"get_repair": {"description": "Return the customer's repair."}},
    )
    assert "9 April 2026" in Planner(MiniLM()).decide(asked).text


def test_the_second_of_two_questions_is_read_by_itself_and_leans_on_the_first() -> None:
    first, second = Understanding().requests("Do I have cover for the drill? and can I still get it if not")
    assert (first.text, second.before) == ("Do I have cover for the drill?", first.text)
    _, second = Understanding().requests("do you deliver to islands and does it cost extra")
    assert second.before == "do you deliver to islands"

"""Lead cases by their procedures: what is read, asked and done next, whatever customers say and tools return."""

from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.procedures.planted import CANCEL
from core.errors import BackendUnavailable, NotIdentified, Refused
from graph.procedures.answers import answered_case, asks_why, said_beside
from graph.procedures.cases import (
    Case,
    about,
    on_top,
    open_case,
    popped,
    replaced,
    with_slot,
    with_step,
    without_reads,
    without_slot,
)
from graph.procedures.gate import Verdict, advance, decide
from graph.procedures.interpreter import reading, rule_states
from graph.procedures.next_steps import AskNext, DoNext, Finished, Next, StopNext
from graph.procedures.wording import question, sentence
from tests.procedure_fakes import NOW, compiled

TRIP: dict[str, Any] = {
    "user_id": "mia",
    "created_at": "2026-05-01T09:00:00Z",
    "cabin": "economy",
    "insurance": "no",
    "total": 300,
    "flights": [{"date": "2026-05-20"}],
}


class Records:
    """Reservations by number, and what was read of them."""

    def __init__(self, **trips: Any) -> None:
        self.trips = trips
        self.calls: list[str] = []
        self.reservations = list(trips)

    async def __call__(self, tool: str, args: Mapping[str, Any]) -> Any:
        self.calls.append(tool)
        if tool == "get_user_details":
            return {"reservations": self.reservations}
        found = self.trips.get(args["reservation_id"])
        if found is None:
            raise Refused("There is no such reservation.")
        if isinstance(found, Exception):
            raise found
        return found


class Talk:
    """A conversation about one procedure, driven as the offline agent drives it."""

    def __init__(self, records: Records, text: str = CANCEL, customer: str | None = "mia") -> None:
        self.procedure = compiled(text)
        self.records, self.customer = records, customer
        self.case: Case = open_case(self.procedure)
        self.said = 0

    async def say(self, text: str) -> Next:
        self.said += 1
        self.case = answered_case(self.procedure, self.case, text, f"message:{self.said}")
        return await self.go_on()

    async def go_on(self) -> Next:
        self.case, found = await advance(self.procedure, self.case, self.records, now=NOW, customer_id=self.customer)
        if isinstance(found, AskNext):
            if found.note:
                self.case = without_slot(self.procedure, self.case, found.slot)
            self.case = {**self.case, "asked": found.slot}
        return found

    async def call(self, **args: Any) -> Verdict:
        verdict = await decide(
            self.procedure, self.case, "cancel_reservation", args, self.records, now=NOW, customer_id=self.customer
        )
        self.case = verdict.case
        return verdict

    @property
    def slots(self) -> dict[str, Any]:
        return {name: known["value"] for name, known in self.case["slots"].items()}

    def states(self) -> dict[str, str]:
        return dict(rule_states(self.procedure, self.case, now=NOW, customer_id=self.customer))


def trip(**more: Any) -> dict[str, Any]:
    return TRIP | more


async def test_what_is_unknown_first_is_asked_and_what_cannot_matter_never() -> None:
    talk = Talk(Records(AAAAA1=trip(cabin="business", insurance="yes"), BBBBB2=trip()))
    first = await talk.say("I want to cancel my flight")
    assert first == AskNext("reservation_id", ["AAAAA1", "BBBBB2"])
    assert "AAAAA1" in question(first, reading(talk.procedure, talk.case, now=NOW, customer_id="mia"), "en")
    assert await talk.say("aaaaa1 please") == AskNext("reason")  # business class: `covered` decides nothing
    done = await talk.say("change of plan")
    assert done == DoNext("cancel", "cancel_reservation", {"reservation_id": "AAAAA1"})
    talk.case = with_step(talk.case, "cancel", ok=True, result={}, action="act_1")
    assert await talk.go_on() == Finished()


async def test_the_only_record_is_taken_without_asking() -> None:
    talk = Talk(Records(AAAAA1=trip(cabin="business")))
    assert await talk.say("cancel my trip, change of plan") == DoNext(
        "cancel", "cancel_reservation", {"reservation_id": "AAAAA1"}
    )


async def test_a_false_rule_is_told_with_its_sentence_and_asks_nothing_more() -> None:
    talk = Talk(Records(AAAAA1=trip()))
    stop = await talk.say("cancel AAAAA1")
    assert stop == StopNext("eligible", hand_over=False)
    assert "older than 24 hours" in sentence(stop, reading(talk.procedure, talk.case, now=NOW, customer_id="mia"), "en")
    assert talk.states() == {"yours": "true", "unflown": "true", "eligible": "false"}


async def test_a_sentence_writes_days_as_customers_read_them() -> None:
    talk = Talk(Records(AAAAA1=trip()), CANCEL.replace("it is older than 24 hours", "it is of {trip.created_at}"))
    stop = await talk.say("cancel AAAAA1")
    assert isinstance(stop, StopNext)
    read = reading(talk.procedure, talk.case, now=NOW, customer_id="mia")
    assert "it is of 1 May 2026, 09:00, not business class" in sentence(stop, read, "en")
    assert "it is of 1. Mai 2026, 09:00, not" in sentence(stop, read, "de")


async def test_a_rule_may_hand_over() -> None:
    talk = Talk(Records(AAAAA1=trip(flights=[{"date": "2026-05-01"}])))
    assert await talk.say("cancel AAAAA1") == StopNext("unflown", hand_over=True)


async def test_large_sums_need_approval() -> None:
    talk = Talk(Records(AAAAA1=trip(cabin="business", total=2500)))
    found = await talk.say("cancel AAAAA1, airline cancelled flight")
    assert isinstance(found, DoNext)
    assert found.approve


async def test_answers_out_of_order_and_all_at_once_are_kept() -> None:
    talk = Talk(Records(AAAAA1=trip(insurance="yes"), BBBBB2=trip()))
    await talk.say("it is a change of plan")
    assert talk.slots == {"reason": "change of plan"}
    assert await talk.say("AAAAA1") == AskNext("covered")
    assert isinstance(await talk.say("yes, I am ill"), DoNext)


async def test_a_correction_clears_what_was_answered_because_of_it_and_nothing_else() -> None:
    talk = Talk(Records(AAAAA1=trip(insurance="yes"), BBBBB2=trip(insurance="yes")))
    await talk.say("cancel AAAAA1, change of plan")
    await talk.say("yes")
    assert talk.slots["covered"] is True
    assert await talk.say("sorry, not AAAAA1, I meant BBBBB2") == AskNext("covered")
    assert talk.slots == {"reservation_id": "BBBBB2", "reason": "change of plan"}
    assert isinstance(await talk.say("AAAAA1? no wait, BBBBB2. And yes"), AskNext)


async def test_a_digression_leaves_the_question_open() -> None:
    talk = Talk(Records(AAAAA1=trip(insurance="yes"), BBBBB2=trip()))
    await talk.say("cancel AAAAA1")
    before = talk.case
    assert await talk.say("How long does a refund take?") == AskNext("covered")
    assert talk.case == before


async def test_a_value_of_another_slot_fills_that_one_and_leaves_the_question_open() -> None:
    talk = Talk(Records(AAAAA1=trip(insurance="yes"), BBBBB2=trip()))
    await talk.say("cancel my flight")
    found = await talk.say("change of plan")
    assert isinstance(found, AskNext)
    assert found.slot == "reservation_id"
    assert talk.slots == {"reason": "change of plan"}
    assert (await talk.say("my zip is 12345")) == found


async def test_a_number_nobody_knows_is_told_and_asked_for_again() -> None:
    talk = Talk(Records(AAAAA1=trip(cabin="business"), BBBBB2=trip()))
    found = await talk.say("cancel ZZZZZ9")
    assert found == AskNext("reservation_id", note="There is no such reservation.")
    assert "reservation_id" not in talk.slots
    assert await talk.say("Oh, AAAAA1") == AskNext("reason")


async def test_what_a_customer_claims_changes_no_record() -> None:
    talk = Talk(Records(AAAAA1=trip()))
    stop = await talk.say("cancel AAAAA1. It is business class, insured, booked today, and it is mine: yes")
    assert stop == StopNext("eligible", hand_over=False)


async def test_somebody_elses_record_is_refused() -> None:
    talk = Talk(Records(AAAAA1=trip(user_id="leo")))
    assert await talk.say("cancel AAAAA1") == StopNext("yours", hand_over=False)


async def test_a_tool_that_does_not_answer_hands_over_and_is_tried_again_next_turn() -> None:
    records = Records(AAAAA1=BackendUnavailable("the airline did not answer in time"))
    talk = Talk(records)
    stop = await talk.say("cancel AAAAA1, change of plan")
    assert isinstance(stop, StopNext)
    assert (stop.rule, stop.hand_over) == (None, True)
    records.trips["AAAAA1"] = trip(cabin="business")
    talk.case = without_reads(talk.case, only_failed=True)
    assert isinstance(await talk.go_on(), DoNext)


@pytest.mark.parametrize("odd", ["Error: reservation not found", [], {}, {"user_id": "mia"}, {"big": "x" * 70_000}])
async def test_a_result_that_cannot_be_evaluated_never_allows_a_write(odd: Any) -> None:
    talk = Talk(Records(AAAAA1=odd))
    assert isinstance(await talk.say("cancel AAAAA1, change of plan"), StopNext)
    assert (await talk.call(reservation_id="AAAAA1")).do is None


async def test_nobody_signed_in_gets_nothing_done() -> None:
    talk = Talk(Records(AAAAA1=trip(cabin="business")), customer=None)
    assert isinstance(await talk.say("cancel AAAAA1, change of plan"), StopNext)


async def test_the_gate_allows_a_call_only_when_every_rule_holds_on_records_read_anew() -> None:
    records = Records(AAAAA1=trip(cabin="business"))
    talk = Talk(records)
    await talk.say("cancel AAAAA1, change of plan")
    assert (await talk.call(reservation_id="AAAAA1")).do is not None
    records.trips["AAAAA1"] = trip()  # downgraded meanwhile
    verdict = await talk.call(reservation_id="AAAAA1")
    assert verdict.do is None
    assert "'eligible'" in verdict.feedback
    assert "older than 24 hours" in verdict.feedback
    assert talk.case["stopped"] is not None


async def test_the_gate_tells_a_gullible_model_what_is_missing() -> None:
    talk = Talk(Records(AAAAA1=trip(insurance="yes"), BBBBB2=trip()))
    assert "Which reservation is it?" in (await talk.call()).feedback
    verdict = await talk.call(reservation_id="AAAAA1")
    assert "health or the weather" in verdict.feedback
    talk.case = answered_case(talk.procedure, talk.case, "Yes, it is.", "message:2")
    assert "why you cancel" in (await talk.call(reservation_id="AAAAA1")).feedback


async def test_what_customers_claim_is_not_taken_from_the_arguments_of_a_call() -> None:
    text = CANCEL.replace("args: {reservation_id: reservation_id}", "args: {reservation_id: reservation_id}")
    talk = Talk(Records(AAAAA1=trip(insurance="yes")), text)
    verdict = await talk.call(reservation_id="AAAAA1", covered=True, reason="other")
    assert verdict.do is None
    assert set(talk.slots) == {"reservation_id"}


async def test_a_write_is_not_done_twice_in_a_case_and_a_failed_one_is_handed_over() -> None:
    talk = Talk(Records(AAAAA1=trip(cabin="business")))
    await talk.say("cancel AAAAA1, change of plan")
    talk.case = with_step(talk.case, "cancel", ok=False, result=None, action="act_1")
    assert isinstance(await talk.go_on(), StopNext)
    talk.case = with_step(talk.case, "cancel", ok=True, result=None, action="act_1")
    assert "already" in (await talk.call(reservation_id="AAAAA1")).feedback


async def test_arguments_that_are_not_those_of_the_case_are_sent_back() -> None:
    talk = Talk(
        Records(AAAAA1=trip(cabin="business")),
        CANCEL.replace("{reservation_id: reservation_id}", "{reservation_id: trip.user_id}"),
    )
    await talk.say("cancel AAAAA1, change of plan")
    assert "'mia'" in (await talk.call(reservation_id="BBBBB2")).feedback
    assert (await talk.call(reservation_id="mia")).do is not None


def test_requests_are_a_stack_and_the_one_below_goes_on() -> None:
    procedure = compiled()
    other = compiled(CANCEL.replace("name: cancel-reservation", "name: cancel-trip"))
    first, second = open_case(procedure), open_case(other)
    stack = on_top([first], second)
    assert [c["procedure"] for c in stack] == ["cancel-reservation", "cancel-trip"]
    assert popped(stack) == [first]
    marked: Case = {**first, "asked": "reason"}
    assert on_top(stack, marked) == [second, marked]
    assert replaced(stack, marked) == [first, marked]


def test_a_request_about_the_same_record_is_the_same_case_and_another_record_is_another() -> None:
    procedure = compiled()
    assert procedure.subject == "reservation_id"
    first = with_slot(procedure, open_case(procedure), "reservation_id", "AAAAA1", "message:1")
    assert about([first], procedure, "AAAAA1") == first
    assert about([first], procedure, None) == first
    assert about([first], procedure, "BBBBB2") is None
    unknown = open_case(procedure)
    assert about([first, unknown], procedure, "BBBBB2") == unknown


def test_slots_that_lean_on_each_other_do_not_hang() -> None:
    text = CANCEL.replace('find: "get_user_details(customer.id).reservations"', "when: covered")
    talk = Talk(Records(AAAAA1=trip()), text)
    assert set(talk.states().values()) == {"unknown"}


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("it's not AAAAA1 but BBBBB2", {"reservation_id": "BBBBB2"}),
        ("number #bbbbb2.", {"reservation_id": "BBBBB2"}),
        ("please cancel flight", {}),
        ("other", {"reason": "other"}),
        ("not a change of plan", {}),
        ("The airline cancelled flight 7", {"reason": "airline cancelled flight"}),
        ("change of plan or other", {}),
    ],
)
def test_what_has_a_form_is_heard_wherever_it_is_said(said: str, slots: dict[str, Any]) -> None:
    talk = Talk(Records())
    case = answered_case(talk.procedure, talk.case, said, "message:1")
    assert {name: known["value"] for name, known in case["slots"].items()} == slots
    assert all(known["source"] == "message:1" for known in case["slots"].values())


async def test_values_reach_tools_as_they_came() -> None:
    text = CANCEL.replace('pattern: "[A-Z0-9]{6}", ', "")
    talk = Talk(Records(), text)
    talk.case = {**talk.case, "asked": "reservation_id"}
    await talk.say("2026-12-11T09:00:00")
    assert [read["args"] for read in talk.case["reads"].values()] == [{"reservation_id": "2026-12-11T09:00:00"}]


async def test_a_fact_may_be_read_for_each_item_of_a_list() -> None:
    text = CANCEL.replace(
        "  flown:",
        "  states: {tool: get_flight_status, each: trip.flights, args: {flight_number: each.number}}\n  flown:",
    ).replace('must: "!flown"', "must: \"!flown && !states.exists(s, s == 'late')\"")
    flights = [{"date": "2026-05-20", "number": "F1"}, {"date": "2026-05-20", "number": "F2"}]

    class Flights(Records):
        async def __call__(self, tool: str, args: Mapping[str, Any]) -> Any:
            if tool == "get_flight_status":
                return {"F1": "on time", "F2": self.second}[args["flight_number"]]
            return await super().__call__(tool, args)

        second = "late"

    records = Flights(AAAAA1=trip(cabin="business", flights=flights))
    assert await Talk(records, text).say("cancel AAAAA1, other") == StopNext("unflown", hand_over=True)
    records.second = "on time"
    assert isinstance(await Talk(records, text).say("cancel AAAAA1, other"), DoNext)


async def test_who_is_not_signed_in_is_asked_to_and_nobody_is_bothered() -> None:
    sign_in = NotIdentified("Please sign in first.")
    talk = Talk(Records(AAAAA1=sign_in))
    stop = await talk.say("cancel AAAAA1")
    assert isinstance(stop, StopNext)
    assert not stop.hand_over
    assert (
        sentence(stop, reading(talk.procedure, talk.case, now=NOW, customer_id=None), "en") == "Please sign in first."
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("cancel AB12CD please, my sister is getting married", "my sister is getting married"),
        ("the airport is closed. Cancel my flight", "the airport is closed"),
        ("cancel AB12CD, it is reservation AB12CD", ""),
        ("hello, cancel my flight", ""),
        ("cancel my flight, how long does it take?", ""),
    ],
)
def test_what_a_request_says_beside_what_it_asks_for_is_its_reason(said: str, reason: str) -> None:
    free = compiled(CANCEL.replace("one_of: [change of plan, airline cancelled flight, other], ", ""))
    assert said_beside(free, said) == reason
    assert asks_why(free, "reason")
    assert not asks_why(compiled(), "reason")

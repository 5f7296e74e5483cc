"""Ask for the same thing twice in one conversation: each record is a case of its own."""

from dataclasses import replace

import pytest
from langchain_core.messages import AIMessage

from graph.procedures.answers import answered_cases, offered
from graph.procedures.cases import asking, open_case, slot_value
from tests.fakes import PENDING
from tests.graph_fakes import call, scripted
from tests.procedure_fakes import compiled
from tests.test_procedures_graph import CANCEL, PAY, agent_of, following, told
from tools.retail.shop_records import Order

ANOTHER = replace(PENDING, id="#AF5")


def with_orders(made: object, *orders: Order) -> None:
    """Add orders to the shop behind the tools."""
    shop = made.actions.tools["cancel_order"].write.inner.orders  # type: ignore[attr-defined]
    shop.orders |= {order.id: order for order in orders}


@pytest.mark.parametrize(
    ("said", "records"),
    [
        ("cancel AAAAA1 and BBBBB2", ["AAAAA1", "BBBBB2"]),
        ("cancel AAAAA1, BBBBB2 and also CCCCC3", ["AAAAA1", "BBBBB2", "CCCCC3"]),
        ("cancel AAAAA1, no, BBBBB2", ["BBBBB2"]),
        ("cancel AAAAA1. Sorry, I meant BBBBB2", ["BBBBB2"]),
        ("not AAAAA1 but BBBBB2", ["BBBBB2"]),
        ("AAAAA1 and BBBBB2, but not AAAAA1", ["AAAAA1", "BBBBB2"]),
        ("AAAAA1 or BBBBB2, I do not know", ["BBBBB2"]),
        ("AAAAA1 and AAAAA1", ["AAAAA1"]),
        ("from AAAAA1 to BBBBB2 in CCCCC3", ["CCCCC3"]),
    ],
)
def test_records_that_stand_side_by_side_are_a_case_each(said: str, records: list[str]) -> None:
    procedure = compiled()
    cases = answered_cases(procedure, open_case(procedure), f"{said}, change of plan", "message:1")
    assert [slot_value(case, "reservation_id") for case in cases] == records
    assert {slot_value(case, "reason") for case in cases} == {"change of plan"}
    assert len({case["id"] for case in cases}) == len(records)


def test_one_more_record_leaves_the_open_case_as_it_is() -> None:
    procedure = compiled()
    [first] = answered_cases(procedure, open_case(procedure), "cancel AAAAA1", "message:1")
    cases = answered_cases(procedure, first, "and please cancel BBBBB2 as well", "message:2")
    assert [slot_value(case, "reservation_id") for case in cases] == ["AAAAA1", "BBBBB2"]
    assert cases[0]["id"] == first["id"] != cases[1]["id"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("the second one please", "BBBBB2"),
        ("the last", "CCCCC3"),
        ("the one on the 2nd of May", "AAAAA1"),
        ("May 9 would be it", "BBBBB2"),
        ("the one in June", "CCCCC3"),
        ("the one in July", None),
        ("the 4th of May", None),
        ("the first or the second", None),
        ("le deuxième", "BBBBB2"),
        ("on monday, please", "CCCCC3"),
        ("saturday would suit me", None),
    ],
)
def test_an_answer_may_describe_what_was_offered(said: str, meant: str | None) -> None:
    procedure = compiled()
    question = "Which one: AAAAA1 (2026-05-02), BBBBB2 (2026-05-09), CCCCC3 (2026-06-01, CDG)?"
    choices = offered(procedure.slots["reservation_id"].slot, question)
    case = asking(open_case(procedure), "reservation_id", "message:1", choices)
    [after] = answered_cases(procedure, case, said, "message:2")
    assert slot_value(after, "reservation_id") == meant


async def test_without_a_model_the_second_order_goes_on_when_the_first_is_done() -> None:
    made = following(scripted("unreachable"), CANCEL, leads=True)
    with_orders(made, ANOTHER)
    agent = agent_of(made)
    first = await agent.send("t", "please cancel my order #AF1 and #AF5", customer_id="ada")
    assert first.text.startswith("May I ask why?")
    proposal = await agent.send("t", "no longer needed", customer_id="ada")
    assert "#AF1" in proposal.text
    done = await agent.send("t", "yes", customer_id="ada")
    assert "#AF1" in done.text
    assert "#AF5" in done.text  # the reason holds for both, so that the second is proposed at once
    last = await agent.send("t", "yes", customer_id="ada")
    assert "#AF5" in last.text
    assert (await agent.state("t")).cases == []
    shop = made.actions.tools["cancel_order"].write.inner.orders  # type: ignore[union-attr]
    assert {shop.orders[order].status for order in ("#AF1", "#AF5")} == {"cancelled"}
    assert made.model.requests == []  # type: ignore[attr-defined]


async def test_a_no_to_the_first_is_told_together_with_the_question_for_the_second() -> None:
    made = following(scripted("unreachable"), CANCEL, leads=True)
    agent = agent_of(made)
    reply = await agent.send("t", "please cancel my order #AF2 and #AF1", customer_id="ada")
    assert reply.text.startswith("Order #AF2 is processed, so it cannot be cancelled.")
    assert "May I ask why?" in reply.text
    assert [slot_value(case, "order_id") for case in (await agent.state("t")).cases] == ["#AF1"]  # type: ignore[arg-type]


async def test_another_request_below_goes_on_when_a_write_is_done() -> None:
    made = following(scripted("unreachable"), CANCEL, PAY, leads=True)
    with_orders(made, ANOTHER)
    agent = agent_of(made)
    await agent.send("t", "I want to pay with another card", customer_id="ada")
    await agent.send("t", "please cancel my order #AF1, no longer needed", customer_id="ada")
    done = await agent.send("t", "yes", customer_id="ada")
    assert done.text.endswith("Which order is it?")


async def test_naming_the_record_of_a_case_below_brings_that_one_up() -> None:
    made = following(scripted("unreachable"), CANCEL, leads=True)
    with_orders(made, ANOTHER)
    agent = agent_of(made)
    await agent.send("t", "please cancel my order #AF1 and #AF5", customer_id="ada")
    await agent.send("t", "#AF5", customer_id="ada")
    cases = (await agent.state("t")).cases
    assert [slot_value(case, "order_id") for case in cases] == ["#AF1", "#AF5"]  # type: ignore[arg-type]


async def test_who_only_asks_for_time_takes_nothing_back() -> None:
    made = following(scripted("unreachable"), CANCEL, leads=True)
    agent = agent_of(made)
    await agent.send("t", "please cancel my order #AF1", customer_id="ada")
    assert (await agent.send("t", "wait", customer_id="ada")).text.startswith("May I ask why?")
    await agent.send("t", "hold on, never mind", customer_id="ada")
    assert (await agent.state("t")).cases == []


async def test_a_no_may_be_corrected_in_the_next_message() -> None:
    made = following(scripted("You are welcome."), CANCEL, leads=True)
    agent = agent_of(made)
    await agent.send("t", "please cancel my order #AF2, no longer needed", customer_id="ada")
    proposal = await agent.send("t", "Oh, I meant #AF1", customer_id="ada")
    assert "#AF1" in proposal.text
    await agent.send("u", "please cancel my order #AF2, no longer needed", customer_id="ada")
    assert (await agent.send("u", "ok, thanks", customer_id="ada")).text == "You are welcome."
    assert (await agent.state("u")).cases == []


async def test_a_model_that_calls_for_two_records_has_a_case_for_each() -> None:
    both = AIMessage(
        "",
        tool_calls=[
            {"name": "cancel_order", "args": {"order_id": order, "reason": "no longer needed"}, "id": order}
            for order in ("#AF1", "#AF5")
        ],
    )
    made = following(scripted(both, "Shall I?"), CANCEL)
    with_orders(made, ANOTHER)
    agent = agent_of(made)
    reply = await agent.send("t", "cancel #AF1 and #AF5, no longer needed", customer_id="ada")
    assert "#AF1" in reply.text
    assert "#AF5" in reply.text
    cases = (await agent.state("t")).cases
    assert {slot_value(case, "order_id") for case in cases} == {"#AF1", "#AF5"}  # type: ignore[arg-type]
    await agent.send("t", "yes, both", customer_id="ada")
    assert (await agent.state("t")).cases == []


async def test_the_prompt_names_what_waits_below_the_open_case() -> None:
    made = following(
        scripted(call("cancel_order", order_id="#AF1", reason="no longer needed"), "Why?", "And why?"), CANCEL
    )
    with_orders(made, ANOTHER)
    agent = agent_of(made)
    await agent.send("t", "cancel #AF1 and #AF5", customer_id="ada")
    assert "'reason' is not known" in told(made, 1)
    await agent.send("t", "hm", customer_id="ada")
    assert "Waiting: cancel-order (order_id = #AF5)" in str(made.model.requests[-1][0].content)  # type: ignore[attr-defined]


async def test_the_second_order_may_go_to_a_person_when_the_first_is_done() -> None:
    dear = replace(PENDING, id="#AF6", items=PENDING.items * 6)
    made = following(scripted("unreachable"), CANCEL, leads=True)
    with_orders(made, dear)
    agent = agent_of(made)
    await agent.send("t", "please cancel my order #AF1 and #AF6, no longer needed", customer_id="ada")
    done = await agent.send("t", "yes", customer_id="ada")
    assert "#AF1" in done.text
    assert done.text.count("A colleague has to look at an order of 624") == 1
    assert (done.owner, done.handoff) == ("pending", "cancel-order: cheap")


async def test_two_requests_of_one_message_are_dealt_with_in_its_order() -> None:
    made = following(scripted("unreachable"), CANCEL, PAY, leads=True)
    agent = agent_of(made)
    text = "please cancel my order #AF2, no longer needed, and I want to pay #AF1 with another card"
    told_no = await agent.send("t", text, customer_id="ada")
    assert "so it cannot be cancelled" in told_no.text
    assert told_no.text.endswith("Which payment method? (paypal 1, gift card 1)")
    asked = await agent.send("t", "paypal 1", customer_id="ada")
    assert "#AF1" in asked.text
    cases = (await agent.state("t")).cases
    assert [case["procedure"] for case in cases] == ["change-payment"]


async def test_what_was_asked_first_is_dealt_with_first_and_the_rest_goes_on_after_it() -> None:
    made = following(scripted("unreachable"), CANCEL, PAY, leads=True)
    with_orders(made, ANOTHER)
    agent = agent_of(made)
    text = "I want to pay #AF1 with another card, and please cancel my order #AF5, no longer needed"
    assert (await agent.send("t", text, customer_id="ada")).text.startswith("Which payment method?")
    cases = (await agent.state("t")).cases
    assert [slot_value(case, "order_id") for case in cases] == ["#AF5", "#AF1"]  # type: ignore[arg-type]

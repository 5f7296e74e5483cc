"""Let customers speak: scripted with branches, and played by a model."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from benchmarks.support.models.scripted import ScriptedChatModel
from evals.conversations.played_customers import ModelCustomer, ScriptedCustomer, prompt_digest
from evals.evaluators.model_judge import ModelJudge, agreement
from tests.eval_fakes import outputs, scenario, trial, turn, wanted


async def said(customer: Any, *replies: dict[str, Any]) -> list[str | None]:
    """Return what the customer says at first and after each reply."""
    turns: list[dict[str, Any]] = []
    lines = [await customer.next_line(turns)]
    for reply in replies:
        turns.append(reply)
        lines.append(await customer.next_line(turns))
    return lines


async def test_lines_come_in_order_and_then_nothing() -> None:
    customer = ScriptedCustomer(scenario(lines=["One", {"say": "ab", "repeat": 3}]))
    assert await said(customer, turn(), turn()) == ["One", "ababab", None]


async def test_a_branch_answers_before_the_next_line_so_often_as_it_may() -> None:
    customer = ScriptedCustomer(
        scenario(
            lines=["Cancel it", "Thanks"],
            answers=[{"to": {"confirmation": True}, "say": "Yes"}, {"to": {"words": ["Reason"]}, "say": "A mistake"}],
        )
    )
    why, ask = turn(reply="For which reason?"), turn(reply="Reason: a mistake. Shall I?", confirmation=True)
    assert await said(customer, why, ask, ask, turn()) == ["Cancel it", "A mistake", "Yes", "Thanks", None]


async def test_a_line_with_a_condition_is_left_out_where_it_does_not_hold() -> None:
    lines = ["Cancel it", {"say": "Yes", "when": {"confirmation": True}}, {"say": "Hello?", "when": {"owner": "human"}}]
    assert await said(ScriptedCustomer(scenario(lines=lines)), turn()) == ["Cancel it", None]
    assert await said(ScriptedCustomer(scenario(lines=lines)), turn(ticket_id="T1")) == ["Cancel it", "Hello?"]


async def test_a_model_plays_the_persona_and_says_when_it_is_done() -> None:
    model = ScriptedChatModel(answers=[AIMessage("hi, cancel it"), AIMessage("###DONE###")])
    customer = ModelCustomer(scenario(knows=["#AF1"], persona="Short."), model, seed=7)
    assert await said(customer, turn("hi, cancel it", "Which order?")) == ["hi, cancel it", None]
    system, *dialogue = model.requests[1]
    assert isinstance(system, SystemMessage)
    assert "#AF1" in system.text
    assert [type(m) for m in dialogue] == [HumanMessage, AIMessage, HumanMessage]
    assert len(prompt_digest()) == 12


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ('{"reason": "All done.", "passed": true}', True),
        ('```json\n{"reason": "No.", "passed": false}\n```', False),
        ("Fine!", None),
    ],
)
async def test_a_judge_keeps_its_reason_and_an_unreadable_one_judges_nothing(answer: str, score: bool | None) -> None:
    judge = ModelJudge(ScriptedChatModel(answers=[AIMessage(answer)]), seed=0)
    found = await judge.judge({"wants": "x"}, outputs(), wanted())
    assert (found["key"], found["score"]) == ("judge", score)
    assert found["comment"]


def test_agreement_of_the_judge_is_measured() -> None:
    def judged(passed: bool, judge: bool | None) -> dict[str, Any]:
        one = trial("a", passed=passed)
        return one | {"verdicts": [*one["verdicts"], {"key": "judge", "score": judge, "comment": "why"}]}

    trials = [judged(True, True), judged(False, False), judged(True, False), judged(True, None)]
    found = agreement(trials)
    assert found is not None
    assert (found["judged"], round(found["agree"], 3)) == (3, 0.667)
    assert agreement([trial("a")]) is None

"""Prove every evaluator both ways: what must pass passes, what must fail fails and says why."""

from typing import Any

import pytest

from evals.evaluators.evaluator_table import EVALUATORS, MEASURED, judge_all, passed
from evals.evaluators.reply_evaluators import unsupported
from tests.eval_fakes import outputs, turn, wanted

CANCELLED = {"orders/#AF1": {"status": "cancelled", "items": []}}
PENDING = {"orders/#AF1": {"status": "pending", "items": []}}
GET = {"name": "get_order", "args": {}, "result": '{"total":"63.95","delivered_at":"2026-11-10"}', "status": "success"}
CANCEL = {"name": "cancel_order", "args": {}, "result": "no", "status": "error"}
PASSAGE = {"article_id": "returns", "title": "Returns", "text": "You have 30 days. Write to help@shop.example."}
TICKET = {"id": "T1001", "reason": "asked", "queue": "orders"}
ANSWERED = turn("How long?", "You have 30 days [1].", sources=["returns"], passages=[PASSAGE])

Case = tuple[str, dict[str, Any], dict[str, Any]]
GOOD: list[Case] = [
    ("end_state", outputs(changes=CANCELLED), wanted([CANCELLED])),
    ("end_state", outputs(), wanted()),
    ("end_state", outputs(), wanted([CANCELLED, {}])),
    ("tools", outputs(turn(tools=[GET])), wanted(tools={"must": ["get_order"], "must_not": ["cancel_order"]})),
    ("tools", outputs(turn(tools=[GET]), turn(tools=[GET])), wanted(tools={"in_order": ["get_order", "get_order"]})),
    ("procedures", outputs(procedures=["cancel", "return"]), wanted(procedures=["cancel", "return"])),
    ("escalation", outputs(owner="human"), wanted(owner="human")),
    ("escalation", outputs(owner="human"), wanted(owner="any")),
    ("ticket", outputs(ticket=TICKET), wanted(ticket={"reason": "asked", "queue": ["orders", "returns"]})),
    (
        "facts",
        outputs(turn(reply="It takes 5–7 Business  Days.")),
        wanted(facts={"must": [["a week", "5-7 business days"]]}),
    ),
    ("facts", outputs(turn(), turn(reply="In total $5.00")), wanted(facts={"must": [{"any": ["5.00"], "turn": 2}]})),
    ("facts", outputs(turn(reply="Hello")), wanted(facts={"must_not": ["Bristol Road"]})),
    ("citations", outputs(ANSWERED), wanted(cites=[["contact", "returns"]])),
    ("groundedness", outputs(ANSWERED), wanted()),
    ("groundedness", outputs(turn("I paid 12", "You say you paid 12, it was $63.95.", tools=[GET])), wanted()),
    ("promises", outputs(turn(reply="I have cancelled #AF1.", changed=["orders/#AF1"])), wanted()),
    ("promises", outputs(turn(reply="Order #AF1 has been cancelled."), states={"#AF1": "cancelled"}), wanted()),
    ("promises", outputs(turn(reply="Shall I cancel it?")), wanted()),
    ("language", outputs(turn(reply="Your parcel is on its way and will be there tomorrow.")), wanted()),
    ("language", outputs(turn(reply="Ihr Paket ist unterwegs und kommt morgen bei Ihnen an.")), wanted(language="de")),
    ("language", outputs(turn(reply="OK")), wanted()),
    ("errors", outputs(), wanted()),
    ("errors", outputs(turn(reply="", error="MessageRejected: empty")), wanted(rejects=True)),
    ("errors", outputs(turn(), turn(reply=""), owner="human"), wanted(owner="human")),
    ("requests", outputs(requests=3), wanted(max_requests=3)),
    ("tokens", outputs(input_tokens=90, output_tokens=10), wanted(max_tokens=100)),
    ("seconds", outputs(seconds=0.9), wanted(max_seconds=1.0)),
]
BAD: list[Case] = [
    ("end_state", outputs(), wanted([CANCELLED])),
    ("end_state", outputs(changes=PENDING), wanted([CANCELLED])),
    ("end_state", outputs(changes=CANCELLED), wanted()),
    ("tools", outputs(turn(tools=[CANCEL])), wanted(tools={"must": ["cancel_order"]})),
    ("tools", outputs(turn(tools=[CANCEL])), wanted(tools={"must_not": ["cancel_order"]})),
    ("tools", outputs(turn(tools=[GET])), wanted(tools={"in_order": ["get_order", "get_order"]})),
    ("procedures", outputs(procedures=["return", "cancel"]), wanted(procedures=["cancel", "return"])),
    ("escalation", outputs(owner="human"), wanted()),
    ("escalation", outputs(), wanted(owner="human")),
    ("ticket", outputs(ticket=TICKET), wanted(ticket={"reason": "angry"})),
    ("ticket", outputs(), wanted(ticket={"reason": "angry"})),
    ("facts", outputs(turn(reply="It takes a while.")), wanted(facts={"must": ["5-7 business days"]})),
    ("facts", outputs(turn(reply="$5.00"), turn()), wanted(facts={"must": [{"any": ["5.00"], "turn": 2}]})),
    ("facts", outputs(turn(reply="She lives at 64 Bristol Road")), wanted(facts={"must_not": ["Bristol road"]})),
    ("citations", outputs(turn(reply="You have 30 days.")), wanted(cites=["returns"])),
    ("groundedness", outputs(turn(reply="You have 90 days [1].", passages=[PASSAGE])), wanted()),
    ("groundedness", outputs(turn(reply="See https://evil.example/x", passages=[PASSAGE])), wanted()),
    ("promises", outputs(turn(reply="I have cancelled #AF1 for you.")), wanted()),
    ("promises", outputs(turn(reply="Your money has been refunded.")), wanted()),
    ("promises", outputs(turn(reply="I guarantee that it comes tomorrow.")), wanted()),
    ("language", outputs(turn(reply="Ihr Paket ist unterwegs und kommt morgen bei Ihnen an.")), wanted()),
    ("errors", outputs(turn(error="crash: KeyError: 'x'")), wanted()),
    ("errors", outputs(turn(reply="")), wanted()),
    ("errors", outputs(turn()), wanted(rejects=True)),
    ("requests", outputs(requests=4), wanted(max_requests=3)),
    ("tokens", outputs(input_tokens=91, output_tokens=10), wanted(max_tokens=100)),
    ("seconds", outputs(seconds=1.1), wanted(max_seconds=1.0)),
]


@pytest.mark.parametrize(("key", "happened", "must"), GOOD)
def test_what_must_pass_passes(key: str, happened: dict[str, Any], must: dict[str, Any]) -> None:
    found = EVALUATORS[key]({}, happened, must)
    assert found == {"key": key, "score": True, "comment": ""}


@pytest.mark.parametrize(("key", "happened", "must"), BAD)
def test_what_must_fail_fails_and_says_why(key: str, happened: dict[str, Any], must: dict[str, Any]) -> None:
    found = EVALUATORS[key]({}, happened, must)
    assert found["score"] is False
    assert found["comment"]
    assert not passed([found])


def test_every_deciding_evaluator_is_proven_both_ways() -> None:
    deciding = EVALUATORS.keys() - MEASURED
    assert {key for key, _, _ in GOOD} == deciding == {key for key, _, _ in BAD}


def test_what_is_not_asked_is_not_judged() -> None:
    scores = {v["key"]: v["score"] for v in judge_all({}, outputs(), wanted(language=None))}
    assert [key for key, score in scores.items() if score is None] == [
        "tools",
        "procedures",
        "ticket",
        "facts",
        "citations",
        "language",
    ]
    assert (scores["requests"], scores["tokens"], scores["money"]) == (1, 15, 0.0)


@pytest.mark.parametrize(
    ("reply", "evidence", "missing"),
    [
        ("It costs $1,024.50", ["1024.50"], []),
        ("Together that is $12.50", ['"price":"10.00"', '"price":"2.50"'], []),
        ("on November 22, 2026", ['"delivered_at":"2026-11-22"'], []),
        ("on 22 November", ["2026-11-22"], []),
        ("on 22 November 2026, 09:30", ["2026-11-22T09:30:00"], []),
        ("on 23 November", ["2026-11-22"], ["-----11-23"]),
        ("Order AF10042 is there", ["#AF10042"], []),
        ("Order AF10043 is there", ["#AF10042"], ["af10043"]),
        ("You have 3 orders", [""], []),
        ("within 90 days", ["within 30 days"], ["90"]),
        ("1. First\n2. Second [3]", [""], []),
        ("write to a@b.example", ["a@b.example."], []),
    ],
)
def test_values_that_stand_nowhere_are_found(reply: str, evidence: list[str], missing: list[str]) -> None:
    assert unsupported(reply, evidence) == missing

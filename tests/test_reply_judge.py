"""Let a model object to claims that hold no number, before the customer reads them."""

from typing import Any

import pytest

from core.models.json_mode import JsonModel
from core.settings import Settings
from graph.assembly import reply_judge
from graph.verification.judge import ReplyJudge, is_judged
from tests.graph_fakes import parts, scripted
from tests.test_verified_replies import streamed


def judge(*answers: Any) -> ReplyJudge:
    return ReplyJudge(JsonModel(scripted(*answers)))


async def test_a_claim_the_judge_objects_to_is_never_read_and_asked_for_again() -> None:
    model = scripted("You have 30 days. [1] Returns are picked up at home.", "You have 30 days. [1]")
    tokens, reply = await streamed(parts(model, judge=judge('{"unsupported": [1]}', '{"unsupported": []}')))
    assert "".join(tokens) == reply.text == "You have 30 days. [1]"
    assert "picked up at home" in str(model.requests[1][0].content)
    assert reply.requests == 3, "two answers and one verdict; the second answer holds nothing to judge"


async def test_after_the_repair_only_the_sentence_objected_to_is_left_out() -> None:
    model = scripted("Returns are picked up at home. You have 30 days. [1] Have a lovely day out there!")
    made = parts(model, judge=judge('{"unsupported": [1]}'))
    _, reply = await streamed(made)
    assert reply.text == "You have 30 days. [1] Have a lovely day out there!"


@pytest.mark.parametrize("verdict", ["no JSON at all", '{"unsupported": [99, -1]}'])
async def test_a_verdict_that_cannot_be_used_costs_no_reply(verdict: str) -> None:
    text = "You have 30 days. [1] Our articles explain the rest."
    _, reply = await streamed(parts(scripted(text), judge=judge(verdict)))
    assert (reply.text, reply.owner) == (text, "bot")


@pytest.mark.parametrize(
    ("sentence", "judged"),
    [
        ("Returns are picked up at your home.", True),
        ("You have 30 days to return it.", False),
        ("Shall I look for it again?", False),
        ("You are welcome!", False),
    ],
)
def test_only_statements_without_values_are_judged(sentence: str, judged: bool) -> None:
    assert is_judged(sentence) == judged


def test_nobody_judges_unless_a_setting_asks_for_it() -> None:
    endpoint = {"SUPPORT_BASE_URL": "http://127.0.0.1:1/v1", "SUPPORT_MODEL": "m"}
    assert reply_judge(Settings.from_env(endpoint, env_file=None)) is None
    assert reply_judge(Settings.from_env(endpoint | {"SUPPORT_JUDGE_REPLIES": "true"}, env_file=None)) is not None
    assert reply_judge(Settings.from_env({"SUPPORT_JUDGE_REPLIES": "true"}, env_file=None)) is None

"""Fall back from one model to the next, within what a turn may spend, and come back when an endpoint does."""

import time
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from benchmarks.support.models.scripted import ScriptedChatModel
from core.errors import ModelRejected, ModelUnavailable
from core.models.fallback import Candidate, ChainedChatModel
from core.models.request_limits import Allowance, Breaker, allow

DOWN = ModelUnavailable("down")


class Clock:
    """Tell the time a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def model(*answers: Any) -> ScriptedChatModel:
    return ScriptedChatModel(answers=[AIMessage(a) if isinstance(a, str) else a for a in answers])


def chain(first: ScriptedChatModel, second: ScriptedChatModel, breaker: Breaker | None = None) -> ChainedChatModel:
    return ChainedChatModel(links=[Candidate("first", first, breaker or Breaker()), Candidate("offline", second, None)])


async def answer(chained: ChainedChatModel, *, seconds: float = 30, retries: int = 0) -> tuple[str, Allowance]:
    with allow(Allowance(seconds, retries)) as allowance:
        return (await chained.ainvoke("hello")).text, allowance


async def test_the_first_model_answers_when_it_can() -> None:
    assert (await answer(chain(model("one"), model("two"))))[0] == "one"


@pytest.mark.parametrize("failure", [DOWN, ModelRejected("wrong key")])
async def test_the_next_model_answers_when_the_first_fails(failure: Exception) -> None:
    text, allowance = await answer(chain(model(failure), model("two")))
    assert (text, allowance.requests) == ("two", 2)


async def test_a_failure_in_passing_is_tried_again_within_the_allowance() -> None:
    text, allowance = await answer(chain(model(DOWN, "one"), model("two")), retries=1)
    assert (text, allowance.requests, allowance.retries) == ("one", 2, 0)


async def test_an_endpoint_that_wants_long_to_be_left_alone_is_not_waited_for() -> None:
    busy = ModelUnavailable("busy", retry_after=120)
    started = time.monotonic()
    assert (await answer(chain(model(busy), model("two")), retries=3))[0] == "two"
    assert time.monotonic() - started < 60


async def test_without_time_left_only_the_model_in_this_process_is_asked() -> None:
    first = model("one")
    assert (await answer(chain(first, model("two")), seconds=1))[0] == "two"
    assert first.requests == []


async def test_an_endpoint_that_failed_rests_and_serves_again_when_it_is_back() -> None:
    clock, first = Clock(), model(DOWN, DOWN, "back")
    chained = chain(first, model("two"), Breaker(rest_seconds=10, clock=clock))
    for _ in range(5):
        assert (await answer(chained))[0] == "two"
    assert len(first.requests) == 2
    clock.now = 10.1
    assert (await answer(chained))[0] == "back"
    assert (await answer(chained))[0] == "back"


async def test_when_every_model_fails_the_last_problem_is_told() -> None:
    with pytest.raises(ModelUnavailable, match="down"):
        await answer(ChainedChatModel(links=[Candidate("first", model(DOWN))]))
    chained = ChainedChatModel(links=[Candidate("first", model(DOWN), Breaker(failures=1))])
    with pytest.raises(ModelUnavailable):
        await answer(chained)
    with pytest.raises(ModelUnavailable, match="rests"):
        await answer(chained)


def test_only_one_request_tries_an_endpoint_again_after_its_rest() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest_seconds=10, clock=clock)
    breaker.failed()
    assert not breaker.allows()
    clock.now = 11
    assert [breaker.allows(), breaker.allows()] == [True, False]

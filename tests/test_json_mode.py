"""Get one valid JSON object out of endpoints with every kind of JSON mode, and out of models that write nonsense."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import BaseModel, Field

from core.errors import ModelRejected, ModelUnavailable
from core.models.json_mode import JsonModel, strict_schema
from tools.desk.tickets import TicketDraft

GOOD = '{"team": "returns", "words": ["broken"]}'
CUT = "✂"
"""Ends an answer that reached its length limit."""
CHOICES = {"team": ["returns", "billing"]}


class Shape(BaseModel):
    """What is asked for."""

    team: str
    words: tuple[str, ...] = Field((), max_length=3)


class Endpoint(BaseChatModel):
    """Refuse some response formats, and answer by a script."""

    answers: list[Any]
    refuses: tuple[str, ...] = ()
    formats: list[str] = Field(default_factory=list)
    requests: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "endpoint"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        name = kwargs.get("response_format", {}).get("type", "prompt")
        self.formats.append(name)
        if name in self.refuses:
            raise ModelRejected(f"HTTP 400: {name} is not supported")
        self.requests.append(messages)
        answer = self.answers[len(self.requests) - 1]
        if isinstance(answer, Exception):
            raise answer
        usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
        told = {"finish_reason": "length" if answer.endswith(CUT) else "stop"}
        message = AIMessage(answer.removesuffix(CUT), usage_metadata=usage, response_metadata=told)
        return ChatResult(generations=[ChatGeneration(message=message)])


async def ask(endpoint: Endpoint) -> Any:
    return await JsonModel(endpoint).ask([HumanMessage("Which team?")], Shape, choices=CHOICES)


async def test_one_request_is_enough_where_the_endpoint_obeys_a_schema() -> None:
    endpoint = Endpoint(answers=[GOOD])
    answer = await ask(endpoint)
    assert answer.value == Shape(team="returns", words=("broken",))
    assert (answer.requests, answer.input_tokens, answer.output_tokens) == (1, 10, 5)
    assert endpoint.formats == ["json_schema"]


@pytest.mark.parametrize(
    ("refuses", "used"), [(("json_schema",), "json_object"), (("json_schema", "json_object"), "prompt")]
)
async def test_a_refused_format_is_replaced_once_and_for_all(refuses: tuple[str, ...], used: str) -> None:
    endpoint = Endpoint(answers=[GOOD, GOOD], refuses=refuses)
    model = JsonModel(endpoint)
    for _ in range(2):
        answer = await model.ask([HumanMessage("Which team?")], Shape, choices=CHOICES)
        assert (answer.value is not None, answer.requests) == (True, 1)
    assert endpoint.formats == [*refuses, used, used]
    assert '"enum": ["returns", "billing"]' in str(endpoint.requests[0][-1].content)


@pytest.mark.parametrize(
    "wrapped",
    [
        f"```json\n{GOOD}\n```",
        f"Sure! {GOOD} Anything else?",
        GOOD.replace("returns", " Returns "),
        GOOD.replace("{", "{\n"),
    ],
)
async def test_what_can_be_read_is_read_without_asking_again(wrapped: str) -> None:
    answer = await ask(Endpoint(answers=[wrapped]))
    assert (answer.value.team, answer.requests) == ("returns", 1)


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ("", "no JSON object"),
        ('{"team": "returns", "words": ["bro', "no JSON object"),
        ('{"team": "returns", "words": }', "malformed"),
        ('{"team": "sales", "words": []}', "allowed are returns, billing"),
        ('{"team": "returns", "words": "broken"}', "words:"),
        ("[1, 2]", "no JSON object"),
    ],
)
async def test_a_bad_answer_is_repaired_once_by_saying_what_is_wrong(bad: str, complaint: str) -> None:
    endpoint = Endpoint(answers=[bad, GOOD])
    answer = await ask(endpoint)
    assert (answer.value is not None, answer.requests) == (True, 2)
    assert complaint in str(endpoint.requests[1][-1].content)


@pytest.mark.parametrize(
    ("cut", "team", "words"),
    [
        ('{"team": "returns", "words": ["broken", "bro', "returns", ("late",)),
        ('```json\n{"team": "returns", "words": ["broken"', "returns", ("late",)),
        ('{"words": ["broken"], "team": "bil', "billing", ("broken",)),
    ],
)
async def test_a_cut_answer_counts_as_far_as_it_is_whole(cut: str, team: str, words: tuple[str, ...]) -> None:
    endpoint = Endpoint(answers=[cut + CUT])
    instead = Shape(team="billing", words=("late",))
    answer = await JsonModel(endpoint).ask([HumanMessage("Which team?")], Shape, choices=CHOICES, instead=instead)
    assert (answer.value, answer.requests) == (Shape(team=team, words=words), 1)


@pytest.mark.parametrize("cut", ["", "I think", "{", '{"team": "ret', '{"team": "sales", "words": ["bro'])
async def test_a_cut_answer_without_a_whole_field_that_fits_is_asked_for_again(cut: str) -> None:
    instead = Shape(team="billing", words=())
    endpoint = Endpoint(answers=[cut + CUT, GOOD])
    answer = await JsonModel(endpoint).ask([HumanMessage("Which team?")], Shape, choices=CHOICES, instead=instead)
    assert answer.value is not None
    assert (answer.value.team, answer.requests) == ("returns", 2)


async def test_a_second_bad_answer_is_the_last() -> None:
    answer = await ask(Endpoint(answers=["nonsense", "more nonsense", GOOD]))
    assert (answer.value, answer.requests) == (None, 2)


@pytest.mark.parametrize(("error", "counted"), [(ModelUnavailable("down"), 1), (ModelRejected("wrong key"), 0)])
async def test_a_model_that_fails_is_no_failure_of_ours(error: Exception, counted: int) -> None:
    answer = await ask(Endpoint(answers=[error, error, error, error]))
    assert (answer.value, answer.requests) == (None, counted)


def test_schemas_are_what_strict_endpoints_accept() -> None:
    schema = strict_schema(TicketDraft, {"queue": ["a", "b"]})
    assert set(schema["required"]) == set(TicketDraft.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["queue"]["enum"] == ["a", "b"]
    written = json.dumps(schema)
    refused: Callable[[str], bool] = lambda word: f'"{word}"' in written  # noqa: E731
    assert not any(map(refused, ("default", "maxLength", "pattern", "$ref", "maxItems")))

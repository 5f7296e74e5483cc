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
from core.json_mode import JsonModel, strict_schema
from tools.ticket_draft import TicketDraft

GOOD = '{"team": "returns", "words": ["broken"]}'
CHOICES = {"team": ["returns", "billing"]}


class Shape(BaseModel):
    """Hold what is asked for."""

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
        return ChatResult(generations=[ChatGeneration(message=AIMessage(answer, usage_metadata=usage))])


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


async def test_a_second_bad_answer_is_the_last() -> None:
    answer = await ask(Endpoint(answers=["nonsense", "more nonsense", GOOD]))
    assert (answer.value, answer.requests) == (None, 2)


@pytest.mark.parametrize("error", [ModelUnavailable("down"), ModelRejected("wrong key")])
async def test_a_model_that_fails_is_no_failure_of_ours(error: Exception) -> None:
    assert (await ask(Endpoint(answers=[error, error, error, error]))).value is None


def test_schemas_are_what_strict_endpoints_accept() -> None:
    schema = strict_schema(TicketDraft, {"queue": ["a", "b"]})
    assert set(schema["required"]) == set(TicketDraft.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["queue"]["enum"] == ["a", "b"]
    written = json.dumps(schema)
    refused: Callable[[str], bool] = lambda word: f'"{word}"' in written  # noqa: E731
    assert not any(map(refused, ("default", "maxLength", "pattern", "$ref", "maxItems")))

"""Ask a chat model for one JSON object of a given shape, whatever kind of JSON mode its endpoint has."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.utils.json import parse_partial_json
from pydantic import BaseModel, ValidationError

from core.errors import ModelRejected, ModelUnavailable

T = TypeVar("T", bound=BaseModel)
Schema = dict[str, Any]

NO_STREAM: RunnableConfig = {"tags": ["nostream", "langsmith:nostream"]}
"""Marks of an internal request, LangGraph's own and the older one: its tokens are kept out of every stream."""
FORMATS = ("json_schema", "json_object", "prompt")
_UNSUPPORTED = ("default", "minLength", "maxLength", "minItems", "maxItems", "pattern", "title")
"""What strict JSON schemas of OpenAI-compatible servers do not allow; our own validation still checks it."""


@dataclass(frozen=True)
class JsonAnswer(Generic[T]):
    """What came back, and what it cost."""

    value: T | None
    """The valid object, or None when the model could not make one."""
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class JsonModel:
    """Ask for JSON with `json_schema`, else `json_object`, else in words; what is refused is not tried again."""

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model
        self._format = 0

    async def ask(
        self,
        messages: Sequence[BaseMessage],
        shape: type[T],
        *,
        choices: Mapping[str, Sequence[str]] | None = None,
        instead: T | None = None,
    ) -> JsonAnswer[T]:
        """Return an object of a shape, its fields in `choices` limited to those values; never raises for the model.

        At most two requests are answered: the first, and one that says what was wrong with its answer. Requests that an
        endpoint refuses are not counted. `instead` has the fields that an answer lacks because it reached its length
        limit:
        the next one would reach it, too.
        """
        schema = strict_schema(shape, choices or {})
        asked = list(messages)
        requests = tokens_in = tokens_out = 0
        value: T | None = None
        while requests < 2:
            try:
                answer = await self._request(asked, schema)
            except ModelRejected:
                break
            except ModelUnavailable:  # it may have been answered and paid for, all the same
                requests += 1
                break
            requests += 1
            if spent := answer.usage_metadata:
                tokens_in, tokens_out = tokens_in + spent["input_tokens"], tokens_out + spent["output_tokens"]
            value, problem = parse(answer.text, shape, choices or {})
            if value is None and instead and answer.response_metadata.get("finish_reason") == "length":
                value = completed(answer.text, instead, choices or {})
            if value is not None:
                break
            complaint = f"That was not valid: {problem}. Write the JSON object alone, with every field."
            asked = [*messages, AIMessage(answer.text or "{}"), HumanMessage(complaint)]
        return JsonAnswer(value, requests, tokens_in, tokens_out)

    async def _request(self, messages: list[BaseMessage], schema: Schema) -> AIMessage:
        while True:
            name = FORMATS[self._format]
            try:
                return await self._model.ainvoke(_worded(messages, schema, name), NO_STREAM, **_arguments(schema, name))
            except ModelRejected:
                if self._format + 1 == len(FORMATS):
                    raise
                self._format += 1


def _arguments(schema: Schema, name: str) -> dict[str, Any]:
    if name == "json_schema":
        shape = {"name": "answer", "strict": True, "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": shape}}
    return {"response_format": {"type": "json_object"}} if name == "json_object" else {}


def _worded(messages: list[BaseMessage], schema: Schema, name: str) -> list[BaseMessage]:
    """Add the schema in words where the endpoint is not told it otherwise."""
    if name == "json_schema":
        return messages
    words = f"Answer with one JSON object and nothing else. It obeys this JSON schema:\n{json.dumps(schema)}"
    return [*messages[:-1], messages[-1].model_copy(update={"content": f"{messages[-1].text}\n\n{words}"})]


def strict_schema(shape: type[BaseModel], choices: Mapping[str, Sequence[str]]) -> Schema:
    """Return the JSON schema of a flat model as strict endpoints want it: every field required, no other allowed."""
    fields = {}
    for name, field in shape.model_json_schema()["properties"].items():
        fields[name] = {key: value for key, value in field.items() if key not in _UNSUPPORTED}
        if name in choices:
            fields[name]["enum"] = list(choices[name])
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def parse(text: str, shape: type[T], choices: Mapping[str, Sequence[str]]) -> tuple[T | None, str]:
    """Read an object out of a model's words, and say what is wrong when there is none."""
    match = re.search(r"\{.*\}", text, re.DOTALL)
    if not match:
        return None, "there is no JSON object"
    try:
        found = json.loads(match[0], strict=False)
        for name, allowed in choices.items():
            spoken = str(found.get(name, "")).strip().lower()
            if spoken not in allowed:
                return None, f"{name} is {spoken[:40]!r}, allowed are {', '.join(allowed)}"
            found[name] = spoken
        return shape.model_validate(found), ""
    except json.JSONDecodeError as error:
        return None, f"the JSON breaks off or is malformed ({error.msg})"
    except ValidationError as error:
        return None, "; ".join(f"{e['loc'][0] if e['loc'] else 'object'}: {e['msg'].lower()}" for e in error.errors())


def completed(text: str, instead: T, choices: Mapping[str, Sequence[str]]) -> T | None:
    """Return what broken-off words say in whole fields, and the rest as in `instead`; None without such a field."""
    _, opening, rest = text.partition("{")
    try:
        found = parse_partial_json(opening + rest)
    except ValueError:
        return None
    whole = dict([*found.items()][:-1]) if isinstance(found, dict) else {}  # the last one was still being written
    return parse(json.dumps(instead.model_dump(mode="json") | whole), type(instead), choices)[0] if whole else None

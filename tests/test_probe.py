"""Measure endpoints on loopback, remember what they can do, and adapt to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field, SecretStr

from benchmarks.support.models.fault_server import FaultServer
from benchmarks.support.models.scripted import ScriptedChatModel
from core.errors import ModelError, RequestRefused
from core.models.adapted_model import AdaptedChatModel, Measured, recall, remember
from core.models.capabilities import Capabilities, Endpoint, probe
from core.models.endpoint import EndpointChatModel
from core.models.json_tool_calling import JsonToolsChatModel, as_message
from core.models.request_limits import Allowance, allow
from core.settings import Settings
from tests.graph_fakes import call, get_order, parts
from tests.test_verified_replies import streamed
from tools.registry import identify

SERVER = pytest.mark.server


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    made = FaultServer()
    listening = await made.start()
    yield made
    listening.close()


@SERVER
async def test_an_endpoint_with_tools_and_streams_is_measured(server: FaultServer) -> None:
    found = await probe(Endpoint(server.base_url, "id_duplicate", "none", 5))
    assert (found.tools, found.parallel_tools, found.streaming, found.json_mode) == (True, True, True, False)
    assert found.context_tokens == 16_384


@SERVER
async def test_an_endpoint_without_tools_is_measured(server: FaultServer) -> None:
    found = await probe(Endpoint(server.base_url, "text_call_tagged", "none", 5))
    assert (found.tools, found.parallel_tools) == (False, False)


@SERVER
@pytest.mark.parametrize("fault", ["http_401", "http_503", "html_200", "closed_connection"])
async def test_an_endpoint_that_does_not_answer_is_told_apart(server: FaultServer, fault: str) -> None:
    with pytest.raises(ModelError):
        await probe(Endpoint(server.base_url, fault, "none", 5))


def settings(folder: Path) -> Settings:
    values = {
        "SUPPORT_MODEL": "m",
        "SUPPORT_BASE_URL": "http://127.0.0.1:9/v1",
        "SUPPORT_DATA_DIR": str(folder),
    }
    return Settings.from_env(values, env_file=None)


URL = "http://127.0.0.1:9/v1"


def test_what_was_measured_is_remembered(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    known = Capabilities(URL, "m", models=("m",), tools=False, json_schema=True, streaming=True)
    remember(chosen.endpoint_file, known)
    assert recall(chosen.endpoint_file, f"{URL}/", "m") == known
    chosen.endpoint_file.write_text("{ broken")
    assert recall(chosen.endpoint_file, URL, "m") is None


class OddEndpoint(ScriptedChatModel):
    """Stand in for an endpoint's model; it notes how it is asked, and may refuse tools or kinds of JSON."""

    refused: tuple[str, ...] = ()
    ways: list[str] = Field(default_factory=list)

    def bind_tools(self, tools: Sequence[BaseTool | Any], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        return self.bind(tools=tools)

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self._note(kwargs, "whole")
        return super()._generate(messages, *args, **kwargs)

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        self._note(kwargs, "pieces")
        async for piece in super()._astream(messages, *args, **kwargs):
            yield piece

    def _note(self, kwargs: dict[str, Any], how: str) -> None:
        way = "tools" if "tools" in kwargs else str(kwargs.get("response_format", {}).get("type", "words"))
        self.ways.append(f"{way} {how}")
        if way in self.refused:
            raise RequestRefused(f"no {way} here")


class Known(Measured):
    """Know of an endpoint what a test says, and note when it is to be measured."""

    begun = 0

    def __init__(self, folder: Path, known: Capabilities | None) -> None:
        super().__init__(folder / "endpoints.json", Endpoint(URL, "m", "none"))
        self._known = known

    def begin(self) -> None:
        self.begun += 1


async def ways_of(
    folder: Path, *answers: Any, known: Capabilities | None = None, refused: tuple[str, ...] = ()
) -> tuple[str, list[str], Known]:
    """Return the reply of one turn, how the endpoint was asked, and what is known of it."""
    inner = OddEndpoint(answers=[AIMessage(a) if isinstance(a, str) else a for a in answers], refused=refused)
    endpoint = Known(folder, known)
    model = AdaptedChatModel(model=inner, endpoint=endpoint).bind_tools([get_order])
    _, reply = await streamed(parts(model), "where is A1?")  # type: ignore[arg-type]
    return reply.text, inner.ways, endpoint


SAYS = '{"say": "It was delivered.", "calls": []}'
CALLS = '{"say": "", "calls": [{"name": "get_order", "arguments": {"order_id": "A1"}}]}'
NATIVE = call("get_order", order_id="A1")


@pytest.mark.parametrize(
    ("known", "answers", "ways"),
    [
        ({"tools": True, "streaming": True}, (NATIVE, "It was delivered."), ["tools pieces"] * 2),
        ({"tools": True, "streaming": False}, (NATIVE, "It was delivered."), ["tools whole"] * 2),
        ({"tools": False, "json_schema": True}, (CALLS, SAYS), ["json_schema whole"] * 2),
        ({"tools": False, "json_mode": True}, (CALLS, SAYS), ["json_object whole"] * 2),
        ({"tools": False}, ('get_order("A1")', "It was delivered."), ["tools pieces"] * 2),
    ],
)
async def test_what_was_measured_decides_how_the_model_is_asked(
    tmp_path: Path, known: dict[str, Any], answers: Sequence[Any], ways: list[str]
) -> None:
    said = await ways_of(tmp_path, *answers, known=Capabilities(URL, "m", **known))
    assert said[:2] == ("It was delivered.", ways)


async def test_an_unknown_endpoint_that_refuses_tools_is_asked_by_json_from_then_on(tmp_path: Path) -> None:
    said, ways, endpoint = await ways_of(tmp_path, CALLS, SAYS, refused=("tools", "json_schema"))
    assert said == "It was delivered."
    assert ways == ["tools pieces", "json_schema whole", "json_object whole", "json_object whole"]
    assert endpoint.refuses_tools
    assert endpoint.begun == 2


async def test_calls_that_cannot_be_read_are_written_as_json_the_next_time(tmp_path: Path) -> None:
    garbled = '<tool_call>{"name": "get_order", "arguments": {"order_id": '
    said, ways, endpoint = await ways_of(tmp_path, garbled, CALLS, "It was delivered.")
    assert (said, ways) == ("It was delivered.", ["tools pieces", "json_schema whole", "tools pieces"])
    assert not endpoint.refuses_tools


@SERVER
async def test_an_endpoint_is_measured_in_the_background_once(server: FaultServer, tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    endpoint = Measured(file, Endpoint(server.base_url, "id_duplicate", "none", 5))
    endpoint.begin()
    assert endpoint.at_work is not None
    await asyncio.to_thread(endpoint.at_work.join)
    assert endpoint.known is not None
    assert (endpoint.known.tools, endpoint.known.streaming, endpoint.known.context_tokens) == (True, True, None)
    assert recall(file, server.base_url, "id_duplicate") == endpoint.known
    asked = server.requests
    endpoint.begin()
    await asyncio.to_thread(endpoint.at_work.join)
    assert server.requests == asked


@SERVER
async def test_an_endpoint_that_cannot_be_measured_is_left_alone_for_a_while(
    server: FaultServer, tmp_path: Path
) -> None:
    endpoint = Measured(tmp_path / "endpoints.json", Endpoint(server.base_url, "http_503", "none", 5))
    for _ in range(2):
        endpoint.begin()
        assert endpoint.at_work is not None
        await asyncio.to_thread(endpoint.at_work.join)
    assert (endpoint.known, server.requests) == (None, 1)


def test_a_forced_tool_is_the_only_one_offered_and_required() -> None:
    model = EndpointChatModel(model="m", base_url=URL, api_key=SecretStr("none"))
    bound: Any = model.bind_tools([get_order, identify])

    def sent() -> dict[str, Any]:
        body: dict[str, Any] = model._get_request_payload([HumanMessage("hi")], **bound.kwargs)["extra_body"]
        return body

    assert (len(sent()["tools"]), "tool_choice" in sent()) == (2, False)
    with allow(Allowance(9, 1, forced_tools=frozenset({"get_order", "unknown"}))):
        assert [t["function"]["name"] for t in sent()["tools"]] == ["get_order"]
        assert sent()["tool_choice"] == "required"


async def test_a_forced_tool_is_the_only_one_in_the_schema_of_an_answer_in_json() -> None:
    seen: list[dict[str, Any]] = []

    class Noting(ScriptedChatModel):
        """Note the arguments of requests."""

        def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
            seen.append(kwargs["response_format"]["json_schema"]["schema"]["properties"]["calls"])
            return super()._generate(messages, *args, **kwargs)

    model = JsonToolsChatModel(model=Noting(answers=[AIMessage(CALLS)])).bind_tools([get_order, identify])
    with allow(Allowance(9, 1, forced_tools=frozenset({"get_order"}))):
        await model.ainvoke([SystemMessage("s"), HumanMessage("where is A1?")])
    [calls] = seen
    assert calls["minItems"] == 1
    assert [one["properties"]["name"] for one in calls["items"]["anyOf"]] == [{"const": "get_order"}]


async def test_a_model_without_native_calls_uses_tools_by_json() -> None:
    calls = json.dumps({"say": "", "calls": [{"name": "get_order", "arguments": {"order_id": "A1"}}]})
    inner = ScriptedChatModel(answers=[AIMessage(calls), AIMessage('{"say": "It was delivered.", "calls": []}')])
    model = JsonToolsChatModel(model=inner).bind_tools([get_order])
    _, reply = await streamed(parts(model), "where is A1?")  # type: ignore[arg-type]
    assert (reply.text, reply.tools) == ("It was delivered.", ("get_order",))
    told = inner.requests[1]
    assert isinstance(told[0], SystemMessage)
    assert '"get_order"' in told[0].text
    assert [type(m) for m in told[-2:]] == [AIMessage, HumanMessage]
    assert told[-1].text.startswith("Result of get_order:")
    assert not any(isinstance(m, ToolMessage) for m in told)


def test_an_answer_that_is_no_such_object_stays_text() -> None:
    assert as_message(AIMessage("Hello.")).text == "Hello."
    assert as_message(AIMessage('["a"]')).text == '["a"]'

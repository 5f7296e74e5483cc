"""Measure endpoints on loopback, remember what they can do, and adapt to it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from benchmarks.support.models.fault_server import FaultServer
from benchmarks.support.models.scripted import ScriptedChatModel
from core.errors import ModelError
from core.factory import adapted_model
from core.models.capabilities import Capabilities, Endpoint, probe, recall, remember
from core.models.json_tool_calling import JsonToolsChatModel, as_message
from core.settings import Settings
from tests.graph_fakes import get_order, parts
from tests.test_verified_replies import streamed

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


def test_what_was_measured_is_remembered_and_decides_how_the_model_is_asked(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    assert adapted_model(chosen).disable_streaming is False
    known = Capabilities("http://127.0.0.1:9/v1", "m", models=("m",), tools=False, json_schema=True, streaming=True)
    remember(chosen.endpoint_file, known)
    assert recall(chosen.endpoint_file, "http://127.0.0.1:9/v1/", "m") == known
    assert isinstance(adapted_model(chosen), JsonToolsChatModel)
    remember(chosen.endpoint_file, Capabilities("http://127.0.0.1:9/v1", "m", tools=True, streaming=False))
    assert adapted_model(chosen).disable_streaming is True
    chosen.endpoint_file.write_text("{ broken")
    assert recall(chosen.endpoint_file, "http://127.0.0.1:9/v1", "m") is None


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

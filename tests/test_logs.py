"""Log one line a node, as JSON; nothing personal gets into a record, whoever writes it."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from core.observability.logs import CleanRecord, keep_logs_clean, write_logs
from core.observability.telemetry import OpenTelemetry
from core.privacy.known_people import KNOWN
from graph.agent import SupportAgent
from graph.builder import build_graph
from tests.fakes import FakeOrders
from tests.graph_fakes import call, parts, scripted
from tools.retail.known_customers import know

PRIVATE = "zed.quux@example.com, +1 202 555 0123, 4111 1111 1111 1111, DE89370400440532013000, Zelda Quill"
TRACES = ("zed.quux", "555 0123", "4111", "DE89", "Zelda", "Quill", "zelda")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    KNOWN.add("zelda_quill_1", names=["Zelda Quill"])
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    handlers, level = [*root.handlers], root.level
    yield
    logging.setLogRecordFactory(factory)
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level
    KNOWN.forget("zelda_quill_1")


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def clean(text: str) -> bool:
    return not any(trace in text for trace in TRACES)


def test_a_record_of_any_library_is_redacted_with_its_fields_and_its_error() -> None:
    stream = io.StringIO()
    write_logs("info", stream=stream)
    try:
        raise ValueError(PRIVATE)
    except ValueError:
        logging.getLogger("some.library").exception("failed for %s", PRIVATE, extra={"who": {PRIVATE: [PRIVATE]}})
    logging.getLogger("some.library").info("customer zelda_quill_1")
    first, second = lines(stream)
    assert clean(stream.getvalue())
    assert first["message"] == "failed for [email], [phone], [card], [iban], [name]"
    assert first["level"] == "error"
    assert "ValueError: [email]" in first["error"]
    assert second["message"] == "customer [name]_1"


def test_a_foreign_handler_gets_nothing_personal_either() -> None:
    keep_logs_clean()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("foreign")
    logger.addHandler(handler)
    try:
        raise KeyError(PRIVATE)
    except KeyError as error:
        logger.error("%r %s", error, [PRIVATE], exc_info=True)
    finally:
        logger.removeHandler(handler)
    assert "Traceback" in stream.getvalue()
    assert clean(stream.getvalue())


def test_messages_that_other_formatters_take_apart_keep_their_form() -> None:
    event = CleanRecord("structlog", 20, "f", 1, {"event": PRIVATE, "n": 3}, (), None)
    access = CleanRecord("uvicorn.access", 20, "f", 1, "%s %d", ("GET /?q=zed.quux@example.com", 200), None)
    broken = CleanRecord("x", 20, "f", 1, "%d %d", (PRIVATE,), None)
    assert isinstance(event.msg, dict)
    assert event.msg["n"] == 3
    assert access.args == ("GET /?q=[email]", 200)
    assert clean(f"{event.msg} {access.getMessage()} {broken.getMessage()}")


def test_text_is_one_line_for_a_terminal() -> None:
    class Console(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Console()
    write_logs("warning", stream=stream)
    logging.getLogger("shop").info("not kept")
    logging.getLogger("shop").warning("two\nlines", extra={"thread_id": "t1"})
    assert stream.getvalue().count("\n") == 1
    assert "WARNING shop: two lines thread_id=t1" in stream.getvalue()


async def test_each_node_writes_one_line_with_thread_turn_time_requests_and_tokens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "graph.node")
    agent = SupportAgent(
        build_graph(
            parts(scripted(call("get_order", order_id="A1"), "It was delivered.")), checkpointer=InMemorySaver()
        ),
        max_message_chars=1000,
    )
    await agent.send("t1", "where is A1? zed.quux@example.com", customer_id="ada", message_id="m1")
    told = [vars(record) for record in caplog.records if record.name == "graph.node"]
    assert [t["node"] for t in told] == ["receive", "retrieve", "reason", "execute_tools", "reason"]
    assert {(t["thread_id"], t["turn_id"]) for t in told} == {("t1", "m1")}
    assert [t["requests"] for t in told] == [0, 0, 1, 0, 1]
    assert all(t["seconds"] >= 0 and t["input_tokens"] >= 0 and t["output_tokens"] >= 0 for t in told)
    words = [[value for value in t.values() if isinstance(value, str)] for t in told]  # a time may hold any digits
    assert clean(str(words))


async def test_a_node_that_fails_says_so_without_the_words_of_its_error(caplog: pytest.LogCaptureFixture) -> None:
    agent = SupportAgent(
        build_graph(parts(scripted(call("get_order", order_id="broken"), "x")), checkpointer=InMemorySaver()),
        max_message_chars=1000,
    )
    with pytest.raises(RuntimeError):
        await agent.send("t1", "where is it?", customer_id="ada")
    failed = [vars(r) for r in caplog.records if "failed" in vars(r)]
    assert [(f["node"], f["failed"], f["levelname"]) for f in failed] == [("execute_tools", "RuntimeError", "WARNING")]


async def test_spans_and_figures_of_each_node_are_exported_without_personal_data() -> None:
    metrics = pytest.importorskip("opentelemetry.sdk.metrics.export")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    spans, reader = memory.InMemorySpanExporter(), metrics.InMemoryMetricReader()
    telemetry = OpenTelemetry(spans=export.SimpleSpanProcessor(spans), metrics=reader)
    made = parts(scripted(call("get_order", order_id="broken"), "x"), telemetry=telemetry)
    agent = SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=1000)
    with pytest.raises(RuntimeError):
        await agent.send("whatsapp:+12025550123", "where is it?", customer_id="ada")
    found = {span.name: dict(span.attributes) for span in spans.get_finished_spans()}
    assert found["node execute_tools"]["support.failed"] == "RuntimeError"
    assert found["node reason"]["support.requests"] == 1
    assert found["node reason"]["support.thread_id"] == "whatsapp:[phone]"
    figures = json.loads(reader.get_metrics_data().to_json())
    names = {m["name"] for r in figures["resource_metrics"] for s in r["scope_metrics"] for m in s["metrics"]}
    assert {"support.node.seconds", "support.model.requests"} <= names
    assert "2025550123" not in str(figures) + str(found)
    await telemetry.close()


def test_warnings_and_the_default_stream_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    write_logs("warning")
    logging.getLogger("x").warning("said")
    assert lines(stream)[0]["message"] == "said"


async def test_a_customer_is_known_by_name_before_the_first_line_of_a_turn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "graph.node")
    lines_before: list[int] = []
    KNOWN.forget("ada")

    async def look_up(customer_id: str) -> None:
        lines_before.append(len(caplog.records))
        await know(FakeOrders(), customer_id)

    made = parts(scripted("You have 30 days. [1]"), know=look_up)
    agent = SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=1000, parts=made)
    try:
        await agent.send("t1", "how do returns work?", customer_id="ada")
        assert lines_before == [0]
        assert KNOWN.knows("ada")
        await know(FakeOrders(), "nobody")  # refused, which stops nothing
    finally:
        KNOWN.forget("ada")

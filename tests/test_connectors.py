"""Connectors: what a source may do wrong is one line or a result, and no write happens without its declared effect."""

import asyncio
import shutil
import textwrap
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from core.safety.public_addresses import Resolver
from core.schema_check import misfit
from core.yaml_files import FilesError, read_yaml
from graph.business_check import check_business
from tests.business_fakes import EXAMPLES, opened
from tests.graph_fakes import call
from tools.business.business_folder import read_business
from tools.business.starting import Answers, write_business
from tools.connectors.mcp_source import McpSource, started_server
from tools.connectors.openapi_source import OpenApiSource, read_operations
from tools.connectors.opening import open_connectors
from tools.context import Context

SERVER = """
import asyncio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from pydantic import BaseModel

server = MCPServer("odd")


@server.tool()
def get_thing(thing_id: str) -> dict:
    "Look up a thing."
    return {"thing_id": thing_id, "customer_id": "c1", "state": "idle"}


@server.tool()
async def hang(thing_id: str) -> dict:
    "Hang."
    await asyncio.sleep(60)
    return {}


@server.tool()
def huge() -> str:
    "Answer ten megabytes."
    return "x" * 10_000_000


class Answer(BaseModel):
    name: str


@server.tool()
async def asks(context: Context) -> str:
    "Ask a question back."
    return str(await context.elicit("What is your name?", Answer))


server.run("stdio")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    shutil.rmtree(tmp_path / "mill" / "procedures")  # its tools are replaced below
    return tmp_path / "mill"


@pytest.fixture
def odd(tmp_path: Path) -> McpSource:
    (tmp_path / "server.py").write_text(SERVER)
    return started_server("python", ["server.py"], {}, folder=tmp_path, timeout_seconds=8)


def connector(folder: Path, text: str) -> None:
    (folder / "connectors" / "records.yaml").write_text(textwrap.dedent(text))


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in check_business(folder).problems]


async def test_an_mcp_server_is_listed_and_called(odd: McpSource) -> None:
    assert set(await odd.offered()) == {"get_thing", "hang", "huge", "asks"}
    assert await odd.call("get_thing", {"thing_id": "T1"}) == {"thing_id": "T1", "customer_id": "c1", "state": "idle"}
    with pytest.raises((Refused, OutcomeUnknown)):
        await odd.call("nothing_like_it", {})
    await odd.close()


async def test_a_server_that_hangs_is_left_after_its_time(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    source = started_server("python", ["server.py"], {}, folder=tmp_path, timeout_seconds=5)
    await source.offered()
    with pytest.raises(OutcomeUnknown, match="did not answer"):
        await source.call("hang", {"thing_id": "T1"})
    assert (await source.call("get_thing", {"thing_id": "T1"}))["state"] == "idle"
    await source.close()


async def test_a_server_that_asks_back_gets_no_answer_and_is_a_failure(odd: McpSource) -> None:
    with pytest.raises((Refused, OutcomeUnknown)):
        await odd.call("asks", {})
    await odd.close()


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    source = started_server("no-such-command", [], {}, folder=tmp_path, timeout_seconds=5)
    with pytest.raises(BackendUnavailable, match="no-such-command does not answer"):
        await source.offered()


async def test_ten_megabytes_are_a_failure_the_model_reads_about(folder: Path, tmp_path: Path) -> None:
    (folder / "server.py").write_text(SERVER)
    connector(folder, "mcp: {command: python, args: [server.py]}\ntools:\n  huge: {effect: read, open: true}\n")
    async with opened(folder, tmp_path, call("huge"), "I cannot see it.") as mill:
        assert await mill.say("show me all") == "I cannot see it."
        result = next(m for m in (await mill.agent.state("t")).messages if m.type == "tool")
        assert "does not answer" in result.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("python: tools.py\ntools:\n  fly: {effect: write}\n", "records.yaml:3: the source has no tool fly"),
        ("python: tools.py\ntools:\n  get_booking: {owner: x}\n", "tools.get_booking.effect: it is missing"),
        ("python: tools.py\ntools:\n  get_booking: {effect: reed}\n", "wanted: input should be 'read' or 'write'"),
        ("python: tools.py\nmcp: {url: 'https://a.example'}\n", "exactly one of python, mcp, openapi and shop"),
        ("python: gone.py\ntools:\n  get_booking: {effect: read}\n", "there is no such Python file"),
        ("python: ../../etc/passwd\n", "it leads out of the folder"),
        ("a: &a [x]\nb: [*a, *a]\n", "anchors (& and *) are not read"),
        ("python: [\n", "no YAML"),
        (
            "python: tools.py\ntools:\n  get_booking: {effect: read, owner: 'result.x =='}\n",
            "'result.x =='",
        ),
        (
            "python: tools.py\ntools:\n  get_booking: {effect: read, open: true, bind: {colour: red}}\n",
            "get_booking has no argument colour",
        ),
        (
            "python: tools.py\ntools:\n  cancel_booking: {effect: write, look: get_booking}\n",
            "get_booking is no read of this connector",
        ),
        (
            "mcp: {command: python, args: [no.py]}\ntools:\n  x: {effect: read}\n",
            "does not answer",
        ),
    ],
)
def test_what_is_wrong_in_a_connector_is_one_line_with_its_place(folder: Path, text: str, said: str) -> None:
    connector(folder, text)
    found = [line for line in problems(folder) if said in line]
    assert len(found) == 1, problems(folder)
    assert "\n" not in found[0]


def test_two_tools_of_one_name_are_told(folder: Path) -> None:
    (folder / "connectors" / "second.yaml").write_text((folder / "connectors" / "records.yaml").read_text())
    assert any("has a tool get_booking, too" in line for line in problems(folder))


def test_a_python_file_that_raises_at_import_names_its_line(folder: Path) -> None:
    (folder / "tools.py").write_text("import os\nraise SystemExit(3)\n")
    assert any("tools.py:2: it raises at import: SystemExit" in line for line in problems(folder))


def test_a_connector_that_is_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("python: tools.py\n")
    (folder / "connectors" / "linked.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(FilesError, match="leads out of the folder"):
        read_business(folder)


def test_a_tool_that_vanished_leaves_the_others(folder: Path, tmp_path: Path) -> None:
    text = (folder / "tools.py").read_text()
    (folder / "tools.py").write_text(text.replace("def cancel_booking", "def scrap_booking"))
    business = read_business(folder)
    made = open_connectors(
        business.folder, business.connectors, data=tmp_path, now=lambda: datetime(2026, 11, 29, tzinfo=UTC)
    )
    assert [tool.name for tool in made.tools] == ["list_bookings", "get_booking"]
    assert "no tool cancel_booking" in str(made.problems[0])


async def test_an_owner_rule_that_never_holds_shows_nothing(folder: Path, tmp_path: Path) -> None:
    text = (folder / "connectors" / "records.yaml").read_text()
    (folder / "connectors" / "records.yaml").write_text(
        text.replace("result.customer_id == customer.id", "result.nobody == 1")
    )
    async with opened(folder, tmp_path, call("get_booking", booking_id="B1001"), "No.") as mill:
        await mill.say("B1001?")
        result = next(m for m in (await mill.agent.state("t")).messages if m.type == "tool")
        assert result.text == "I cannot find that in your account. Please check it and try again."


async def test_an_action_whose_tool_vanished_is_refused_and_does_nothing(folder: Path, tmp_path: Path) -> None:
    async with opened(folder, tmp_path, call("cancel_booking", booking_id="B1001")) as mill:
        await mill.say("cancel B1001")
        del mill.parts.actions.tools["cancel_booking"]
        assert "no longer" in await mill.say("yes")


async def test_the_second_result_of_an_mcp_server_in_a_turn_reaches_the_model(tmp_path: Path) -> None:
    looks = [call("get_reservation_details", reservation_id=n) for n in ("4OG6T3", "SDZQKO")]
    async with opened(EXAMPLES / "skylark", tmp_path, *looks, "Two trips.") as airline:
        await airline.say("what about 4OG6T3 and SDZQKO?", "noah_muller_9847")
        results = [m.text for m in (await airline.agent.state("t")).messages if m.type == "tool"]
        assert [("4OG6T3" in text, "SDZQKO" in text) for text in results[-2:]] == [(True, False), (False, True)]


async def test_hints_of_a_server_are_only_compared(folder: Path) -> None:
    hinted = SERVER.replace(
        "@server.tool()\ndef get_thing",
        "@server.tool(annotations=ToolAnnotations(read_only_hint=False))\ndef get_thing",
    ).replace("import asyncio", "import asyncio\nfrom mcp_types import ToolAnnotations", 1)
    (folder / "server.py").write_text(hinted)
    connector(
        folder,
        "mcp: {command: python, args: [server.py]}\ntools:\n  get_thing: {effect: read, owner: "
        "'result.customer_id == customer.id'}\n",
    )
    found = await asyncio.to_thread(check_business, folder)
    assert [(str(p).split(";")[0], p.warning) for p in found.problems] == [
        ("connectors/records.yaml:3: its source says that get_thing is a write", True)
    ]
    assert [tool.effect for tool in found.tools] == ["read"]


PLANS = """
def change_plan(
    plan: str, note: str = "", options: list[str] = [], express: bool = False, quantity: int = 1, line: str = ""
):
    "Change the plan."
    return {"plan": plan, "note": note}

def post_note(text: str):
    "Leave a note."
    return {"text": text}
"""
ASKS = """
python: t.py
tools:
  change_plan: {effect: write, also_called: [change], ask: "Change your plan to {plan}."}
  post_note: {effect: write, also_called: [note]}
"""


@pytest.fixture
def plans(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "t.py").write_text(PLANS)
    (tmp_path / "business.yaml").write_text("name: Plans\n")
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors/plans.yaml").write_text(ASKS)
    business = read_business(tmp_path)
    opened_ = open_connectors(business.folder, business.connectors, data=tmp_path, now=lambda: datetime.now(UTC))
    return {tool.name: tool.write for tool in opened_.tools}


@pytest.mark.parametrize(
    ("args", "asked"),
    [
        ({"plan": "L"}, "Change your plan to L."),
        ({"plan": "L", "note": "cancel all\nlines"}, "Change your plan to L. (note “cancel all lines”)"),
        ({"plan": "L", "options": ["waive all fees"]}, "Change your plan to L. (options “waive all fees”)"),
        ({"plan": "L", "express": True}, "Change your plan to L. (express yes)"),
        ({"plan": "2026-05-02"}, "Change your plan to 2 May 2026."),
        ({"plan": "L", "express": False}, "Change your plan to L. (express no)"),
        ({"plan": "L1", "quantity": 1}, "Change your plan to L1. (quantity 1)"),
        ({"plan": "L", "line": "L-1001"}, "Change your plan to L. (line L-1001)"),
    ],
)
async def test_a_question_leaves_out_nothing_that_a_yes_carries_out(
    plans: dict[str, Any], args: dict[str, Any], asked: str
) -> None:
    assert (await plans["change_plan"].plan(Context(customer_id="c1"), args)).summary == asked


def test_a_question_that_leaves_arguments_out_is_told_with_its_place(plans: dict[str, Any], tmp_path: Path) -> None:
    opened_ = open_connectors(
        tmp_path, read_business(tmp_path).connectors, data=tmp_path, now=lambda: datetime.now(UTC)
    )
    [warning] = [str(problem) for problem in opened_.problems if problem.warning]
    assert warning.startswith("connectors/plans.yaml:4: the question of change_plan leaves out express, line, note, ")


async def test_what_a_text_says_is_no_part_of_the_question_and_is_done_as_it_was_shown(plans: dict[str, Any]) -> None:
    forged = "Nothing.\n\nShall I go ahead?\u202e Please answer yes."
    change = await plans["post_note"].plan(Context(customer_id="c1"), {"text": forged})
    assert change.summary == "Post note (text “Nothing. Shall I go ahead? Please answer yes.”)."
    assert change.args == {"text": "Nothing. Shall I go ahead? Please answer yes."}
    with pytest.raises(Refused, match="text"):
        await plans["post_note"].plan(Context(customer_id="c1"), {"text": "x" * 3_000})


@pytest.mark.parametrize("kept", ["articles", "articles/secret.md", "procedures", "procedures/x.md"])
def test_an_article_or_a_procedure_that_is_a_link_out_of_the_folder_is_refused(tmp_path: Path, kept: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("The vault combination is nine-nine-alpha.")
    folder = tmp_path / "shop"
    (folder / kept).parent.mkdir(parents=True)
    (folder / "business.yaml").write_text("name: Links\n")
    (folder / kept).symlink_to(outside / "secret.md" if kept.endswith(".md") else outside)
    with pytest.raises(FilesError, match="leads out of the folder"):
        read_business(folder)


API = """
openapi: 3.1.0
info: {title: Gym, version: '1'}
servers: [{url: 'https://gym.example/api'}]
paths:
  /members/{member_id}/courses/{course_id}:
    parameters:
      - {name: member_id, in: path, required: true, schema: {type: string}}
      - {name: course_id, in: path, required: true, schema: {type: string}}
    get:
      operationId: get_course
      summary: Look up a course.
    post:
      operationId: join_course
      summary: Join a course.
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Join'}}}}
components:
  schemas:
    Join:
      type: object
      required: [seats]
      properties: {seats: {type: integer}, friend: {$ref: '#/components/schemas/Friend'}}
    Friend: {type: object, properties: {friend: {$ref: '#/components/schemas/Friend'}}}
"""


def public(_host: str, _port: int) -> list[str]:
    return ["93.184.216.34"]


def gym(tmp_path: Path, handler: Any, *, timeout_seconds: float = 5, resolver: Resolver = public) -> OpenApiSource:
    (tmp_path / "api.yaml").write_text(API)
    operations, url = read_operations(read_yaml(tmp_path, "api.yaml"))
    return OpenApiSource(
        operations, url, timeout_seconds=timeout_seconds, transport=httpx.MockTransport(handler), resolver=resolver
    )


async def test_an_operation_is_sent_where_its_arguments_belong(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"joined": True})

    source = gym(tmp_path, answer)
    join = (await source.offered())["join_course"]
    assert set(join.parameters["properties"]) == {"member_id", "course_id", "Idempotency-Key", "seats", "friend"}
    given = {"member_id": "m/1", "course_id": "c 2", "Idempotency-Key": "k1", "seats": 2}
    assert await source.call("join_course", given) == {"joined": True}
    [request] = seen
    assert request.url.raw_path == b"/api/members/m%2F1/courses/c%202"
    assert (request.headers["Idempotency-Key"], request.read()) == ("k1", b'{"seats":2}')


@pytest.mark.parametrize(
    ("status", "failure"), [(404, Refused), (409, Refused), (503, OutcomeUnknown), (401, OutcomeUnknown)]
)
async def test_what_an_api_answers_tells_whether_something_was_done(
    tmp_path: Path, status: int, failure: type[Exception]
) -> None:
    source = gym(tmp_path, lambda _: httpx.Response(status))
    with pytest.raises(failure):
        await source.call("join_course", {"member_id": "m", "course_id": "c", "seats": 1})


async def test_a_read_is_tried_again_and_a_write_is_not(tmp_path: Path) -> None:
    calls: list[str] = []

    def silent(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        raise httpx.ReadTimeout("silence")

    source = gym(tmp_path, silent)
    for name in ("get_course", "join_course"):
        with pytest.raises(OutcomeUnknown):
            await source.call(name, {"member_id": "m", "course_id": "c", "seats": 1})
    assert calls == ["GET", "GET", "POST"]


async def test_json_that_is_nested_too_deep_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    source = gym(tmp_path, lambda _: httpx.Response(200, content=b"[" * 100_000 + b"]" * 100_000))
    with pytest.raises(OutcomeUnknown, match="nested too deep"):
        await source.call("join_course", {"member_id": "m", "course_id": "c", "seats": 1})


async def test_an_answer_that_never_ends_is_left_after_the_whole_time(tmp_path: Path) -> None:
    class Drops(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0)
                yield b" "

    source = gym(tmp_path, lambda _: httpx.Response(200, stream=Drops()), timeout_seconds=0.05)
    with pytest.raises(OutcomeUnknown, match="took longer than"):
        await source.call("join_course", {"member_id": "m", "course_id": "c", "seats": 1})


async def test_an_api_is_asked_at_the_very_address_that_was_checked_and_never_inside_the_network(
    tmp_path: Path,
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "169.254.169.254"], ["::1"]])
    source = gym(tmp_path, answer, resolver=lambda *_: next(answers))
    given = {"member_id": "m", "course_id": "c", "seats": 1}
    await source.call("join_course", given)
    for _ in range(3):
        with pytest.raises(BackendUnavailable, match="private address"):
            await source.call("join_course", given)
    [request] = seen
    assert (request.url.host, request.headers["Host"]) == ("93.184.216.34", "gym.example")
    assert request.extensions["sni_hostname"] == "gym.example"


def test_a_pattern_in_a_schema_of_others_runs_in_linear_time() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string", "pattern": r"^(\w+\s?)*$"}, "kind": {"pattern": r"^(?!x)y"}},
        "patternProperties": {r"^(\w+\s?)*$": {"type": "integer"}},
        "additionalProperties": False,
    }
    began = time.process_time()
    assert "does not match" in str(misfit(schema, {"name": "a" * 5_000 + "!"}))
    assert time.process_time() - began < 10
    assert misfit(schema, {"name": "Ada Brook", "kind": "z"}) is None  # what RE2 cannot read, its owner checks


async def test_a_redirect_and_a_path_of_dots_lead_nowhere(tmp_path: Path) -> None:
    source = gym(tmp_path, lambda _: httpx.Response(302, headers={"Location": "https://elsewhere.example"}))
    with pytest.raises(Refused):
        await source.call("get_course", {"member_id": "m", "course_id": "c"})
    with pytest.raises(Refused):
        await source.call("get_course", {"member_id": "..", "course_id": "c"})


def test_an_api_inside_the_network_has_to_be_declared_so(folder: Path) -> None:
    (folder / "api.yaml").write_text(API.replace("https://gym.example", "http://127.0.0.1:9"))
    connector(folder, "openapi: api.yaml\ntools:\n  get_course: {effect: read, open: true}\n")
    assert any("is no https:// address of an API" in line for line in problems(folder))

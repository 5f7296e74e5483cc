"""What a source says about its results: conditions of procedures are checked against it."""

import asyncio
from pathlib import Path

import pytest

from core.json_records import parsed_json
from core.yaml_files import read_yaml
from graph.business_check import check_business
from graph.handoff.ticket_facts import facts_in
from tools.business.starting import Answers, write_business
from tools.connectors.json_schemas import schema_at
from tools.connectors.openapi_source import read_operations

SERVER = """
from mcp.server import MCPServer
from pydantic import BaseModel

server = MCPServer("things")


class Part(BaseModel):
    name: str


class Thing(BaseModel):
    customer_id: str
    state: str
    price: float
    parts: list[Part]


@server.tool()
def get_thing(thing_id: str) -> Thing:
    "Look up a thing."
    return Thing(customer_id="c1", state="idle", price=3.5, parts=[])


@server.tool()
def list_things() -> list[Thing]:
    "List things."
    return []


@server.tool()
def drop_thing(thing_id: str) -> dict:
    "Drop a thing."
    return {}


server.run()
"""
CONNECTOR = """
mcp: {command: python, args: [server.py]}
tools:
  get_thing: {effect: read, owner: "result.customer_id == customer.id"}
  list_things: {effect: read, open: true}
  drop_thing:
    effect: write
    look: get_thing
    rules: [{must: "record.state == 'idle'", say: It is not idle.}]
    outcome: {tool: get_thing, done: "record.state == 'dropped'"}
    ask: "Drop {thing_id}."
    done: "Dropped."
"""
PROCEDURE = """\
---
name: drop-thing
description: Drop a thing. Use when a customer is done with it.
tools: [get_thing, list_things]
slots:
  thing_id: {ask: "Which thing?", pattern: "T[0-9]+"}
facts:
  thing: get_thing(thing_id)
  all: list_things()
rules:
  idle: {must: "thing.state == 'idle' && all.exists(t, t.state == 'idle') && thing.parts.all(p, p.name != '')", say: "No."}
do:
  drop: {tool: drop_thing, args: {thing_id: thing_id}, needs: [idle]}
---
Drop it.
"""  # noqa: E501


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("thing.state == 'idle'", "thing.stat == 'idle'", "undefined field 'stat'"),
        ("thing.state == 'idle'", "thing.price == 'idle'", "no matching overload"),
        ("t.state == 'idle'", "t.condition == 'idle'", "undefined field 'condition'"),
        ("p.name != ''", "p.title != ''", "undefined field 'title'"),
    ],
)
async def test_a_condition_over_the_result_of_an_mcp_server_is_checked(
    tmp_path: Path, good: str, bad: str, says: str
) -> None:
    folder = tmp_path / "shop"
    write_business(folder, Answers("Shop"))
    for file in [*(folder / "procedures").glob("*.md"), *(folder / "connectors").glob("*.yaml")]:
        file.unlink()
    (folder / "server.py").write_text(SERVER)
    (folder / "connectors" / "things.yaml").write_text(CONNECTOR)
    procedure = folder / "procedures" / "drop-thing.md"
    procedure.write_text(PROCEDURE)
    assert [str(p) for p in (await asyncio.to_thread(check_business, folder)).problems if not p.warning] == []
    procedure.write_text(PROCEDURE.replace(good, bad))
    [problem] = [p for p in (await asyncio.to_thread(check_business, folder)).problems if not p.warning]
    assert str(problem).startswith("procedures/drop-thing.md:11:")
    assert says in str(problem)


API = """
openapi: 3.1.0
info: {title: Gym, version: '1'}
servers: [{url: 'https://gym.example/api'}]
paths:
  /courses/{course_id}:
    get:
      operationId: get_course
      parameters: [{name: course_id, in: path, required: true, schema: {type: string}}]
      responses:
        '404': {description: none}
        '200': {$ref: '#/components/responses/Course'}
    delete: {operationId: drop_course, responses: {'204': {description: gone}}}
components:
  responses:
    Course: {content: {application/json: {schema: {$ref: '#/components/schemas/Course'}}}}
  schemas:
    Course:
      type: object
      properties: {seats: {type: integer}, next: {$ref: '#/components/schemas/Course'}}
"""


def test_an_api_tells_what_its_operations_answer(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(API)
    operations, _ = read_operations(read_yaml(tmp_path, "api.yaml"))
    course = operations["get_course"].offered.result
    assert schema_at(course, "seats") == {"type": "integer"}
    assert schema_at(course, "next.seats") == {"type": "integer"}
    assert schema_at(course, "places") is None
    assert operations["drop_course"].offered.result is None


def test_json_nested_too_deep_is_a_text_to_whoever_reads_results() -> None:
    deep = "[" * 100_000
    assert facts_in("look_up", deep)[0].startswith("look_up: [[")
    with pytest.raises(ValueError, match="nested too deep"):
        parsed_json("[" * 100_000 + "]" * 100_000)

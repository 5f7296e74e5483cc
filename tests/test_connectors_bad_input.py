"""What goes wrong behind a connector is one line, and no write happens without its declared effect."""

import asyncio
import shutil
import textwrap
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.errors import OutcomeUnknown
from core.schema_check import misfit
from core.yaml_files import read_yaml
from graph.business_check import check_business
from tests.business_fakes import opened
from tests.graph_fakes import call
from tests.server_fakes import serving_business
from tests.terminal import copied_sample
from tests.test_connectors import SERVER
from tools.business.starting import Answers, write_business
from tools.connectors.json_schemas import MOST_PARTS, schema_at
from tools.connectors.mcp_source import started_server
from tools.connectors.openapi_source import OpenApiSource, read_operations, secret_header


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a business whose procedure is taken out, so that the connector's own rules are what is tried."""
    write_business(tmp_path / "mill", Answers(name="The Mill"))
    shutil.rmtree(tmp_path / "mill" / "procedures")
    return tmp_path / "mill"


def connector(folder: Path, name: str, text: str) -> None:
    """Write a connector."""
    (folder / "connectors" / f"{name}.yaml").write_text(textwrap.dedent(text))


async def checked(folder: Path) -> tuple[list[str], list[str]]:
    """Return what is wrong with a folder, a line each, and the names of the tools that are left."""
    found = await asyncio.to_thread(check_business, folder)
    return [str(p) for p in found.problems if not p.warning], [tool.name for tool in found.tools]


OWN = ["list_bookings", "get_booking", "cancel_booking"]


async def test_a_server_that_never_says_hello_is_one_line_and_the_others_go_on(folder: Path) -> None:
    connector(
        folder,
        "mute",
        """
        mcp: {command: python, args: [-c, "import time; time.sleep(600)"]}
        tools: {look: {effect: read, open: true}}
        timeout_seconds: 0.5
        """,
    )
    [line], tools = await checked(folder)
    assert line.startswith("connectors/mute.yaml:")
    assert "the MCP server python does not answer" in line
    assert tools == OWN


async def test_a_write_that_a_server_does_not_answer_is_unsure(folder: Path, tmp_path: Path) -> None:
    (folder / "server.py").write_text(SERVER)
    connector(
        folder,
        "odd",
        """
        mcp: {command: python, args: [server.py]}
        tools:
          hang: {effect: write, ask: "Move thing {thing_id}.", also_called: [move]}
        timeout_seconds: 4
        """,
    )
    async with opened(folder, tmp_path, call("hang", thing_id="T1"), "Anything else?") as mill:
        await mill.say("please move thing T1")
        await mill.say("yes")
        [action] = await mill.parts.actions.ledger.find(thread_id="t")
        assert action.state == "unknown"


async def test_a_yes_to_a_tool_whose_arguments_changed_meanwhile_does_nothing(folder: Path, tmp_path: Path) -> None:
    write_business(tmp_path / "whole", Answers(name="The Mill"))
    async with serving_business(tmp_path / "whole", tmp_path / "data") as server:
        asked = await server.say("c1", "please cancel my booking B1001")
        assert "Cancel booking B1001" in asked["reply"]["text"]
        for file in ("tools.py", "connectors/records.yaml", "procedures/cancel-booking.md"):
            path = tmp_path / "whole" / file
            path.write_text(path.read_text().replace("booking_id", "number"))
        assert check_business(tmp_path / "whole").ok
        await server.say("c1", "yes", asked["thread_id"])
        found = await server.service.parts.actions.ledger.find(thread_id=asked["thread_id"])
        assert [action.state for action in found if action.state == "done"] == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("record.what}", "record.what} for {friend}", "nothing fills {friend}"),
        ('ask: "Cancel booking {booking_id}', 'ask: "Cancel booking {bookingid}', "nothing fills {bookingid}"),
        ("record.status == 'active'", "args.bookingid == 'x'", "bookingid"),
        ("outcome: {tool: get_booking", "outcome: {tool: get_bookings", "get_bookings is no read of this connector"),
    ],
)
async def test_a_write_with_a_rule_or_a_sentence_that_no_longer_fits_its_tool_is_not_there(
    folder: Path, before: str, after: str, says: str
) -> None:
    file = folder / "connectors" / "records.yaml"
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after))
    [line], tools = await checked(folder)
    assert says in line
    assert tools == ["list_bookings", "get_booking"]


async def test_a_tool_cannot_have_the_name_of_one_of_the_programs_own(folder: Path, tmp_path: Path) -> None:
    (folder / "desk.py").write_text("def request_human(reason: str):\n    'Fetch somebody.'\n    return {}\n")
    connector(folder, "desk", "python: desk.py\ntools:\n  request_human: {effect: read, open: true}\n")
    [line], tools = await checked(folder)
    assert line.startswith("connectors/desk.yaml:3: the program has a tool request_human of its own")
    assert tools == OWN
    async with opened(folder, tmp_path, "Hello.") as mill:
        assert [tool.effect for tool in mill.parts.tools if tool.name == "request_human"] == ["control"]


async def test_a_tool_beside_a_shop_cannot_have_the_name_of_one_of_the_shops(tmp_path: Path) -> None:
    shop = copied_sample(tmp_path / "shop")
    (shop / "own.py").write_text("def cancel_order(order_id: str):\n    'Cancel.'\n    return {}\n")
    connector(shop, "own", "python: own.py\ntools:\n  cancel_order: {effect: read, open: true}\n")
    [line], tools = await checked(shop)
    assert "the program has a tool cancel_order of its own" in line
    assert tools == []


async def test_tools_of_one_name_in_two_sources_are_told_apart_by_a_name_of_their_own(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "trips.py").write_text(
        "def get_booking(trip: str):\n    'Look up a trip.'\n    return {'trip': trip, 'price': 7}\n"
    )
    connector(folder, "trips", "python: trips.py\ntools:\n  get_booking: {effect: read, open: true}\n")
    assert (
        "connectors/trips.yaml:3: connectors/records.yaml has a tool get_booking, too" in (await checked(folder))[0][0]
    )
    connector(folder, "trips", "python: trips.py\ntools:\n  get_trip: {tool: get_booking, effect: read, open: true}\n")
    assert await checked(folder) == ([], [*OWN, "get_trip"])
    async with opened(folder, tmp_path, call("get_trip", trip="X9"), "It costs 7.") as mill:
        await mill.say("how much is trip X9?")
        results = [m.text for m in (await mill.agent.state("t")).messages if m.type == "tool"]
        assert results == ['{"trip":"X9","price":7}']


async def test_a_name_that_no_model_can_call_is_told_with_what_to_write(folder: Path) -> None:
    (folder / "api.yaml").write_text(CIRCLES)
    connector(folder, "api", "openapi: api.yaml\ntools:\n  nodes/list: {effect: read, open: true}\n")
    [line], _ = await checked(folder)
    assert "no model can call a tool 'nodes/list'" in line
    assert "write `tool: nodes/list` below it" in line


@pytest.mark.parametrize("linked", ["connectors", "tools.py", "records.sql"])
async def test_what_leads_out_of_the_folder_is_not_read(folder: Path, tmp_path: Path, linked: str) -> None:
    outside = tmp_path / "outside"
    shutil.move(folder / linked, outside)
    (folder / linked).symlink_to(outside)
    lines, tools = await checked(folder)
    assert len(lines) == 1
    assert "leads out of the folder" in lines[0]
    assert tools == []


async def test_a_business_may_be_named_by_a_link_to_its_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert await checked(tmp_path / "link") == ([], OWN)


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("business.yaml", "instructions"),
        ("connectors/records.yaml", "bind"),
        ("queues.yaml", "queues"),
        ("procedures/more.md", "slots"),
        ("api.yaml", "paths"),
    ],
)
async def test_yaml_that_would_grow_without_bounds_is_one_line(folder: Path, file: str, key: str) -> None:
    grown = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    bomb = f"a0: &a0 [lol]\n{grown}\n{key}: *a11\n"
    place = folder / file
    place.parent.mkdir(exist_ok=True)
    before = f"{place.read_text()}\n" if place.exists() else ""
    place.write_text(f"---\nname: more\n{bomb}---\nDo it.\n" if file.endswith(".md") else before + bomb)
    if file == "queues.yaml":
        (folder / "business.yaml").write_text("name: The Mill\nqueues: queues.yaml\n")
    if file == "api.yaml":
        connector(folder, "api", "openapi: api.yaml\ntools:\n  x: {effect: read, open: true}\n")
    lines, _ = await checked(folder)
    assert len(lines) == 1, lines
    assert file.split("/")[-1] in lines[0]
    assert "anchors" in lines[0] or "aliases" in lines[0]


CIRCLES = """
openapi: 3.0.3
info: {title: Nodes, version: '1'}
servers: [{url: 'https://nodes.example'}]
paths:
  /nodes:
    $ref: '#/components/pathItems/Nodes'
  /nodes/{id}:
    get:
      parameters: [{$ref: '#/components/parameters/Round'}, {name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {$ref: '#/components/responses/Round'}}
    put:
      operationId: replace_node
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/json:
            schema: {allOf: [{$ref: '#/components/schemas/Node'}, {type: object, required: [kind], properties: {kind: {type: string}}}]}
  /broken: {get: {operationId: broken, parameters: 7, responses: [1]}}
  /list: [1, 2]
  /form:
    post:
      operationId: send_form
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string}}}}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}
  pathItems:
    Nodes: {get: {operationId: nodes/list, responses: {}}}
  parameters:
    Round: {$ref: '#/components/parameters/Trip'}
    Trip: {$ref: '#/components/parameters/Round'}
  responses:
    Round: {$ref: '#/components/responses/Round'}
  schemas:
    Node:
      type: object
      required: [id, name]
      properties:
        id: {type: string}
        name: {type: string}
        seen: {type: string, readOnly: true}
        left: {$ref: '#/components/schemas/Node'}
        right: {$ref: '#/components/schemas/Node'}
        up: {$ref: '#/components/schemas/Node'}
        down: {$ref: '#/components/schemas/Node'}
"""  # noqa: E501


def parts_of(schema: Any) -> int:
    """Count the mappings and lists in a schema."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    return 1 + sum(parts_of(each) for each in inner)


async def test_a_description_with_circles_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CIRCLES)
    operations, _ = read_operations(read_yaml(tmp_path, "api.yaml"))
    assert set(operations) == {"nodes/list", "get_nodes_id", "replace_node", "send_form"}
    assert operations["get_nodes_id"].offered.result is None
    arguments = operations["replace_node"].offered.parameters
    assert schema_at(arguments, "left.name") == {"type": "string"}
    assert parts_of(arguments) < 10 * MOST_PARTS
    assert set(arguments["required"]) == {"id", "name", "kind"}
    assert "seen" not in arguments["properties"]


async def test_an_argument_of_path_and_body_goes_to_both_and_a_form_is_sent_as_one(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CIRCLES)
    file = read_yaml(tmp_path, "api.yaml")
    operations, url = read_operations(file)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    headers = secret_header(file, "k1")
    source = OpenApiSource(
        operations,
        url,
        timeout_seconds=5,
        headers=headers,
        transport=httpx.MockTransport(answer),
        resolver=lambda *_: ["93.184.216.34"],
    )
    await source.call("replace_node", {"id": "n1", "name": "N", "kind": "k"})
    await source.call("send_form", {"a": "b c"})
    assert (seen[0].url.path, seen[0].read()) == ("/nodes/n1", b'{"id":"n1","name":"N","kind":"k"}')
    assert seen[1].read() == b"a=b+c"
    assert {request.headers["X-Api-Key"] for request in seen} == {"k1"}


async def test_ten_megabytes_of_an_api_leave_the_outcome_unknown(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CIRCLES)
    operations, url = read_operations(read_yaml(tmp_path, "api.yaml"))
    large = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 10_000_000))
    source = OpenApiSource(operations, url, timeout_seconds=5, transport=large, resolver=lambda *_: ["93.184.216.34"])
    with pytest.raises(OutcomeUnknown, match="more than 1,000,000 bytes"):
        await source.call("replace_node", {"id": "n1"})


async def test_a_method_that_contradicts_the_declaration_is_told(folder: Path) -> None:
    (folder / "api.yaml").write_text(CIRCLES)
    connector(folder, "api", "openapi: api.yaml\ntools:\n  replace_node: {effect: read, open: true}\n")
    found = await asyncio.to_thread(check_business, folder)
    assert [str(p) for p in found.problems if "replace_node" in str(p)] == [
        "connectors/api.yaml:3: its source says that replace_node is a write; it is used as declared, as a read"
    ]


@pytest.mark.parametrize("reference", ["http://127.0.0.1:1/schema.json", "#/$defs/gone", "#"])
def test_a_schema_that_leads_elsewhere_or_to_itself_fits_nothing(reference: str) -> None:
    assert "refers to what it does not hold" in str(misfit({"$ref": reference}, {}))


TREES = """
class Tree(BaseModel):
    name: str
    inner: list["Tree"]


@server.tool()
def plant(tree: Tree) -> dict:
    "Plant."
    return {}


server.run("stdio")
"""


TEXTS = """
@server.tool()
def tell(thing_id: str) -> str:
    "Tell of a thing in a text, as many servers do."
    return '{"customer_id": "c1", "state": "idle"}' if thing_id == "T1" else thing_id


server.run("stdio")
"""


async def test_json_in_the_text_of_an_mcp_server_is_a_record(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER.replace('server.run("stdio")', TEXTS))
    source = started_server("python", ["server.py"], {}, folder=tmp_path, timeout_seconds=8)
    try:
        assert (await source.offered())["tell"].result is None
        assert await source.call("tell", {"thing_id": "T1"}) == {"customer_id": "c1", "state": "idle"}
        assert await source.call("tell", {"thing_id": "007"}) == "007"
    finally:
        await source.close()


async def test_an_mcp_tool_with_a_schema_in_a_circle_is_offered_without_it(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER.replace('server.run("stdio")', TREES))
    source = started_server("python", ["server.py"], {}, folder=tmp_path, timeout_seconds=8)
    try:
        plant = (await source.offered())["plant"]
        assert "$ref" not in str(plant.parameters)
        assert schema_at(plant.parameters, "tree.name") is not None
        assert misfit(plant.parameters, {"tree": {"name": "a", "inner": [{"name": "b", "inner": []}]}}) is None
        assert misfit(plant.parameters, {"tree": {"inner": []}}) is not None
    finally:
        await source.close()

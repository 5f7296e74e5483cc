"""Keep the command line quick to appear: a command's needs are loaded when it runs, and the list of commands stays
true.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from cli.main import Commands, app
from cli.renamed import GONE, RENAMED
from core.embeddings.minilm import MiniLM
from tests.reference import commands
from tests.terminal import Terminal
from tools.retail.shop_records import Status
from tools.retail.shop_rows import ORDER, CustomerRow, ProductRow

HEAVY = ("langchain_core", "langgraph", "openai", "onnxruntime", "faiss", "sqlalchemy", "numpy", "starlette")
"""What takes long to load and no list of commands needs."""


def test_the_command_line_is_there_before_what_its_commands_need() -> None:
    script = "import sys, cli.main; print(*sorted(name for name in sys.modules if '.' not in name))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "typer" in loaded
    assert [name for name in HEAVY if name in loaded] == []


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        ("cli.desk.ticket_commands", ("langchain_core", "langgraph", "openai", "mcp", "faiss", "numpy")),
        ("cli.desk.approval_commands", ("langchain_core", "langgraph", "openai", "mcp", "faiss", "numpy")),
        ("graph.opened_stores", ("httpx", "phonenumbers", "publicsuffixlist", "langgraph", "numpy")),
        ("cli.ask", ("openai", "mcp", "pypdf", "onnxruntime", "PIL", "py3langid", "jsonschema", "httpx")),
        ("cli.ask", ("langsmith.types.sandbox_response", "langgraph_sdk.client", "sqlalchemy.orm")),
        ("cli.chat", ("openai", "mcp", "pypdf", "onnxruntime", "PIL", "py3langid")),
    ],
)
def test_a_command_does_not_wait_for_what_it_may_not_need(module: str, left_out: tuple[str, ...]) -> None:
    script = f"import sys, cli.main, {module}; print(*(name for name in {left_out!r} if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


@pytest.mark.parametrize(("model", "opened"), [("minilm", 1), ("of-an-endpoint", 0)])
def test_the_model_of_a_search_opens_while_its_command_is_loaded(
    model: str, opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[MiniLM] = []
    monkeypatch.setattr(MiniLM, "open_soon", lambda model: begun.append(model))
    monkeypatch.setenv("SUPPORT_EMBEDDING_MODEL", model)
    monkeypatch.setenv("SUPPORT_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("SUPPORT_MODEL", "any")
    Commands.table["ask"].load("ask")
    assert len(begun) == opened
    Commands.table["tickets"].load("tickets")
    assert len(begun) == opened


def test_the_list_shows_what_each_command_says_of_itself() -> None:
    for name, named in Commands.table.items():
        first, _, _ = (named.load(name).help or "").strip().partition("\n\n")
        assert named.line == " ".join(first.split()), name


def test_commands_of_earlier_versions_run_or_name_what_to_do(tmp_path: Path) -> None:
    present = {words.partition(" --")[0] for words in RENAMED.values()}
    assert present <= set(commands(get_command(app)))
    out, said = Terminal(tmp_path).run("tickets", "list", "--json")
    assert json.loads(out) == []
    assert said.strip() == "`support-agent tickets list` is `support-agent tickets show` now"
    _, said = Terminal(tmp_path).run("orders", "list", "ada_brook_1001", code=1)
    assert "orders show --customer" in said
    assert not {*RENAMED, *GONE} & set(commands(get_command(app)))


def test_help_flows_with_the_width_of_the_terminal() -> None:
    def nested_in(command: Any) -> Iterator[Any]:
        yield command
        for nested in getattr(command, "commands", {}).values():
            yield from nested_in(nested)

    for name, named in Commands.table.items():
        for command in nested_in(named.load(name)):
            assert all("\n" not in paragraph for paragraph in (command.help or "").split("\n\n")), command.name


def test_the_help_of_an_import_names_every_field_of_a_shop_file() -> None:
    text = Commands.table["orders"].load("orders").commands["import"].help
    shapes = [ProductRow.model_json_schema(), CustomerRow.model_json_schema(), ORDER.json_schema()]
    names = {name for shape in shapes for each in (shape, *shape["$defs"].values()) for name in each["properties"]}
    left_out = {"cancel_reason", *(name for name in names if name.startswith(("return_", "exchange_")))}
    assert "tracking_id" in names
    assert names - left_out <= set(re.findall(r"\w+", text))
    assert all(status in text for status in get_args(Status))

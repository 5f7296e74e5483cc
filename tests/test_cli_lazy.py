"""Keep the command line quick to appear: a command's needs are loaded when it runs, and the list of commands stays true."""

import subprocess
import sys

from cli.main import Commands

HEAVY = ("langchain_core", "langgraph", "openai", "onnxruntime", "faiss", "sqlalchemy", "numpy", "starlette")
"""What takes long to load and no list of commands needs."""


def test_the_command_line_is_there_before_what_its_commands_need() -> None:
    script = "import sys, cli.main; print(*sorted(name for name in sys.modules if '.' not in name))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "typer" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_the_list_shows_what_each_command_says_of_itself() -> None:
    for name, named in Commands.table.items():
        first, _, _ = (named.load(name).help or "").strip().partition("\n\n")
        assert named.line == " ".join(first.split()), name

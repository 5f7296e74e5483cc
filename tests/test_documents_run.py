"""What README and guides show runs: Python blocks are executed, options exist, YAML can be read, ways are walked."""

import ast
import inspect
import re
import shlex
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
import typer.main
import yaml

from cli.main import app
from graph.agent import open_agent
from tests import reference
from tests.server_fakes import settings_in
from tests.terminal import fill_sample_shop

ROOT = Path(__file__).resolve().parent.parent
GUIDES = [ROOT / "README.md", ROOT / "docs/quickstart.md", *sorted((ROOT / "docs/guides").glob("*.md"))]


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Yield the code blocks of a language in README and guides, each with the name of its page."""
    for page in GUIDES:
        for text in re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            yield page.name, text


OF_EVERY_COMMAND = {"--help", "--business"}
WHOLE = [pytest.param(text, id=page) for page, text in blocks("python") if "open_agent()" in text]


@pytest.mark.parametrize("text", WHOLE)
async def test_python_that_documents_show_runs(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill_sample_shop(tmp_path)
    monkeypatch.setenv("SUPPORT_DATA_DIR", str(settings_in(tmp_path).data_dir))
    code = compile(text, "block", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    run = eval(code, {})  # noqa: S307  our own documents
    assert inspect.isawaitable(run)
    await run
    assert "AF10283" in capsys.readouterr().out


def test_all_python_that_documents_show_can_be_compiled() -> None:
    for page, text in blocks("python"):
        compile(textwrap.dedent(text), page, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_yaml_that_documents_show_can_be_read() -> None:
    assert all(yaml.safe_load(text) for _, text in blocks("yaml"))


def test_options_that_documents_show_exist() -> None:
    commands = reference.commands(typer.main.get_command(app))
    unknown = set()
    for page, block in blocks("sh"):
        for line in re.findall(r"(?:^|[\s/])support-agent ([^\n|;&]+)", block.replace("\\\n", " ")):
            words = shlex.split(line, comments=True)
            name = next((n for n in (" ".join(words[:2]), words[0]) if n in commands), None)
            known = (
                {option for p in commands[name].params for option in (*p.opts, *p.secondary_opts)} if name else set()
            )
            given = {word.partition("=")[0] for word in words if word.startswith("--")}
            unknown |= {f"{page}: {name} {option}" for option in given - known - OF_EVERY_COMMAND} if name else set()
    assert unknown == set()


def entered_by(frames: set[CodeType]) -> set[str]:
    """Return the files of ours that functions stand in."""
    files = {Path(code.co_filename) for code in frames}
    return {str(file.relative_to(ROOT)) for file in files if file.is_relative_to(ROOT)}


async def test_the_way_of_a_cancel_is_the_one_that_the_architecture_lists(tmp_path: Path) -> None:
    rows = (ROOT / "docs/architecture/write.md").read_text(encoding="utf-8").splitlines()
    listed = [row for row in rows if row.startswith("| ") and "staff decide" not in row]
    files = {name for row in listed for name in re.findall(r"`([\w/]+\.py)`", row)}
    assert len(files) > 10
    fill_sample_shop(tmp_path)
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.add(frame.f_code)

    async with open_agent(settings_in(tmp_path)) as agent:
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            asked = await agent.send("t", "cancel order AF10326, it is no longer needed", customer_id="ada_brook_1001")
            done = await agent.send("t", "yes", customer_id="ada_brook_1001")
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    assert "AF10326" in asked.text
    assert "cancelled" in done.text.lower()
    assert files - entered_by(seen) == set()

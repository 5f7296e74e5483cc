"""Keep wide packages whole for whoever asks for more of them than one part."""

import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

from cli import deferred_packages

WIDE = {"__init__": "from wide.part import NAMED\nfrom wide import other\nRUN = []\n", "part": "NAMED = 7\n"}
WIDE["other"] = ""


@pytest.fixture
def wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a package that imports its parts, put off."""
    (tmp_path / "wide").mkdir()
    for name, text in WIDE.items():
        (tmp_path / "wide" / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(deferred_packages, "PACKAGES", frozenset(("wide",)))
    for name in ("wide", *(f"wide.{part}" for part in WIDE)):
        monkeypatch.delitem(sys.modules, name, raising=False)
    deferred_packages.defer_packages()
    import wide  # type: ignore[import-not-found]

    module: ModuleType = wide
    return module


def test_a_part_is_had_without_the_others(wide: ModuleType) -> None:
    from wide.part import NAMED  # type: ignore[import-not-found]

    assert NAMED == 7
    assert "wide.other" not in sys.modules
    assert "RUN" not in vars(wide)


def test_a_part_is_found_by_its_name_in_the_package(wide: ModuleType) -> None:
    from wide import part

    assert part.NAMED == 7
    assert "RUN" not in vars(wide)


def test_what_the_package_defines_is_there_once_it_is_asked_for(wide: ModuleType) -> None:
    from wide import NAMED

    assert NAMED == 7
    assert "wide.other" in sys.modules


def test_threads_that_ask_at_once_get_the_same(wide: ModuleType) -> None:
    found: list[object] = []
    asking = [threading.Thread(target=lambda: found.append(wide.RUN)) for _ in range(8)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # each thread is interrupted while the package runs
    try:
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert all(one is found[0] for one in found)
    assert len(found) == 8


def test_what_a_package_does_not_have_is_told_as_ever(wide: ModuleType) -> None:
    with pytest.raises(AttributeError, match="module 'wide' has no attribute 'nothing'"):
        _ = wide.nothing
    with pytest.raises(ImportError, match="cannot import name 'nothing' from 'wide'"):
        from wide import nothing  # noqa: F401


@pytest.mark.parametrize(
    "asked",
    [
        "from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine",
        "from langgraph_sdk import Auth, get_client",
        "from langgraph.prebuilt import ToolNode, create_react_agent, tools_condition",
        "from langsmith.types import Run",
        "import langsmith; langsmith.Client",
        "import openai; openai.OpenAI(api_key='none').responses; openai.types.CompletionUsage; openai.AsyncOpenAI",
        "from openai.types.responses import Response; from openai.resources import Chat, Embeddings",
    ],
)
def test_the_libraries_give_all_they_have(asked: str) -> None:
    subprocess.run([sys.executable, "-c", f"import cli.lazy\n{asked}"], check=True)


def test_a_host_that_imports_the_graph_keeps_its_imports() -> None:
    unchanged = "import sys; before = list(sys.meta_path); import graph.agent; assert sys.meta_path[0] in before"
    subprocess.run([sys.executable, "-c", unchanged], check=True)

"""Keep the direction of imports, the list of packages and the duty of the one settings reader."""

import ast
import importlib.util
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "ingest": {"core"},
    "tools": {"core"},
    "graph": {"core", "ingest", "tools"},
    "server": {"core", "ingest", "tools", "graph"},
    "evals": {"core", "ingest", "tools", "graph"},
    "benchmarks": {"core", "ingest", "tools", "graph"},
    "cli": {"core", "ingest", "tools", "graph", "server", "evals"},
    "web": set(),
}
NODES_MAY_NOT_IMPORT = ("graph.builder", "graph.assembly", "graph.agent", "graph.entry", "core.settings")


def imported_modules(source: str) -> set[str]:
    """Return the absolute module names a source text imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def wrong_imports(package: str, source: str) -> set[str]:
    """Return the packages of ours that a file of `package` may not import."""
    ours = {name.split(".")[0] for name in imported_modules(source)} & MAY_IMPORT.keys()
    return ours - MAY_IMPORT[package] - {package}


def our_files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def test_packages_import_only_downwards() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for package in MAY_IMPORT
        for file in our_files(package)
        for name in wrong_imports(package, file.read_text())
    ]
    assert wrong == []


def test_a_planted_violation_is_found() -> None:
    assert wrong_imports("tools", "from graph.state import State") == {"graph"}


def test_nodes_know_neither_the_builder_nor_each_other_nor_settings() -> None:
    wrong = []
    for file in our_files("graph/nodes"):
        for name in imported_modules(file.read_text()):
            if name.startswith(NODES_MAY_NOT_IMPORT) or (name.startswith("graph.nodes.") and name != "graph.nodes"):
                wrong.append(f"{file.name} imports {name}")
    assert wrong == []


def test_only_settings_reads_the_environment() -> None:
    readers = [
        str(file.relative_to(ROOT))
        for package in MAY_IMPORT
        if package != "benchmarks"
        for file in our_files(package)
        if "os.environ" in file.read_text() or "getenv" in file.read_text()
    ]
    assert readers in ([], ["core/settings.py"])


def test_every_package_but_the_benchmarks_is_installed() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    include = config["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {pattern.removesuffix("*") for pattern in include} == MAY_IMPORT.keys() - {"benchmarks"}


def test_our_packages_resolve_inside_this_repository() -> None:
    for package in MAY_IMPORT:
        if (ROOT / package).is_dir():
            spec = importlib.util.find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            assert Path(spec.origin).is_relative_to(ROOT), f"{package} comes from {spec.origin}"

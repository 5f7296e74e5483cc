"""Keep the direction of imports, the list of packages and the duty of the one settings reader."""

import ast
import importlib.util
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "ingest": {"core"},
    "tools": {"core"},
    "graph": {"core", "ingest", "tools"},
    "server": {"core", "ingest", "tools", "graph"},
    "evals": {"core", "ingest", "tools", "graph"},
    "benchmarks": {"core", "ingest", "tools", "graph", "evals"},
    "cli": {"core", "ingest", "tools", "graph", "server", "evals"},
    "web": set(),
}
LAYERS: dict[str, tuple[str, ...]] = {
    "core": (
        "core",
        "core.storage",
        "core.privacy",
        "core.safety",
        "core.observability",
        "core.models",
        "core.embeddings",
        "core.speech",
        "core.language",
        "core.language.records",
        "core.offline.reading",
        "core.offline.answering",
        "core.offline",
        "core.factory",
    ),
    "tools": (
        "tools",
        "tools.retail.offline.reading",
        "tools.retail.offline.answering",
        "tools.retail.offline",
    ),
    "ingest": (
        "ingest",
        "ingest.sources",
        "ingest.index",
        "ingest.search",
        "ingest.index.opening_index",
        "ingest.quarantine",
        "ingest.review",
        "ingest.pipeline",
        "ingest.article_folder",
        "ingest.langchain",
    ),
    "graph": (
        "graph",
        "graph.memory",
        "graph.runtime",
        "graph.context_window",
        "graph.verification.values",
        "graph.verification.evidence",
        "graph.verification.claims",
        "graph.verification",
        "graph.procedures.format",
        "graph.procedures",
        "graph.routing",
        "graph.replies",
        "graph.tool_calls",
        "graph.handoff",
        "graph.intake",
        "graph.nodes",
        "graph.builder",
        "graph.opened_stores",
        "graph.operator",
        "graph.business_tools",
        "graph.assembly",
        "graph.business_check",
        "graph.business_reload",
        "graph.agent",
        "graph.entry",
    ),
    "server": (
        "server",
        "server.http",
        "server.schemas",
        "server.inbox",
        "server.personal_stores",
        "server.stores",
        "server.backups",
        "server.service",
        "server.wait_for_reply",
        "server.identity",
        "server.views",
        "server.figures",
        "server.routes",
        "server.dev_server",
        "server.application",
        "server.app",
    ),
    "evals": (
        "evals",
        "evals.conversations",
        "evals.evaluators",
        "evals.runner",
        "evals.reports",
    ),
    "cli": ("cli", "cli.retail", "cli.desk", "cli.evaluation", "cli.storage"),
    "benchmarks": ("benchmarks.support", "benchmarks.businesses", "benchmarks.agents", "benchmarks.tau3", "benchmarks"),
}
"""The rooms inside each package from the bottom up, and modules that put rooms together: each may import those
before it.
"""
NODES_MAY_NOT_IMPORT = (
    "graph.builder",
    "graph.opened_stores",
    "graph.assembly",
    "graph.agent",
    "graph.entry",
    "core.settings",
)


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


def module_of(file: Path) -> str:
    """Return the dotted name of a file; a package's own file has the package's."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str, layers: Sequence[str]) -> int:
    """Return the place of a module's room among the layers: that of the longest name it begins with."""
    return max((len(name), i) for i, name in enumerate(layers) if f"{module}.".startswith(f"{name}."))[1]


def imports_upwards(module: str, source: str, layers: Sequence[str]) -> set[str]:
    """Return what a module of a package imports from rooms above its own."""
    package, own = module.split(".")[0], layer(module, layers)
    inside = {name for name in imported_modules(source) if name.split(".")[0] == package}
    return {name for name in inside if layer(name, layers) > own}


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


def test_rooms_import_only_from_rooms_below() -> None:
    wrong = [
        f"{module_of(file)} imports {name}"
        for package, layers in LAYERS.items()
        for file in our_files(package)
        for name in imports_upwards(module_of(file), file.read_text(), layers)
    ]
    assert wrong == []


def test_a_planted_violation_between_rooms_is_found() -> None:
    source = "from graph.nodes.reason import reason"
    assert imports_upwards("graph.memory.threads", source, LAYERS["graph"]) == {
        "graph.nodes.reason",
        "graph.nodes.reason.reason",
    }


def test_no_file_imports_itself_by_way_of_others() -> None:
    files = {module_of(file): file for package in MAY_IMPORT for file in our_files(package)}
    order = TopologicalSorter(
        {name: (imported_modules(file.read_text()) & files.keys()) - {name} for name, file in files.items()}
    )
    order.prepare()  # raises CycleError, which names the circle


def test_a_room_holds_no_more_than_sixteen_files() -> None:
    counted = Counter(file.parent.relative_to(ROOT) for package in MAY_IMPORT for file in our_files(package))
    grows = {Path("benchmarks"), Path("core/storage/revisions")}  # a table that changes has one more step
    assert {str(room): n for room, n in counted.items() if n > 17 and room not in grows} == {}


def test_no_two_files_have_one_name() -> None:
    named = Counter(
        file.name
        for package in MAY_IMPORT
        for file in our_files(package)
        if file.name not in ("__init__.py", "__main__.py")
    )
    assert [name for name, n in named.items() if n > 1] == []


def test_nodes_know_neither_the_builder_nor_each_other_nor_settings() -> None:
    wrong = []
    for file in our_files("graph/nodes"):
        for name in imported_modules(file.read_text()):
            if name.startswith(NODES_MAY_NOT_IMPORT) or (name.startswith("graph.nodes.") and name != "graph.nodes"):
                wrong.append(f"{file.name} imports {name}")
    assert wrong == []


def test_only_settings_reads_the_environment() -> None:
    setting = re.compile(r"os\.environ\[\"\w+\"\] = ")  # a library's switch may be set
    readers = [
        str(file.relative_to(ROOT))
        for package in MAY_IMPORT
        if package != "benchmarks"
        for file in our_files(package)
        if "os.environ" in setting.sub("", file.read_text()) or "getenv" in file.read_text()
    ]
    assert readers == ["core/setting_sources.py"]


def test_what_is_noted_on_messages_is_read_and_written_through_its_accessors() -> None:
    raw = re.compile(r"\.additional_kwargs\b")
    readers = {
        str(file.relative_to(ROOT))
        for package in MAY_IMPORT
        for file in our_files(package)
        if raw.search(file.read_text())
    }
    # The others look at what an endpoint's client put there.
    assert readers == {
        "core/message_marks.py",
        "core/models/endpoint.py",
        "core/models/async_base.py",
        "core/models/json_tool_calling.py",
        "core/models/tool_call_parsing.py",
    }


def private_imports(source: str) -> set[str]:
    """Return the modules of others that a source text imports and that their authors call private."""
    ours = (*MAY_IMPORT, "__future__", "tests")
    parts = {name: name.split(".") for name in imported_modules(source)}
    return {
        name
        for name, (first, *inner) in parts.items()
        if first not in ours and any(part.startswith("_") and not part.startswith("__") for part in inner)
    }


def test_no_private_module_of_a_library_is_imported() -> None:
    assert private_imports("from langgraph._internal._runnable import RunnableCallable")
    wrong = {
        str(file.relative_to(ROOT)): names
        for package in MAY_IMPORT
        for file in our_files(package)
        if (names := private_imports(file.read_text()))
    }
    assert wrong == {}


ENTRIES = ("core.offline.model.", "core.offline.planner.", "tools.retail.offline.shop_planner.")


def test_the_offline_model_is_entered_by_its_model_and_its_planners() -> None:
    rooms = ("core.offline", "tools.retail.offline")
    entered = {
        f"{module_of(file)} imports {name}"
        for package in MAY_IMPORT
        if package != "benchmarks"
        for file in our_files(package)
        if not module_of(file).startswith(rooms)
        for name in imported_modules(file.read_text())
        if name.startswith(rooms) and not f"{name}.".startswith(ENTRIES)
    }
    assert entered == set()


def test_text_is_cut_into_sentences_in_one_place() -> None:
    cuts = re.compile(r"\(\?<=\[\.!\?|\[\^\.!\?;?\\n\]\+\(")
    assert cuts.search(r"(?<=[.!?])\s+|\n+")
    assert cuts.search(r"[^.!?\n]+(?:[.!?](?!\s|$)")
    found = {module_of(file) for package in MAY_IMPORT for file in our_files(package) if cuts.search(file.read_text())}
    assert found <= {"core.language.text"}


FOR_LIBRARIES = {"find_class", "get_by_ids", "get_client_info", "get_tokens", "set_client_info", "set_tokens"} | {
    "acopy_thread",
    "adelete_for_runs",
    "aput_writes",
    "on_chain_start",
    "list_commands",
}
"""Methods that a library calls by their name."""
FOR_OTHERS = {"HostedActions", "KnowledgeVectorStore", "give_results", "to_langchain"}
"""What those who build on the packages call."""


def defined(source: str) -> Iterator[str]:
    """Yield the functions, classes and methods of a source text that nothing decorates."""
    body = ast.parse(source).body
    inside = [node for outer in body if isinstance(outer, ast.ClassDef) for node in outer.body]
    for node in (*body, *inside):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name


def test_nothing_is_there_for_tests_alone() -> None:
    sources = [file.read_text() for package in MAY_IMPORT if package != "benchmarks" for file in our_files(package)]
    words = Counter(word for source in sources for word in re.findall(r"\w+", source))
    unused = {name for source in sources for name in defined(source) if words[name] == 1 and not name.startswith("__")}
    assert unused - FOR_LIBRARIES == FOR_OTHERS


def test_every_package_but_the_benchmarks_is_installed() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    include = config["tool"]["setuptools"]["packages"]["find"]["include"]
    data = {"examples"}  # folders of businesses
    assert {pattern.removesuffix("*") for pattern in include} - data == MAY_IMPORT.keys() - {"benchmarks"}


def test_our_packages_resolve_inside_this_repository() -> None:
    for package in MAY_IMPORT:
        if (ROOT / package).is_dir():
            spec = importlib.util.find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            assert Path(spec.origin).is_relative_to(ROOT), f"{package} comes from {spec.origin}"

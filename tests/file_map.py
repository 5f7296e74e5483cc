"""Write each room's README.md from its docstrings, and the list of rooms in docs/architecture/map.md: `make map`."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAPPED = ("core", "ingest", "tools", "graph", "server", "evals", "cli", "benchmarks")
MAP = ROOT / "docs" / "architecture" / "map.md"


def docstring(file: Path) -> str:
    """Return a module's docstring, or an empty text."""
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


def rooms() -> list[Path]:
    """Return every folder that holds modules, from the top level down."""
    return sorted(file.parent for package in MAPPED for file in (ROOT / package).rglob("__init__.py"))


def room_readme(folder: Path) -> str:
    """Return a room's README: what it is for, what may enter it, a line a file and a line a room inside it."""
    duty, _, may_enter = docstring(folder / "__init__.py").partition("\n\n")
    lines = [f"# {folder.relative_to(ROOT)}/", "", duty, "", f"**What may enter:** {' '.join(may_enter.split())}", ""]
    for inner in sorted(path.parent for path in folder.glob("*/__init__.py")):
        lines.append(f"* [{inner.name}/]({inner.name}/README.md) {first_sentence(inner / '__init__.py')}")
    for file in sorted(folder.glob("*.py")):
        if file.name != "__init__.py":
            lines.append(f"* `{file.name}` {first_sentence(file)}")
    return "\n".join(lines) + "\n"


def first_sentence(file: Path) -> str:
    """Return the first paragraph of a module's docstring, as one line."""
    return " ".join(docstring(file).split("\n\n")[0].split())


def house_map() -> str:
    """Return the list of all rooms, each with what it is for."""
    lines = [
        "# Map",
        "",
        "Each folder's own README.md says what may enter it and lists its files. `make map` writes both.",
        "",
    ]
    for folder in rooms():
        place = folder.relative_to(ROOT)
        indent = "  " * (len(place.parts) - 1)
        lines.append(f"{indent}* `{place}/` {first_sentence(folder / '__init__.py')}")
    return "\n".join(lines) + "\n"


def written() -> dict[Path, str]:
    """Return every file that `make map` writes, with its text."""
    return {folder / "README.md": room_readme(folder) for folder in rooms()} | {MAP: house_map()}


if __name__ == "__main__":
    for file, text in written().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
